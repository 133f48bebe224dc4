import { mails } from "./en/mails.ts";
import { pickWords } from "./pick.ts";
import type { Texts } from "./texts.ts";

/** Words of the mails. */
export function mailText(locale = "en"): Texts<typeof mails> {
  return pickWords("mails", mails, locale);
}
