import { readCursor, signCursor } from "@/lib/platform/cursor.ts";
import type { Tx } from "@/lib/platform/database/mod.ts";
import { matchesEtag } from "@/lib/platform/http/etag.ts";
import { conflict, notFound, Problem, validationFailed } from "@/lib/platform/problem.ts";
import { estimateTokens } from "@/lib/model/mod.ts";
import type { EffectivePlan } from "@/lib/plans/mod.ts";
import { memoryBytes } from "./bytes.ts";
import { createEmbedder } from "./embedder.ts";
import { createExtraction } from "./extraction.ts";
import { findings, proposeFix } from "./health.ts";
import {
  confirmed,
  createFactWriter,
  isSummary,
  ITM_CAPACITY,
  MAX_ANCHORS,
  type MemoryDependencies,
  type NewFact,
  UNDO_MS,
} from "./fact_writer.ts";
import { createInbox, type Owner } from "./inbox.ts";
import { forgetMessageInInbox } from "./inbox_store.ts";
import { likeFacts } from "./likeness.ts";
import { createMovement } from "./movement.ts";
import { sameText } from "./normalise.ts";
import { createPast } from "./past.ts";
import { createRecall } from "./recall.ts";
import type {
  HealthFix,
  MemoryChange,
  MemoryQuery,
  MemoryStats,
  MemoryView,
  NewMemory,
  TakenView,
} from "./schema.ts";
import { createObserver } from "./observe.ts";
import { createSearch } from "./search.ts";
import { createMemorySettings, raiseOwnVersion, raiseVersion } from "./settings.ts";
import { createShortTerm, SHORT_TERM_TURNS, type ShortTermTurn } from "./short_term.ts";
import * as store from "./store.ts";
import { createSummaries } from "./summary.ts";
import { declineSummary } from "./summary_store.ts";
import { takenFrom } from "./taken.ts";
import { createTransfer } from "./transfer.ts";
import { createTurnSet } from "./turn_set.ts";
import { createTurnVectors } from "./turn_vectors.ts";
import { indexSession, indexTurn, unindexMessage, unindexSession } from "./turn_index.ts";
import { memoryView } from "./views.ts";

/** What a good rating of an answer adds to the confidence of the facts it used. */
const HELPED = 0.02;
/** Growth and rates are told of so many days. */
const STATS_MS = 30 * 24 * 60 * 60 * 1000;

/** The service of this room. */
export type Memory = ReturnType<typeof createMemory>;

