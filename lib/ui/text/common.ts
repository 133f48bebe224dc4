import { common } from "./en/common.ts";
import { pickWords } from "./pick.ts";
import type { Texts } from "./texts.ts";

/** Words that many parts share, in the language of `locale`. */
export function commonText(locale = "en"): Texts<typeof common> {
  return pickWords("common", common, locale);
}
