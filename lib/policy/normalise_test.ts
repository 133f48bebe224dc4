import { expect } from "expect";
import fc from "fast-check";
import { tokenise } from "./normalise.ts";

const first = (text: string) => tokenise(text).map(({ readings }) => readings[0]!.word);
const all = (text: string) => tokenise(text).flatMap(({ readings }) => readings.map((r) => r.word));

Deno.test("[POL-20] disguises are undone: accents, look-alikes, widths, invisible signs", () => {
  expect(first("Café ＢＯＭＢ bо\u200bmb 𝗯𝗼𝗺𝗯")).toEqual(["cafe", "bomb", "bomb", "bomb"]);
  expect(first("don’t 🌲 stop")).toEqual(["don't", "stop"]);
});

Deno.test("[POL-20] digits and signs are read as letters too, and numbers stay numbers", () => {
  expect(all("r4n$om k1ll 2026")).toEqual(["r4nom", "ransom", "k1ll", "kill", "klll", "2026"]);
});

Deno.test("[POL-20] letters that stand apart are joined, parts glued by a sign as well", () => {
  expect(all("k i l l")).toContain("kill");
  expect(all("a b.o.m.b")).toContain("bomb");
  expect(all("bo-mb")).toContain("bomb");
  expect(all("I am a b")).not.toContain("iamab");
});

Deno.test("[POL-20] places point into the text as typed, whatever it holds", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      const length = [...text].length;
      let last = 0;
      for (const { from, to, readings } of tokenise(text)) {
        expect(from).toBeGreaterThanOrEqual(last);
        expect(to).toBeGreaterThan(from);
        for (const reading of readings) expect(reading.to).toBeLessThanOrEqual(length);
        last = from;
      }
    }),
    { seed: 3, numRuns: 500 },
  );
});
