import { expect } from "expect";
import { FakeClock } from "@/lib/platform/clock.ts";
import { type Kv, openKv } from "@/lib/platform/kv.ts";
import { silentLog } from "@/lib/platform/log.ts";
import { createMetrics } from "@/lib/platform/metrics.ts";
import { isProblem, type Problem } from "@/lib/platform/problem.ts";
import { createLoginThrottle, type LoginThrottle } from "./throttle.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

async function withThrottle(
  work: (parts: { throttle: LoginThrottle; clock: FakeClock; kv: Kv }) => Promise<void>,
  path = ":memory:",
): Promise<void> {
  const clock = new FakeClock();
  const kv = await openKv({ path, now: clock.now, log: silentLog, metrics: createMetrics() });
  try {
    await work({ throttle: createLoginThrottle({ kv, clock }), clock, kv });
  } finally {
    kv.close();
  }
}

const ADA = { account: "ada", network: "203.0.113.9" };

/** Tries once with a wrong password; the seconds to wait when the try was not admitted. */
async function wrong(throttle: LoginThrottle, keys = ADA): Promise<number | "checked"> {
  try {
    const attempt = await throttle.begin(keys);
    await attempt.failed();
    return "checked";
  } catch (error) {
    expect(isProblem(error, "login_throttled")).toBe(true);
    expect((error as Problem).status).toBe(429);
    return (error as Problem).extra.retryAfterSeconds as number;
  }
}

async function fails(throttle: LoginThrottle, count: number, keys = ADA): Promise<void> {
  for (let i = 0; i < count; i++) expect(await wrong(throttle, keys)).toBe("checked");
}

for (const path of [":memory:", "/nowhere/at/all/kv.sqlite3"]) {
  const store = path === ":memory:" ? "with" : "without";

  Deno.test(`[ACC-20] five failures block for 15 minutes, to the second, ${store} a store`, () =>
    withThrottle(async ({ throttle, clock }) => {
      await fails(throttle, 5);
      expect(await wrong(throttle)).toBe(900);
      await clock.advance(15 * MINUTE - 1_000);
      expect(await wrong(throttle)).toBe(1);
      await clock.advance(1_000);
      expect(await wrong(throttle)).toBe("checked");
    }, path));
}

Deno.test("[ACC-20] refused attempts do not make the block longer", () =>
  withThrottle(async ({ throttle, clock }) => {
    await fails(throttle, 5);
    for (let i = 0; i < 14; i++) {
      await clock.advance(MINUTE);
      expect(await wrong(throttle)).toBe(900 - (i + 1) * 60);
    }
    await clock.advance(MINUTE);
    expect(await wrong(throttle)).toBe("checked");
  }));

Deno.test("[ACC-20] failures that lie more than 15 minutes back do not count", () =>
  withThrottle(async ({ throttle, clock }) => {
    await fails(throttle, 4);
    await clock.advance(15 * MINUTE);
    await fails(throttle, 4);
  }));

Deno.test("[ACC-21] the tenth failure of a day locks for an hour, the twentieth for a day", () =>
  withThrottle(async ({ throttle, clock }) => {
    await fails(throttle, 5);
    await clock.advance(15 * MINUTE);
    await fails(throttle, 5);
    expect(await wrong(throttle)).toBe(3_600);
    await clock.advance(HOUR);
    await fails(throttle, 5);
    await clock.advance(15 * MINUTE);
    await fails(throttle, 5);
    expect(await wrong(throttle)).toBe(86_400);
    await clock.advance(24 * HOUR);
    await fails(throttle, 4);
  }));

Deno.test("[ACC-22] of fifty attempts at once five are checked", () =>
  withThrottle(async ({ throttle }) => {
    const begun = await Promise.allSettled(
      Array.from({ length: 50 }, () => throttle.begin(ADA)),
    );
    const admitted = begun.filter((result) => result.status === "fulfilled");
    expect(admitted).toHaveLength(5);
    await Promise.all(admitted.map((result) => result.value.failed()));
    expect(await wrong(throttle)).toBe(900);
  }));

