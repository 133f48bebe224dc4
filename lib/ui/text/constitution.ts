import { constitution } from "./en/constitution.ts";
import type { Texts } from "./texts.ts";

/** Words of the constitution's page. */
export function constitutionText(_locale = "en"): Texts<typeof constitution> {
  return constitution;
}
