import { readCursor, signCursor } from "@/lib/platform/cursor.ts";
import type { TakenView } from "@/lib/memory/mod.ts";
import type { Tx } from "@/lib/platform/database/mod.ts";
import { conflict, notFound } from "@/lib/platform/problem.ts";
import type { ChatContext } from "./context.ts";
import { messageText } from "./input.ts";
import type {
  Conversation,
  Feedback,
  Message,
  MessageQuery,
  NewSession,
  Receipt,
  SessionChange,
  SessionQuery,
} from "./schema.ts";
import { turnInProgress } from "./turn_start.ts";
import { decisionsOf, findReceipt } from "./receipt_store.ts";
import * as store from "./store.ts";
import { conversationView, messageView } from "./views.ts";

/** A page of a list. */
export interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

/** Everything about conversations and messages but for turns. Each call is bound to its owner. */
export function conversationService(context: ChatContext) {
  const { db, clock, ids } = context;

  async function requireSession(tx: Tx, id: string, lock = false): Promise<store.SessionRow> {
    const row = await store.findSession(tx, id, { lock });
    if (!row) throw notFound();
    return row;
  }

  async function requireMessage(tx: Tx, id: string): Promise<store.MessageRow> {
    const row = await store.findMessage(tx, id);
    if (!row) throw notFound();
    return row;
  }

  async function withSiblings(
    tx: Tx,
    sessionId: string,
    rows: store.MessageRow[],
  ): Promise<Message[]> {
    const siblings = await store.siblingsOf(tx, sessionId, rows);
    return rows.map((row) => messageView(row, siblings.get(row.id)!));
  }

  return {
    /** Makes an empty conversation. */
    create(userId: string, request: NewSession): Promise<Conversation> {
      return db.asUser(userId, async (tx) => {
        const id = ids();
        await store.insertSession(tx, {
          id,
          userId,
          title: request.title ?? null,
          titleSource: request.title ? "user" : "auto",
          model: context.model.resolve(request.model),
          temporary: request.temporary ?? false,
          memoryMode: request.temporary ? "off" : request.memoryMode ?? "on",
          at: clock.now(),
        });
        return conversationView(await requireSession(tx, id));
      });
    },

    /** Conversations, latest change first. */
    list(userId: string, query: SessionQuery): Promise<Page<Conversation>> {
      const scope = `sessions ${userId} ${query.archived} ${query.deleted} ${query.pinned ?? ""} ${
        query.project ?? ""
      }`;
      return db.asUser(userId, async (tx) => {
        const from = query.cursor ? await readCursor(context.cursorKey, scope, query.cursor) : null;
        const rows = await store.listSessions(tx, {
          limit: query.limit + 1,
          archived: query.archived === "true",
          deleted: query.deleted === "true",
          ...(query.pinned ? { pinned: query.pinned === "true" } : {}),
          ...(query.project ? { projectId: query.project } : {}),
          ...(from ? { before: { updatedAt: new Date(from[0]!), id: from[1]! } } : {}),
        });
        const page = rows.slice(0, query.limit);
        const last = page.at(-1);
        const nextCursor = rows.length > query.limit && last
          ? await signCursor(context.cursorKey, scope, [last.updatedAt.toISOString(), last.id])
          : null;
        return { items: page.map(conversationView), nextCursor };
      });
    },

    get: (userId: string, id: string): Promise<Conversation> =>
      db.asUser(userId, async (tx) => conversationView(await requireSession(tx, id))),

    /** Changes a conversation. A new shown path is chosen by any message on it. */
    change(userId: string, id: string, change: SessionChange): Promise<Conversation> {
      return db.asUser(userId, async (tx) => {
        const session = await requireSession(tx, id, true);
        const { title, archived, headMessageId, model, projectId: _, ...rest } = change;
        await store.updateSession(tx, id, {
          ...rest,
          ...(model ? { model: context.model.resolve(model) } : {}),
          ...(title ? { title, titleSource: "user" as const } : {}),
          ...(archived === undefined ? {} : { archivedAt: archived ? clock.now() : null }),
          ...(headMessageId
            ? { headMessageId: await headThrough(tx, session, headMessageId) }
            : {}),
        });
        return conversationView(await requireSession(tx, id));
      });
    },

    /** Messages of the shown path, or of the whole tree. */
    messages(userId: string, id: string, query: MessageQuery): Promise<Page<Message>> {
      const scope = `messages ${userId} ${id} ${query.view}`;
      return db.asUser(userId, async (tx) => {
        const session = await requireSession(tx, id);
        const from = query.cursor ? await readCursor(context.cursorKey, scope, query.cursor) : null;
        const cursor = (position: string[]) => signCursor(context.cursorKey, scope, position);
        if (query.view === "tree") {
          const after = from ? { createdAt: new Date(from[0]!), id: from[1]! } : undefined;
          const rows = await store.treeOf(tx, {
            sessionId: id,
            limit: query.limit + 1,
            ...(after ? { after } : {}),
          });
          const page = rows.slice(0, query.limit);
          const more = rows.length > query.limit ? page.at(-1)! : null;
          return {
            items: await withSiblings(tx, id, page),
            nextCursor: more ? await cursor([more.createdAt.toISOString(), more.id]) : null,
          };
        }
        const start = from ? from[0]! : session.headMessageId;
        if (!start) return { items: [], nextCursor: null };
        const rows = await store.pathFrom(tx, start, query.limit);
        const oldest = rows.at(-1);
        return {
          items: await withSiblings(tx, id, rows.reverse()),
          nextCursor: oldest?.parentId ? await cursor([oldest.parentId]) : null,
        };
      });
    },

    /** One message with its siblings. */
    message: (userId: string, id: string): Promise<Message> =>
      db.asUser(userId, async (tx) => {
        const row = await requireMessage(tx, id);
        return (await withSiblings(tx, row.sessionId, [row]))[0]!;
      }),

    /**
     * Replaces the text of the user's own last message.
     *
     * @throws Problem 409 when there is an answer below it
     */
    editText(userId: string, id: string, content: string): Promise<Message> {
      const text = messageText(content);
      return db.asUser(userId, async (tx) => {
        const row = await requireMessage(tx, id);
        if (row.role !== "user") throw conflict("Only your own messages can be edited");
        if (await store.hasChildren(tx, id)) {
          throw conflict("This message has an answer; send the new text as a branch instead");
        }
        await store.setContent(tx, id, text);
        return (await withSiblings(tx, row.sessionId, [{ ...row, content: text }]))[0]!;
      });
    },

    /** Stores feedback on an answer; a repeat replaces it. */
    feedback(userId: string, id: string, feedback: Feedback): Promise<Feedback> {
      return db.asUser(userId, async (tx) => {
        const row = await requireMessage(tx, id);
        if (row.role !== "assistant") throw conflict("Feedback belongs to an answer");
        await store.setFeedback(tx, id, feedback);
        if (isGood(feedback) && !(row.feedback && isGood(row.feedback))) {
          const items = (await receiptIn(tx, id))?.items ?? [];
          const memoryIds = items.flatMap((item) => item.memoryId ? [item.memoryId] : []);
          await context.memory.helped(tx, { answerId: id, memoryIds });
        }
        return feedback;
      });
    },

    /** Marks a message as not to be remembered and forgets what it created. */
    forget(userId: string, id: string) {
      return db.asUser(userId, async (tx) => {
        const row = await requireMessage(tx, id);
        await store.setRemember(tx, id, false);
        const forgottenMemoryIds = await context.memory.forgetMessage(tx, {
          userId,
          messageId: row.id,
        });
        return { id, remember: false as const, forgottenMemoryIds };
      });
    },

    /** What memory took from a message. */
    taken(userId: string, messageId: string): Promise<TakenView> {
      return db.asUser(userId, async (tx) => {
        const message = await requireMessage(tx, messageId);
        return await context.memory.takenFrom(tx, message.id);
      });
    },

    /** What was in the prompt of an answer. */
    receipt(userId: string, messageId: string): Promise<Receipt> {
      return db.asUser(userId, async (tx) => {
        const receipt = await receiptIn(tx, messageId);
        if (!receipt) throw notFound();
        return receipt;
      });
    },
  };

  /** The end of the path through a message of this conversation. */
  async function headThrough(
    tx: Tx,
    session: store.SessionRow,
    messageId: string,
  ): Promise<string> {
    const message = await requireMessage(tx, messageId);
    if (message.sessionId !== session.id) throw notFound();
    if (session.activeTurnId) throw turnInProgress(session.activeTurnId, session.id);
    return await store.leafBelow(tx, messageId);
  }
}

