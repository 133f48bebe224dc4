import { expect } from "expect";
import { stem } from "./stemmer.ts";
import { contentStems, lettersOf, misspelled, wordsLike, wordsOf } from "./text_features.ts";

Deno.test("words are compared without case, accents and marks", () => {
  expect(wordsOf("Ada’s café — naïve, “quoted”!")).toEqual(["ada", "s", "cafe", "naive", "quoted"]);
  expect(wordsOf("Ελλάδα 日本語")).toEqual(["ελλαδα", "日本語"]);
  expect(wordsOf("")).toEqual([]);
});

Deno.test("forms of one word have one stem (Porter 1980)", () => {
  const stems: Record<string, string> = {
    caresses: "caress",
    ponies: "poni",
    agreed: "agre",
    plastered: "plaster",
    conflated: "conflat",
    hopping: "hop",
    falling: "fall",
    filing: "file",
    happy: "happi",
    sky: "sky",
    relational: "relat",
    digitizer: "digit",
    electrical: "electr",
    hopefulness: "hope",
    adjustment: "adjust",
    adoption: "adopt",
    controlling: "control",
    rate: "rate",
  };
  for (const [word, expected] of Object.entries(stems)) {
    expect([word, stem(word)]).toEqual([word, expected]);
  }
});

Deno.test("words without content are left out", () => {
  expect(contentStems("What did I do with the paintings?")).toEqual(["paint"]);
});

Deno.test("words like a stem are found whole, at the start of a word alone", () => {
  const found = (text: string, stems: string[]) =>
    [...text.matchAll(wordsLike(stems)!)].map(([word]) => word);
  expect(found("happiness, happy and unhappy camping decamped", ["happi", "camp"]))
    .toEqual(["happiness", "happy", "camping"]);
  expect(found("дома домик", ["дом"])).toEqual(["дома", "домик"]);
  expect(wordsLike([])).toBe(null);
});

Deno.test("letter trigrams know the edges of a word", () => {
  expect(lettersOf("maren").length).toBe(5);
  expect(lettersOf("maren")[0]).toBe(lettersOf("mara")[0]);
  expect(lettersOf("a")).not.toEqual(lettersOf("b"));
});

Deno.test("one slip of the pen is forgiven, two in long words", () => {
  const pairs: [string, string, boolean][] = [
    ["maren", "marren", true],
    ["receive", "recieve", true],
    ["lisbon", "lisbom", true],
    ["portuguese", "portugese", true],
    ["quantum", "quantity", false],
    ["cat", "cut", false],
    ["house", "mouth", false],
  ];
  for (const [a, b, expected] of pairs) expect([a, b, misspelled(a, b)]).toEqual([a, b, expected]);
});
