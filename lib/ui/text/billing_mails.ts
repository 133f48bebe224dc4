import { billingMails } from "./en/billing_mails.ts";
import { pickWords } from "./pick.ts";
import type { Texts } from "./texts.ts";

/** Words of mails about plans and payments. */
export function billingMailText(locale = "en"): Texts<typeof billingMails> {
  return pickWords("billing_mails", billingMails, locale);
}
