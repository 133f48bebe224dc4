import { expect } from "expect";
import * as fc from "fast-check";
import { codePoints, hasForbiddenCharacters, shorten, takeCodePoints } from "./text.ts";

/** Any text, with halves of characters in it. */
const BROKEN = fc.array(
  fc.oneof(fc.integer({ min: 0xd780, max: 0xe080 }), fc.integer({ min: 0x20, max: 0x7e })),
  { maxLength: 40 },
).map((units) => String.fromCharCode(...units));

Deno.test("lengths count code points, also of broken text", () => {
  expect(codePoints("naïve")).toBe(5);
  expect(codePoints("👩‍👧")).toBe(3);
  expect(codePoints("\ud800x")).toBe(2);
  fc.assert(fc.property(BROKEN, (text) => {
    expect(codePoints(text)).toBe([...text].length);
  }));
});

Deno.test("taking never cuts a character in two", () => {
  expect(takeCodePoints("a👍b", 2)).toBe("a👍");
  fc.assert(fc.property(BROKEN, fc.nat(40), (text, count) => {
    const taken = takeCodePoints(text, count);
    expect(text.startsWith(taken)).toBe(true);
    expect(codePoints(taken)).toBe(Math.min(count, codePoints(text)));
  }));
});

Deno.test("[CHT-13] controls and broken symbols are refused, line breaks only in lines", () => {
  const name = { lines: false, bidi: false };
  const message = { lines: true, bidi: true };
  for (
    const text of ["\u0000", "a\u0007b", "\u001b[31m", "\u007f", "\u0085", "\ud800", "\udc00a"]
  ) {
    expect({ text, bad: hasForbiddenCharacters(text, message) }).toEqual({ text, bad: true });
  }
  expect(hasForbiddenCharacters("a\tb\r\nc", message)).toBe(false);
  expect(hasForbiddenCharacters("a\nb", name)).toBe(true);
  expect(hasForbiddenCharacters("Zoë 👩‍👧 日本 עברית", name)).toBe(false);
});

Deno.test("[ACC-5] a name holds no bidirectional override", () => {
  for (const mark of ["\u202e", "\u202a", "\u2066", "\u2069"]) {
    expect(hasForbiddenCharacters(`a${mark}b`, { lines: false, bidi: false })).toBe(true);
    expect(hasForbiddenCharacters(`a${mark}b`, { lines: false, bidi: true })).toBe(false);
  }
});

Deno.test("a shortened text keeps whole words where it can, and never grows", () => {
  expect(shorten("  one\n two  ", 20)).toBe("one two");
  expect(shorten("one two three four", 12)).toBe("one two…");
  expect(shorten("Donaudampfschifffahrt", 8)).toBe("Donauda…");
  fc.assert(
    fc.property(
      BROKEN,
      fc.integer({ min: 1, max: 30 }),
      (t, n) => {
        expect(codePoints(shorten(t, n))).toBeLessThanOrEqual(n);
      },
    ),
  );
});
