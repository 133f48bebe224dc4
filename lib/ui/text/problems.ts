import { problems } from "./en/problems.ts";
import { pickWords } from "./pick.ts";
import type { Texts } from "./texts.ts";

/** Words for each error code. */
export function problemText(locale = "en"): Texts<typeof problems> {
  return pickWords("problems", problems, locale);
}
