import { principles } from "./en/principles.ts";
import { pickWords } from "./pick.ts";
import type { Texts } from "./texts.ts";

/** The eight principles in short. */
export function principleText(locale = "en"): Texts<typeof principles> {
  return pickWords("principles", principles, locale);
}
