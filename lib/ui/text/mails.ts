import { mails } from "./en/mails.ts";
import type { Texts } from "./texts.ts";

/** Words of the mails. */
export function mailText(_locale = "en"): Texts<typeof mails> {
  return mails;
}
