import type { DraftStore } from "./drafts.ts";

/** Where a reader was in a conversation: a message, and how far below the top edge it began. */
export interface Place {
  messageId: string;
  /** CSS pixels; negative when its beginning was above the edge. */
  offset: number;
}

/** Places of conversations, for as long as the tab is open. */
export interface Places {
  /** Where the reader was; null: at the end, as every conversation opens. */
  read(conversationId: string): Place | null;
  write(conversationId: string, place: Place | null): void;
}

/** Keeps places in a browser's store; one that is full or forbidden loses them and nothing else. */
export function createPlaces(store: DraftStore | undefined): Places {
  const key = (id: string) => `nova:place:${id}`;
  return {
    read(id) {
      try {
        const [messageId, offset] = (store?.getItem(key(id)) ?? "").split(" ");
        return messageId && Number.isFinite(Number(offset))
          ? { messageId, offset: Number(offset) }
          : null;
      } catch {
        return null;
      }
    },
    write(id, place) {
      try {
        if (place) store?.setItem(key(id), `${place.messageId} ${Math.round(place.offset)}`);
        else store?.removeItem(key(id));
      } catch {
        // Full or forbidden.
      }
    },
  };
}

/** The message at the top edge of a log, with where it begins. */
export function placeIn(log: HTMLElement, edge: number): Place | null {
  for (const message of log.querySelectorAll<HTMLElement>("article[id^='m-']")) {
    const { top, bottom } = message.getBoundingClientRect();
    if (bottom > edge) return { messageId: message.id.slice(2), offset: top - edge };
  }
  return null;
}
