import { landing } from "./en/landing.ts";
import { pickWords } from "./pick.ts";
import type { Texts } from "./texts.ts";

/** Words of the landing page. */
export function landingText(locale = "en"): Texts<typeof landing> {
  return pickWords("landing", landing, locale);
}
