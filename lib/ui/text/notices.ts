import { notices } from "./en/notices.ts";
import { pickWords } from "./pick.ts";
import type { Texts } from "./texts.ts";

/** Words of notices, in the language of `locale`. */
export function noticesText(locale = "en"): Texts<typeof notices> {
  return pickWords("notices", notices, locale);
}
