import { type Clock, every } from "./clock.ts";
import type { Kv } from "./kv.ts";
import type { Metrics } from "./metrics.ts";

/** One bucket a request takes from. */
export interface Bucket {
  /** Class in lower case, as shown in headers. */
  name: string;
  /** Whose bucket it is; holds no personal data in the clear. */
  key: string;
  /** Requests per window. */
  count: number;
  windowSeconds: number;
  /** Largest number of requests at once, as a multiple of `count`. */
  burst: number;
  /** Kept at full strictness while the shared store is away. */
  strict?: boolean;
}

/** State of a bucket after a request. */
export interface BucketState {
  bucket: Bucket;
  /** Requests left now, whole. */
  remaining: number;
  /** Whole seconds until one more request is possible (0 when there is one left). */
  resetSeconds: number;
}

/** Decides whether requests may pass. */
export interface RateLimiter {
  /**
   * Takes one token from every bucket, or from none when one of them is empty.
   *
   * @returns the states, and the bucket that refused, if one did
   */
  take(buckets: Bucket[]): Promise<{ states: BucketState[]; refused: BucketState | null }>;
  /** Writes out what the shared store has not seen yet. */
  settle(): Promise<void>;
  close(): void;
}

interface Level {
  tokens: number;
  /** Milliseconds since 1970 of the last refill. */
  at: number;
  dirty: boolean;
  lifeMs: number;
  /** Size of the bucket when it was last refilled. */
  size?: number;
}

const SETTLE_MS = 1_000;
const MAX_BUCKETS = 50_000;

/**
 * Token buckets in this process, settled in KV: a bucket is read from the store when it is first
 * needed and written back within a second, so that a restart does not refill it. While the store
 * is away, buckets that are not strict have half their capacity (API-10).
 */
export function createRateLimiter(
  options: { kv: Kv; clock: Clock; metrics: Metrics },
): RateLimiter {
  const { kv, clock } = options;
  const fallback = options.metrics.counter("limiter_fallback_total", "Decisions without KV", [
    "bucket",
  ]);
  const exceeded = options.metrics.counter("rate_limit_exceeded_total", "Refused requests", [
    "class",
  ]);
  const levels = new Map<string, Level>();
  const loading = new Map<string, Promise<Level>>();
  const stopSettling = every(clock, SETTLE_MS, settle);

  const id = (bucket: Bucket) => `${bucket.name}\n${bucket.key}`;
  const kvKey = (name: string): Deno.KvKey => ["rate", ...name.split("\n")];

  function capacity(bucket: Bucket): number {
    const full = Math.max(1, Math.floor(bucket.count * bucket.burst));
    if (kv.available || bucket.strict) return full;
    fallback.add(1, { bucket: bucket.name });
    return Math.max(1, Math.floor(full / 2));
  }

  async function load(bucket: Bucket): Promise<Level> {
    const name = id(bucket);
    const known = levels.get(name) ?? loading.get(name);
    if (known) return await known;
    const work = kv.get<{ tokens: number; at: number; size?: number }>(kvKey(name)).then((kept) => {
      if (levels.size >= MAX_BUCKETS) evict();
      const now = clock.now().getTime();
      const start = kept ?? { tokens: capacity(bucket), at: now };
      const level = { ...start, dirty: false, lifeMs: bucket.windowSeconds * 1000 * 2 };
      levels.set(name, level);
      return level;
    }).finally(() => loading.delete(name));
    loading.set(name, work);
    return await work;
  }

  /** Forgets the buckets that were used the longest ago. */
  function evict(): void {
    const oldest = [...levels.entries()].sort(([, a], [, b]) => a.at - b.at);
    for (const [name] of oldest.slice(0, MAX_BUCKETS / 10)) levels.delete(name);
  }

  function refill(bucket: Bucket, level: Level): void {
    const now = clock.now().getTime();
    // A limit that was raised, by another plan for example, holds with the next request (API-17).
    const size = bucket.count * bucket.burst;
    if (level.size !== undefined && size > level.size) level.tokens += size - level.size;
    level.size = size;
    const gained = Math.max(0, now - level.at) / 1000 * (bucket.count / bucket.windowSeconds);
    level.tokens = Math.min(capacity(bucket), level.tokens + gained);
    level.at = now;
  }

  function state(bucket: Bucket, level: Level): BucketState {
    const missing = Math.max(0, 1 - level.tokens);
    const perSecond = bucket.count / bucket.windowSeconds;
    return {
      bucket,
      remaining: Math.max(0, Math.floor(level.tokens)),
      resetSeconds: missing === 0 ? 0 : Math.max(1, Math.ceil(missing / perSecond - 1e-6)),
    };
  }

  async function settle(): Promise<void> {
    const dirty = [...levels.entries()].filter(([, level]) => level.dirty);
    for (const [name, level] of dirty) {
      level.dirty = false;
      await kv.set(
        [{
          key: kvKey(name),
          value: {
            tokens: level.tokens,
            at: level.at,
            ...(level.size ? { size: level.size } : {}),
          },
        }],
        level.lifeMs,
      );
    }
  }

  return {
    async take(buckets) {
      const pairs: { bucket: Bucket; level: Level }[] = [];
      // Kept here: loading one bucket may push another out of memory.
      for (const bucket of buckets) pairs.push({ bucket, level: await load(bucket) });
      for (const { bucket, level } of pairs) refill(bucket, level);
      const empty = pairs.find(({ level }) => level.tokens < 1);
      if (empty) exceeded.add(1, { class: empty.bucket.name });
      else {
        for (const { level } of pairs) {
          level.tokens -= 1;
          level.dirty = true;
        }
      }
      return {
        states: pairs.map(({ bucket, level }) => state(bucket, level)),
        refused: empty ? state(empty.bucket, empty.level) : null,
      };
    },
    settle,
    close: stopSettling,
  };
}
