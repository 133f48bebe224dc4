import { Problem } from "@/lib/platform/problem.ts";
import type { Clock } from "@/lib/platform/clock.ts";
import type { Kv } from "@/lib/platform/kv.ts";

/** Failures of one account from unknown devices, or of one network. */
interface Failures {
  /** Times of failures in the last 24 hours, milliseconds, oldest first. */
  times: number[];
  /** Attempts whose password is being checked now. */
  pending: number;
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

/** One attempt under way: say how it ended. */
export interface Attempt {
  succeeded(): Promise<void>;
  failed(): Promise<void>;
  /** Neither: the check itself could not be made. */
  abandoned(): void;
}

/**
 * Counts failed sign-ins. An attempt is counted before its password is checked, so that any
 * number of parallel attempts make no more than five checks (ACC-22). The counters live in this
 * process and are settled in KV, without which they go on working alone (ACC-26).
 */
export interface LoginThrottle {
  /**
   * Begins an attempt. Keys are hashes; no address is kept in the clear.
   *
   * @throws Problem 429 `login_throttled`
   */
  begin(keys: { account: string; network: string }): Promise<Attempt>;
  /** Forgets the failures of an account (a reset, an operator's help). */
  clear(account: string): Promise<void>;
}

/** A throttle over one KV store. */
export function createLoginThrottle(options: { kv: Kv; clock: Clock }): LoginThrottle {
  const { kv, clock } = options;
  const known = new Map<string, Failures>();
  const kvKey = (key: string): Deno.KvKey => ["login", key];

  async function load(key: string): Promise<Failures> {
    const here = known.get(key);
    if (here) return here;
    const kept = await kv.get<{ times: number[]; blockedUntil: number }>(kvKey(key));
    const raced = known.get(key);
    if (raced) return raced;
    if (known.size >= MAX_KEYS) known.delete(known.keys().next().value!);
    const failures = {
      times: kept?.times ?? [],
      pending: 0,
      blockedUntil: kept?.blockedUntil ?? 0,
    };
    known.set(key, failures);
    return failures;
  }

  const save = (key: string, failures: Failures) =>
    kv.set([{
      key: kvKey(key),
      value: { times: failures.times, blockedUntil: failures.blockedUntil },
    }], DAY);

  const since = (failures: Failures, from: number) =>
    failures.times.filter((at) => at > from).length;

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

  function admit(account: Failures, network: Failures): void {
    const now = clock.now().getTime();
    if (account.blockedUntil > now) refuse(account.blockedUntil, now);
    const room = SHORT.failures - since(account, now - SHORT.window) - account.pending;
    if (room <= 0) refuse(now + SHORT.block, now);
    const recent = network.times.filter((at) => at > now - PER_NETWORK.window);
    if (recent.length + network.pending >= PER_NETWORK.failures) {
      refuse((recent[0] ?? now) + PER_NETWORK.window, now);
    }
  }

  function recordFailure(account: Failures, network: Failures): void {
    const now = clock.now().getTime();
    for (const failures of [account, network]) {
      failures.times = [...failures.times.filter((at) => at > now - DAY), now];
    }
    const long = LONG.find(({ failures }) => account.times.length === failures);
    if (long) account.blockedUntil = now + long.block;
    else if (since(account, now - SHORT.window) >= SHORT.failures) {
      account.blockedUntil = now + SHORT.block;
      // The window starts anew after the block; the day's count goes on.
    }
  }

  return {
    async begin(keys) {
      const account = await load(`a:${keys.account}`);
      const network = await load(`n:${keys.network}`);
      admit(account, network);
      account.pending++;
      network.pending++;
      let open = true;
      const end = () => {
        if (!open) return false;
        open = false;
        account.pending--;
        network.pending--;
        return true;
      };
      return {
        async succeeded() {
          if (!end()) return;
          account.times = [];
          account.blockedUntil = 0;
          await save(`a:${keys.account}`, account);
        },
        async failed() {
          if (!end()) return;
          recordFailure(account, network);
          await save(`a:${keys.account}`, account);
          await save(`n:${keys.network}`, network);
        },
        abandoned: () => void end(),
      };
    },
    async clear(account) {
      known.delete(`a:${account}`);
      await kv.clear(kvKey(`a:${account}`));
    },
  };
}
