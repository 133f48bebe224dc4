import { readCursor, signCursor } from "@/lib/platform/cursor.ts";
import type { Tx } from "@/lib/platform/database/mod.ts";
import type { Principal } from "@/lib/platform/http/principal.ts";
import { notFound } from "@/lib/platform/problem.ts";
import type { ChatContext } from "./context.ts";
import type { Page } from "./conversations.ts";
import { type ExportedConversation } from "./export.ts";
import type {
  BulkRequest,
  BulkResult,
  Conversation,
  Receipt,
  SearchHit,
  SearchRequest,
} from "./schema.ts";
import { parseSearch, snippetOf } from "./search_query.ts";
import { turnInProgress } from "./turn_start.ts";
import { conversationView, messageView } from "./views.ts";
import * as library from "./library_store.ts";
import * as store from "./store.ts";

/** A conversation stays in the trash for so long (CHT-5). */
export const TRASH_DAYS = 30;
const DAY_MS = 86_400_000;

/** Whose conversations they are, and whether recall may search them. */
type Owner = Pick<Principal, "userId" | "memory">;

/** What is done with conversations as a whole: finding, exporting, copying, trash. */
export function libraryService(
  context: ChatContext,
  parts: { receipt: (tx: Tx, messageId: string) => Promise<Receipt | null> },
) {
  const { db, clock, ids } = context;

  async function requireSession(tx: Tx, id: string): Promise<store.SessionRow> {
    const row = await store.findSession(tx, id, { lock: true });
    if (!row) throw notFound();
    return row;
  }

  async function idle(tx: Tx, id: string): Promise<store.SessionRow> {
    const session = await requireSession(tx, id);
    if (session.activeTurnId) throw turnInProgress(session.activeTurnId, id);
    return session;
  }

  async function trash(tx: Tx, id: string): Promise<void> {
    await idle(tx, id);
    await context.memory.unindexSession(tx, id);
    await store.updateSession(tx, id, { deletedAt: clock.now() });
  }

  async function restoreIn(tx: Tx, id: string, owner: Owner): Promise<void> {
    if (!await library.findDeleted(tx, id)) throw notFound();
    await library.restoreSession(tx, id);
    await reindex(tx, id, owner);
  }

  /** What recall may search follows the owner's settings as they are now. */
  async function reindex(tx: Tx, id: string, { memory }: Owner): Promise<void> {
    if (memory.enabled && memory.searchConversations) await context.memory.indexSession(tx, id);
  }

  async function setArchived(tx: Tx, id: string, archivedAt: Date | null): Promise<void> {
    await requireSession(tx, id);
    await store.updateSession(tx, id, { archivedAt });
  }

  return {
    /** Moves a conversation to the trash; what it said is no longer found. */
    remove: (userId: string, id: string): Promise<void> => db.asUser(userId, (tx) => trash(tx, id)),

    /** Erases a conversation at once, from the trash or not. What was remembered of it stays. */
    erase(userId: string, id: string): Promise<void> {
      return db.asUser(userId, async (tx) => {
        if (!await library.findDeleted(tx, id)) await idle(tx, id);
        await library.eraseSession(tx, id);
      });
    },

    /** Takes a conversation out of the trash. */
    restore(owner: Owner, id: string): Promise<Conversation> {
      return db.asUser(owner.userId, async (tx) => {
        await restoreIn(tx, id, owner);
        return conversationView((await store.findSession(tx, id))!);
      });
    },

    /** The same act on several conversations, each for itself: one that fails stops no other. */
    async bulk(owner: Owner, request: BulkRequest): Promise<BulkResult> {
      const acts = {
        archive: (tx: Tx, id: string) => setArchived(tx, id, clock.now()),
        unarchive: (tx: Tx, id: string) => setArchived(tx, id, null),
        delete: trash,
        restore: (tx: Tx, id: string) => restoreIn(tx, id, owner),
      };
      const result: BulkResult = { done: [], failed: [] };
      for (const id of new Set(request.ids)) {
        try {
          await db.asUser(owner.userId, (tx) => acts[request.action](tx, id));
          result.done.push(id);
        } catch (error) {
          const code = (error as { code?: unknown }).code;
          result.failed.push({ id, code: typeof code === "string" ? code : "internal" });
        }
      }
      return result;
    },

    /** Copies the path that ends at a message, by default the shown one, into a new conversation. */
    duplicate(userId: string, id: string, messageId?: string): Promise<Conversation> {
      return db.asUser(userId, async (tx) => {
        const session = await idle(tx, id);
        const head = messageId ?? session.headMessageId;
        const path = head ? (await store.pathFrom(tx, head, 100_000)).reverse() : [];
        if (path.some((message) => message.sessionId !== id)) throw notFound();
        if (messageId && path.length === 0) throw notFound();
        const copyId = ids();
        await store.insertSession(tx, {
          id: copyId,
          userId,
          title: session.title,
          titleSource: session.titleSource,
          model: session.model,
          temporary: false,
          memoryMode: session.memoryMode,
          at: clock.now(),
        });
        const newIds = new Map(path.map((message) => [message.id, ids()]));
        await library.copyMessages(tx, { sessionId: copyId, ids: newIds });
        const headMessageId = head ? newIds.get(head) : undefined;
        await store.updateSession(tx, copyId, {
          ...(headMessageId ? { headMessageId } : {}),
          messageCount: path.length,
        });
        return conversationView((await store.findSession(tx, copyId))!);
      });
    },

    /** Deletes a message with everything below it; what is shown then ends where it was. */
    removeMessage(owner: Owner, messageId: string): Promise<{ deleted: number }> {
      return db.asUser(owner.userId, async (tx) => {
        const message = await store.findMessage(tx, messageId);
        if (!message) throw notFound();
        const session = await idle(tx, message.sessionId);
        const tree = await library.subtreeOf(tx, messageId);
        const shown = session.headMessageId;
        const cut = shown !== null && tree.includes(shown);
        await library.deleteSubtree(tx, {
          sessionId: session.id,
          messageId,
          headMessageId: cut ? message.parentId : shown,
          count: tree.length,
        });
        if (cut) {
          // Another variant may be left to show.
          const head = message.parentId
            ? await store.leafBelow(tx, message.parentId)
            : await library.latestRoot(tx, session.id);
          if (head) await store.updateSession(tx, session.id, { headMessageId: head });
        }
        await reindex(tx, session.id, owner);
        return { deleted: tree.length };
      });
    },

    /** Own titles and messages that hold every word; similar words where nothing does (CHT-7). */
    async search(userId: string, request: SearchRequest): Promise<Page<SearchHit>> {
      const query = parseSearch(request.q);
      const scope = `search ${userId} ${request.q}`;
      const from = request.cursor
        ? await readCursor(context.cursorKey, scope, request.cursor)
        : null;
      const offset = Number(from?.[0] ?? 0);
      let fuzzy = from?.[1] === "fuzzy";
      const find = () =>
        db.asUser(userId, (tx) =>
          library.searchConversations(tx, {
            ...query,
            limit: request.limit + 1,
            offset,
            fuzzy,
          }));
      let rows = await find();
      if (rows.length === 0 && !from && query.terms.length > 0) {
        fuzzy = true;
        rows = await find();
      }
      const next = [String(offset + request.limit), fuzzy ? "fuzzy" : "exact"];
      return {
        items: rows.slice(0, request.limit).map(({ content, createdAt, ...row }) => ({
          kind: row.messageId ? "message" as const : "title" as const,
          ...row,
          ...named(snippetOf(content, query.terms)),
          createdAt: createdAt.toISOString(),
        })),
        nextCursor: rows.length > request.limit
          ? await signCursor(context.cursorKey, scope, next)
          : null,
      };
    },

    /** A conversation with its whole tree and every receipt (CHT-8). */
    exportOne(userId: string, id: string): Promise<ExportedConversation> {
      return db.asUser(userId, async (tx) => {
        const session = await store.findSession(tx, id);
        if (!session) throw notFound();
        const rows = await library.allMessages(tx, id);
        const siblings = await store.siblingsOf(tx, id, rows);
        const messages: ExportedConversation["messages"] = [];
        for (const row of rows) {
          messages.push({
            ...messageView(row, siblings.get(row.id)!),
            receipt: row.role === "assistant" ? await parts.receipt(tx, row.id) : null,
          });
        }
        return {
          format: "nova.conversation",
          version: 1,
          exportedAt: clock.now().toISOString(),
          conversation: conversationView(session),
          messages,
        };
      });
    },

    /** Ids of everything that {@link exportOne} can export, oldest first. */
    exportable: (userId: string): Promise<string[]> =>
      db.asUser(userId, (tx) => library.sessionIds(tx)),

    /** Erases what has been in the trash for its time; returns how many conversations. */
    purgeTrash(): Promise<number> {
      const before = new Date(clock.now().getTime() - TRASH_DAYS * DAY_MS);
      return db.asSystem("chat: purge the trash", async (tx) => {
        const due = await library.longDeleted(tx, before);
        for (const { id } of due) await library.eraseSession(tx, id);
        return due.length;
      });
    },
  };
}

const named = ({ text, highlights }: ReturnType<typeof snippetOf>) => ({
  snippet: text,
  highlights,
});
