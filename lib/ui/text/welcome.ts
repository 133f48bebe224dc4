import { welcome } from "./en/welcome.ts";
import { pickWords } from "./pick.ts";
import type { Texts } from "./texts.ts";

/** Words of the first steps and of tips, in the language of `locale`. */
export function welcomeText(locale = "en"): Texts<typeof welcome> {
  return pickWords("welcome", welcome, locale);
}
