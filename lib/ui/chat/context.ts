import { type ComponentChildren, createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Reader } from "../format.ts";
import { chatText } from "../text/chat.ts";
import type { Texts } from "../text/texts.ts";
import type { chat } from "../text/en/chat.ts";
import type { ChatStore } from "./store.ts";

/** What every part of the chat shares. */
export interface ChatScope {
  store: ChatStore;
  reader: Reader;
  /** Puts text on the clipboard and says so. */
  copy: (text: string) => void;
  /** Opens the receipt of an answer. */
  openReceipt: (messageId: string) => void;
  /** What the server rendered for a stored answer, as long as its words are the same. */
  rendered: (messageId: string, content: string) => ComponentChildren | null;
  /** Time of the last look at the clock, for labels like *today*. */
  now: Date;
}

/** Carries the {@link ChatScope}. */
export const ChatContext = createContext<ChatScope | null>(null);

/** The scope and the words of the chat. Throws outside the chat. */
export function useChat(): ChatScope & { text: Texts<typeof chat> } {
  const scope = useContext(ChatContext);
  if (!scope) throw new Error("Used outside the chat");
  return { ...scope, text: chatText(scope.reader.locale) };
}
