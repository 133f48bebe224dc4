import { Problem } from "@/lib/platform/problem.ts";
import type { Clock } from "@/lib/platform/clock.ts";
import type { Kv } from "@/lib/platform/kv.ts";
import type { Metrics } from "@/lib/platform/metrics.ts";

/** One attempt: a failure, or one whose password is being checked now. */
interface Entry {
  id: string;
  /** Milliseconds since 1970. */
  at: number;
  failed: boolean;
}

/** Attempts of one account from one kind of device, or of one network, in the last 24 hours. */
interface Failures {
  entries: Entry[];
  /** Until when attempts are refused, milliseconds. */
  blockedUntil: number;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Failures per account in 15 minutes, then 15 minutes of refusal. */
const SHORT = { failures: 5, window: 15 * MINUTE, block: 15 * MINUTE };
/** Failures in 24 hours that lock for longer. */
const LONG = [{ failures: 20, block: DAY }, { failures: 10, block: 60 * MINUTE }];
const PER_NETWORK = { failures: 50, window: 15 * MINUTE };
const MAX_KEYS = 20_000;

/** Whose attempts are counted together. All are hashes; no address is kept in the clear. */
export interface ThrottleKeys {
  account: string;
  network: string;
  /** A device this account signed in from before: it has a counter of its own (ACC-24). */
  device?: string;
}

/** One attempt under way: say how it ended. */
export interface Attempt {
  succeeded(): Promise<void>;
  /** The time until which attempts are now refused, when this failure began a block. */
  failed(): Promise<Date | null>;
  /** Neither: the check itself could not be made. */
  abandoned(): Promise<void>;
}

/**
 * Counts failed sign-ins. An attempt is counted before its password is checked, so that any
 * number of parallel attempts make no more than five checks (ACC-22). The counters live in KV,
 * changed one step at a time; while KV is away those of this process go on alone, with the same
 * numbers (ACC-26).
 */
export interface LoginThrottle {
  /** Begins an attempt. @throws Problem 429 `login_throttled` */
  begin(keys: ThrottleKeys): Promise<Attempt>;
  /** Forgets the failures of an account from every device (a reset, an operator's help). */
  clear(account: string): Promise<void>;
}

/** A throttle over one KV store. */
export function createLoginThrottle(
  options: { kv: Kv; clock: Clock; metrics?: Metrics; maxKeys?: number },
): LoginThrottle {
  const { kv, clock } = options;
  const fallback = options.metrics?.counter("limiter_fallback_total", "Decisions without KV", [
    "bucket",
  ]);
  /** What this process knows; `alone` are changes that KV has not seen. */
  const known = new Map<string, { failures: Failures; alone: boolean }>();
  const turns = new Map<string, Promise<unknown>>();
  const kvKey = (name: string): Deno.KvKey => ["login", ...name.split("/")];
  const now = () => clock.now().getTime();

  /** Callers of this process take turns at a counter: a hot key is not fought over. */
  function inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = turns.get(name) ?? Promise.resolve();
    const mine = before.then(work, work);
    const settled = mine.catch(() => {}).then(() => {
      if (turns.get(name) === settled) turns.delete(name);
    });
    turns.set(name, settled);
    return mine;
  }

  function update(name: string, change: (failures: Failures) => Failures): Promise<Failures> {
    return inTurn(name, async () => {
      const here = known.get(name);
      const fresh = ({ entries, blockedUntil }: Failures): Failures => ({
        entries: entries.filter(({ at }) => at > now() - DAY),
        blockedUntil,
      });
      const stored = await kv.update<Failures>(
        kvKey(name),
        DAY,
        (kept) => change(fresh(joined(kept, here?.alone ? here.failures : null))),
      );
      if (!stored) fallback?.add(1, { bucket: "login" });
      const failures = stored ?? change(fresh(here?.failures ?? { entries: [], blockedUntil: 0 }));
      if (known.size >= (options.maxKeys ?? MAX_KEYS)) known.delete(known.keys().next().value!);
      known.set(name, { failures, alone: stored === null });
      return failures;
    });
  }