/** Facts, searched turns and short-term memory of each person. */
export function createMemory(dependencies: MemoryDependencies) {
  const { db, clock, ids, usage, outbox } = dependencies;
  const embedder = createEmbedder(
    dependencies.model,
    dependencies.cosineFloor === undefined ? {} : { floor: dependencies.cosineFloor },
  );
  const shortTerm = createShortTerm(dependencies.kv);
  const retrieval = createRecall({ db, clock, metrics: dependencies.metrics, embedder });

  const writer = createFactWriter(dependencies, embedder);
  const { insert, event, queueEmbedding, embedText, forgetRow, eraseRow, hashesOf, endOf } = writer;
  const inbox = createInbox(dependencies, writer);
  const movement = createMovement(dependencies, writer);
  const past = createPast(dependencies, { writer, embedder });
  const transfer = createTransfer(dependencies, { writer, inbox });
  const settings = createMemorySettings({ db, clock });
  const turnVectors = createTurnVectors(dependencies, embedder);
  const turnSet = createTurnSet(dependencies);
  const summaries = createSummaries(dependencies, { writer, inbox, embedder });

  async function requireMemory(tx: Tx, id: string, lock = true): Promise<store.MemoryRow> {
    const row = await store.findMemory(tx, id, { lock });
    if (!row) throw notFound();
    return row;
  }

  /** Counts uses, and notes where they gave an intermediate fact seven fresh days. */
  async function countUses(tx: Tx, memoryIds: readonly string[]): Promise<void> {
    const at = clock.now();
    const used = await store.countAccess(tx, {
      ids: memoryIds,
      at,
      itmExpiresAt: endOf({ locked: false }),
    });
    for (const row of used) {
      if (row.tier !== "itm") continue;
      await event(tx, { action: "renew", actor: "user", row, before: row, after: row });
    }
  }

  async function change(
    userId: string,
    id: string,
    options: {
      action: string;
      apply: (row: store.MemoryRow) => Parameters<typeof store.updateMemory>[2] | null;
      inTrash?: boolean;
      /** Looked at before anything is changed. */
      require?: (tx: Tx, row: store.MemoryRow) => Promise<void>;
    },
  ): Promise<MemoryView> {
    return await db.asUser(userId, async (tx) => {
      await store.lockFacts(tx, userId);
      const row = await requireMemory(tx, id);
      if ((row.deletedAt !== null) !== (options.inTrash ?? false)) throw notFound();
      const patch = options.apply(row);
      if (!patch) return memoryView(row);
      await options.require?.(tx, row);
      await store.updateMemory(tx, id, patch);
      const after = (await store.findMemory(tx, id))!;
      await event(tx, { action: options.action, actor: "user", row, before: row, after });
      return memoryView(after);
    });
  }

  /** A new value of a slot against the ones that are there: the owner says which is true (MEM-43). */
  async function openContradictions(tx: Tx, row: store.MemoryRow): Promise<void> {
    const others = await store.comparableFacts(tx, {
      ...row,
      text: sameText(row.text),
      now: clock.now(),
    });
    for (const other of others) {
      if (other.id !== row.id && writer.conflicts(other, row)) {
        await inbox.contradict(tx, other, row);
      }
    }
  }

  /**
   * What a fact is to those near it, once its vector has come. What was taken from a message and
   * says nothing new goes into the older fact; what the owner typed stays as it is.
   */
  async function settleLikeness(
    tx: Tx,
    row: store.MemoryRow,
    vector: store.StoredVector,
  ): Promise<void> {
    if (row.supersededAt || isSummary(row)) return;
    const alike = (await likeFacts(tx, row, { vector, now: clock.now(), except: row.id }))
      .filter(({ fact }) => fact.createdAt <= row.createdAt);
    const same = alike.find(({ kind }) => kind === "same")?.fact;
    const taken = row.quote !== null && row.accessCount === 0 && !row.pinned && !row.locked;
    if (same && taken && !same.locked) {
      return await writer.merge(tx, { kept: same, other: row, actor: "extraction" });
    }
    await inbox.relate(tx, row, alike);
  }

  return {
    /** What memory holds about a message; nothing while its owner has paused memory. */
    recall: retrieval.recall,

    /** Searches facts and turns with the ranking of recall. */
    search: createSearch({ db, clock }, retrieval),

    /** Facts that are not in the trash, newest first unless sorted otherwise. */
    list(
      userId: string,
      query: MemoryQuery,
    ): Promise<{ items: MemoryView[]; nextCursor: string | null }> {
      if (query.asOf) return past.listAt(userId, { ...query, asOf: query.asOf });
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

    /** One fact; `view` counts as looking at it, which renews an intermediate one (MEM-22). */
    get: (
      userId: string,
      id: string,
      { view = false }: { view?: boolean } = {},
    ): Promise<MemoryView> =>
      db.asUser(userId, async (tx) => {
        const row = await requireMemory(tx, id, false);
        if (row.deletedAt) throw notFound();
        if (!view || (row.expiresAt && row.expiresAt <= clock.now())) return memoryView(row);
        await countUses(tx, [id]);
        return memoryView((await store.findMemory(tx, id))!);
      }),

    /** The same from the trash too, for the page of one fact. */
    find: (userId: string, id: string): Promise<MemoryView> =>
      db.asUser(userId, async (tx) => memoryView(await requireMemory(tx, id, false))),

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
        await store.lockFacts(tx, owner.userId);
        const same = await store.findSame(tx, {
          text: sameText(entry.text),
          subject: entry.subject ?? null,
          attribute: entry.attribute ?? null,
          value: entry.value ?? null,
          now: clock.now(),
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
        await store.deleteTombstone(tx, await hashesOf(entry.text));
        const vector = await writer.vectorAtOnce({ quote: null, tags: [], ...fact });
        const row = await insert(tx, owner.userId, fact, "user", vector);
        if (row.subject && row.attribute) await openContradictions(tx, row);
        if (vector) await settleLikeness(tx, row, vector);
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
        await store.lockFacts(tx, userId);
        const row = await requireMemory(tx, id);
        if (row.deletedAt) throw notFound();
        if (ifMatch !== null && !matchesEtag(ifMatch, etagOf(memoryView(row)))) {
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
        requireSpan(row, request);
        const after = { ...row, ...request, validFrom: row.validFrom, validTo: row.validTo };
        const bytes = memoryBytes(after, dependencies.model.embedDim);
        const textChanged = request.text !== undefined && request.text !== row.text;
        // Edited by the owner: no job may change it any more, nor end it (MEM-25).
        const locked = request.locked ?? (row.locked || isOwnWord(row, request));
        await store.updateMemory(tx, id, {
          ...request,
          bytes,
          locked,
          ...(row.tier === "itm" && locked !== row.locked && !row.supersededAt
            ? { expiresAt: endOf({ locked }) }
            : {}),
          updatedAt: now,
          ...(textChanged
            ? {
              constitutionValid:
                (await dependencies.policy.checkText(after.text, "memory")).constitutionValid,
              embedding: embedder.local ? await embedder.embedDocument(embedText(after)) : null,
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

    /**
     * Pins or unpins; a pinned fact lasts. Repeating changes nothing.
     *
     * @throws Problem 429 `quota_exceeded` when the storage is full: nothing more is kept for good
     *   then, and there is no room for another fact of its size (MEM-71)
     */
    pin: (owner: Owner, id: string, pinned: boolean) =>
      change(owner.userId, id, {
        action: pinned ? "pin" : "unpin",
        require: async (tx, { bytes }) => {
          const { userId, effectivePlan: plan } = owner;
          if (pinned) await usage.requireStorage(tx, { userId, plan, bytes });
        },
        apply: (row) =>
          row.pinned === pinned ? null : {
            pinned,
            updatedAt: clock.now(),
            ...(pinned && row.tier === "itm" ? { tier: "ltm" as const, expiresAt: null } : {}),
          },
      }),

    /** Makes a fact an anchor, which recall is always offered; at most twelve. */
    anchor: (userId: string, id: string, anchor: boolean): Promise<MemoryView> =>
      change(userId, id, {
        action: anchor ? "anchor" : "release",
        require: async (tx) => {
          if (anchor && await store.countAnchors(tx) >= MAX_ANCHORS) {
            throw conflict(`You have ${MAX_ANCHORS} anchors already; release one first`);
          }
        },
        apply: (row) =>
          row.anchor === anchor ? null : {
            anchor,
            updatedAt: clock.now(),
            ...(anchor ? { tier: "ltm" as const, expiresAt: null } : {}),
          },
      }),

    /** Moves a fact between the tiers at the owner's wish. @throws Problem 409 when it is pinned or an anchor */
    promote: (userId: string, id: string, tier: "itm" | "ltm") =>
      change(userId, id, {
        action: tier === "ltm" ? "promote" : "demote",
        require: (_tx, { pinned, anchor }) =>
          tier === "itm" && (pinned || anchor)
            ? Promise.reject(conflict("It is pinned or an anchor; release it first"))
            : Promise.resolve(),
        apply: (row) =>
          row.tier === tier
            ? null
            : { tier, expiresAt: tier === "itm" ? endOf(row) : null, updatedAt: clock.now() },
      }),

    /** Hides a fact everywhere at once; undo is possible for a day. Forgetting twice is fine. */
    forget: (userId: string, id: string) =>
      db.asUser(userId, async (tx) => {
        await store.lockFacts(tx, userId);
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
        await store.lockFacts(tx, userId);
        await eraseRow(tx, await requireMemory(tx, id), { summed: true });
      }),

    /** Takes a fact back out of the trash, or gives an ended one a fresh week. @throws Problem 404 when the day has passed */
    restore: (userId: string, id: string): Promise<MemoryView> =>
      db.asUser(userId, async (tx) => {
        await store.lockFacts(tx, userId);
        const row = await requireMemory(tx, id);
        const now = clock.now();
        const ended = row.expiresAt !== null && row.expiresAt <= now;
        if (!row.deletedAt && !ended) return memoryView(row);
        const after = await writer.change(tx, row, {
          patch: {
            deletedAt: null,
            purgeAt: null,
            ...(row.tier === "itm" ? { expiresAt: endOf(row) } : {}),
          },
          action: "restore",
          actor: "user",
        });
        await store.deleteTombstone(tx, await hashesOf(after.text));
        if (isSummary(after)) await declineSummary(tx, after.sessionId!, false);
        return memoryView(after);
      }),

    history: past.history,
    links: past.links,
    sources: past.sources,
    forgetPreview: past.forgetPreview,
    undo: past.undo,
    timeline: past.timeline,
    during: past.during,
    firstValid: past.firstValid,

    proposals: inbox.proposals,
    acceptProposal: inbox.accept,
    rejectProposal: inbox.reject,
    decideAllProposals: inbox.decideAll,
    notSaved: inbox.notSaved,
    saveAnyway: inbox.saveAnyway,
    contradictions: inbox.contradictions,
    resolveContradiction: inbox.resolve,

    exportLines: transfer.exportLines,
    exportText: transfer.exportText,
    import: transfer.import,

    settings: settings.get,
    changeSettings: settings.change,

    /** Proposes what would tidy up; tells how many proposals wait because of it. */
    proposeFix: (userId: string, what: HealthFix): Promise<{ proposed: number }> =>
      db.asUser(userId, async (tx) => ({
        proposed: await proposeFix(tx, { userId, what, now: clock.now() }, inbox),
      })),

    /** Counts, growth and health for the pages of memory. */
    async stats(owner: Owner): Promise<MemoryStats> {
      const now = clock.now();
      const [waiting, running] = await Promise.all([
        inbox.waiting(owner.userId),
        shortTerm.count(owner.userId),
      ]);
      return await db.asUser(owner.userId, async (tx) => {
        const rows = await store.stats(tx, now);
        const used = await store.activity(tx, new Date(now.getTime() - STATS_MS));
        const { waiting: withoutVector, ...state } = await store.health(tx, {
          now,
          model: embedder.model,
          local: embedder.local,
        });
        const sum = (pick: (row: typeof rows[number]) => number) =>
          rows.reduce((n, row) => n + pick(row), 0);
        const by = (name: "type" | "source") => {
          const counts: Record<string, number> = {};
          for (const row of rows) counts[row[name]] = (counts[row[name]] ?? 0) + row.n;
          return counts;
        };
        const share = (part: number, whole: number) =>
          whole === 0 ? null : Math.round(part / whole * 1000) / 1000;
        return {
          total: sum((row) => row.n),
          tiers: {
            // Short-term memory is the running conversation; it has no rows.
            stm: { count: running, capacity: SHORT_TERM_TURNS },
            itm: { count: sum((row) => row.tier === "itm" ? row.n : 0), capacity: ITM_CAPACITY },
            ltm: { count: sum((row) => row.tier === "ltm" ? row.n : 0), capacity: null },
          },
          types: by("type"),
          sources: by("source"),
          pinned: sum((row) => row.pinned),
          anchors: sum((row) => row.anchors),
          past: sum((row) => row.past),
          bytes: sum((row) => row.bytes),
          limitBytes: usage.limits(owner.effectivePlan).storageBytes,
          waiting,
          growth: used.days.map(({ day, n }) => ({ day, count: n })),
          hitRate: share(used.hits, used.answers),
          saveRate: share(used.saved, used.saved + used.offered),
          health: {
            embeddingModel: embedder.model,
            withoutVector,
            ...state,
            ...await findings(tx, now),
          },
        };
      });
    },

    /** What memory took from one message. */
    takenFrom: (tx: Tx, messageId: string): Promise<TakenView> => takenFrom(tx, messageId, inbox),

    // For the turn pipeline, in its transaction ------------------------------------------------

    /** Makes all messages of a conversation findable again that may be found. */
    async indexSession(tx: Tx, sessionId: string): Promise<void> {
      await indexSession(tx, sessionId);
      await raiseOwnVersion(tx, clock.now());
    },

    /** Makes a turn findable; with a neural model its vectors follow by a job. */
    async indexTurn(
      tx: Tx,
      turn: { userId: string; questionId: string; answerId: string },
    ): Promise<void> {
      await indexTurn(tx, turn);
      await raiseVersion(tx, turn.userId, clock.now());
      await turnVectors.queue(tx, turn);
    },

    /** Follows a change of a person's settings, in its transaction. */
    followSettings: turnSet.follow,

    /** Facts that helped with an answer their owner found good are believed a little more (MEM-24). */
    async helped(
      tx: Tx,
      { answerId, memoryIds }: { answerId: string; memoryIds: readonly string[] },
    ): Promise<void> {
      // Once for an answer, however often it is rated anew.
      const reason = `helped with the answer ${answerId}`;
      if (await store.hasEvent(tx, { memoryIds, reason })) return;
      for (const row of await store.findMemories(tx, memoryIds)) {
        const confidence = confirmed(row.confidence, HELPED);
        if (row.deletedAt || row.locked || confidence === row.confidence) continue;
        const patch = { confidence };
        await writer.change(tx, row, { patch, action: "confirm", actor: "user", reason });
      }
    },

    /** Takes a whole conversation out of the searched set. */
    async unindexSession(tx: Tx, sessionId: string): Promise<void> {
      await unindexSession(tx, sessionId);
      await raiseOwnVersion(tx, clock.now());
    },

    /** Counts the facts that entered a prompt. */
    countAccess: (tx: Tx, use: { userId: string; memoryIds: readonly string[] }): Promise<void> =>
      countUses(tx, use.memoryIds),

    /** Takes a message out of the searched set and forgets the facts it created. */
    async forgetMessage(tx: Tx, subject: { userId: string; messageId: string }): Promise<string[]> {
      const rows = await store.memoriesOfMessage(tx, subject.messageId);
      // A summary goes with the message, and is made anew of the others.
      for (const row of rows) {
        const because = isSummary(row) ? "source" as const : "itself" as const;
        await forgetRow(tx, row, "user", { because });
        if (isSummary(row)) await writer.queueSummary(tx, row);
      }
      await forgetMessageInInbox(tx, subject.messageId);
      await raiseVersion(tx, subject.userId, clock.now());
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
        await store.lockFacts(tx, userId);
        const current = await store.findMemory(tx, memoryId, { lock: true });
        if (current?.text !== row.text) return; // edited meanwhile: its own job brings the new one
        await store.updateMemory(tx, memoryId, { embedding, updatedAt: row.updatedAt });
        await settleLikeness(tx, current, embedding);
        await usage.recordSystem(tx, {
          userId,
          operationId: ids(),
          tokens: estimateTokens(embedText(row)),
          metadata: { feature: "embedding", model: embedding.model },
        });
      });
    },

    reconcileTurns: turnSet.reconcile,
    embedTurns: turnVectors.embed,
    /** Makes anew, some at a time, the vectors that another model made; returns how many. */
    reembed: turnVectors.reembed,
    embeddingProgress: turnVectors.progress,
    reembedding: turnVectors.reembedding,
    /** Brings the figures of all people's facts up to date. */
    observe: createObserver(dependencies),

    promoteDue: movement.promoteDue,
    demoteDue: movement.demoteDue,
    expireDue: movement.expireDue,
    purge: movement.purge,
    night: () => movement.night(),

    /** Takes facts out of what a person wrote, through the gate. */
    extract: createExtraction(dependencies, { writer, inbox, hear: summaries.hear }),

    /** Sums up a conversation in one fact. */
    summarise: summaries.summarise,
    /** Writes the jobs of conversations that came to rest; returns how many. */
    summariseIdle: summaries.queueIdle,
  };
}

/** @throws Problem 400 when a fact would end before it began */
function requireSpan(row: store.MemoryRow, change: MemoryChange): void {
  if (change.validFrom === undefined && change.validTo === undefined) return;
  const from = change.validFrom ?? row.validFrom.toISOString();
  const to = change.validTo === undefined ? row.validTo?.toISOString() : change.validTo;
  if (!to || Date.parse(to) >= Date.parse(from)) return;
  const message = "What ends begins before that";
  throw validationFailed([{ path: "validTo", code: "custom", message }]);
}

/** Members that say what a fact is; the others only say what may be done with it. */
const OWN_WORDS = [
  "text",
  "type",
  "tags",
  "outcome",
  "emotionalWeight",
  "confidence",
  "validFrom",
  "validTo",
] as const satisfies readonly (keyof MemoryChange)[];

/** Whether a change says something else of a fact than it said. */
function isOwnWord(row: store.MemoryRow, change: MemoryChange): boolean {
  const view = memoryView(row);
  return OWN_WORDS.some((name) =>
    change[name] !== undefined && JSON.stringify(change[name]) !== JSON.stringify(view[name])
  );
}

/** A weak validator of a fact's present state. */
export function etagOf(view: MemoryView): string {
  return `"${view.id}-${Date.parse(view.updatedAt).toString(36)}"`;
}
