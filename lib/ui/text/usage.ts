import { usage } from "./en/usage.ts";
import { pickWords } from "./pick.ts";
import type { Texts } from "./texts.ts";

/** Words of the page of usage. */
export function usageText(locale = "en"): Texts<typeof usage> {
  return pickWords("usage", usage, locale);
}
