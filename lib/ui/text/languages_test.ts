import { expect } from "expect";
import { german } from "./de/mod.ts";
import { chatText } from "./chat.ts";
import { interfaceLocale, ISLAND_AREAS } from "./languages.ts";
import { pickWords, wordsForPage } from "./pick.ts";

const EN = new URL("./en/", import.meta.url);

async function english(area: string): Promise<Record<string, string>> {
  const module = await import(new URL(`${area}.ts`, EN).href);
  return Object.values(module)[0] as Record<string, string>;
}

/** The names in braces that a text needs filled in. */
const holes = (text: string) =>
  [...new Set([...text.matchAll(/\{(\w+)/g)].map(([, name]) => name))].sort();

Deno.test("[UI-85] German has every word English has, and fills in the same things", async () => {
  for (const [area, words] of Object.entries(german)) {
    const own = words as Record<string, string>;
    const theirs = await english(area);
    expect([area, Object.keys(own).sort()]).toEqual([area, Object.keys(theirs).sort()]);
    for (const [name, text] of Object.entries(theirs)) {
      // Branches of a plural hold words, not names.
      const simple = (one: string) => holes(one.replace(/(?:=\d+|one|other|yes|no) \{/g, "("));
      expect([area, name, simple(own[name]!)]).toEqual([area, name, simple(text)]);
    }
  }
});

Deno.test("[UI-85] every area is there in German", async () => {
  const files = (await Array.fromAsync(Deno.readDir(EN))).map(({ name }) => name.slice(0, -3));
  expect(files.filter((area) => !(area in german))).toEqual([]);
  expect(ISLAND_AREAS.filter((area) => !(area in german))).toEqual([]);
});

Deno.test("words come in the reader's language, and in English where there are none", () => {
  expect(chatText("de-AT").send).toBe("Senden");
  expect(chatText("en-GB").send).toBe("Send");
  expect(chatText("fr").send).toBe("Send");
  expect(pickWords("nowhere", { a: "A" }, "de").a).toBe("A");
  expect(interfaceLocale("de-AT")).toBe("de-AT");
  expect(interfaceLocale("fr")).toBe("en");
});

Deno.test("a page carries the words its islands need, and none for English", () => {
  const { language, areas } = JSON.parse(wordsForPage("de", ISLAND_AREAS)!);
  expect([language, areas.chat.send]).toEqual(["de", "Senden"]);
  expect(wordsForPage("en", ISLAND_AREAS)).toBe(null);
});
