import { settings } from "./en/settings.ts";
import type { Texts } from "./texts.ts";

/** Words of the settings. */
export function settingsText(_locale = "en"): Texts<typeof settings> {
  return settings;
}
