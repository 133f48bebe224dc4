import { expect } from "expect";
import { snippetOf } from "./snippet.ts";

Deno.test("the first words of an answer stand without the signs of Markdown", () => {
  const answer =
    "## Plan\n\n1. **Start** with [chard](https://example.org)\n\n| a | b |\n|---|---|\n\n```js\nx()\n```\nThen `thyme`.";
  expect(snippetOf(answer)).toBe("Plan Start with chard Then thyme.");
});

Deno.test("a long answer is cut at a word", () => {
  const cut = snippetOf("walnuts ".repeat(80));
  expect(cut.length).toBeLessThan(230);
  expect(cut).toMatch(/walnuts …$/);
});
