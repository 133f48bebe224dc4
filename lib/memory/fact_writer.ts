import type { Clock } from "@/lib/platform/clock.ts";
import type { PurposeKey } from "@/lib/platform/crypto.ts";
import type { Database, Tx } from "@/lib/platform/database/mod.ts";
import type { IdSource } from "@/lib/platform/ids.ts";
import type { Kv } from "@/lib/platform/kv.ts";
import type { Metrics } from "@/lib/platform/metrics.ts";
import type { Outbox } from "@/lib/platform/outbox.ts";
import type { ModelHost } from "@/lib/model/mod.ts";
import type { Policy } from "@/lib/policy/mod.ts";
import type { Usage } from "@/lib/usage/mod.ts";
import { memoryBytes } from "./bytes.ts";
import type { Embedder } from "./embedder.ts";
import { clausesOf } from "./extract_clauses.ts";
import { sameText } from "./normalise.ts";
import { raiseVersion } from "./settings.ts";
import * as store from "./store.ts";
import { declineSummary, summariesOf } from "./summary_store.ts";
import { contradict } from "./write_gate.ts";
import { memoryView } from "./views.ts";

/** What the room of memory is given. */
export interface MemoryDependencies {
  db: Database;
  kv: Kv;
  clock: Clock;
  ids: IdSource;
  metrics: Metrics;
  outbox: Outbox;
  model: ModelHost;
  /** Whether the model can be asked for structured answers; the stand-in cannot. */
  capableModel: boolean;
  /** Cosine from which the embedding model alone lets a row be recalled (MEM-57). */
  cosineFloor?: number;
  policy: Policy;
  usage: Usage;
  cursorKey: PurposeKey;
  /** Hashes forgotten texts. */
  tombstoneKey: PurposeKey;
  /** Hears of each proposal in its transaction. */
  onProposal?: (tx: Tx, userId: string) => Promise<void>;
  /** Hears, in its transaction, that facts of a person went back to the intermediate tier. */
  onDemotion?: (tx: Tx, userId: string) => Promise<void>;
}

const DAY = 24 * 60 * 60 * 1000;
/** A fact of the intermediate tier lives seven days, renewed by use. */
export const ITM_LIFE_MS = 7 * DAY;
/** Facts of the intermediate tier that one person can have. */
export const ITM_CAPACITY = 100;
/** Anchors that one person can have (MEM-47). */
export const MAX_ANCHORS = 12;
/** Forgetting can be undone for a day. */
export const UNDO_MS = DAY;
/** When an intermediate fact ends that was replaced and stays as the past. */
export const NEVER = new Date("9999-12-31T00:00:00.000Z");
/** The kind of the job that makes a fact's vector with a model host. */
export const EMBED_JOB = "memory.embed";
/** The kind of the job that sums up a conversation. */
export const SUMMARISE_JOB = "memory.summarise";

/** Confidence after the same was said again, or an answer that used it was found good (MEM-24). */
export function confirmed(confidence: number, step = 0.1): number {
  return Math.max(confidence, Math.min(0.99, confidence + step));
}

/** Who changes a fact. */
export type Actor = "user" | "extraction" | "distillation" | "import";

/** A fact to be stored. */
export type NewFact =
  & Pick<store.MemoryRow, "type" | "tier" | "source" | "text" | "confidence">
  & Partial<
    Pick<
      store.MemoryRow,
      | "quote"
      | "sourceMessageIds"
      | "sessionId"
      | "subject"
      | "attribute"
      | "value"
      | "tags"
      | "pinned"
      | "injection"
      | "validFrom"
      | "validTo"
      | "emotionalWeight"
      | "outcome"
      | "locked"
      | "anchor"
    >
  >;

/** What changes facts, each in the caller's transaction: the row, its event and its storage. */
export type FactWriter = ReturnType<typeof createFactWriter>;

