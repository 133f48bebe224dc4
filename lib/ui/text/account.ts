import { account } from "./en/account.ts";
import { pickWords } from "./pick.ts";
import type { Texts } from "./texts.ts";

/** Words of the account's pages. */
export function accountText(locale = "en"): Texts<typeof account> {
  return pickWords("account", account, locale);
}
