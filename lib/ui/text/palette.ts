import { palette } from "./en/palette.ts";
import type { Texts } from "./texts.ts";

/** Words of the command palette. */
export function paletteText(_locale = "en"): Texts<typeof palette> {
  return palette;
}
