import { expect } from "expect";
import { FakeClock } from "@/lib/platform/clock.ts";
import { COMMON, createWordCounts } from "./word_counts.ts";

Deno.test("[MEM-95] a common word is remembered by store and person, for five minutes", async () => {
  const clock = new FakeClock("2026-01-01T00:00:00.000Z");
  const counts = createWordCounts(clock);
  counts.learn("ada", "turns", [["time", COMMON], ["cello", COMMON - 1]]);
  expect(counts.common("ada", ["cello", "time"])).toEqual({
    turns: [false, true],
    facts: [false, false],
  });
  expect(counts.common("ben", ["time"])).toEqual({ turns: [false], facts: [false] });
  await clock.advance(4 * 60_000);
  counts.learn("ada", "turns", [["time", COMMON]]);
  await clock.advance(61_000);
  expect(counts.common("ada", ["time"]).turns).toEqual([false]);
});

Deno.test("[MEM-95] it holds so many people and words, the latest", () => {
  const counts = createWordCounts(new FakeClock("2026-01-01T00:00:00.000Z"));
  for (let n = 0; n < 300; n++) counts.learn("ada", "facts", [[`word${n}`, COMMON]]);
  expect(counts.common("ada", ["word0", "word299"]).facts).toEqual([false, true]);
  for (let n = 0; n < 500; n++) counts.learn(`person${n}`, "facts", [["word", COMMON]]);
  expect(counts.common("ada", ["word299"]).facts).toEqual([false]);
  expect(counts.common("person499", ["word"]).facts).toEqual([true]);
});
