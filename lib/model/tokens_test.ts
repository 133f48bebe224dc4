import { expect } from "expect";
import { countPieces } from "./standin/pieces.ts";
import { PROMPTS } from "./testdata/prompts.ts";
import { COUNTED } from "./testdata/token_counts.ts";
import { estimateMessages, estimateTokens } from "./tokens.ts";

/** The factor of a reservation (USE-21). */
const FACTOR = 1.15;
const ESTIMATES = PROMPTS.map(estimateTokens);
const COUNTS: Record<string, readonly number[]> = {
  "Mistral's vocabulary": COUNTED.mistral,
  "the cl100k vocabulary": COUNTED.cl100k,
  "the practice model": PROMPTS.map(countPieces),
};

for (const [name, counts] of Object.entries(COUNTS)) {
  Deno.test(`[USE-22] the estimate with its factor is an upper bound for ${name}`, () => {
    expect(counts.length).toBe(PROMPTS.length);
    expect(counts.length).toBeGreaterThanOrEqual(200);
    const held = counts.filter((count, at) => ESTIMATES[at]! * FACTOR >= count).length;
    expect(held / counts.length).toBeGreaterThanOrEqual(0.99);
  });
}

for (const name of ["Mistral's vocabulary", "the practice model"]) {
  Deno.test(`[USE-22] the estimate is within ten per cent of ${name} on average`, () => {
    const off = COUNTS[name]!.map((count, at) => Math.abs(ESTIMATES[at]! / count - 1));
    expect(off.reduce((sum, value) => sum + value, 0) / off.length).toBeLessThanOrEqual(0.1);
  });
}

Deno.test("[USE-22] an empty text has no tokens and every message has a frame", () => {
  expect(estimateTokens("")).toBe(0);
  expect(estimateMessages([{ role: "user", content: "" }])).toBe(8);
});

Deno.test("the estimate of a long text takes time in proportion", () => {
  const started = performance.now();
  estimateTokens("a word, ".repeat(20_000));
  estimateTokens("-".repeat(100_000));
  expect(performance.now() - started).toBeLessThan(1_000);
});
