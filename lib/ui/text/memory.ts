import { memory } from "./en/memory.ts";
import { pickWords } from "./pick.ts";
import type { Texts } from "./texts.ts";

/** Words of the memory page. */
export function memoryText(locale = "en"): Texts<typeof memory> {
  return pickWords("memory", memory, locale);
}
