import { expect } from "expect";
import fc from "fast-check";
import { parseSearch, snippetOf } from "./search_query.ts";

const NOTHING = {
  terms: [],
  inTitle: false,
  from: null,
  before: null,
  after: null,
  pinned: false,
  archived: false,
};

Deno.test("[CHT-7] words, phrases and operators of a search are told apart", () => {
  expect(parseSearch('Walnut "green bowl" from:me in:title before:2026-05-01 is:pinned')).toEqual({
    ...NOTHING,
    terms: ["walnut", "green bowl"],
    inTitle: true,
    from: "user",
    before: "2026-05-01",
    pinned: true,
  });
  expect(parseSearch("FROM:Nova after:2026-02-28 is:archived")).toEqual({
    ...NOTHING,
    from: "assistant",
    after: "2026-02-28",
    archived: true,
  });
});

Deno.test("[CHT-7] what only looks like an operator is searched for", () => {
  expect(parseSearch("https://example.org before:2026-02-30 is:odd todo:").terms).toEqual([
    "https://example.org",
    "before:2026-02-30",
    "is:odd",
    "todo:",
  ]);
});

Deno.test("[CHT-7] a snippet shows the first hit and marks every one", () => {
  const text = `${"long words before it ".repeat(10)}a Walnut, and walnuts again`;
  const { text: shown, highlights } = snippetOf(text, ["walnut"]);
  expect(highlights.map(([from, to]) => [...shown].slice(from, to).join(""))).toEqual([
    "Walnut",
    "walnut",
  ]);
  expect(shown.startsWith("…")).toBe(true);
  expect(snippetOf("no hit at all", ["walnut"])).toEqual({ text: "no hit at all", highlights: [] });
  expect(snippetOf("aaaa", ["aa", "aaa"]).highlights).toEqual([[0, 4]]);
});

Deno.test("a snippet of any text marks what was asked for, whatever its letters", () => {
  fc.assert(fc.property(
    fc.string({ unit: "grapheme" }),
    fc.string({ unit: "grapheme" }),
    (a, term) => {
      const { text, highlights } = snippetOf(`${a} ${term}`, [term.toLowerCase()]);
      const length = [...text].length;
      expect(highlights.every(([from, to]) => 0 <= from && from < to && to <= length)).toBe(true);
    },
  ));
});
