import { billing } from "./en/billing.ts";
import { pickWords } from "./pick.ts";
import type { Texts } from "./texts.ts";

/** Words of the pages of plans and payments. */
export function billingText(locale = "en"): Texts<typeof billing> {
  return pickWords("billing", billing, locale);
}
