import { faults } from "./en/faults.ts";
import type { Texts } from "./texts.ts";

/** Words of error pages. */
export function faultText(_locale = "en"): Texts<typeof faults> {
  return faults;
}
