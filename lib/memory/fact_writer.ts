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
import { sameText } from "./normalise.ts";
import * as store from "./store.ts";
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
  policy: Policy;
  usage: Usage;
  cursorKey: PurposeKey;
  /** Hashes forgotten texts. */
  tombstoneKey: PurposeKey;
}

const DAY = 24 * 60 * 60 * 1000;
/** A fact of the intermediate tier lives seven days, renewed by use. */
export const ITM_LIFE_MS = 7 * DAY;
/** Facts of the intermediate tier that one person can have. */
export const ITM_CAPACITY = 100;
/** Forgetting can be undone for a day. */
export const UNDO_MS = DAY;
/** The kind of the job that makes a fact's vector with a model host. */
export const EMBED_JOB = "memory.embed";

/** Who changes a fact. */
export type Actor = "user" | "extraction" | "distillation";

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
    >
  >;

/** What changes facts, each in the caller's transaction: the row, its event and its storage. */
export type FactWriter = ReturnType<typeof createFactWriter>;

/** The writer of facts. */
export function createFactWriter(dependencies: MemoryDependencies, embedder: Embedder) {
  const { clock, ids, usage, outbox } = dependencies;
  const hashOf = (text: string) => dependencies.tombstoneKey.mac(sameText(text));
  const itmEnd = () => new Date(clock.now().getTime() + ITM_LIFE_MS);

  function event(
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
    return store.insertEvent(tx, {
      id: ids(),
      userId: change.row.userId,
      memoryId: change.row.id,
      action: change.action,
      actor: change.actor,
      before: change.before ? memoryView(change.before) : null,
      after: change.after ? memoryView(change.after) : null,
      reason: change.reason ?? null,
      at: clock.now(),
    });
  }

  /** Stores a fact with its event and its storage; the vector comes at once or by a job. */
  async function insert(
    tx: Tx,
    userId: string,
    fact: NewFact,
    actor: Actor,
  ): Promise<store.MemoryRow> {
    const now = clock.now();
    const decision = await dependencies.policy.checkText(fact.text, "memory");
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
      constitutionValid: decision.constitutionValid,
      policyDecisionId: null,
      createdAt: now,
      updatedAt: now,
      supersededBy: null,
      supersededAt: null,
      accessCount: 0,
      lastAccessedAt: null,
      expiresAt: fact.tier === "itm" ? itmEnd() : null,
      deletedAt: null,
      bytes: 0,
    };
    const row = { ...base, bytes: memoryBytes(base, dependencies.model.embedDim) };
    const embedding = embedder.local ? await embedder.embedDocument(embedText(row)) : null;
    await store.insertMemory(tx, row, embedding);
    await event(tx, { action: "create", actor, row, after: row });
    await usage.recordStorage(tx, { userId, operationId: ids(), bytes: row.bytes });
    if (!embedding) await queueEmbedding(tx, row);
    if (row.tier === "itm") await store.expireBeyond(tx, ITM_CAPACITY, now);
    return row;
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

  /** Moves a fact to the trash; its text leaves every receipt. */
  async function forgetRow(tx: Tx, row: store.MemoryRow, actor: Actor): Promise<Date> {
    const now = clock.now();
    const undoUntil = new Date(now.getTime() + UNDO_MS);
    await store.updateMemory(tx, row.id, { deletedAt: now, purgeAt: undoUntil, updatedAt: now });
    await store.forgetInReceipts(tx, [row.id], now);
    await store.insertTombstone(tx, {
      userId: row.userId,
      textHash: await hashOf(row.text),
      at: now,
    });
    await event(tx, { action: "forget", actor, row, before: null, after: null });
    return undoUntil;
  }

  /** Erases a fact for good: row, vector, links; its storage is given back. */
  async function eraseRow(tx: Tx, row: store.MemoryRow): Promise<void> {
    await store.forgetInReceipts(tx, [row.id], clock.now());
    await store.insertTombstone(tx, {
      userId: row.userId,
      textHash: await hashOf(row.text),
      at: clock.now(),
    });
    await store.deleteMemory(tx, row.id);
    await usage.recordStorage(tx, { userId: row.userId, operationId: ids(), bytes: -row.bytes });
  }

  /** Replaces an older fact by a newer first-hand one; both stay (MEM-41). */
  async function supersede(tx: Tx, older: store.MemoryRow, newer: store.MemoryRow): Promise<void> {
    const now = clock.now();
    await store.updateMemory(tx, older.id, {
      supersededBy: newer.id,
      supersededAt: now,
      validTo: newer.validFrom.toISOString(),
      updatedAt: now,
    });
    await tx`insert into memory_links (user_id, from_id, to_id, kind, created_at)
      values (${older.userId}, ${newer.id}, ${older.id}, 'supersedes', ${now}) on conflict do nothing`;
    const after = { ...older, supersededBy: newer.id, supersededAt: now, validTo: newer.validFrom };
    await event(tx, { action: "supersede", actor: "extraction", row: older, before: older, after });
  }

  return {
    insert,
    event,
    queueEmbedding,
    embedText,
    forgetRow,
    eraseRow,
    supersede,
    hashOf,
    itmEnd,
  };
}
