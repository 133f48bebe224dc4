import { alerts } from "./en/alerts.ts";
import { pickWords } from "./pick.ts";
import type { Texts } from "./texts.ts";

/** Words of what is told above the content, in the language of `locale`. */
export function alertsText(locale = "en"): Texts<typeof alerts> {
  return pickWords("alerts", alerts, locale);
}
