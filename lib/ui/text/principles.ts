import { principles } from "./en/principles.ts";
import type { Texts } from "./texts.ts";

/** The eight principles in short. */
export function principleText(_locale = "en"): Texts<typeof principles> {
  return principles;
}
