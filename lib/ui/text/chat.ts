import { chat } from "./en/chat.ts";
import { pickWords } from "./pick.ts";
import type { Texts } from "./texts.ts";

/** Words of the chat. */
export function chatText(locale = "en"): Texts<typeof chat> {
  return pickWords("chat", chat, locale);
}