/** The writer of facts. */
export function createFactWriter(dependencies: MemoryDependencies, embedder: Embedder) {
  const { clock, ids, usage, outbox } = dependencies;
  const hashOf = (text: string) => dependencies.tombstoneKey.mac(sameText(text));
  const hashesOf = (text: string) => dependencies.tombstoneKey.macs(sameText(text));
  const itmEnd = () => new Date(clock.now().getTime() + ITM_LIFE_MS);
  /** When an intermediate fact ends: no job ends what its owner edited or locked (MEM-25). */
  const endOf = (row: Pick<store.MemoryRow, "locked">) => row.locked ? NEVER : itmEnd();

  /** Appends to the history, and makes kept results of searches old. */
  async function event(
    tx: Tx,
    change: {
      action: string;
      actor: Actor;
      row: store.MemoryRow;
      after: store.MemoryRow | null;
      before?: store.MemoryRow | null;
      reason?: string;
    },
  ): Promise<void> {
    await raiseVersion(tx, change.row.userId, clock.now());
    await store.insertEvents(tx, [{
      id: ids(),
      userId: change.row.userId,
      memoryId: change.row.id,
      action: change.action,
      actor: change.actor,
      before: change.before ? memoryView(change.before) : null,
      after: change.after ? memoryView(change.after) : null,
      reason: change.reason ?? null,
      at: clock.now(),
    }]);
  }

  /** A fact as its row will be. */
  async function rowOf(userId: string, fact: NewFact): Promise<store.MemoryRow> {
    const now = clock.now();
    const decision = await dependencies.policy.checkText(fact.text, "memory");
    // What its owner pinned or made an anchor does not end (MEM-16).
    const tier = fact.pinned || fact.anchor ? "ltm" : fact.tier;
    const base: store.MemoryRow = {
      id: ids(),
      userId,
      quote: null,
      sourceMessageIds: [],
      sessionId: null,
      subject: null,
      attribute: null,
      value: null,
      emotionalWeight: 0,
      outcome: "neutral",
      tags: [],
      pinned: false,
      anchor: false,
      locked: false,
      injection: "any_model",
      validFrom: now,
      validTo: null,
      ...fact,
      tier,
      constitutionValid: decision.constitutionValid,
      policyDecisionId: null,
      createdAt: now,
      updatedAt: now,
      supersededBy: null,
      supersededAt: null,
      accessCount: 0,
      lastAccessedAt: null,
      expiresAt: tier === "itm" ? endOf({ locked: fact.locked ?? false }) : null,
      deletedAt: null,
      bytes: 0,
    };
    return { ...base, bytes: memoryBytes(base, dependencies.model.embedDim) };
  }

  /**
   * Stores facts with their events and their storage, as many as there are in a few statements;
   * vectors come at once or by jobs.
   *
   * @param made the vectors of the facts, where they were needed before
   */
  async function insertAll(
    tx: Tx,
    userId: string,
    { facts, actor, made }: {
      facts: readonly NewFact[];
      actor: Actor;
      made?: readonly (store.StoredVector | null | undefined)[];
    },
  ): Promise<store.MemoryRow[]> {
    const rows = await Promise.all(facts.map((fact) => rowOf(userId, fact)));
    if (rows.length === 0) return rows;
    const stored = await Promise.all(
      rows.map(async (row, at) => ({ row, embedding: made?.[at] ?? await vectorAtOnce(row) })),
    );
    const now = clock.now();
    await store.insertMemories(tx, stored);
    await raiseVersion(tx, userId, now);
    await store.insertEvents(
      tx,
      rows.map((row) => ({
        id: ids(),
        userId,
        memoryId: row.id,
        action: "create",
        actor,
        before: null,
        after: memoryView(row),
        reason: null,
        at: now,
      })),
    );
    const bytes = rows.reduce((sum, row) => sum + row.bytes, 0);
    await usage.recordStorage(tx, { userId, operationId: ids(), bytes });
    for (const { row, embedding } of stored) if (!embedding) await queueEmbedding(tx, row);
    if (rows.some((row) => row.tier === "itm")) {
      for (const extra of await store.beyondCapacity(tx, { keep: ITM_CAPACITY, at: now })) {
        await expire(tx, extra, "the intermediate tier is full");
      }
    }
    return rows;
  }

  /** The same for one fact. */
  async function insert(
    tx: Tx,
    userId: string,
    fact: NewFact,
    actor: Actor,
    made?: store.StoredVector | null,
  ): Promise<store.MemoryRow> {
    const [row] = await insertAll(tx, userId, { facts: [fact], actor, made: [made] });
    return row!;
  }

  /** The vector of a fact when no host is needed for it, else null: a job brings it. */
  function vectorAtOnce(
    row: Pick<store.MemoryRow, "text" | "quote" | "tags">,
  ): Promise<store.StoredVector | null> {
    return embedder.local ? embedder.embedDocument(embedText(row)) : Promise.resolve(null);
  }

  /** Ends an intermediate fact; for a week it can be restored, then it is purged (MEM-21). */
  async function expire(tx: Tx, row: store.MemoryRow, reason: string): Promise<void> {
    const now = clock.now();
    const ended = row.expiresAt && row.expiresAt < now ? row.expiresAt : now;
    await change(tx, row, {
      patch: { expiresAt: ended, purgeAt: new Date(ended.getTime() + ITM_LIFE_MS) },
      action: "expire",
      actor: "distillation",
      reason,
    });
  }

  function queueEmbedding(tx: Tx, row: store.MemoryRow): Promise<void> {
    return outbox.add(tx, {
      kind: EMBED_JOB,
      key: `${EMBED_JOB}:${row.id}:${row.updatedAt.getTime()}`,
      userId: row.userId,
      payload: { memoryId: row.id },
    });
  }

  /** The text a vector stands for (MEM-64). */
  function embedText(row: Pick<store.MemoryRow, "text" | "quote" | "tags">): string {
    return [row.text, row.quote ?? "", row.tags.join(" ")].filter(Boolean).join(" ");
  }

  /**
   * Moves a fact to the trash; its text leaves every receipt.
   *
   * @param options.because whether it goes for its own sake, with what was summed up of its words,
   *   or only because what it was made of went
   */
  async function forgetRow(
    tx: Tx,
    row: store.MemoryRow,
    actor: Actor,
    { tombstone = true, because = "itself" }: Forgetting = {},
  ): Promise<Date> {
    const now = clock.now();
    const undoUntil = new Date(now.getTime() + UNDO_MS);
    const after = { ...row, deletedAt: now, updatedAt: now };
    await store.updateMemory(tx, row.id, { deletedAt: now, purgeAt: undoUntil, updatedAt: now });
    await store.forgetInReceipts(tx, [row.id], now);
    if (tombstone) {
      await store.insertTombstone(tx, {
        userId: row.userId,
        textHash: await hashOf(row.text),
        at: now,
      });
    }
    await event(tx, { action: "forget", actor, row, before: row, after });
    if (because === "itself") await forgetSummed(tx, row, { actor });
    return undoUntil;
  }

  /** What hangs on a fact that goes: a summary is made anew without its words (MEM-75). */
  async function forgetSummed(
    tx: Tx,
    row: store.MemoryRow,
    { actor, erase = false }: { actor: Actor; erase?: boolean },
  ): Promise<void> {
    if (isSummary(row)) {
      if (actor === "user") await declineSummary(tx, row.sessionId!, true);
      return;
    }
    if (row.sourceMessageIds.length === 0) return;
    for (const text of await wordsBehind(tx, row)) {
      const tombstone = { userId: row.userId, textHash: await hashOf(text), at: clock.now() };
      await store.insertTombstone(tx, tombstone);
    }
    const summed = await summariesOf(tx, row, { trash: erase });
    for (const summary of await store.findMemories(tx, summed)) {
      if (erase) await eraseRow(tx, summary, { tombstone: false });
      else await forgetRow(tx, summary, actor, { tombstone: false, because: "source" });
      await queueSummary(tx, summary);
    }
  }

  /** The statements of the messages that a fact was taken from. */
  async function wordsBehind(tx: Tx, row: store.MemoryRow): Promise<string[]> {
    if (!row.quote) return [];
    const quote = sameText(row.quote);
    const messages = await store.sourcesOf(tx, row.sourceMessageIds);
    return messages.filter(({ role }) => role === "user")
      .flatMap(({ content }) => clausesOf(content).map(({ text }) => text))
      .filter((text) => sameText(text).includes(quote) || quote.includes(sameText(text)));
  }

  function queueSummary(tx: Tx, row: store.MemoryRow): Promise<void> {
    return outbox.add(tx, {
      kind: SUMMARISE_JOB,
      key: `${SUMMARISE_JOB}:${row.sessionId}:${ids()}`,
      userId: row.userId,
      payload: { sessionId: row.sessionId },
    });
  }

  /**
   * Erases a fact for good: row, vector, links; its storage is given back.
   *
   * @param options.summed whether what was summed up of its words goes at once, too
   */
  async function eraseRow(
    tx: Tx,
    row: store.MemoryRow,
    { tombstone = true, summed = false }: { tombstone?: boolean; summed?: boolean } = {},
  ): Promise<void> {
    if (summed) await forgetSummed(tx, row, { actor: "user", erase: true });
    await store.forgetInReceipts(tx, [row.id], clock.now());
    if (tombstone) {
      await store.insertTombstone(tx, {
        userId: row.userId,
        textHash: await hashOf(row.text),
        at: clock.now(),
      });
    }
    await raiseVersion(tx, row.userId, clock.now());
    await store.deleteMemory(tx, row.id);
    await usage.recordStorage(tx, { userId: row.userId, operationId: ids(), bytes: -row.bytes });
  }

  /** Changes a fact and says so in its history. @returns the fact as it is now */
  async function change(
    tx: Tx,
    row: store.MemoryRow,
    options: {
      patch: Omit<Parameters<typeof store.updateMemory>[2], "updatedAt">;
      action: string;
      actor: Actor;
      reason?: string;
    },
  ): Promise<store.MemoryRow> {
    const { patch, ...said } = options;
    await store.updateMemory(tx, row.id, { ...patch, updatedAt: clock.now() });
    const after = (await store.findMemory(tx, row.id))!;
    await event(tx, { ...said, row, before: row, after });
    return after;
  }

  /** Ties two facts of one owner together; the same tie twice is one. */
  async function link(
    tx: Tx,
    tie: { userId: string; fromId: string; toId: string; kind: store.LinkKind },
  ): Promise<void> {
    await store.insertLink(tx, { ...tie, at: clock.now() });
  }

  /** Replaces an older fact by a newer first-hand one; both stay (MEM-41). */
  async function supersede(
    tx: Tx,
    older: store.MemoryRow,
    newer: store.MemoryRow,
    actor: Actor,
  ): Promise<void> {
    const ends = newer.validFrom > older.validFrom ? newer.validFrom : clock.now();
    const validTo = older.validTo && older.validTo < ends ? older.validTo : ends;
    await change(tx, older, {
      patch: {
        supersededBy: newer.id,
        supersededAt: clock.now(),
        validTo: validTo.toISOString(),
        // The past has no end: only its owner removes it (MEM-44).
        ...(older.tier === "itm" ? { expiresAt: NEVER } : {}),
      },
      action: "supersede",
      actor,
    });
    for (
      const summary of await store.findMemories(tx, await summariesOf(tx, older, { trash: false }))
    ) {
      await queueSummary(tx, summary);
    }
    const { userId } = older;
    await link(tx, { userId, fromId: newer.id, toId: older.id, kind: "supersedes" });
  }

  /** Gives the older of two facts that say the same the sources of the other, which goes. */
  async function merge(
    tx: Tx,
    { kept, other, actor }: { kept: store.MemoryRow; other: store.MemoryRow; actor: Actor },
  ): Promise<void> {
    const sources = [...new Set([...kept.sourceMessageIds, ...other.sourceMessageIds])];
    const merged = { ...kept, sourceMessageIds: sources };
    const bytes = memoryBytes(merged, dependencies.model.embedDim);
    await change(tx, kept, {
      patch: {
        sourceMessageIds: sources,
        confidence: confirmed(Math.max(kept.confidence, other.confidence)),
        bytes,
      },
      action: "merge",
      actor,
    });
    const grown = bytes - kept.bytes;
    await usage.recordStorage(tx, { userId: kept.userId, operationId: ids(), bytes: grown });
    await forgetRow(tx, other, actor, { tombstone: false, because: "source" });
  }

  return {
    insert,
    insertAll,
    event,
    queueEmbedding,
    embedText,
    vectorAtOnce,
    forgetRow,
    eraseRow,
    expire,
    change,
    link,
    supersede,
    merge,
    /** Whether two facts cannot both be true. */
    conflicts: contradict,
    hashOf,
    hashesOf,
    endOf,
    queueSummary,
  };
}

/** How a fact is forgotten. */
interface Forgetting {
  /** Whether its text is kept from coming back. */
  tombstone?: boolean;
  because?: "itself" | "source";
}

/** Whether a fact is the summary that a job made of a conversation. */
export function isSummary(row: store.MemoryRow): boolean {
  return row.type === "conversation" && row.source === "inferred" && row.sessionId !== null;
}
