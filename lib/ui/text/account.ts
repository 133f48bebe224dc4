import { account } from "./en/account.ts";
import type { Texts } from "./texts.ts";

/** Words of the account's pages. */
export function accountText(_locale = "en"): Texts<typeof account> {
  return account;
}
