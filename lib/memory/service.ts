import { readCursor, signCursor } from "@/lib/platform/cursor.ts";
import type { Tx } from "@/lib/platform/database/mod.ts";
import { conflict, notFound, Problem } from "@/lib/platform/problem.ts";
import type { EffectivePlan } from "@/lib/plans/mod.ts";
import { memoryBytes } from "./bytes.ts";
import { createEmbedder } from "./embedder.ts";
import { createExtraction } from "./extraction.ts";
import {
  createFactWriter,
  ITM_CAPACITY,
  ITM_LIFE_MS,
  type MemoryDependencies,
  type NewFact,
  UNDO_MS,
} from "./fact_writer.ts";
import { sameText } from "./normalise.ts";
import { createRecall } from "./recall.ts";
import type {
  MemoryChange,
  MemoryQuery,
  MemorySearch,
  MemorySearchAnswer,
  MemoryStats,
  MemoryView,
  NewMemory,
} from "./schema.ts";
import { createShortTerm, SHORT_TERM_TURNS, type ShortTermTurn } from "./short_term.ts";
import * as store from "./store.ts";
import { indexSession, indexTurn, unindexMessage, unindexSession } from "./turn_index.ts";
import { memoryView } from "./views.ts";

const MAX_ANCHORS = 12;
/** When an intermediate fact becomes a lasting one; not by confidence alone on its first half day. */
const PROMOTION = { uses: 3, confidence: 0.7, leastAgeMs: 12 * 60 * 60 * 1000 };
/** Rows a timer touches at once. */
const BATCH = 200;

/** The service of this room. */
export type Memory = ReturnType<typeof createMemory>;

