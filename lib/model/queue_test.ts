import { expect } from "expect";
import fc from "fast-check";
import { FakeClock } from "../platform/clock.ts";
import { createMetrics } from "../platform/metrics.ts";
import type { Problem } from "../platform/problem.ts";
import { createModelQueue, type Slot } from "./queue.ts";
import { AGED_MS, orderOf, QUEUE_CLASSES, type QueueClass } from "./queue_order.ts";

const rank = (name: QueueClass) => QUEUE_CLASSES.indexOf(name);
const classes = fc.constantFrom(...QUEUE_CLASSES);

Deno.test("[CHT-78] who comes together is served by class, within a class in order of arrival", () => {
  const line = (["low", "normal", "priority", "low", "normal", "priority"] as const)
    .map((name, i) => ({ class: name, at: i, id: i }));
  expect(orderOf(line, 10).map(({ id }) => id)).toEqual([2, 5, 1, 4, 0, 3]);
});

Deno.test("[CHT-78] a head start is the weight of a class, and a minute ends it", () => {
  const low = { class: "low" as const, at: 0 };
  const normal = { class: "normal" as const, at: 29_999 };
  const late = { class: "normal" as const, at: 30_001 };
  expect(orderOf([low, normal, late], 31_000)).toEqual([normal, low, late]);
  const priority = { class: "priority" as const, at: 59_000 };
  expect(orderOf([low, priority], AGED_MS - 1)).toEqual([priority, low]);
  expect(orderOf([low, priority], AGED_MS)).toEqual([low, priority]);
});

const step = fc.oneof(
  fc.record({ do: fc.constant("enter" as const), class: classes }),
  fc.record({ do: fc.constant("release" as const), nth: fc.nat(20) }),
  fc.record({ do: fc.constant("leave" as const), nth: fc.nat(20) }),
  fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 25_000 }) }),
);

interface Guest {
  id: number;
  class: QueueClass;
  at: number;
  place: number;
  control: AbortController;
  slot: Slot | null;
  state: "waiting" | "inside" | "gone";
}

Deno.test("[CHT-78] whatever comes: never more than the slots, none free while somebody waits, nobody passed after a minute", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3 }),
      fc.array(step, { minLength: 10, maxLength: 80 }),
      async (slots, steps) => {
        const clock = new FakeClock();
        const queue = createModelQueue({ slots, clock, metrics: createMetrics() });
        const guests: Guest[] = [];
        const of = (state: Guest["state"]) => guests.filter((guest) => guest.state === state);

        function admitted(guest: Guest, slot: Slot) {
          guest.slot = slot;
          guest.state = "inside";
          for (const other of of("waiting")) {
            const passed = other.at < guest.at && rank(other.class) > rank(guest.class);
            if (passed) expect(clock.monotonic() - other.at).toBeLessThan(AGED_MS);
            if (other.class === guest.class) expect(other.id).toBeGreaterThan(guest.id);
          }
        }

        for (const one of steps) {
          if (one.do === "enter") {
            const control = new AbortController();
            const guest: Guest = {
              id: guests.length,
              class: one.class,
              at: clock.monotonic(),
              place: 0,
              control,
              slot: null,
              state: "waiting",
            };
            guests.push(guest);
            const entered = queue.enter({
              class: one.class,
              signal: control.signal,
              onPlace: (place) => guest.place = place,
            });
            if (entered instanceof Promise) {
              entered.then((slot) => admitted(guest, slot), () => guest.state = "gone");
            } else admitted(guest, entered);
          } else if (one.do === "wait") await clock.advance(one.ms);
          else if (one.do === "release") {
            const guest = of("inside")[one.nth % Math.max(1, of("inside").length)];
            if (guest) {
              guest.state = "gone";
              guest.slot!.release();
              guest.slot!.release(); // a second time changes nothing
            }
          } else {
            const guest = of("waiting")[one.nth % Math.max(1, of("waiting").length)];
            guest?.control.abort(new Error("stopped"));
          }
          await clock.advance(0);
          const { active, waiting } = queue.load();
          expect(active).toBe(of("inside").length);
          expect(waiting).toBe(of("waiting").length);
          expect(active).toBeLessThanOrEqual(slots);
          if (active < slots) expect(waiting).toBe(0);
          const places = of("waiting").map(({ place }) => place).sort((a, b) => a - b);
          expect(places).toEqual(places.map((_, i) => i + 1));
          expect(of("inside").every(({ place }) => place === 0)).toBe(true);
        }
      },
    ),
    { numRuns: 200 },
  );
});

