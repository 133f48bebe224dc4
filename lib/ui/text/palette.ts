import { palette } from "./en/palette.ts";
import { pickWords } from "./pick.ts";
import type { Texts } from "./texts.ts";

/** Words of the command palette. */
export function paletteText(locale = "en"): Texts<typeof palette> {
  return pickWords("palette", palette, locale);
}
