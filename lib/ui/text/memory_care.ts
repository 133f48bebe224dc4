import { memoryCare } from "./en/memory_care.ts";
import { pickWords } from "./pick.ts";
import type { Texts } from "./texts.ts";

/** Words of the pages around memory. */
export function memoryCareText(locale = "en"): Texts<typeof memoryCare> {
  return pickWords("memory_care", memoryCare, locale);
}

/** The words of a name that is made up, or the name itself. */
export function careWord(name: string, locale = "en"): string {
  return (memoryCareText(locale) as Record<string, string>)[name] ?? name.replace(/^[a-z]+_/, "");
}
