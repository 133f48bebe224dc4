import { faults } from "./en/faults.ts";
import { pickWords } from "./pick.ts";
import type { Texts } from "./texts.ts";

/** Words of error pages. */
export function faultText(locale = "en"): Texts<typeof faults> {
  return pickWords("faults", faults, locale);
}
