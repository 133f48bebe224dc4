import { apiDocs } from "./en/api_docs.ts";
import { pickWords } from "./pick.ts";
import type { Texts } from "./texts.ts";

/** Words of the page about the API. */
export function apiDocsText(locale = "en"): Texts<typeof apiDocs> {
  return pickWords("api_docs", apiDocs, locale);
}
