import { readCursor, signCursor } from "@/lib/platform/cursor.ts";
import type { Tx } from "@/lib/platform/database/mod.ts";
import { conflict, notFound } from "@/lib/platform/problem.ts";
import { memoryBytes } from "./bytes.ts";
import type { Embedder } from "./embedder.ts";
import type { FactWriter, MemoryDependencies } from "./fact_writer.ts";
import * as past from "./past_store.ts";
import type {
  ForgetPreview,
  MemoryEvent,
  MemoryLink,
  MemoryQuery,
  MemorySource,
  MemoryView,
  Page,
  TimelineItem,
  TimelineQuery,
} from "./schema.ts";
import * as store from "./store.ts";
import { summariesOf } from "./summary_store.ts";
import { memoryView } from "./views.ts";

/** Members of a fact whose change is shown, in this order. */
const SHOWN = [
  "text",
  "type",
  "tier",
  "tags",
  "confidence",
  "outcome",
  "emotionalWeight",
  "injection",
  "pinned",
  "anchor",
  "locked",
  "validFrom",
  "validTo",
  "supersededBy",
  "expiresAt",
  "deletedAt",
] as const satisfies readonly (keyof MemoryView)[];

/** How facts came to be what they are, what they were, and the way back. */
export function createPast(
  dependencies: MemoryDependencies,
  { writer, embedder }: { writer: FactWriter; embedder: Embedder },
) {
  const { db, ids, usage, outbox, cursorKey } = dependencies;

  async function requireFact(tx: Tx, id: string, lock = false): Promise<store.MemoryRow> {
    const row = await store.findMemory(tx, id, { lock });
    if (!row) throw notFound();
    return row;
  }

  async function offsetOf(scope: string, cursor: string | undefined): Promise<number> {
    return cursor ? Number((await readCursor(cursorKey, scope, cursor))[0]) : 0;
  }

  return {
    /** Facts as the store believed them at a time. */
    listAt: (userId: string, query: MemoryQuery & { asOf: string }): Promise<Page<MemoryView>> => {
      const { limit, cursor, ...filter } = query;
      const scope = `memory at ${userId} ${JSON.stringify(filter)}`;
      return db.asUser(userId, async (tx) => {
        const offset = await offsetOf(scope, cursor);
        const page = { at: new Date(query.asOf), limit: limit + 1, offset };
        const items = await past.factsAt(tx, query, page);
        return {
          items: items.slice(0, limit),
          nextCursor: items.length > limit
            ? await signCursor(cursorKey, scope, [String(offset + limit)])
            : null,
        };
      });
    },

    /** What happened to a fact, oldest first, with what each step changed. */
    history: (userId: string, id: string): Promise<MemoryEvent[]> =>
      db.asUser(userId, async (tx) => {
        await requireFact(tx, id);
        return (await past.fullHistory(tx, id)).map(eventView);
      }),

    /** The ties of a fact to others. */
    links: (userId: string, id: string): Promise<MemoryLink[]> =>
      db.asUser(userId, async (tx) => {
        await requireFact(tx, id);
        const links = await store.linksOf(tx, id);
        return links.map(({ createdAt, ...link }) => ({
          ...link,
          createdAt: createdAt.toISOString(),
        }));
      }),

    /** The messages a fact comes from. */
    sources: (userId: string, id: string): Promise<MemorySource[]> =>
      db.asUser(userId, async (tx) => {
        const row = await requireFact(tx, id);
        const sources = await store.sourcesOf(tx, row.sourceMessageIds);
        return sources.map(({ createdAt, ...source }) => ({
          ...source,
          createdAt: createdAt.toISOString(),
        }));
      }),

    /** What forgetting a fact would reach beside itself (MEM-75). */
    forgetPreview: (userId: string, id: string): Promise<ForgetPreview> =>
      db.asUser(userId, async (tx) => {
        const row = await requireFact(tx, id);
        const { links, receipts } = await past.dependents(tx, id);
        const summaries = (await summariesOf(tx, row, { trash: false })).length;
        return { id, sources: row.sourceMessageIds.length, links, receipts, summaries };
      }),

    /**
     * Takes back one step of a fact's history: its state before that step is restored; a step that
     * made it is taken back by forgetting it.
     *
     * @throws Problem 404; 409 with what changed since
     */
    async undo(userId: string, id: string, eventId: string): Promise<MemoryView> {
      const view = await db.asUser(userId, async (tx) => {
        await store.lockFacts(tx, userId);
        const row = await requireFact(tx, id, true);
        const history = await past.fullHistory(tx, id);
        const at = history.findIndex((event) => event.id === eventId);
        if (at === -1) throw notFound();
        const since = history.slice(at + 1).filter(({ action }) => action !== "renew");
        if (since.length > 0) {
          throw conflict("It was changed since; undo the later changes first", {
            changedSince: since.map(eventView),
          });
        }
        const { before } = history[at]!;
        if (before === null) {
          await writer.forgetRow(tx, row, "user", { tombstone: false });
          return memoryView((await store.findMemory(tx, id))!);
        }
        return memoryView(await backTo(tx, row, before));
      });
      outbox.wake();
      return view;
    },

    /** Facts that were true at some time of a stretch, past ones included, newest first. */
    during: (
      userId: string,
      { from, to, limit }: { from: string; to: string; limit: number },
    ): Promise<MemoryView[]> =>
      db.asUser(userId, async (tx) => {
        const stretch = { from: new Date(from), to: new Date(to), limit };
        const ids = await past.idsDuring(tx, stretch);
        const rows = new Map((await store.findMemories(tx, ids)).map((row) => [row.id, row]));
        return ids.map((id) => memoryView(rows.get(id)!));
      }),

    /** When the first fact became true; null without any. */
    firstValid: (userId: string): Promise<string | null> =>
      db.asUser(userId, async (tx) => (await past.firstValid(tx))?.toISOString() ?? null),

    /** What happened to all facts in a time, newest first, and how far the history reaches. */
    timeline: (
      userId: string,
      query: TimelineQuery,
    ): Promise<Page<TimelineItem> & { from: string | null; to: string | null }> => {
      const { limit, cursor, ...filter } = query;
      const scope = `memory timeline ${userId} ${JSON.stringify(filter)}`;
      return db.asUser(userId, async (tx) => {
        const offset = await offsetOf(scope, cursor);
        const [rows, bounds] = [
          await past.eventsBetween(tx, {
            from: query.from ? new Date(query.from) : null,
            to: query.to ? new Date(query.to) : null,
            limit: limit + 1,
            offset,
          }),
          await past.historyBounds(tx),
        ];
        return {
          items: rows.slice(0, limit).map(({ text, memoryId, ...event }) => ({
            ...eventView({ ...event, memoryId }),
            memoryId,
            text: event.after?.text ?? text,
          })),
          nextCursor: rows.length > limit
            ? await signCursor(cursorKey, scope, [String(offset + limit)])
            : null,
          from: bounds.from?.toISOString() ?? null,
          to: bounds.to?.toISOString() ?? null,
        };
      });
    },
  };

  /** Gives a fact the state it had. */
  async function backTo(
    tx: Tx,
    row: store.MemoryRow,
    state: MemoryView,
  ): Promise<store.MemoryRow> {
    const moment = (time: string | null) => time === null ? null : new Date(time);
    const textChanged = state.text !== row.text;
    const now = dependencies.clock.now();
    const ends = moment(state.expiresAt);
    const bytes = memoryBytes({ ...row, ...state }, dependencies.model.embedDim);
    const patch = {
      type: state.type,
      tier: state.tier,
      text: state.text,
      tags: state.tags,
      confidence: state.confidence,
      outcome: state.outcome,
      emotionalWeight: state.emotionalWeight,
      injection: state.injection,
      pinned: state.pinned,
      anchor: state.anchor,
      locked: state.locked,
      validFrom: state.validFrom,
      validTo: state.validTo,
      supersededBy: state.supersededBy,
      supersededAt: moment(state.supersededAt),
      sourceMessageIds: state.sourceMessageIds,
      // A week of its own, when the one it had is over.
      expiresAt: ends && ends <= now ? writer.endOf(state) : ends,
      deletedAt: moment(state.deletedAt),
      purgeAt: null,
      bytes,
      ...(textChanged
        ? {
          constitutionValid: (await dependencies.policy.checkText(state.text, "memory"))
            .constitutionValid,
          embedding: embedder.local
            ? await embedder.embedDocument(writer.embedText({ ...row, ...state }))
            : null,
        }
        : {}),
    };
    const after = await writer.change(tx, row, { patch, action: "undo", actor: "user" });
    await usage.recordStorage(tx, {
      userId: row.userId,
      operationId: ids(),
      bytes: bytes - row.bytes,
    });
    if (row.deletedAt && !after.deletedAt) {
      await store.deleteTombstone(tx, await writer.hashesOf(after.text));
    }
    if (textChanged && !embedder.local) await writer.queueEmbedding(tx, after);
    return after;
  }
}

/** A step of a history as the API shows it. */
function eventView(event: past.StoredEvent): MemoryEvent {
  const { before, after } = event;
  const changes = before && after
    ? SHOWN.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
      .map((name) => ({ name, before: before[name], after: after[name] }))
    : [];
  return {
    id: event.id,
    action: event.action,
    actor: event.actor,
    reason: event.reason,
    changes,
    createdAt: event.createdAt.toISOString(),
  };
}
