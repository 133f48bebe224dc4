import { reasons } from "./en/reasons.ts";
import type { Texts } from "./texts.ts";

/** Words for the terms of a score. */
export function reasonText(_locale = "en"): Texts<typeof reasons> {
  return reasons;
}
