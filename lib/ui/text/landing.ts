import { landing } from "./en/landing.ts";
import type { Texts } from "./texts.ts";

/** Words of the landing page. */
export function landingText(_locale = "en"): Texts<typeof landing> {
  return landing;
}
