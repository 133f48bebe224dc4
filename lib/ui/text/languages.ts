import { german } from "./de/mod.ts";
import { provideWords } from "./pick.ts";

/** Languages of the interface, by the name each gives itself. */
export const LANGUAGES: Readonly<Record<string, string>> = { en: "English", de: "Deutsch" };

provideWords("de", german);

/** Areas whose words islands use, on pages of people who are signed in. */
export const ISLAND_AREAS = [
  "common",
  "chat",
  "shelf",
  "receipt",
  "reasons",
  "problems",
  "memory",
  "memory_care",
  "notices",
  "palette",
  "auth",
  "usage",
  "welcome",
] as const;

/** The language itself where the interface has it, else English. */
export function interfaceLocale(locale: string): string {
  return locale.split("-")[0]! in LANGUAGES ? locale : "en";
}
