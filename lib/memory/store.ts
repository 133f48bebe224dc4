import type { Tx } from "@/lib/platform/database/mod.ts";
import type { MemoryChange, MemoryQuery } from "./schema.ts";

/** A row of `memories` without its vector and searched text. */
export interface MemoryRow {
  id: string;
  userId: string;
  type:
    | "fact"
    | "preference"
    | "event"
    | "task"
    | "conversation"
    | "lesson"
    | "error"
    | "achievement";
  tier: "itm" | "ltm";
  source: "first_hand" | "second_hand" | "inferred";
  text: string;
  quote: string | null;
  sourceMessageIds: string[];
  sessionId: string | null;
  subject: string | null;
  attribute: string | null;
  value: string | null;
  confidence: number;
  emotionalWeight: number;
  outcome: "success" | "failure" | "neutral";
  constitutionValid: boolean;
  policyDecisionId: string | null;
  tags: string[];
  pinned: boolean;
  anchor: boolean;
  locked: boolean;
  injection: "any_model" | "local_models" | "never";
  validFrom: Date;
  validTo: Date | null;
  createdAt: Date;
  updatedAt: Date;
  supersededBy: string | null;
  supersededAt: Date | null;
  accessCount: number;
  lastAccessedAt: Date | null;
  expiresAt: Date | null;
  deletedAt: Date | null;
  bytes: number;
}

const COLUMNS = [
  "id",
  "user_id",
  "type",
  "tier",
  "source",
  "text",
  "quote",
  "source_message_ids",
  "session_id",
  "subject",
  "attribute",
  "value",
  "confidence",
  "emotional_weight",
  "outcome",
  "constitution_valid",
  "policy_decision_id",
  "tags",
  "pinned",
  "anchor",
  "locked",
  "injection",
  "valid_from",
  "valid_to",
  "created_at",
  "updated_at",
  "superseded_by",
  "superseded_at",
  "access_count",
  "last_accessed_at",
  "expires_at",
  "deleted_at",
  "bytes",
];

/** The text form of a vector for the database. */
export function vectorText(vector: readonly number[] | null): string | null {
  return vector ? `[${vector.join(",")}]` : null;
}

/** A vector with the model that made it. */
export interface StoredVector {
  vector: readonly number[];
  model: string;
}

/** Stores a fact. */
export async function insertMemory(
  tx: Tx,
  row: MemoryRow,
  embedding: StoredVector | null,
): Promise<void> {
  await tx`insert into memories (id, user_id, type, tier, source, text, quote, source_message_ids,
      session_id, subject, attribute, value, confidence, emotional_weight, outcome,
      constitution_valid, policy_decision_id, tags, pinned, anchor, locked, injection, valid_from,
      valid_to, created_at, updated_at, expires_at, bytes, embedding, embedding_model)
    values (${row.id}, ${row.userId}, ${row.type}, ${row.tier}, ${row.source}, ${row.text},
      ${row.quote}, ${row.sourceMessageIds}::uuid[], ${row.sessionId}, ${row.subject},
      ${row.attribute}, ${row.value}, ${row.confidence}, ${row.emotionalWeight}, ${row.outcome},
      ${row.constitutionValid}, ${row.policyDecisionId}, ${row.tags}::text[], ${row.pinned},
      ${row.anchor}, ${row.locked}, ${row.injection}, ${row.validFrom}, ${row.validTo},
      ${row.createdAt}, ${row.updatedAt}, ${row.expiresAt}, ${row.bytes},
      ${vectorText(embedding?.vector ?? null)}::halfvec, ${embedding?.model ?? null})`;
}

/** One fact, also from the trash; locked when it is about to change. */
export async function findMemory(
  tx: Tx,
  id: string,
  options: { lock?: boolean } = {},
): Promise<MemoryRow | null> {
  const [row] = await tx<MemoryRow[]>`
    select ${tx(COLUMNS)} from memories where id = ${id} ${options.lock ? tx`for update` : tx``}`;
  return row ?? null;
}

/** Several facts, in no order. */
export function findMemories(tx: Tx, ids: readonly string[]): Promise<MemoryRow[]> {
  return tx<MemoryRow[]>`select ${
    tx(COLUMNS)
  } from memories where id = any(${ids as string[]}::uuid[])`;
}

const SORTS = {
  created: "created_at",
  updated: "updated_at",
  accessed: "last_accessed_at",
  confidence: "confidence",
  size: "bytes",
} as const;

