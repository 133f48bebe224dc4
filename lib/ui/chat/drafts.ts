const PREFIX = "nova:draft:";

/** The part of a browser store that is used. */
export type DraftStore = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** A store whose keys can be looked through. */
type WholeStore = Pick<Storage, "key" | "length" | "removeItem">;

/** Takes away what somebody else, who used this browser before, had typed (UI-84). */
export function forgetOthers(store: WholeStore | undefined, userId: string): void {
  const keys = Array.from({ length: store?.length ?? 0 }, (_, at) => store!.key(at));
  for (const key of keys) {
    if (key?.startsWith(PREFIX) && !key.startsWith(`${PREFIX}${userId}:`)) store!.removeItem(key);
  }
}

/** Text that was typed and not sent, per conversation. */
export interface Drafts {
  read(conversationId: string | null): string;
  write(conversationId: string | null, text: string): void;
}

/** Longest draft that is kept, in UTF-16 units; a message may have 10,000 code points. */
const MAX_DRAFT = 40_000;

/**
 * Drafts that survive a reload, kept apart by user and conversation (UI-80). A store that is full
 * or forbidden is no reason to fail: the text is still in the field.
 */
export function createDrafts(store: DraftStore | undefined, userId: string): Drafts {
  const key = (id: string | null) => `${PREFIX}${userId}:${id ?? "new"}`;
  return {
    read(id) {
      try {
        return store?.getItem(key(id)) ?? "";
      } catch {
        return "";
      }
    },
    write(id, text) {
      try {
        if (text === "") store?.removeItem(key(id));
        else if (text.length <= MAX_DRAFT) store?.setItem(key(id), text);
      } catch {
        // Full or forbidden.
      }
    },
  };
}
