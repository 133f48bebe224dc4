import { auth } from "./en/auth.ts";
import type { Texts } from "./texts.ts";

/** Words of sign-in and registration. */
export function authText(_locale = "en"): Texts<typeof auth> {
  return auth;
}
