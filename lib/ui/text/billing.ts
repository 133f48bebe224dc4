import { billing } from "./en/billing.ts";
import type { Texts } from "./texts.ts";

/** Words of the pages of plans and payments. */
export function billingText(_locale = "en"): Texts<typeof billing> {
  return billing;
}
