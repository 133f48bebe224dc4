import { common } from "./en/common.ts";
import type { Texts } from "./texts.ts";

/** Words that many parts share, in the language of `locale`. */
export function commonText(_locale = "en"): Texts<typeof common> {
  return common;
}
