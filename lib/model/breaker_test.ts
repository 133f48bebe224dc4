import { expect } from "expect";
import { FakeClock } from "../platform/clock.ts";
import { type Breaker, type BreakerState, createBreaker } from "./breaker.ts";

function setUp() {
  const clock = new FakeClock();
  const changes: BreakerState[] = [];
  const breaker = createBreaker({ clock, onChange: (to) => changes.push(to) });
  return { clock, changes, breaker };
}

function fail(breaker: Breaker, times = 1) {
  for (let i = 0; i < times; i++) breaker.admit()!.failure();
}

Deno.test("[CHT-75] the breaker opens after five failures in a row", () => {
  const { breaker, changes } = setUp();
  fail(breaker, 4);
  expect(breaker.report()).toMatchObject({ state: "closed", failures: 4 });
  fail(breaker);
  expect(breaker.report()).toMatchObject({ state: "open", retryAfterMs: 60_000 });
  expect(breaker.admit()).toBeNull();
  expect(changes).toEqual(["open"]);
});

Deno.test("[CHT-75] a success between failures starts the count anew", () => {
  const { breaker } = setUp();
  fail(breaker, 4);
  breaker.admit()!.success();
  fail(breaker, 4);
  expect(breaker.report().state).toBe("closed");
});

Deno.test("[CHT-75] user errors do not count", () => {
  const { breaker } = setUp();
  for (let i = 0; i < 30; i++) breaker.admit()!.ignore();
  expect(breaker.report()).toMatchObject({ state: "closed", failures: 0 });
});

Deno.test("[OPS-19] half of ten calls within ten seconds open it", () => {
  const { breaker } = setUp();
  for (let i = 0; i < 5; i++) {
    breaker.admit()!.success();
    if (i < 4) fail(breaker);
  }
  expect(breaker.report().state).toBe("closed");
  fail(breaker);
  expect(breaker.report().state).toBe("open");
});

Deno.test("[OPS-19] too few calls, or calls longer ago than the window, do not open it", async () => {
  const { breaker, clock } = setUp();
  for (let i = 0; i < 4; i++) {
    breaker.admit()!.success();
    fail(breaker);
  }
  expect(breaker.report().state).toBe("closed");
  await clock.advance(10_000);
  breaker.admit()!.success();
  fail(breaker);
  expect(breaker.report().state).toBe("closed");
});

Deno.test("[OPS-19] fifty callers share one probe after sixty seconds, and its success closes", async () => {
  const { breaker, clock, changes } = setUp();
  fail(breaker, 5);
  await clock.advance(59_999);
  expect(breaker.admit()).toBeNull();
  await clock.advance(1);
  const permits = Array.from({ length: 50 }, () => breaker.admit()).filter((p) => p !== null);
  expect(permits.length).toBe(1);
  expect(breaker.report().state).toBe("half_open");
  permits[0]!.success();
  expect(breaker.admit()).not.toBeNull();
  expect(changes).toEqual(["open", "half_open", "closed"]);
});

Deno.test("[OPS-19] a failed probe opens it for another sixty seconds", async () => {
  const { breaker, clock } = setUp();
  fail(breaker, 5);
  await clock.advance(60_000);
  fail(breaker);
  expect(breaker.report()).toMatchObject({ state: "open", retryAfterMs: 60_000 });
  await clock.advance(60_000);
  expect(breaker.admit()).not.toBeNull();
});

Deno.test("[OPS-19] a probe that says nothing leaves the place to the next caller", async () => {
  const { breaker, clock } = setUp();
  fail(breaker, 5);
  await clock.advance(60_000);
  breaker.admit()!.ignore();
  expect(breaker.report().state).toBe("half_open");
  expect(breaker.admit()).not.toBeNull();
});

Deno.test("[OPS-19] calls admitted before it opened do not decide about the probe", async () => {
  const { breaker, clock } = setUp();
  const slow = breaker.admit()!;
  const slowFailure = breaker.admit()!;
  fail(breaker, 5);
  slow.success();
  expect(breaker.report().state).toBe("open");
  await clock.advance(60_000);
  const probe = breaker.admit()!;
  slowFailure.failure();
  expect(breaker.report().state).toBe("half_open");
  probe.success();
  expect(breaker.report().state).toBe("closed");
});
