import { chat } from "./en/chat.ts";
import type { Texts } from "./texts.ts";

/** Words of the chat. */
export function chatText(_locale = "en"): Texts<typeof chat> {
  return chat;
}
