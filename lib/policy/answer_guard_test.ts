import { expect } from "expect";
import { FakeClock } from "../platform/clock.ts";
import { createMetrics } from "../platform/metrics.ts";
import { createPolicy } from "./policy.ts";
import { RULES } from "./rules/all.ts";

const policy = createPolicy({ clock: new FakeClock(), ids: () => "id", metrics: createMetrics() });
const HARD = RULES.filter((rule) => rule.hard);
const BEFORE = "Let me think about this for a moment, it is hard. ";
const AFTER = " And that was the first part of it.";

/** Everything that was released, and the hit. */
async function run(pieces: string[], canary?: string) {
  const guard = policy.createAnswerGuard({ canary });
  let text = "";
  for (const piece of pieces) {
    const step = guard.push(piece);
    text += step.release;
    if (step.hit) return { text, hit: step.hit, decision: (await guard.end()).decision };
  }
  const last = await guard.end();
  return { text: text + last.release, hit: last.hit, decision: last.decision };
}

Deno.test("[POL-66] no character of a hard span is released, wherever the pieces are cut", async () => {
  let runs = 0;
  for (const rule of HARD) {
    for (const example of rule.match) {
      const whole = BEFORE + example + AFTER;
      const { hit: reference, text: clean } = await run([whole]);
      expect([rule.id, example, reference?.rule.id]).toEqual([rule.id, example, rule.id]);
      const chars = [...whole];
      for (let cut = 1; cut < chars.length; cut++) {
        const { text, hit } = await run([chars.slice(0, cut).join(""), chars.slice(cut).join("")]);
        expect([example, cut, hit?.rule.id, text]).toEqual([example, cut, rule.id, clean]);
        runs++;
      }
      const { text, hit } = await run(chars);
      expect([example, hit?.rule.id, text]).toEqual([example, rule.id, clean]);
    }
  }
  expect(runs).toBeGreaterThanOrEqual(200);
});

Deno.test("[POL-24] text without an open match is released at once", () => {
  const guard = policy.createAnswerGuard();
  for (
    const piece of [
      "Your",
      " sister",
      " Maren",
      " lived",
      " near",
      " Trom",
      "sø. ",
      "```js\n",
      "const x",
    ]
  ) {
    expect(guard.push(piece).release).toBe(piece);
  }
});

Deno.test("[POL-24] at most 64 characters are held back, and they come out when nothing follows", () => {
  const guard = policy.createAnswerGuard();
  expect(guard.push("It is easy to make").release).toBe("It is easy ");
  let held = [..."to make"].length;
  for (
    const char of " a cake, and then one more cake, and another cake, and so on it goes for ever"
  ) {
    held += 1 - [...guard.push(char).release].length;
    expect(held).toBeLessThanOrEqual(64);
  }
  expect(held).toBe(0);
});

Deno.test("[POL-24] an innocent text comes out whole, however it is cut", async () => {
  const text = BEFORE +
    "To make a bath bomb you need citric acid. 子ども 🌲 Women are in the majority. " +
    "I cannot explain how to make sarin, but I can tell its history." + AFTER;
  const chars = [...text];
  for (let size = 1; size < 40; size += 3) {
    const pieces = Array.from(
      { length: Math.ceil(chars.length / size) },
      (_, at) => chars.slice(at * size, at * size + size).join(""),
    );
    const { text: released, hit } = await run(pieces);
    expect([size, released, hit]).toEqual([size, text, undefined]);
  }
});

Deno.test("[POL-25] a hard hit ends the answer with a refusal and a decision about it", async () => {
  const start = "Sure. ";
  const { text, hit, decision } = await run([start, "Step 1: to make sa", "rin you need", " more"]);
  expect(text).toBe("Sure. Step 1: ");
  expect(hit).toMatchObject({ category: "weapons_mass", at: [..."Sure. Step 1: "].length });
  expect(hit!.refusalText).toContain("beneficence");
  expect(decision).toMatchObject({ verdict: "refuse", aligned: false, stage: "post" });
  expect(decision.refusalText).toBe(hit!.refusalText);
  expect(decision.rules[0]).toMatchObject({ id: "answer.mass_weapon", span: hit!.rule.span });
});

Deno.test("[POL-24] nothing is released after a hit", () => {
  const guard = policy.createAnswerGuard();
  expect(guard.push("You should kill yourself. ").hit).toBeDefined();
  expect(guard.push("More").release).toBe("");
});

Deno.test("the mark in the system prompt never comes out", async () => {
  const canary = "nv-7f3a91";
  for (const pieces of [["It says nv-7f3a91 here"], ["It says n", "v-7f3", "a91 here"]]) {
    const { text, hit } = await run(pieces, canary);
    expect(text).toBe("It says ");
    expect(hit?.rule.id).toBe("answer.canary");
  }
  expect((await run(["It says nv-7", "00 here"], canary)).text).toBe("It says nv-700 here");
});
