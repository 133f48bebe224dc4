import { accessibility } from "./en/accessibility.ts";
import { pickWords } from "./pick.ts";
import type { Texts } from "./texts.ts";

/** Words of the statement on accessibility, in the language of `locale`. */
export function accessibilityText(locale = "en"): Texts<typeof accessibility> {
  return pickWords("accessibility", accessibility, locale);
}
