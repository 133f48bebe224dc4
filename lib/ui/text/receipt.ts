import { receipt } from "./en/receipt.ts";
import { pickWords } from "./pick.ts";
import type { Texts } from "./texts.ts";

/** Words of receipts. */
export function receiptText(locale = "en"): Texts<typeof receipt> {
  return pickWords("receipt", receipt, locale);
}
