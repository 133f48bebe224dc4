import { settings } from "./en/settings.ts";
import { pickWords } from "./pick.ts";
import type { Texts } from "./texts.ts";

/** Words of the settings. */
export function settingsText(locale = "en"): Texts<typeof settings> {
  return pickWords("settings", settings, locale);
}
