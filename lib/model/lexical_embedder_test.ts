import { expect } from "expect";
import { lexicalEmbedding } from "./lexical_embedder.ts";

const cosine = (a: number[], b: number[]) => a.reduce((sum, value, at) => sum + value * b[at]!, 0);

Deno.test("[MEM-65] vectors have unit length and the asked dimension", () => {
  for (const dim of [64, 768, 4000]) {
    const vector = lexicalEmbedding("My sister Maren lives in Tromsø", dim);
    expect(vector.length).toBe(dim);
    expect(cosine(vector, vector)).toBeCloseTo(1, 9);
  }
  expect(lexicalEmbedding("…!", 8)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
});

Deno.test("[MEM-65] case, spacing and the form of accents make no difference", () => {
  const vector = lexicalEmbedding("Café  in\nTROMSØ");
  expect(lexicalEmbedding("cafe\u0301 in tromsø")).toEqual(vector);
});

Deno.test("[MEM-65] related texts are nearer than unrelated ones, misspelt ones too", () => {
  const sister = lexicalEmbedding("My sister Maren lives in Tromsø");
  const near = cosine(sister, lexicalEmbedding("Where does my sister Maren live?"));
  const misspelt = cosine(sister, lexicalEmbedding("sistr Marren Tromso"));
  const far = cosine(sister, lexicalEmbedding("The quarterly budget was approved"));
  expect(near).toBeGreaterThan(0.4);
  expect(misspelt).toBeGreaterThan(far + 0.1);
  expect(Math.abs(far)).toBeLessThan(0.15);
});

Deno.test("[MEM-65] golden vectors are the same on every platform", () => {
  const golden: [text: string, dim: number, at: number, value: number][] = [
    ["My sister Maren lives in Tromsø", 768, 356, -0.31878836],
    ["My sister Maren lives in Tromsø", 768, 384, 0.31878836],
    ["walnuts", 64, 15, -0.68680282],
    ["walnuts", 64, 0, -0.27472113],
    ["今日は暑い walnut walnut walnut", 768, 78, 0.64974758],
    ["今日は暑い walnut walnut walnut", 768, 520, 0.3096082],
    ["今日は暑い walnut walnut walnut", 768, 10, -0.25989903],
  ];
  for (const [text, dim, at, value] of golden) {
    expect(Math.abs(lexicalEmbedding(text, dim)[at]! - value)).toBeLessThan(1e-6);
  }
});

Deno.test("[MEM-65] the cost grows with the text and no faster", () => {
  const text = "Seven people walked along the river until the light was gone. ".repeat(16);
  const quickest = (input: string) => {
    let best = Infinity;
    for (let i = 0; i < 60; i++) {
      const started = performance.now();
      lexicalEmbedding(input);
      best = Math.min(best, performance.now() - started);
    }
    return best;
  };
  quickest(text);
  // Eight times the text, with room for noise; quadratic work would be sixty-four times.
  expect(quickest(text.repeat(8)) / quickest(text)).toBeLessThan(32);
});
