import { charter } from "./en/charter.ts";
import { pickWords } from "./pick.ts";
import type { Texts } from "./texts.ts";

/** The constitution in full, in the language of `locale`. */
export function charterText(locale = "en"): Texts<typeof charter> {
  return pickWords("charter", charter, locale);
}
