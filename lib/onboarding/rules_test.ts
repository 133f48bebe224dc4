import { expect } from "expect";
import { after, besides, isOpen, NOT_BEGUN, type Progress, STEPS, stepsOf } from "./rules.ts";

const NOW = new Date("2026-01-01T09:00:00.000Z");
const act = (progress: Progress, ...acts: Parameters<typeof after>[1][]) =>
  acts.reduce((state, one) => after(state, one, NOW), progress);

Deno.test("[UI-35] the tour goes step by step to its end, and back", () => {
  let progress = NOT_BEGUN;
  for (const [i, { name }] of STEPS.entries()) {
    expect(progress.step).toBe(name);
    expect(isOpen(progress)).toBe(true);
    progress = act(progress, { act: "next", step: name });
    expect(progress.done.length).toBe(i + 1);
  }
  expect(progress.completedAt).toEqual(NOW);
  expect(isOpen(progress)).toBe(false);
  expect(besides(STEPS, "memory", -1)).toBe("chat");
  expect(besides(STEPS, "welcome", -1)).toBe(null);
});

Deno.test("[UI-35] taking the same step twice, as a reload does, counts once", () => {
  const once = act(NOT_BEGUN, { act: "next", step: "welcome" });
  expect(act(once, { act: "next", step: "welcome" })).toEqual(once);
});

Deno.test("[UI-35] what was skipped stays where it was, and goes on when a step is taken", () => {
  const skipped = act(NOT_BEGUN, { act: "next", step: "welcome" }, { act: "skip" });
  expect(isOpen(skipped)).toBe(false);
  expect(skipped.step).toBe("chat");
  const again = act(skipped, { act: "reach", step: "chat" });
  expect([isOpen(again), again.skippedAt]).toEqual([true, null]);
});

Deno.test("[UI-37] begun anew it forgets steps and tips; a later addition shows what is new alone", () => {
  const whole = STEPS.reduce((p, { name }) => act(p, { act: "next", step: name }), NOT_BEGUN);
  const anew = act(whole, { act: "tip", tip: "pin" }, { act: "restart" });
  expect(anew).toMatchObject({ step: "welcome", done: [], tips: [], completedAt: null });
  const later = [...STEPS, { name: "chat", since: 2 } as const];
  expect(stepsOf(whole, later)).toEqual([{ name: "chat", since: 2 }]);
  expect(isOpen(whole, 2)).toBe(true);
  expect(stepsOf(NOT_BEGUN, later).length).toBe(later.length);
});

Deno.test("[UI-36] a tip is put away once", () => {
  const once = act(NOT_BEGUN, { act: "tip", tip: "receipt" });
  expect(once.tips).toEqual(["receipt"]);
  expect(act(once, { act: "tip", tip: "receipt" })).toBe(once);
  // A tip alone begins no tour.
  expect(once.startedAt).toBe(null);
});