/** Facts, searched turns and short-term memory of each person. */
export function createMemory(dependencies: MemoryDependencies) {
  const { db, clock, ids, usage, outbox } = dependencies;
  const embedder = createEmbedder(dependencies.model);
  const shortTerm = createShortTerm(dependencies.kv);
  const retrieval = createRecall({ db, clock, metrics: dependencies.metrics, embedder });

  const writer = createFactWriter(dependencies, embedder);
  const { insert, event, queueEmbedding, embedText, forgetRow, eraseRow, hashOf, itmEnd } = writer;

  async function requireMemory(tx: Tx, id: string, lock = true): Promise<store.MemoryRow> {
    const row = await store.findMemory(tx, id, { lock });
    if (!row) throw notFound();
    return row;
  }

  async function change(
    userId: string,
    id: string,
    options: {
      action: string;
      apply: (row: store.MemoryRow) => Parameters<typeof store.updateMemory>[2] | null;
      inTrash?: boolean;
    },
  ): Promise<MemoryView> {
    return await db.asUser(userId, async (tx) => {
      const row = await requireMemory(tx, id);
      if ((row.deletedAt !== null) !== (options.inTrash ?? false)) throw notFound();
      const patch = options.apply(row);
      if (!patch) return memoryView(row);
      await store.updateMemory(tx, id, patch);
      const after = (await store.findMemory(tx, id))!;
      await event(tx, { action: options.action, actor: "user", row, before: row, after });
      return memoryView(after);
    });
  }

  return {
    recall: retrieval.recall,

    /** Searches facts and turns with the ranking of recall. */
    async search(userId: string, request: MemorySearch): Promise<MemorySearchAnswer> {
      const found = await retrieval.search(userId, request);
      const rows = await db.asUser(userId, async (tx) => ({
        facts: await store.findMemories(
          tx,
          found.results.flatMap((item) => item.kind === "fact" ? [item.memoryId] : []),
        ),
        titles: await tx<{ id: string; title: string | null }[]>`
          select id, title from chat_sessions where id = any(${
          found.results.flatMap((item) => item.kind === "turn" ? [item.sessionId] : [])
        }::uuid[])`,
      }));
      const facts = new Map(rows.facts.map((row) => [row.id, row]));
      const titles = new Map(rows.titles.map((row) => [row.id, row.title]));
      const items = found.results.flatMap((item): MemorySearchAnswer["items"] => {
        const common = { score: item.score, parts: item.parts, reasons: item.reasons };
        if (item.kind === "fact") {
          const row = facts.get(item.memoryId);
          return row ? [{ kind: "fact", memory: memoryView(row), ...common }] : [];
        }
        return [{
          kind: "turn",
          message: {
            id: item.messageId,
            sessionId: item.sessionId,
            sessionTitle: titles.get(item.sessionId) ?? null,
            role: item.role,
            author: item.author,
            content: item.text,
            createdAt: item.date.toISOString(),
          },
          ...common,
        }];
      });
      return {
        items,
        total: found.total,
        degraded: found.degraded,
        ms: Math.round(found.ms * 10) / 10,
      };
    },

    /** Facts that are not in the trash, newest first unless sorted otherwise. */
    list(
      userId: string,
      query: MemoryQuery,
    ): Promise<{ items: MemoryView[]; nextCursor: string | null }> {
      const { limit, cursor, ...filter } = query;
      const scope = `memory ${userId} ${JSON.stringify(filter)}`;
      return db.asUser(userId, async (tx) => {
        const offset = cursor
          ? Number((await readCursor(dependencies.cursorKey, scope, cursor))[0])
          : 0;
        const rows = await store.listMemories(tx, query, {
          limit: limit + 1,
          offset,
          now: clock.now(),
        });
        const more = rows.length > limit;
        return {
          items: rows.slice(0, limit).map(memoryView),
          nextCursor: more
            ? await signCursor(dependencies.cursorKey, scope, [String(offset + limit)])
            : null,
        };
      });
    },

    get: (userId: string, id: string): Promise<MemoryView> =>
      db.asUser(userId, async (tx) => {
        const row = await requireMemory(tx, id, false);
        if (row.deletedAt) throw notFound();
        return memoryView(row);
      }),

    /**
     * Stores what the owner typed. A text that is there already gives the older row.
     *
     * @throws Problem 429 `quota_exceeded` when the storage is full
     */
    create(
      owner: { userId: string; effectivePlan: EffectivePlan },
      entry: NewMemory,
    ): Promise<{ memory: MemoryView; created: boolean }> {
      return db.asUser(owner.userId, async (tx) => {
        const same = await store.findSame(tx, {
          text: sameText(entry.text),
          subject: entry.subject ?? null,
          attribute: entry.attribute ?? null,
          value: entry.value ?? null,
        });
        if (same) return { memory: memoryView(same), created: false };
        const { validFrom, validTo, ...rest } = entry;
        const fact: NewFact = {
          ...rest,
          source: "first_hand",
          confidence: 0.95,
          subject: rest.subject ?? null,
          attribute: rest.attribute ?? null,
          value: rest.value ?? null,
          ...(validFrom ? { validFrom: new Date(validFrom) } : {}),
          ...(validTo ? { validTo: new Date(validTo) } : {}),
        };
        const bytes = memoryBytes(
          {
            ...fact,
            quote: null,
            subject: null,
            attribute: null,
            value: null,
            tags: entry.tags,
            sourceMessageIds: [],
          },
          dependencies.model.embedDim,
        );
        await usage.requireStorage(tx, { userId: owner.userId, plan: owner.effectivePlan, bytes });
        // Stated anew by the owner: a former forgetting no longer stands against it.
        await store.deleteTombstone(tx, await hashOf(entry.text));
        const row = await insert(tx, owner.userId, fact, "user");
        return { memory: memoryView(row), created: true };
      }).then((result) => {
        outbox.wake();
        return result;
      });
    },

    /** Changes a fact; a new text gets a new vector and a new check. */
    async edit(
      userId: string,
      id: string,
      request: MemoryChange,
      ifMatch: string | null,
    ): Promise<MemoryView> {
      const now = clock.now();
      const view = await db.asUser(userId, async (tx) => {
        const row = await requireMemory(tx, id);
        if (row.deletedAt) throw notFound();
        if (ifMatch !== null && ifMatch !== etagOf(memoryView(row))) {
          throw new Problem(
            "version_conflict",
            409,
            "It was changed meanwhile",
            "Load it again and repeat your change",
            {
              etag: etagOf(memoryView(row)),
            },
          );
        }
        const after = { ...row, ...request, validFrom: row.validFrom, validTo: row.validTo };
        const bytes = memoryBytes(after, dependencies.model.embedDim);
        const textChanged = request.text !== undefined && request.text !== row.text;
        await store.updateMemory(tx, id, {
          ...request,
          bytes,
          updatedAt: now,
          ...(textChanged
            ? {
              constitutionValid:
                (await dependencies.policy.checkText(after.text, "memory")).constitutionValid,
              embedding: embedder.local ? await embedder.embedDocument(embedText(after)) : null,
              // Edited by the owner: no job may change it any more (MEM-25).
              locked: request.locked ?? true,
            }
            : {}),
        });
        await usage.recordStorage(tx, { userId, operationId: ids(), bytes: bytes - row.bytes });
        const stored = (await store.findMemory(tx, id))!;
        if (textChanged && !embedder.local) await queueEmbedding(tx, stored);
        await event(tx, { action: "edit", actor: "user", row, before: row, after: stored });
        return memoryView(stored);
      });
      outbox.wake();
      return view;
    },

    /** Pins or unpins; a pinned fact lasts. Repeating changes nothing. */
    pin: (userId: string, id: string, pinned: boolean) =>
      change(userId, id, {
        action: pinned ? "pin" : "unpin",
        apply: (row) =>
          row.pinned === pinned ? null : {
            pinned,
            updatedAt: clock.now(),
            ...(pinned && row.tier === "itm" ? { tier: "ltm" as const, expiresAt: null } : {}),
          },
      }),

    /** Makes a fact an anchor, which recall is always offered; at most twelve. */
    async anchor(userId: string, id: string, anchor: boolean): Promise<MemoryView> {
      if (anchor) {
        const [row] = await db.asUser(
          userId,
          (tx) =>
            tx<{ n: number }[]>`select count(*)::integer as n from memories
            where anchor and deleted_at is null and id <> ${id}`,
        );
        if (row!.n >= MAX_ANCHORS) {
          throw conflict(`You have ${MAX_ANCHORS} anchors already; release one first`);
        }
      }
      return await change(userId, id, {
        action: anchor ? "anchor" : "release",
        apply: (row) =>
          row.anchor === anchor ? null : {
            anchor,
            updatedAt: clock.now(),
            ...(anchor ? { tier: "ltm" as const, expiresAt: null } : {}),
          },
      });
    },

    /** Moves a fact between the tiers at the owner's wish. */
    promote: (userId: string, id: string, tier: "itm" | "ltm") =>
      change(userId, id, {
        action: tier === "ltm" ? "promote" : "demote",
        apply: (row) =>
          row.tier === tier
            ? null
            : { tier, expiresAt: tier === "itm" ? itmEnd() : null, updatedAt: clock.now() },
      }),

    /** Hides a fact everywhere at once; undo is possible for a day. Forgetting twice is fine. */
    forget: (userId: string, id: string) =>
      db.asUser(userId, async (tx) => {
        const row = await requireMemory(tx, id);
        if (row.deletedAt) {
          return {
            id,
            deletedAt: row.deletedAt.toISOString(),
            undoUntil: new Date(row.deletedAt.getTime() + UNDO_MS).toISOString(),
          };
        }
        const undoUntil = await forgetRow(tx, row, "user");
        return { id, deletedAt: clock.now().toISOString(), undoUntil: undoUntil.toISOString() };
      }),

    /** Removes a fact for good, now. */
    erase: (userId: string, id: string): Promise<void> =>
      db.asUser(userId, async (tx) => {
        await eraseRow(tx, await requireMemory(tx, id));
      }),

    /** Takes a fact back out of the trash. @throws Problem 404 when the day has passed */
    restore: async (userId: string, id: string): Promise<MemoryView> => {
      const view = await change(userId, id, {
        action: "restore",
        inTrash: true,
        apply: (row) => ({
          deletedAt: null,
          purgeAt: null,
          updatedAt: clock.now(),
          ...(row.tier === "itm" ? { expiresAt: itmEnd() } : {}),
        }),
      });
      await db.asUser(userId, async (tx) => store.deleteTombstone(tx, await hashOf(view.text)));
      return view;
    },

    /** What happened to a fact, oldest first. */
    history: (userId: string, id: string) =>
      db.asUser(userId, async (tx) => {
        await requireMemory(tx, id, false);
        const events = await store.eventsOf(tx, id);
        return events.map(({ createdAt, ...rest }) => ({
          ...rest,
          createdAt: createdAt.toISOString(),
        }));
      }),

    /** Counts for the head of the memory page. */
    stats: (owner: { userId: string; effectivePlan: EffectivePlan }): Promise<MemoryStats> =>
      db.asUser(owner.userId, async (tx) => {
        const rows = await store.stats(tx, clock.now());
        const sum = (pick: (row: typeof rows[number]) => number) =>
          rows.reduce((n, row) => n + pick(row), 0);
        const types: Record<string, number> = {};
        for (const row of rows) types[row.type] = (types[row.type] ?? 0) + row.n;
        return {
          total: sum((row) => row.n),
          tiers: {
            // Short-term memory is the running conversation; it is not a row.
            stm: { count: 0, capacity: SHORT_TERM_TURNS },
            itm: { count: sum((row) => row.tier === "itm" ? row.n : 0), capacity: ITM_CAPACITY },
            ltm: { count: sum((row) => row.tier === "ltm" ? row.n : 0), capacity: null },
          },
          types,
          pinned: sum((row) => row.pinned),
          past: sum((row) => row.past),
          bytes: sum((row) => row.bytes),
          limitBytes: usage.limits(owner.effectivePlan).storageBytes,
        };
      }),

    // For the turn pipeline, in its transaction ------------------------------------------------

    indexSession,
    indexTurn,
    unindexSession,

    /** Counts the facts that entered a prompt. */
    countAccess: (tx: Tx, use: { userId: string; memoryIds: readonly string[] }): Promise<void> =>
      store.countAccess(tx, { ids: use.memoryIds, at: clock.now(), itmExpiresAt: itmEnd() }),

    /** Takes a message out of the searched set and forgets the facts it created. */
    async forgetMessage(tx: Tx, subject: { userId: string; messageId: string }): Promise<string[]> {
      const rows = await store.memoriesOfMessage(tx, subject.messageId);
      for (const row of rows) await forgetRow(tx, row, "user");
      await unindexMessage(tx, subject.messageId);
      await store.forgetMessageInReceipts(tx, subject.messageId, clock.now());
      return rows.map((row) => row.id);
    },

    /** Adds a turn to the running conversation's short-term memory. */
    rememberTurn: (
      entry: { userId: string; sessionId: string; turn: ShortTermTurn },
    ): Promise<void> => shortTerm.add(entry.userId, entry.sessionId, entry.turn),

    /** The running conversation. */
    shortTerm: shortTerm.list,

    // For jobs --------------------------------------------------------------------------------

    /** Makes the vector of a fact with the model host. */
    async embed(userId: string, memoryId: string): Promise<void> {
      const row = await db.asUser(userId, (tx) => store.findMemory(tx, memoryId));
      if (!row || row.deletedAt) return;
      const embedding = await embedder.embedDocument(embedText(row));
      await db.asUser(userId, async (tx) => {
        const current = await store.findMemory(tx, memoryId, { lock: true });
        if (current?.text !== row.text) return; // edited meanwhile: its own job brings the new one
        await store.updateMemory(tx, memoryId, { embedding, updatedAt: row.updatedAt });
      });
    },

    /** Erases facts past their time; returns how many. */
    purge: (): Promise<number> =>
      db.asSystem("memory: purge", async (tx) => {
        const now = clock.now();
        const expiredBefore = new Date(now.getTime() - ITM_LIFE_MS);
        const due = await store.dueForPurge(tx, { now, expiredBefore, limit: BATCH });
        for (const row of due) await eraseRow(tx, row);
        return due.length;
      }),

    /** Moves proven facts to long-term memory; returns how many. */
    promoteDue: (): Promise<number> =>
      db.asSystem("memory: promote", async (tx) => {
        const now = clock.now();
        const madeBefore = new Date(now.getTime() - PROMOTION.leastAgeMs);
        const due = await store.dueForPromotion(tx, {
          now,
          madeBefore,
          ...PROMOTION,
          limit: BATCH,
        });
        for (const row of due) {
          await store.updateMemory(tx, row.id, { tier: "ltm", expiresAt: null, updatedAt: now });
          const after = { ...row, tier: "ltm" as const, expiresAt: null, updatedAt: now };
          await event(tx, { action: "promote", actor: "distillation", row, before: row, after });
        }
        return due.length;
      }),

    /** Takes facts out of what a person wrote, through the gate. */
    extract: createExtraction(dependencies, writer),
  };
}

/** A weak validator of a fact's present state. */
export function etagOf(view: MemoryView): string {
  return `"${view.id}-${Date.parse(view.updatedAt).toString(36)}"`;
}
