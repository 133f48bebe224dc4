import { expect } from "expect";
import fc from "fast-check";
import { finishTail, splitStableBlocks } from "./markdown_stream.ts";

const FRAGMENTS = [
  "A line of words\n",
  "\n",
  "\n\n",
  "# Heading\n",
  "- item\n",
  "- item\n  more\n",
  "  - nested\n",
  "1. one\n",
  "2. two\n",
  "> quote\n",
  "```ts\n",
  "let a = `x`;\n",
  "```\n",
  "| a | b |\n",
  "|---|---|\n",
  "| 1 | 2 |\n",
  "---\n",
  "===\n",
  "    indented\n",
  "<div>\n",
  "</div>\n",
  "**bold** _em_",
  " [link](https://example.org) ",
  "🙂 مرحبا\n",
];

/** Feeds a text in pieces, as a stream does, and keeps the closed blocks. */
function feed(text: string, cuts: readonly number[]): { blocks: string[]; tail: string } {
  const blocks: string[] = [];
  let tail = "";
  let from = 0;
  for (const cut of [...cuts, text.length].sort((a, b) => a - b)) {
    const split = splitStableBlocks(tail + text.slice(from, cut));
    blocks.push(...split.stable);
    tail = split.tail;
    from = cut;
  }
  return { blocks, tail };
}

const documents = fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 14 })
  .map((parts) => parts.join(""));

Deno.test("[UI-88] closed blocks and the open tail are the text, wherever it was cut", () => {
  fc.assert(
    fc.property(documents, fc.array(fc.nat(200)), (text, cuts) => {
      const { blocks, tail } = feed(text, cuts.map((cut) => Math.min(cut, text.length)));
      expect(blocks.join("") + tail).toBe(text);
    }),
    { numRuns: 400, seed: 7 },
  );
});

Deno.test("[UI-88] a block once closed is the same however the text arrived", () => {
  fc.assert(
    fc.property(documents, fc.array(fc.nat(200)), (text, cuts) => {
      const whole = feed(text, []);
      const pieces = feed(text, cuts.map((cut) => Math.min(cut, text.length)));
      expect(pieces.blocks).toEqual(whole.blocks.slice(0, pieces.blocks.length));
    }),
    { numRuns: 400, seed: 11 },
  );
});

Deno.test("a block stays open until the next one has a complete line", () => {
  expect(splitStableBlocks("one\n\ntwo")).toEqual({ stable: [], tail: "one\n\ntwo" });
  expect(splitStableBlocks("one\n\ntwo\n")).toEqual({ stable: ["one\n\n"], tail: "two\n" });
  expect(splitStableBlocks("1. a\n\n2").stable).toEqual([]);
  expect(splitStableBlocks("```\na\n\nb\n").stable).toEqual([]);
});

Deno.test("finishing a tail that is whole changes nothing", () => {
  for (
    const text of ["plain", "a **b** c", "`x` y", "snake_case_name", "2 * 3 * 4", "```\nx\n```"]
  ) {
    expect(finishTail(text)).toBe(text);
  }
});

Deno.test("finishing closes emphasis in the order it was opened", () => {
  expect(finishTail("**bold _both")).toBe("**bold _both_**");
  expect(finishTail("`code **not bold")).toBe("`code **not bold`");
  expect(finishTail("a \\*star")).toBe("a \\*star");
  expect(finishTail("a **b*")).toBe("a **b**");
  expect(finishTail("a **b** c **")).toBe("a **b** c ");
  expect(finishTail("a ***")).toBe("a ");
});
