import { expect } from "expect";
import type { Memory } from "../contract.ts";
import { lanesOf, stretchOf } from "./lanes.ts";

const now = "2026-06-30T00:00:00.000Z";
const known = { first: "2026-01-01T00:00:00.000Z", now };
const fact = (id: string, validFrom: string, more: Partial<Memory> = {}) =>
  ({ id, text: id, validFrom, validTo: null, supersededBy: null, ...more }) as Memory;

Deno.test("[UI-50] a stretch ends now or where it is asked, and leads to those beside it", () => {
  expect(stretchOf({ zoom: null, until: null }, known)).toMatchObject({
    zoom: "all",
    from: known.first,
    to: now,
    earlier: null,
    later: null,
  });
  const week = stretchOf({ zoom: "week", until: "2026-03-10T00:00:00.000Z" }, known);
  expect(week).toEqual({
    zoom: "week",
    from: "2026-03-03T00:00:00.000Z",
    to: "2026-03-10T00:00:00.000Z",
    earlier: "2026-03-03T00:00:00.000Z",
    later: "2026-03-17T00:00:00.000Z",
  });
  expect(stretchOf({ zoom: "day", until: "2030-01-01T00:00:00.000Z" }, known).later).toBeNull();
  expect(stretchOf({ zoom: "year", until: null }, known).earlier).toBeNull();
  expect(stretchOf({ zoom: "century", until: "soon" }, known).zoom).toBe("all");
  expect(stretchOf({ zoom: "day", until: "soon" }, known).to).toBe(now);
  expect(stretchOf({ zoom: "all", until: null }, { first: null, now }).from < now).toBe(true);
});

Deno.test("[UI-50] facts that replaced each other stand in one lane, oldest first, with an arrow", () => {
  const stretch = stretchOf({ zoom: "all", until: null }, known);
  const lanes = lanesOf([
    fact("other", "2026-02-01T00:00:00.000Z"),
    fact("c", "2026-05-01T00:00:00.000Z"),
    fact("a", "2026-01-01T00:00:00.000Z", {
      validTo: "2026-03-01T00:00:00.000Z",
      supersededBy: "b",
    }),
    fact("b", "2026-03-01T00:00:00.000Z", {
      validTo: "2026-05-01T00:00:00.000Z",
      supersededBy: "c",
    }),
    fact("alone", "2025-01-01T00:00:00.000Z", { supersededBy: "gone", validTo: now }),
  ], stretch);
  expect(lanes.map((lane) => lane.map((bar) => bar.fact.id))).toEqual([
    ["a", "b", "c"],
    ["other"],
    ["alone"],
  ]);
  const [a, b, c] = lanes[0]!;
  expect([a!.replaced, b!.replaced, c!.replaced]).toEqual([true, true, false]);
  expect([a!.start, a!.end === b!.start, c!.end]).toEqual([0, true, 1000]);
  expect([c!.goesOn, lanes[2]![0]!.opens]).toEqual([true, true]);
  expect(lanes.flat().every((bar) => bar.start < bar.end && bar.end <= 1000)).toBe(true);
});
