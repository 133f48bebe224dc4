import { billingMails } from "./en/billing_mails.ts";
import type { Texts } from "./texts.ts";

/** Words of mails about plans and payments. */
export function billingMailText(_locale = "en"): Texts<typeof billingMails> {
  return billingMails;
}