Deno.test("[CHT-78] a place that is told is the one that comes when nobody else arrives", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(classes, { minLength: 1, maxLength: 20 }), async (names) => {
      const clock = new FakeClock();
      const queue = createModelQueue({ slots: 1, clock, metrics: createMetrics() });
      let slot = await queue.enter({ class: "normal" });
      const told = new Map<number, number>();
      const served: number[] = [];
      names.forEach((name, id) => {
        const entered = queue.enter({
          class: name,
          onPlace: (place) => place > 0 && told.set(id, place),
        });
        void (entered as Promise<Slot>).then((own) => {
          served.push(id);
          slot = own;
        });
      });
      const expected = [...told].sort((a, b) => a[1] - b[1]).map(([id]) => id);
      for (const _ of names) {
        slot.release();
        await clock.advance(0);
      }
      expect(served).toEqual(expected);
    }),
    { numRuns: 100 },
  );
});

Deno.test("[CHT-78] a full queue turns people away with the time after which it pays to come back", async () => {
  const clock = new FakeClock();
  const queue = createModelQueue({ slots: 2, waiting: 3, clock, metrics: createMetrics() });
  const first = await queue.enter({ class: "low" });
  await queue.enter({ class: "low" });
  await clock.advance(40_000);
  first.release(); // calls seem to take long here
  const inside = await queue.enter({ class: "normal" });
  const waiting = Array.from({ length: 3 }, () => queue.enter({ class: "priority" }));
  const refusal = () => queue.enter({ class: "priority" });
  expect(refusal).toThrow("model_unavailable");
  try {
    refusal();
  } catch (error) {
    const { status, extra, detail } = error as Problem;
    // A fifth of the way from ten seconds to forty, for three people and two places.
    expect({ status, extra }).toEqual({
      status: 503,
      extra: { degraded: true, retryAfterSeconds: 24 },
    });
    expect(detail).toContain("24 seconds");
  }
  // Work whose number is bounded elsewhere is not turned away, and takes nobody's place.
  const work = queue.enter({ class: "low", bounded: false });
  expect(queue.load()).toEqual({ active: 2, waiting: 4 });
  inside.release();
  await waiting[0];
  expect(() => queue.enter({ class: "low" })).not.toThrow();
  expect(work).toBeInstanceOf(Promise);
});

Deno.test("[CHT-78] a free place is given at once, and who has left before is not let in", () => {
  const clock = new FakeClock();
  const queue = createModelQueue({ slots: 1, clock, metrics: createMetrics() });
  const left = AbortSignal.abort(new Error("gone"));
  expect(() => queue.enter({ class: "normal", signal: left })).toThrow("gone");
  expect(queue.enter({ class: "low" })).not.toBeInstanceOf(Promise);
});

Deno.test("[CHT-78] depth and waiting time are told by class", async () => {
  const clock = new FakeClock();
  const metrics = createMetrics();
  await metrics.load();
  const queue = createModelQueue({ slots: 1, clock, metrics });
  const slot = await queue.enter({ class: "normal" });
  const next = queue.enter({ class: "low" });
  expect(await metrics.text()).toContain('model_queue_depth{class="low"} 1');
  await clock.advance(3_000);
  slot.release();
  (await next).release();
  const text = await metrics.text();
  expect(text).toContain('model_queue_depth{class="low"} 0');
  expect(text).toContain('model_queue_wait_seconds_sum{class="low"} 3');
  expect(text).toContain('model_queue_wait_seconds_sum{class="normal"} 0');
});
