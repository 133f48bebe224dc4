import { receipt } from "./en/receipt.ts";
import type { Texts } from "./texts.ts";

/** Words of receipts. */
export function receiptText(_locale = "en"): Texts<typeof receipt> {
  return receipt;
}
