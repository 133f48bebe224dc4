import { expect } from "expect";
import * as fc from "fast-check";
import {
  balance,
  cappedAnswer,
  nextUtcMidnight,
  nextUtcMonth,
  quotaLevel,
  utcDay,
} from "./quota.ts";

Deno.test("what is left is the limit without what is used and held", () => {
  expect(balance(30, 20, 200)).toEqual({
    used: 30,
    reserved: 20,
    limit: 200,
    remaining: 150,
    percentage: 15,
  });
  expect(balance(1, 0, 3).percentage).toBe(33.33);
});

Deno.test("[PLN-7] an unlimited resource has no limit, rest or percentage", () => {
  expect(balance(1_000_000, 5, null)).toEqual({
    used: 1_000_000,
    reserved: 5,
    limit: null,
    remaining: null,
    percentage: null,
  });
  expect(quotaLevel(null)).toBe("ok");
});

Deno.test("[PLN-16] a limit of nothing is used up from the start", () => {
  expect(balance(0, 0, 0)).toMatchObject({ remaining: 0, percentage: 100 });
  expect(quotaLevel(balance(0, 0, 0).percentage)).toBe("blocked");
});

Deno.test("the rest is never negative, however a limit was lowered", () => {
  fc.assert(fc.property(fc.nat(), fc.nat(), fc.nat(), (used, reserved, limit) => {
    const { remaining, percentage } = balance(used, reserved, limit);
    expect(remaining).toBe(Math.max(0, limit - used - reserved));
    if (used >= limit) expect(percentage).toBeGreaterThanOrEqual(100);
  }));
});

Deno.test("[USE-25] lesson and quiz are held whole, a tutor's answer within the plan's largest one", () => {
  expect(cappedAnswer("lesson", 600)).toEqual({ answerTokens: 4_000, whole: true });
  expect(cappedAnswer("quiz", 600)).toEqual({ answerTokens: 2_048, whole: true });
  expect(cappedAnswer("tutor", 600)).toEqual({ answerTokens: 600, whole: false });
  expect(cappedAnswer("tutor", 2_000)).toEqual({ answerTokens: 1_000, whole: false });
  expect(cappedAnswer("tutor", null)).toEqual({ answerTokens: 1_000, whole: false });
});

Deno.test("warnings begin at 80, 90 and 100 per cent", () => {
  const levels = [0, 79.99, 80, 89.99, 90, 99.99, 100, 250].map(quotaLevel);
  expect(levels).toEqual([
    "ok",
    "ok",
    "notice",
    "notice",
    "strong",
    "strong",
    "blocked",
    "blocked",
  ]);
});

Deno.test("[RD-7] a day of limits is the UTC day", () => {
  expect(utcDay(new Date("2026-01-31T23:59:59.999Z"))).toBe("2026-01-31");
  expect(utcDay(new Date("2026-02-01T01:00:00+02:00"))).toBe("2026-01-31");
  expect(nextUtcMidnight(new Date("2026-02-28T12:00:00Z")).toISOString())
    .toBe("2026-03-01T00:00:00.000Z");
  expect(nextUtcMidnight(new Date("2026-03-01T00:00:00Z")).toISOString())
    .toBe("2026-03-02T00:00:00.000Z");
  expect(nextUtcMonth(new Date("2026-12-31T23:59:59Z")).toISOString())
    .toBe("2027-01-01T00:00:00.000Z");
});
