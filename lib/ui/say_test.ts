import { expect } from "expect";
import { pluralForm, say } from "./say.ts";

Deno.test("[UI-90] plurals follow the language", () => {
  const message = "{n, plural, =0 {No memories} one {# memory} other {# memories}}";
  expect(say(message, { n: 0 })).toBe("No memories");
  expect(say(message, { n: 1 })).toBe("1 memory");
  expect(say(message, { n: 1200 })).toBe("1,200 memories");
  const polish = "{n, plural, one {# plik} few {# pliki} many {# plików} other {# pliku}}";
  expect([1, 3, 5].map((n) => say(polish, { n }, "pl"))).toEqual(["1 plik", "3 pliki", "5 plików"]);
});

Deno.test("placeholders take words, numbers and choices, and values are never read as messages", () => {
  expect(say("{a} of {b}", { a: "x", b: 12345 })).toBe("x of 12,345");
  expect(say("{who, select, me {I said {x}} other {They said {x}}}", { who: "me", x: "#" }))
    .toBe("I said #");
  expect(say("{a}", { a: "{b}", b: "never" })).toBe("{b}");
  expect(say("{missing} stays", {})).toBe("{missing} stays");
});

Deno.test("small numbers read as Intl would write them", () => {
  for (const locale of ["en", "en-GB", "en-IN", "de", "de-AT", "de-CH"]) {
    const rules = new Intl.PluralRules(locale);
    const format = new Intl.NumberFormat(locale);
    for (const n of [0, 1, 2, 7, 12, 99, 100, 999, 1000, 12_345, -1, 1.5, 0.1]) {
      expect([locale, n, pluralForm(n, locale)]).toEqual([locale, n, rules.select(n)]);
      expect(say("{n}", { n }, locale)).toBe(format.format(n));
    }
  }
  expect(say("{n}", { n: 7 }, "ar-EG")).toBe(new Intl.NumberFormat("ar-EG").format(7));
});
