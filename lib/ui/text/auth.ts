import { auth } from "./en/auth.ts";
import { pickWords } from "./pick.ts";
import type { Texts } from "./texts.ts";

/** Words of sign-in and registration. */
export function authText(locale = "en"): Texts<typeof auth> {
  return pickWords("auth", auth, locale);
}