  /** Counts an attempt, or returns until when it has to wait. */
  async function admit(
    name: string,
    id: string,
    limit: { failures: number; window: number },
  ): Promise<number | null> {
    let wait: number | null = null;
    await update(name, (failures) => {
      const at = now();
      const recent = failures.entries.filter((entry) => entry.at > at - limit.window);
      wait = failures.blockedUntil > at
        ? failures.blockedUntil
        : recent.length >= limit.failures
        ? recent[0]!.at + limit.window
        : null;
      if (wait !== null) return failures;
      return { ...failures, entries: [...failures.entries, { id, at, failed: false }] };
    });
    return wait;
  }

  const without = (name: string, id: string) =>
    update(name, (failures) => ({
      ...failures,
      entries: failures.entries.filter((entry) => entry.id !== id),
    }));

  /** Marks an attempt as failed; the account's counters may then block. */
  async function fail(name: string, id: string, blocks: boolean): Promise<number | null> {
    let began: number | null = null;
    await update(name, (failures) => {
      const at = now();
      const others = failures.entries.filter((entry) => entry.id !== id);
      const mine = failures.entries.find((entry) => entry.id === id);
      const entries = [...others, { id, at: mine?.at ?? at, failed: true }];
      const failed = entries.filter((entry) => entry.failed);
      const recent = failed.filter((entry) => entry.at > at - SHORT.window);
      const long = LONG.find((step) => step.failures === failed.length);
      const block = long?.block ?? (recent.length >= SHORT.failures ? SHORT.block : 0);
      if (!blocks || block === 0) return { ...failures, entries };
      began = Math.max(failures.blockedUntil, at + block);
      return { entries, blockedUntil: began };
    });
    return began;
  }

  return {
    async begin(keys) {
      const account = `a/${keys.account}/${keys.device ?? "-"}`;
      const network = `n/${keys.network}`;
      const id = crypto.randomUUID();
      const wait = await admit(account, id, SHORT);
      if (wait !== null) refuse(wait, now());
      const crowded = await admit(network, id, PER_NETWORK);
      if (crowded !== null) {
        await without(account, id);
        refuse(crowded, now());
      }
      let open = true;
      const end = async (work: () => Promise<unknown>) => {
        if (!open) return;
        open = false;
        await work();
      };
      return {
        succeeded: () =>
          end(async () => {
            await update(account, () => ({ entries: [], blockedUntil: 0 }));
            await without(network, id);
          }),
        async failed() {
          let began: number | null = null;
          await end(async () => {
            began = await fail(account, id, true);
            await fail(network, id, false);
          });
          return began === null ? null : new Date(began);
        },
        abandoned: () =>
          end(async () => {
            await without(account, id);
            await without(network, id);
          }),
      };
    },
    async clear(account) {
      for (const name of [...known.keys()]) {
        if (name.startsWith(`a/${account}/`)) known.delete(name);
      }
      await kv.clear(kvKey(`a/${account}`));
    },
  };
}

/** What KV holds, with what this process counted while KV was away. */
function joined(kept: Failures | null, alone: Failures | null): Failures {
  const entries = new Map<string, Entry>();
  for (const entry of [...kept?.entries ?? [], ...alone?.entries ?? []]) {
    entries.set(entry.id, entry);
  }
  return {
    entries: [...entries.values()].sort((a, b) => a.at - b.at),
    blockedUntil: Math.max(kept?.blockedUntil ?? 0, alone?.blockedUntil ?? 0),
  };
}

function refuse(until: number, now: number): never {
  const seconds = Math.max(1, Math.ceil((until - now) / 1000));
  throw new Problem(
    "login_throttled",
    429,
    "Too many attempts",
    "Too many attempts to sign in failed. Wait until the time given, or reset the password",
    { resetsAt: new Date(until).toISOString(), retryAfterSeconds: seconds },
  );
}
