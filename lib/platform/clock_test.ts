import { expect } from "expect";
import { every, FakeClock, sleep, systemClock } from "./clock.ts";

Deno.test("timers fire in the order of their time, each at its own moment", async () => {
  const clock = new FakeClock("2026-01-01T00:00:00.000Z");
  const fired: string[] = [];
  for (const ms of [300, 100, 200]) {
    clock.after(ms, () => fired.push(`${ms} at ${clock.now().toISOString().slice(20, 23)}`));
  }
  await clock.advance(250);
  expect(fired).toEqual(["100 at 100", "200 at 200"]);
  expect(clock.pending).toBe(1);
  await clock.advance(50);
  expect(fired).toHaveLength(3);
});

Deno.test("timers of one moment fire in the order in which they were set", async () => {
  const clock = new FakeClock();
  const fired: number[] = [];
  for (const n of [1, 2, 3]) clock.after(10, () => fired.push(n));
  await clock.advance(10);
  expect(fired).toEqual([1, 2, 3]);
});

Deno.test("a timer that is set while time moves still fires in time", async () => {
  const clock = new FakeClock();
  const at: number[] = [];
  clock.after(10, () => {
    clock.after(10, () => at.push(clock.monotonic()));
  });
  await clock.advance(100);
  expect(at).toEqual([20]);
});

Deno.test("a cancelled timer does not fire", async () => {
  const clock = new FakeClock();
  let fired = false;
  clock.after(10, () => fired = true)();
  await clock.advance(20);
  expect(fired).toBe(false);
});

Deno.test("a corrected wall clock moves neither timers nor elapsed time", async () => {
  const clock = new FakeClock("2026-01-01T00:00:00.000Z");
  let fired = false;
  clock.after(1_000, () => fired = true);
  clock.jumpTo("2025-01-01T00:00:00.000Z");
  expect(clock.monotonic()).toBe(0);
  expect(fired).toBe(false);
  await clock.advance(1_000);
  expect(fired).toBe(true);
  expect(clock.now().toISOString()).toBe("2025-01-01T00:00:01.000Z");
});

Deno.test("the readings of both clocks can be handed on by themselves", () => {
  for (const clock of [systemClock, new FakeClock()]) {
    const { now, monotonic } = clock;
    expect(now()).toBeInstanceOf(Date);
    expect(typeof monotonic()).toBe("number");
  }
});

Deno.test("sleep ends in time, or with the reason of its signal", async () => {
  const clock = new FakeClock();
  let awake = false;
  void sleep(clock, 1_000).then(() => awake = true);
  await clock.advance(999);
  expect(awake).toBe(false);
  await clock.advance(1);
  expect(awake).toBe(true);

  const abort = new AbortController();
  const slept = sleep(clock, 1_000, abort.signal).catch((error) => error.message);
  abort.abort(new Error("enough"));
  expect(await slept).toBe("enough");
  expect(clock.pending).toBe(0);
  await expect(sleep(clock, 1, abort.signal)).rejects.toThrow("enough");
});

Deno.test("every repeats, never overlaps, and ends for good", async () => {
  const clock = new FakeClock();
  let running = 0;
  let most = 0;
  let runs = 0;
  const stop = every(clock, 100, async () => {
    runs++;
    most = Math.max(most, ++running);
    await sleep(clock, 250);
    running--;
  });
  await clock.advance(1_000);
  // It starts at 100, 450 and 800: each wait begins when the run before has ended.
  expect({ runs, most }).toEqual({ runs: 3, most: 1 });
  stop(); // in the middle of the third
  await clock.advance(10_000);
  expect(runs).toBe(3);
  expect(clock.pending).toBe(0);
});
