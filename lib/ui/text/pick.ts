import type { Texts } from "./texts.ts";

/** The words of one area in one language. */
export type Words = Readonly<Record<string, string>>;

/** Id of the element that carries a page's words to its islands. */
export const WORDS_ID = "nova-words";

const known = new Map<string, Words>();

/** Makes a language known, by area. The server does this for all of them when it starts. */
export function provideWords(language: string, areas: Readonly<Record<string, Words>>): void {
  for (const [area, words] of Object.entries(areas)) known.set(`${language}/${area}`, words);
}

/**
 * The words of an area in the reader's language, in English where there are none. English is part
 * of the code; another language reaches the browser with the page, and only when it is wanted.
 */
export function pickWords<T extends Words>(area: string, english: T, locale: string): Texts<T> {
  const language = locale.split("-")[0]!;
  if (language === "en") return english;
  if (known.size === 0) readPage();
  const merged = known.get(`${language}/${area} over English`);
  if (merged) return merged as Texts<T>;
  const words = known.get(`${language}/${area}`);
  if (!words) return english;
  const whole = { ...english, ...words };
  known.set(`${language}/${area} over English`, whole);
  return whole;
}

/** What {@link pickWords} needs in the browser, as the content of the element {@link WORDS_ID}. */
export function wordsForPage(locale: string, areas: readonly string[]): string | null {
  const language = locale.split("-")[0]!;
  const found = areas.map((area) => [area, known.get(`${language}/${area}`)] as const)
    .filter(([, words]) => words !== undefined);
  return found.length > 0 ? JSON.stringify({ language, areas: Object.fromEntries(found) }) : null;
}

function readPage(): void {
  if (typeof document === "undefined") return;
  const content = document.getElementById(WORDS_ID)?.getAttribute("content");
  if (!content) return;
  const { language, areas } = JSON.parse(content) as {
    language: string;
    areas: Record<string, Words>;
  };
  provideWords(language, areas);
}