/** Whether a rating says that an answer helped. */
function isGood({ vote, ratings }: Feedback): boolean {
  return vote === "up" || (vote === null && (ratings?.helpfulness ?? 0) >= 4);
}

/** What was in the prompt of an answer; null for what is no answer of a turn. */
export async function receiptIn(tx: Tx, messageId: string): Promise<Receipt | null> {
  const message = await store.findMessage(tx, messageId);
  if (message?.role !== "assistant" || !message.turnId) return null;
  const receipt = await findReceipt(tx, messageId);
  return {
    messageId,
    turnId: message.turnId,
    model: message.model,
    items: (receipt?.items ?? []).map(({ saidAt, forgottenAt, ...item }) => ({
      ...item,
      text: forgottenAt ? null : item.text,
      forgotten: forgottenAt !== null,
      date: saidAt.toISOString(),
    })),
    learned: [],
    dropped: receipt?.dropped ?? [],
    heldBack: receipt?.heldBack ?? 0,
    degraded: receipt?.degraded ?? false,
    weightsVersion: receipt?.weightsVersion ?? null,
    policy: [...await decisionsOf(tx, message.turnId)],
    usage: {
      promptTokens: message.promptTokens,
      completionTokens: message.completionTokens,
      measured: message.measured,
      ttftMs: message.ttftMs,
      latencyMs: message.latencyMs,
    },
  };
}
