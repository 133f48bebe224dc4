import { usage } from "./en/usage.ts";
import type { Texts } from "./texts.ts";

/** Words of the page of usage. */
export function usageText(_locale = "en"): Texts<typeof usage> {
  return usage;
}