/** A page of facts that are not in the trash, greatest first. */
export function listMemories(
  tx: Tx,
  query: MemoryQuery,
  page: { limit: number; offset: number; now: Date },
): Promise<MemoryRow[]> {
  return tx<MemoryRow[]>`
    select ${tx(COLUMNS)} from memories
    where deleted_at is null and (expires_at is null or expires_at > ${page.now})
      ${
    query.includePast === "true"
      ? tx``
      : tx`and superseded_at is null and (valid_to is null or valid_to > ${page.now})`
  }
      ${query.tier ? tx`and tier = ${query.tier}` : tx``}
      ${query.type ? tx`and type = ${query.type}` : tx``}
      ${query.source ? tx`and source = ${query.source}` : tx``}
      ${query.tag ? tx`and tags @> ${[query.tag]}::text[]` : tx``}
      ${query.pinned ? tx`and pinned = ${query.pinned === "true"}` : tx``}
      ${query.from ? tx`and created_at >= ${new Date(query.from)}` : tx``}
      ${query.to ? tx`and created_at < ${new Date(query.to)}` : tx``}
    order by ${tx(SORTS[query.sort])} desc nulls last, id desc
    limit ${page.limit} offset ${page.offset}`;
}

/** Changes of a fact by column; members that are absent stay. */
export async function updateMemory(
  tx: Tx,
  id: string,
  change:
    & MemoryChange
    & Partial<
      Pick<
        MemoryRow,
        | "pinned"
        | "anchor"
        | "tier"
        | "expiresAt"
        | "deletedAt"
        | "supersededBy"
        | "supersededAt"
        | "bytes"
        | "constitutionValid"
        | "policyDecisionId"
        | "sourceMessageIds"
      >
    >
    & {
      purgeAt?: Date | null;
      updatedAt: Date;
      embedding?: StoredVector | null;
    },
): Promise<void> {
  const { embedding, validFrom, validTo, ...rest } = change;
  const columns: Record<string, unknown> = {
    text: rest.text,
    type: rest.type,
    tags: rest.tags,
    outcome: rest.outcome,
    emotional_weight: rest.emotionalWeight,
    confidence: rest.confidence,
    injection: rest.injection,
    locked: rest.locked,
    pinned: rest.pinned,
    anchor: rest.anchor,
    tier: rest.tier,
    expires_at: rest.expiresAt,
    deleted_at: rest.deletedAt,
    purge_at: rest.purgeAt,
    superseded_by: rest.supersededBy,
    superseded_at: rest.supersededAt,
    bytes: rest.bytes,
    constitution_valid: rest.constitutionValid,
    policy_decision_id: rest.policyDecisionId,
    source_message_ids: rest.sourceMessageIds,
    updated_at: rest.updatedAt,
    valid_from: validFrom === undefined ? undefined : new Date(validFrom),
    valid_to: validTo === undefined ? undefined : validTo === null ? null : new Date(validTo),
  };
  const given = Object.fromEntries(
    Object.entries(columns).filter(([, value]) => value !== undefined),
  );
  await tx`update memories set ${tx(given as Record<string, string>)} where id = ${id}`;
  if (embedding !== undefined) {
    await tx`update memories set embedding = ${vectorText(embedding?.vector ?? null)}::halfvec,
      embedding_model = ${embedding?.model ?? null} where id = ${id}`;
  }
}

/** Removes a fact and everything that hangs on it. */
export async function deleteMemory(tx: Tx, id: string): Promise<void> {
  await tx`delete from memories where id = ${id}`;
}

/** The current fact that fills the same slot, or has the same text; null when there is none. */
export async function findSame(
  tx: Tx,
  query: { text: string; subject: string | null; attribute: string | null; value: string | null },
): Promise<MemoryRow | null> {
  const [row] = await tx<MemoryRow[]>`
    select ${tx(COLUMNS)} from memories
    where deleted_at is null and superseded_at is null
      and (lower(regexp_replace(text, '\\s+', ' ', 'g')) = ${query.text}
        or (subject = ${query.subject} and attribute = ${query.attribute} and lower(value) = lower(${query.value})))
    order by created_at limit 1`;
  return row ?? null;
}

