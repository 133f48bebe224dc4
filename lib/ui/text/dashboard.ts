import { dashboard } from "./en/dashboard.ts";
import { pickWords } from "./pick.ts";
import type { Texts } from "./texts.ts";

/** Words of the first page after signing in, in the language of `locale`. */
export function dashboardText(locale = "en"): Texts<typeof dashboard> {
  return pickWords("dashboard", dashboard, locale);
}
