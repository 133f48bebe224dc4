import { admin } from "./en/admin.ts";
import { pickWords } from "./pick.ts";
import type { Texts } from "./texts.ts";

/** Words of the pages of administrators about plans and payments. */
export function adminText(locale = "en"): Texts<typeof admin> {
  return pickWords("admin", admin, locale);
}