/** Current facts that may say the same as a new one, or contradict it. */
export function comparableFacts(
  tx: Tx,
  query: { text: string; subject: string | null; attribute: string | null },
): Promise<MemoryRow[]> {
  return tx<MemoryRow[]>`
    select ${tx(COLUMNS)} from memories
    where deleted_at is null and superseded_at is null
      and ((subject = ${query.subject} and attribute = ${query.attribute})
        or lower(regexp_replace(text, '\\s+', ' ', 'g')) = ${query.text})
    order by created_at desc limit 50`;
}

/** How many facts were taken from messages since a time. */
export async function savedSince(tx: Tx, since: Date): Promise<number> {
  const [row] = await tx<{ n: number }[]>`
    select count(*)::integer as n from memory_events
    where action = 'create' and actor = 'extraction' and created_at >= ${since}`;
  return row!.n;
}

/** Facts that came from a message and are not in the trash. */
export function memoriesOfMessage(tx: Tx, messageId: string): Promise<MemoryRow[]> {
  return tx<MemoryRow[]>`
    select ${tx(COLUMNS)} from memories
    where source_message_ids @> ${[messageId]}::uuid[] and deleted_at is null`;
}

/** Appends to a fact's history. */
export async function insertEvent(
  tx: Tx,
  event: {
    id: string;
    userId: string;
    memoryId: string;
    action: string;
    actor: "user" | "extraction" | "distillation" | "import" | "admin";
    before: unknown;
    after: unknown;
    reason?: string | null;
    at: Date;
  },
): Promise<void> {
  await tx`insert into memory_events (id, user_id, memory_id, action, actor, before, after, reason, created_at)
    values (${event.id}, ${event.userId}, ${event.memoryId}, ${event.action}, ${event.actor},
      ${event.before === null ? null : tx.json(event.before as never)},
      ${event.after === null ? null : tx.json(event.after as never)}, ${
    event.reason ?? null
  }, ${event.at})`;
}

/** A fact's history, oldest first. */
export function eventsOf(tx: Tx, memoryId: string) {
  return tx<
    {
      id: string;
      action: string;
      actor: "user" | "extraction" | "distillation" | "import" | "admin";
      reason: string | null;
      createdAt: Date;
    }[]
  >`
    select id, action, actor, reason, created_at from memory_events
    where memory_id = ${memoryId} order by created_at, id`;
}

/** Counts a use in a prompt; in the intermediate tier it renews the seven days. */
export async function countAccess(
  tx: Tx,
  use: { ids: readonly string[]; at: Date; itmExpiresAt: Date },
): Promise<void> {
  if (use.ids.length === 0) return;
  await tx`update memories set access_count = access_count + 1, last_accessed_at = ${use.at},
      expires_at = case when tier = 'itm' then ${use.itmExpiresAt} else expires_at end
    where id = any(${use.ids as string[]}::uuid[])`;
}

/** Removes the text of forgotten facts from receipts. */
export async function forgetInReceipts(
  tx: Tx,
  memoryIds: readonly string[],
  at: Date,
): Promise<void> {
  await tx`update receipt_items set text = '', forgotten_at = ${at}
    where memory_id = any(${memoryIds as string[]}::uuid[]) and forgotten_at is null`;
}

/** The same for quoted messages. */
export async function forgetMessageInReceipts(tx: Tx, messageId: string, at: Date): Promise<void> {
  await tx`update receipt_items set text = '', forgotten_at = ${at}
    where kind = 'turn' and source_message_id = ${messageId} and forgotten_at is null`;
}

/** Keeps a keyed hash of a text that must not come back by itself. */
export async function insertTombstone(
  tx: Tx,
  tombstone: { userId: string; textHash: Uint8Array; at: Date },
): Promise<void> {
  await tx`insert into memory_tombstones (user_id, text_hash, created_at)
    values (${tombstone.userId}, ${tombstone.textHash}, ${tombstone.at}) on conflict do nothing`;
}

/** When a text was forgotten, or null. */
export async function forgottenAt(tx: Tx, textHash: Uint8Array): Promise<Date | null> {
  const [row] = await tx<{ createdAt: Date }[]>`
    select created_at from memory_tombstones where text_hash = ${textHash}`;
  return row?.createdAt ?? null;
}

/** Removes the mark of a text that the user states anew. */
export async function deleteTombstone(tx: Tx, textHash: Uint8Array): Promise<void> {
  await tx`delete from memory_tombstones where text_hash = ${textHash}`;
}

