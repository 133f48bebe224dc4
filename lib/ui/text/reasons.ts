import { reasons } from "./en/reasons.ts";
import { pickWords } from "./pick.ts";
import type { Texts } from "./texts.ts";

/** Words for the terms of a score. */
export function reasonText(locale = "en"): Texts<typeof reasons> {
  return pickWords("reasons", reasons, locale);
}
