import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";

/** The area of a person's keys: what they are for. */
export type KvArea = "stream" | "stm" | "rate" | "cache" | "usage";

/**
 * The key of something that belongs to a person. All begin with `["u", userId]`, so that erasing
 * a person is erasing one prefix.
 */
export function userKey(userId: string, area: KvArea, ...rest: Deno.KvKeyPart[]): Deno.KvKey {
  return ["u", userId, area, ...rest];
}

/** Something that may be lost: limits, caches, stream logs, short-term memory. Never the truth. */
export interface Kv {
  /** Whether the store could be opened and has not failed since. */
  readonly available: boolean;
  /** The value of a key, or null when there is none, when it has expired, or without a store. */
  get<T>(key: Deno.KvKey): Promise<T | null>;
  /** All live values below a prefix, in key order. Empty without a store. */
  list<T>(prefix: Deno.KvKey): Promise<{ key: Deno.KvKey; value: T }[]>;
  /** Stores values with a life in milliseconds. Returns false when it could not. */
  set(entries: { key: Deno.KvKey; value: unknown }[], lifeMs: number): Promise<boolean>;
  /**
   * Replaces a value by what `change` makes of it, as one step that no other process can come
   * between; null without a store or when it stays contended.
   */
  update<T>(key: Deno.KvKey, lifeMs: number, change: (value: T | null) => T): Promise<T | null>;
  /** Removes a key and everything below it. Returns false when it could not. */
  clear(prefix: Deno.KvKey): Promise<boolean>;
  close(): void;
}

interface Stored {
  value: unknown;
  /** Milliseconds since 1970; the store's own expiry is lazy. */
  until: number;
}

/** Tries of an update that others come between; callers in this process take turns themselves. */
const MAX_UPDATES = 20;
/** Values written in one step; Deno KV takes at most 1,000 and 800 KiB. */
const MAX_MUTATIONS = 100;

/**
 * Opens the key-value store. Without one, or when it fails, reads find nothing and writes say so:
 * whoever uses it has another way.
 */
export async function openKv(options: {
  path: string;
  now: () => Date;
  log: Log;
  metrics: Metrics;
}): Promise<Kv> {
  const errors = options.metrics.counter("kv_errors_total", "Failed operations of the KV store", [
    "operation",
  ]);
  let store: Deno.Kv | null = null;
  let available = true;
  try {
    store = await Deno.openKv(options.path);
  } catch (error) {
    failed("open", error);
  }

  function failed(operation: string, error: unknown): void {
    errors.add(1, { operation });
    if (available) {
      options.log.warn("kv.unavailable", "The KV store does not answer; going on without it", {
        operation,
        error: error instanceof Error ? error.message : String(error),
      });
    }
    available = false;
  }

  async function attempt<T>(operation: string, fallback: T, work: (kv: Deno.Kv) => Promise<T>) {
    if (!store) return fallback;
    try {
      const result = await work(store);
      available = true;
      return result;
    } catch (error) {
      failed(operation, error);
      return fallback;
    }
  }

  const live = (entry: Stored | null) => entry !== null && entry.until > options.now().getTime();

  return {
    get available() {
      return store !== null && available;
    },
    get: <T>(key: Deno.KvKey) =>
      attempt<T | null>("get", null, async (kv) => {
        const entry = (await kv.get<Stored>(key)).value;
        return live(entry) ? entry!.value as T : null;
      }),
    list: <T>(prefix: Deno.KvKey) =>
      attempt<{ key: Deno.KvKey; value: T }[]>("list", [], async (kv) => {
        const found: { key: Deno.KvKey; value: T }[] = [];
        for await (const entry of kv.list<Stored>({ prefix })) {
          if (live(entry.value)) found.push({ key: entry.key, value: entry.value.value as T });
        }
        return found;
      }),
    set: (entries, lifeMs) =>
      attempt("set", false, async (kv) => {
        const until = options.now().getTime() + lifeMs;
        for (let i = 0; i < entries.length; i += MAX_MUTATIONS) {
          const atomic = kv.atomic();
          for (const { key, value } of entries.slice(i, i + MAX_MUTATIONS)) {
            atomic.set(key, { value, until } satisfies Stored, { expireIn: lifeMs });
          }
          await atomic.commit();
        }
        return true;
      }),
    update: <T>(key: Deno.KvKey, lifeMs: number, change: (value: T | null) => T) =>
      attempt<T | null>("update", null, async (kv) => {
        for (let tries = 0; tries < MAX_UPDATES; tries++) {
          const entry = await kv.get<Stored>(key);
          const value = change(live(entry.value) ? entry.value!.value as T : null);
          const until = options.now().getTime() + lifeMs;
          const { ok } = await kv.atomic().check(entry)
            .set(key, { value, until } satisfies Stored, { expireIn: lifeMs }).commit();
          if (ok) return value;
        }
        return null;
      }),
    clear: (prefix) =>
      attempt("clear", false, async (kv) => {
        await kv.delete(prefix); // a listing holds what is below it alone
        for await (const entry of kv.list({ prefix })) await kv.delete(entry.key);
        return true;
      }),
    close() {
      store?.close();
      store = null;
    },
  };
}
