import { expect } from "expect";
import { FakeClock } from "./clock.ts";
import { type Kv, openKv } from "./kv.ts";
import { silentLog } from "./log.ts";
import { createMetrics } from "./metrics.ts";
import { type Bucket, createRateLimiter, type RateLimiter } from "./rate_limiter.ts";

const bucket = (change: Partial<Bucket> = {}): Bucket => ({
  name: "web_write",
  key: "ada",
  count: 60,
  windowSeconds: 60,
  burst: 1.5,
  ...change,
});

/** How many of `tries` requests pass. */
async function passes(limiter: RateLimiter, tries: number, ...buckets: Bucket[]): Promise<number> {
  let passed = 0;
  for (let i = 0; i < tries; i++) {
    if ((await limiter.take(buckets)).refused === null) passed++;
  }
  return passed;
}

async function setUp(path = ":memory:") {
  const clock = new FakeClock();
  const metrics = createMetrics();
  const kv = await openKv({ path, now: clock.now, log: silentLog, metrics });
  const limiter = createRateLimiter({ kv, clock, metrics });
  return {
    clock,
    metrics,
    kv,
    limiter,
    close() {
      limiter.close();
      kv.close();
    },
  };
}

Deno.test("[API-10] a burst of one and a half times the limit passes, then nothing", async () => {
  const { limiter, close } = await setUp();
  expect(await passes(limiter, 200, bucket())).toBe(90);
  const { refused, states } = await limiter.take([bucket()]);
  expect(refused).toMatchObject({ remaining: 0, resetSeconds: 1 });
  expect(states[0]).toEqual(refused);
  // Another one's bucket is another bucket.
  expect(await passes(limiter, 1, bucket({ key: "eve" }))).toBe(1);
  close();
});

Deno.test("[API-10] a bucket refills evenly, up to its capacity", async () => {
  const { limiter, clock, close } = await setUp();
  await passes(limiter, 90, bucket());
  await clock.advance(999);
  expect(await passes(limiter, 1, bucket())).toBe(0);
  await clock.advance(1);
  expect(await passes(limiter, 2, bucket())).toBe(1);
  await clock.advance(10_000);
  expect(await passes(limiter, 20, bucket())).toBe(10);
  await clock.advance(3_600_000);
  expect(await passes(limiter, 200, bucket())).toBe(90);
  close();
});

Deno.test("[API-13] a refusal says after how many seconds a request passes", async () => {
  const { limiter, clock, close } = await setUp();
  const slow = bucket({ name: "register", count: 3, windowSeconds: 3_600, burst: 1 });
  expect(await passes(limiter, 5, slow)).toBe(3);
  const { refused } = await limiter.take([slow]);
  expect(refused!.resetSeconds).toBe(1_200);
  await clock.advance(1_199_000);
  expect(await passes(limiter, 1, slow)).toBe(0);
  await clock.advance(1_000);
  expect(await passes(limiter, 1, slow)).toBe(1);
  close();
});

Deno.test("a clock that was set back takes nothing away and gives nothing twice", async () => {
  const { limiter, clock, close } = await setUp();
  await passes(limiter, 90, bucket());
  clock.jumpTo("2025-01-01T00:00:00.000Z");
  expect(await passes(limiter, 1, bucket())).toBe(0);
  await clock.advance(1_000);
  expect(await passes(limiter, 2, bucket())).toBe(1);
  close();
});

Deno.test("one empty bucket refuses, and then none is taken from", async () => {
  const { limiter, metrics, close } = await setUp();
  const narrow = bucket({ name: "chat_turns", count: 2, burst: 1 });
  const wide = bucket({ name: "instance_per_ip", count: 100, burst: 1 });
  expect(await passes(limiter, 10, wide, narrow)).toBe(2);
  const { states, refused } = await limiter.take([wide, narrow]);
  expect(refused!.bucket.name).toBe("chat_turns");
  expect(states.map(({ remaining }) => remaining)).toEqual([98, 0]);
  expect(await metrics.text()).toContain('rate_limit_exceeded_total{class="chat_turns"} 9');
  close();
});

Deno.test("[API-10] without the store buckets have half their capacity, strict ones all of it", async () => {
  const { limiter, metrics, close } = await setUp("/nowhere/at/all/kv.sqlite3");
  expect(await passes(limiter, 200, bucket())).toBe(45);
  expect(await passes(limiter, 200, bucket({ name: "login", strict: true }))).toBe(90);
  expect(await metrics.text()).toMatch(/limiter_fallback_total\{bucket="web_write"\} [1-9]/);
  close();
});

Deno.test("[API-10] a restart does not refill a bucket", async () => {
  const { limiter, kv, clock, metrics, close } = await setUp();
  await passes(limiter, 80, bucket());
  await clock.advance(1_000); // settled by itself within a second
  limiter.close();
  const second = createRateLimiter({ kv, clock, metrics });
  expect(await passes(second, 200, bucket())).toBe(11);
  second.close();
  close();
});

Deno.test("parallel requests take no more than one at a time would", async () => {
  const { limiter, close } = await setUp();
  const answers = await Promise.all(
    Array.from({ length: 200 }, () => limiter.take([bucket()])),
  );
  expect(answers.filter(({ refused }) => refused === null)).toHaveLength(90);
  close();
});

Deno.test("closing while buckets are being written leaves no timer behind", async () => {
  const clock = new FakeClock();
  const gate = Promise.withResolvers<void>();
  const kv: Kv = {
    available: true,
    get: () => Promise.resolve(null),
    list: () => Promise.resolve([]),
    set: () => gate.promise.then(() => true),
    update: () => Promise.resolve(null),
    clear: () => Promise.resolve(true),
    close() {},
  };
  const limiter = createRateLimiter({ kv, clock, metrics: createMetrics() });
  await limiter.take([bucket()]);
  await clock.advance(1_000);
  limiter.close();
  gate.resolve();
  await clock.advance(10_000);
  expect(clock.pending).toBe(0);
});

Deno.test("more addresses than are kept in memory do not break a request", async () => {
  const clock = new FakeClock();
  const old = clock.now().getTime() - 1_000;
  const kv: Kv = {
    available: true,
    // What was stored a while ago is the first to be forgotten.
    get: <T>(key: Deno.KvKey) =>
      Promise.resolve((key.includes("old") ? { tokens: 5, at: old } : null) as T | null),
    list: () => Promise.resolve([]),
    set: () => Promise.resolve(true),
    update: () => Promise.resolve(null),
    clear: () => Promise.resolve(true),
    close() {},
  };
  const limiter = createRateLimiter({ kv, clock, metrics: createMetrics() });
  await limiter.take(Array.from({ length: 49_999 }, (_, i) => bucket({ key: String(i) })));
  const { states } = await limiter.take([bucket({ key: "old" }), bucket({ key: "new" })]);
  expect(states.map(({ remaining }) => remaining)).toEqual([5, 89]);
  limiter.close();
});
