import { admin } from "./en/admin.ts";
import type { Texts } from "./texts.ts";

/** Words of the pages of administrators about plans and payments. */
export function adminText(_locale = "en"): Texts<typeof admin> {
  return admin;
}
