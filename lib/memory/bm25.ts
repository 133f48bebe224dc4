import type { Corpus } from "./ranking_types.ts";
import type { Counts } from "./text_profile.ts";

/** Constants that fit short turns. */
const K1 = 0.9;
const B = 0.3;

/**
 * Okapi BM25 of each row (S. Robertson, H. Zaragoza, "The Probabilistic Relevance Framework: BM25
 * and Beyond", 2009), 0 where a row holds nothing.
 *
 * @param weights idf of each thing that is counted, times what it matters to the question
 * @param options.b how much long rows lose, 0..1
 */
export function bm25(
  rows: readonly Counts[],
  weights: readonly number[],
  { b = B }: { b?: number } = {},
): number[] {
  const mean = rows.reduce((sum, row) => sum + row.length, 0) / rows.length || 1;
  return rows.map((row) => {
    const norm = K1 * (1 - b + b * row.length / mean);
    let score = 0;
    for (let at = 0; at < row.counts.length; at++) {
      const count = row.counts[at]!;
      if (count > 0) score += weights[at]! * count * (K1 + 1) / (count + norm);
    }
    return score;
  });
}

/** Inverse document frequency over the rows, always positive: what few rows hold says more. */
export function inverseFrequency(rows: readonly Counts[], size: number): number[] {
  const idf = new Array<number>(size).fill(0);
  for (let at = 0; at < size; at++) {
    let holding = 0;
    for (const row of rows) if (row.counts[at]! > 0) holding++;
    idf[at] = Math.log(1 + (rows.length - holding + 0.5) / (holding + 0.5));
  }
  return idf;
}

/** The same over all rows of an owner, of which only the best are at hand. */
export function rarity({ rows, holding }: Corpus, size: number): number[] {
  return Array.from({ length: size }, (_, at) => {
    const held = Math.min(rows, holding[at] ?? 0);
    return Math.log(1 + (rows - held + 0.5) / (held + 0.5));
  });
}

/** Products of numbers of equal place. */
export function times(left: readonly number[], right: readonly number[]): number[] {
  return left.map((value, at) => value * right[at]!);
}