/** Notes what was not saved, for the owner to see. */
export async function insertNotSaved(
  tx: Tx,
  row: {
    id: string;
    userId: string;
    sessionId: string;
    messageId: string;
    reason: string;
    text: string;
    at: Date;
    expiresAt: Date;
  },
): Promise<void> {
  await tx`insert into memory_not_saved (id, user_id, session_id, message_id, reason, text, created_at, expires_at)
    values (${row.id}, ${row.userId}, ${row.sessionId}, ${row.messageId}, ${row.reason}, ${row.text}, ${row.at}, ${row.expiresAt})`;
}

/** Facts past their time, of all users: forgotten ones a day ago, expired ones a week ago. */
export function dueForPurge(
  tx: Tx,
  query: { now: Date; expiredBefore: Date; limit: number },
): Promise<MemoryRow[]> {
  return tx<MemoryRow[]>`
    select ${tx(COLUMNS)} from memories
    where purge_at <= ${query.now} or (tier = 'itm' and expires_at <= ${query.expiredBefore})
    order by id limit ${query.limit} for update skip locked`;
}

/** Intermediate facts, of all users, that have proved useful or certain (MEM-16, MEM-17). */
export function dueForPromotion(
  tx: Tx,
  query: { now: Date; madeBefore: Date; uses: number; confidence: number; limit: number },
): Promise<MemoryRow[]> {
  return tx<MemoryRow[]>`
    select ${tx(COLUMNS)} from memories
    where tier = 'itm' and deleted_at is null and superseded_at is null and constitution_valid
      and expires_at > ${query.now} and not locked
      and (access_count >= ${query.uses}
        or (confidence > ${query.confidence} and created_at <= ${query.madeBefore}))
    order by id limit ${query.limit} for update skip locked`;
}

/** Ends the life of the least used intermediate facts beyond a number (MEM-11). */
export async function expireBeyond(tx: Tx, keep: number, at: Date): Promise<void> {
  await tx`update memories set expires_at = ${at} where id in (
    select id from memories where tier = 'itm' and deleted_at is null and expires_at > ${at}
      and not pinned and not locked
    order by access_count desc, last_accessed_at desc nulls last, confidence desc, id desc
    offset ${keep})`;
}

/** Figures for the head of the memory page. */
export async function stats(tx: Tx, now: Date) {
  return await tx<
    { tier: "itm" | "ltm"; type: string; n: number; pinned: number; past: number; bytes: number }[]
  >`
    select tier, type, count(*)::integer as n, count(*) filter (where pinned)::integer as pinned,
      count(*) filter (where superseded_at is not null)::integer as past,
      coalesce(sum(bytes), 0)::bigint as bytes
    from memories where deleted_at is null and (expires_at is null or expires_at > ${now})
    group by tier, type`;
}

/** A message that facts are taken from, with what is known of its writer. */
export interface SourceMessage {
  content: string;
  remember: boolean;
  createdAt: Date;
  memoryMode: "on" | "read_only" | "off";
  temporary: boolean;
  displayName: string;
  timeZone: string;
  plan: "free_trial" | "basic" | "pro";
  subscriptionStatus: "none" | "trialing" | "active" | "past_due" | "canceled";
  trialEndsAt: Date;
  planUntil: Date | null;
  /** Whether the person lets anything be remembered. */
  memoryEnabled: boolean;
}

/** A message of the user whose conversation still lives, or null. */
export async function sourceMessage(tx: Tx, id: string): Promise<SourceMessage | null> {
  const [row] = await tx<SourceMessage[]>`
    select m.content, m.remember, m.created_at, s.memory_mode, s.temporary, u.display_name,
      u.time_zone, u.plan, u.subscription_status, u.trial_ends_at, u.plan_until,
      coalesce((u.settings ->> 'memory')::boolean, true) as memory_enabled
    from messages m join chat_sessions s on s.id = m.session_id join users u on u.id = m.user_id
    where m.id = ${id} and m.role = 'user' and s.deleted_at is null`;
  return row ?? null;
}

/** Current facts that contain all words of a text, best first. */
export function matchingFacts(tx: Tx, text: string, limit: number): Promise<MemoryRow[]> {
  return tx<MemoryRow[]>`
    select ${tx(COLUMNS)} from memories
    where deleted_at is null and text_search @@ plainto_tsquery('english'::regconfig, ${text})
    order by ts_rank(text_search, plainto_tsquery('english'::regconfig, ${text})) desc, id limit ${limit}`;
}
