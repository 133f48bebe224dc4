import { constitution } from "./en/constitution.ts";
import { pickWords } from "./pick.ts";
import type { Texts } from "./texts.ts";

/** Words of the constitution's page. */
export function constitutionText(locale = "en"): Texts<typeof constitution> {
  return pickWords("constitution", constitution, locale);
}
