import { help } from "./en/help.ts";
import { pickWords } from "./pick.ts";
import type { Texts } from "./texts.ts";

/** Words of the help page, in the language of `locale`. */
export function helpText(locale = "en"): Texts<typeof help> {
  return pickWords("help", help, locale);
}
