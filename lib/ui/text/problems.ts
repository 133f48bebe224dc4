import { problems } from "./en/problems.ts";
import type { Texts } from "./texts.ts";

/** Words for each error code. */
export function problemText(_locale = "en"): Texts<typeof problems> {
  return problems;
}
