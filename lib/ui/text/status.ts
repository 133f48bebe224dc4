import { status } from "./en/status.ts";
import { pickWords } from "./pick.ts";
import type { Texts } from "./texts.ts";

/** Words of the page that tells how the parts are doing, in the language of `locale`. */
export function statusText(locale = "en"): Texts<typeof status> {
  return pickWords("status", status, locale);
}
