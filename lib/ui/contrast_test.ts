import { expect } from "expect";
import { contrast, resolve, type Variables, variablesOf } from "./contrast.ts";

const css = await Deno.readTextFile(new URL("../../static/styles/tokens.css", import.meta.url));
const base = variablesOf(css, ":root {");
const strong = variablesOf(css, ':root[data-theme="contrast"]');

const GROUNDS = ["bg", "surface", "raised", "sunken"];
const HUES = ["red", "amber", "green", "gold", "teal", "indigo"];
const LETTERS = ["text", "text-2", "link"];

/** Every pair of text and ground that the stylesheets set. */
const TEXT: [string, string][] = [
  ...[...GROUNDS, "neutral-3", "neutral-4"].flatMap((g) => LETTERS.map((t) => pair(t, g))),
  ...GROUNDS.slice(0, 3).flatMap((g) => HUES.slice(0, 5).map((h) => pair(`${h}-11`, g))),
  ...HUES.flatMap((h) => [
    pair(`${h}-11`, `${h}-3`),
    pair(`${h}-12`, `${h}-3`),
    pair(`${h}-11`, `${h}-2`),
    pair("text", `${h}-3`),
    pair("text", `${h}-2`),
    pair("text-2", `${h}-2`),
  ]),
  ...["accent", "accent-hover", "danger", "danger-hover"].map((g) => pair("on-accent", g)),
  pair("on-gold", "gold-9"),
  pair("on-gold", "gold-10"),
  pair("indigo-12", "indigo-4"),
  pair("indigo-12", "indigo-5"),
  pair("teal-12", "teal-4"),
  pair("teal-12", "teal-5"),
  pair("teal-11", "teal-4"),
  pair("teal-11", "teal-5"),
  pair("text-2", "indigo-3"),
  pair("text-2", "teal-3"),
  pair("text-2", "neutral-5"),
  pair("text", "neutral-5"),
  pair("text", "indigo-4"),
];

/** Borders of controls, focus rings, icons and bars against what they lie on. */
const PARTS: [string, string][] = [
  ...GROUNDS.slice(0, 3).flatMap((g) =>
    ["line-control", "focus", "earned", "memory", "teal-8", "red-8", "amber-8", "green-8"]
      .map((p) => pair(p, g))
  ),
  ...["bg", "surface", "sunken"].map((g) => pair("accent", g)),
  pair("memory", "teal-2"),
  pair("memory", "teal-3"),
  pair("memory", "teal-4"),
  pair("focus", "sunken"),
  pair("focus", "indigo-3"),
  pair("on-accent", "accent"),
];

const THEMES: { name: string; variables: Variables; dark: boolean; text: number }[] = [
  { name: "light", variables: base, dark: false, text: 4.5 },
  { name: "dark", variables: base, dark: true, text: 4.5 },
  { name: "contrast, light", variables: { ...base, ...strong }, dark: false, text: 7 },
  { name: "contrast, dark", variables: { ...base, ...strong }, dark: true, text: 7 },
];

for (const theme of THEMES) {
  const ratio = ([front, ground]: [string, string]) =>
    contrast(
      resolve(front, theme.variables, theme.dark),
      resolve(ground, theme.variables, theme.dark),
    );

  Deno.test(`[UI-2] text reaches ${theme.text}:1 on every ground in use, ${theme.name}`, () => {
    const low = TEXT.map((p) => [p.join(" on "), ratio(p)] as const).filter(([, r]) =>
      r < theme.text
    );
    expect(low).toEqual([]);
  });

  Deno.test(`[UI-2] borders, rings and bars reach 3:1, ${theme.name}`, () => {
    const low = PARTS.map((p) => [p.join(" on "), ratio(p)] as const).filter(([, r]) => r < 3);
    expect(low).toEqual([]);
  });
}

Deno.test("[UI-67] high contrast is the same by choice and by the device's setting", () => {
  expect(variablesOf(css, ":root:not([data-theme])")).toEqual(strong);
});

Deno.test("[UI-2] gold never carries white text", () => {
  expect(contrast("oklch(1 0 0)", resolve("--gold-9", base, false))).toBeLessThan(4.5);
  expect(resolve("--on-gold", base, false)).not.toBe(resolve("--on-accent", base, false));
});

Deno.test("contrast is 21 between black and white and 1 between equals", () => {
  expect(contrast("oklch(0 0 0)", "oklch(1 0 0)")).toBeCloseTo(21, 1);
  expect(contrast("oklch(0.5 0.1 20)", "oklch(0.5 0.1 20)")).toBe(1);
});

function pair(front: string, ground: string): [string, string] {
  return [`--${front}`, `--${ground}`];
}
