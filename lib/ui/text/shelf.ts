import { shelf } from "./en/shelf.ts";
import { pickWords } from "./pick.ts";
import type { Texts } from "./texts.ts";

/** Words of what the list of conversations finds and puts away. */
export function shelfText(locale = "en"): Texts<typeof shelf> {
  return pickWords("shelf", shelf, locale);
}