Deno.test("[ACC-23] a success forgets the failures, an abandoned attempt counts for nothing", () =>
  withThrottle(async ({ throttle }) => {
    await fails(throttle, 4);
    await (await throttle.begin(ADA)).succeeded();
    await fails(throttle, 4);
    for (let i = 0; i < 10; i++) (await throttle.begin(ADA)).abandoned();
    await fails(throttle, 1);
    expect(await wrong(throttle)).toBe(900);
    await throttle.clear("ada");
    await fails(throttle, 5);
  }));

Deno.test("an attempt ends once, however often that is said", () =>
  withThrottle(async ({ throttle }) => {
    const attempt = await throttle.begin(ADA);
    await attempt.failed();
    await attempt.failed();
    await attempt.succeeded();
    attempt.abandoned();
    await fails(throttle, 4);
    expect(await wrong(throttle)).toBe(900);
  }));

Deno.test("[ACC-25] fifty failures of one network block it for everybody there, and nobody else", () =>
  withThrottle(async ({ throttle, clock }) => {
    for (let i = 0; i < 50; i++) {
      await fails(throttle, 1, { account: `person ${i}`, network: "net" });
    }
    expect(await wrong(throttle, { account: "another", network: "net" })).toBe(900);
    expect(await wrong(throttle, { account: "another", network: "elsewhere" })).toBe("checked");
    await clock.advance(15 * MINUTE);
    expect(await wrong(throttle, { account: "another", network: "net" })).toBe("checked");
  }));

Deno.test("[ACC-26] a restart forgets no block", () =>
  withThrottle(async ({ throttle, clock, kv }) => {
    await fails(throttle, 5);
    const restarted = createLoginThrottle({ kv, clock });
    expect(await wrong(restarted)).toBe(900);
    await restarted.clear("ada");
    expect(await wrong(createLoginThrottle({ kv, clock }))).toBe("checked");
  }));

Deno.test("[ACC-26] while the store is away this process counts alone, and both are joined when it is back", async () => {
  const clock = new FakeClock();
  const metrics = createMetrics();
  const kv = await openKv({ path: ":memory:", now: clock.now, log: silentLog, metrics });
  let away = false;
  const flaky: Kv = {
    ...kv,
    available: true,
    update: (...args) => away ? Promise.resolve(null) : kv.update(...args),
  };
  const throttle = createLoginThrottle({ kv: flaky, clock, metrics });
  await fails(throttle, 2);
  away = true;
  await fails(throttle, 2);
  away = false;
  await fails(throttle, 1);
  expect(await wrong(throttle)).toBe(900);
  expect(await metrics.text()).toContain('limiter_fallback_total{bucket="login"}');
  kv.close();
});

Deno.test("[ACC-22] an attempt that fails after another one succeeded still counts", () =>
  withThrottle(async ({ throttle }) => {
    const [slow, right] = [await throttle.begin(ADA), await throttle.begin(ADA)];
    await right.succeeded();
    await slow.failed();
    await fails(throttle, 4);
    expect(await wrong(throttle)).toBe(900);
  }));

Deno.test("[ACC-24] a device that is known has a counter of its own", () =>
  withThrottle(async ({ throttle }) => {
    await fails(throttle, 5);
    const own = { ...ADA, device: "laptop" };
    await fails(throttle, 4, own);
    await (await throttle.begin(own)).succeeded();
    await throttle.clear(ADA.account);
    expect(await wrong(throttle)).toBe("checked");
  }));

Deno.test("accounts that are tried by the thousand do not fill the memory", async () => {
  const clock = new FakeClock();
  const kv = await openKv({
    path: ":memory:",
    now: clock.now,
    log: silentLog,
    metrics: createMetrics(),
  });
  const throttle = createLoginThrottle({ kv, clock, maxKeys: 2 });
  for (let i = 0; i < 5; i++) await fails(throttle, 1, { account: `a${i}`, network: `n${i}` });
  await fails(throttle, 4, { account: "a0", network: "n0" });
  expect(await wrong(throttle, { account: "a0", network: "n0" })).toBe(900);
  kv.close();
});
