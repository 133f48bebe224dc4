import { expect } from "expect";
import { FakeClock } from "./clock.ts";
import { isUuid, secureRandom, seededRandom, uuidV7Source } from "./ids.ts";

const V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const timeOf = (id: string) => parseInt(id.slice(0, 8) + id.slice(9, 13), 16);

function expectAscending(ids: string[]): void {
  const wrong = ids.findIndex((id, i) => i > 0 && id <= ids[i - 1]!);
  expect(wrong === -1 ? null : ids.slice(wrong - 1, wrong + 1)).toBeNull();
  expect(new Set(ids).size).toBe(ids.length);
}

Deno.test("[RD-8] ids are UUIDs of version 7 that carry the time", () => {
  const clock = new FakeClock("2026-01-01T09:00:00.123Z");
  const id = uuidV7Source(clock, secureRandom)();
  expect(id).toMatch(V7);
  expect(isUuid(id)).toBe(true);
  expect(timeOf(id)).toBe(clock.now().getTime());
});

Deno.test("[RD-8] 10,000 ids of one millisecond ascend", () => {
  const next = uuidV7Source(new FakeClock(), seededRandom(1));
  const ids = Array.from({ length: 10_000 }, next);
  expectAscending(ids);
  for (const id of ids) expect(id).toMatch(V7);
});

Deno.test("[RD-8] ids ascend while the clock runs backwards, and follow it once it has caught up", () => {
  const clock = new FakeClock("2026-01-01T09:00:00.000Z");
  const next = uuidV7Source(clock, seededRandom(2));
  const ids = [next()];
  clock.jumpTo("2025-06-01T09:00:00.000Z");
  for (let i = 0; i < 5_000; i++) ids.push(next());
  clock.jumpTo("2026-01-01T10:00:00.000Z");
  ids.push(next());
  expectAscending(ids);
  expect(timeOf(ids.at(-1)!)).toBe(clock.now().getTime());
});

Deno.test("a seeded source repeats itself, another seed gives other bytes", () => {
  expect(seededRandom(7)(16)).toEqual(seededRandom(7)(16));
  expect(seededRandom(7)(16)).not.toEqual(seededRandom(8)(16));
});

Deno.test("only the lower-case form is an id", () => {
  const id = "0190f5f2-7c00-7000-8000-000000000001";
  expect(isUuid(id)).toBe(true);
  for (const wrong of [id.toUpperCase(), `${id} `, id.slice(1), "", "null"]) {
    expect({ wrong, is: isUuid(wrong) }).toEqual({ wrong, is: false });
  }
});
