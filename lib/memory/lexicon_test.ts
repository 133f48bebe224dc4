import { expect } from "expect";
import { relatedWords } from "./lexicon.ts";
import { stem } from "./stemmer.ts";
import { isLightStem } from "./text_features.ts";

const of = (...words: string[]) => relatedWords(words.map(stem));

Deno.test("[MEM-53] a kind gives what is of the kind, not the other way round", () => {
  expect([...of("instrument").values()]).toContain("clarinet");
  expect([...of("clarinet").values()]).not.toContain("drums");
});

Deno.test("[MEM-53] synonyms and forms hold both ways", () => {
  expect([...of("kid").values()]).toContain("child");
  expect([...of("children").values()]).toContain("kids");
  expect([...of("swim").values()]).toContain("swam");
});

Deno.test("[MEM-53] the question's own words and words of any conversation are left out", () => {
  const related = of("buy", "purchase", "activity", "pet", "food", "place", "family", "job");
  expect(related.size).toBe(64);
  for (const [key, word] of related) {
    expect(key).toBe(stem(word));
    expect(isLightStem(key)).toBe(false);
  }
  expect(related.has(stem("purchase"))).toBe(false);
  // They become part of a text query as they are.
  for (const word of related.values()) expect(word).toMatch(/^[a-z]+$/);
  expect(of("xylograph").size).toBe(0);
});
