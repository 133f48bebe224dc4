import { expect } from "expect";
import { gzipSync } from "node:zlib";
import { styleFiles, STYLESHEET_FILE } from "./styles.ts";

const root = new URL("../", import.meta.url);
// The stylesheet of the build, which the test runner makes first.
const built = await Deno.readTextFile(new URL(STYLESHEET_FILE, root));
const files = await styleFiles(root);
const sources = new Map(
  await Promise.all(files.map(async (name) =>
    [
      name,
      (await Deno.readTextFile(new URL(`static/styles/${name}`, root)))
        .replace(/\/\*[\s\S]*?\*\//g, ""),
    ] as const
  )),
);

Deno.test("[UI-85] all styles together weigh at most 15 KB", () => {
  expect(gzipSync(new TextEncoder().encode(built), { level: 9 }).length).toBeLessThan(15_000);
});

Deno.test("the order of the layers is declared before anything else", () => {
  expect(built).toMatch(/^@layer reset,tokens,base,layout,components,utilities;/);
});

Deno.test("every rule lies in one of the declared layers", () => {
  for (const [name, css] of sources) {
    const outside = css.replace(/@layer [\w, ]+(;|\{[\s\S]*\n\})/g, "").trim();
    expect({ name, outside }).toEqual({ name, outside: "" });
  }
});

Deno.test("[UI-4] colours and sizes come from tokens", () => {
  for (const [name, css] of sources) {
    if (name === "tokens.css") continue;
    for (const [property, value] of declarations(css)) {
      const raw = [
        ...value.matchAll(/#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch|oklab|color)\(/gi),
        ...value.matchAll(/(?<![\w.-])(?!(?:0|1|1\.5|2)px)[\d.]+px/g),
        ...value.matchAll(/(?<![\w.-])(?:[\d.]+)rem/g),
      ].map((m) => m[0]).filter((found) => !EXCEPTIONS.has(`${name} ${found}`));
      expect({ name, property, raw }).toEqual({ name, property, raw: [] });
    }
  }
});

/** Distances that are no distances: flex bases, grid minima, and redefined tokens. */
const EXCEPTIONS = new Set([
  "utilities.css 16rem",
  "notice.css 14rem",
  "shell.css 16rem",
  "chat.css 19rem",
  "memory.css 12rem",
  "memory.css 16rem",
]);

Deno.test("[UI-4] tokens that are used exist", () => {
  const all = [...sources.values()].join("\n");
  const declared = new Set([...all.matchAll(/(--[\w-]+)\s*:/g)].map((m) => m[1]));
  const used = new Set([...all.matchAll(/var\((--[\w-]+)/g)].map((m) => m[1]));
  expect([...used].filter((name) => !declared.has(name))).toEqual([]);
});

/** Property and value of every declaration; a rule that only redefines tokens is left out. */
function declarations(css: string): [string, string][] {
  return [...css.matchAll(/(?<=[;{]\s*)([\w-]+)\s*:\s*([^;{}]+);/g)]
    .map((m) => [m[1]!, m[2]!] as [string, string])
    .filter(([property]) => !property.startsWith("--"));
}
