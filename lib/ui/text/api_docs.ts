import { apiDocs } from "./en/api_docs.ts";
import type { Texts } from "./texts.ts";

/** Words of the page about the API. */
export function apiDocsText(_locale = "en"): Texts<typeof apiDocs> {
  return apiDocs;
}
