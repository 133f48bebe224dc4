import postgres from "postgres";
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

/** Stores facts, each with its vector or null, in one statement. */
export async function insertMemories(
  tx: Tx,
  facts: readonly { row: MemoryRow; embedding: StoredVector | null }[],
): Promise<void> {
  const records = facts.map(({ row, embedding }) => ({
    ...Object.fromEntries(
      COLUMNS.map((column) => [column, row[postgres.toCamel(column) as keyof MemoryRow]]),
    ),
    embedding: vectorText(embedding?.vector ?? null),
    embedding_model: embedding?.model ?? null,
  }));
  const names: string[] = [...COLUMNS, "embedding", "embedding_model"];
  const columns = tx(names);
  await tx`insert into memories (${columns})
    select ${columns} from jsonb_populate_recordset(null::memories, ${tx.json(records as never)})`;
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
    where ${
    query.trash === "true"
      ? tx`(deleted_at is not null or expires_at <= ${page.now})`
      : tx`deleted_at is null and (expires_at is null or expires_at > ${page.now})`
  }
      ${
    query.includePast === "true" || query.trash === "true"
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
    order by ${
    query.sort === "unused"
      ? tx`coalesce(last_accessed_at, created_at)`
      : tx`${tx(SORTS[query.sort])} desc nulls last`
  }, id desc
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
        | "accessCount"
        | "subject"
        | "attribute"
        | "value"
        | "quote"
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
    access_count: rest.accessCount,
    subject: rest.subject,
    attribute: rest.attribute,
    value: rest.value,
    quote: rest.quote,
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

/** The texts of all facts outside the trash, past ones included, in the form that is compared. */
export async function knownTexts(tx: Tx): Promise<string[]> {
  const rows = await tx<{ text: string }[]>`
    select lower(regexp_replace(text, '\\s+', ' ', 'g')) as text from memories
    where deleted_at is null`;
  return rows.map(({ text }) => text);
}

/** Facts outside the trash after an id, in the order of ids; past ones included. */
export function factsAfter(tx: Tx, id: string, limit: number): Promise<MemoryRow[]> {
  return tx<MemoryRow[]>`
    select ${tx(COLUMNS)} from memories where deleted_at is null and id > ${id}
    order by id limit ${limit}`;
}

/** Current facts that may say the same as a new one, or contradict it. */
export function comparableFacts(
  tx: Tx,
  query: { text: string; subject: string | null; attribute: string | null },
): Promise<MemoryRow[]> {
  return tx<MemoryRow[]>`
    select ${tx(COLUMNS)} from memories
    where deleted_at is null and superseded_at is null
      and ((subject = ${query.subject} and (attribute = ${query.attribute}
          or (attribute in ('likes', 'dislikes') and ${query.attribute} in ('likes', 'dislikes'))))
        or lower(regexp_replace(text, '\\s+', ' ', 'g')) = ${query.text})
    order by created_at desc limit 50`;
}

/** Other current facts in the slot of each of these, the latest `most` of each. */
export function sharingSlot(
  tx: Tx,
  query: { ids: readonly string[]; most: number },
): Promise<{ id: string; otherId: string }[]> {
  return tx<{ id: string; otherId: string }[]>`
    select n.id, o.id as other_id from memories n cross join lateral (
      select o.id from memories o
      where o.user_id = n.user_id and o.subject = n.subject and o.id <> n.id
        and (o.attribute = n.attribute
          or (o.attribute in ('likes', 'dislikes') and n.attribute in ('likes', 'dislikes')))
        and o.deleted_at is null and o.superseded_at is null
      order by o.created_at desc, o.id desc limit ${query.most}
    ) o
    where n.id = any(${query.ids as string[]}::uuid[]) and n.superseded_at is null`;
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

/** A step of a fact's history. */
export interface NewEvent {
  id: string;
  userId: string;
  memoryId: string;
  action: string;
  actor: "user" | "extraction" | "distillation" | "import" | "admin";
  before: unknown;
  after: unknown;
  reason: string | null;
  at: Date;
}

/** Appends to the history of facts, in one statement. */
export async function insertEvents(tx: Tx, events: readonly NewEvent[]): Promise<void> {
  const records = events.map(({ userId, memoryId, at, ...event }) => ({
    ...event,
    user_id: userId,
    memory_id: memoryId,
    created_at: at,
  }));
  await tx`insert into memory_events
      (id, user_id, memory_id, action, actor, before, after, reason, created_at)
    select id, user_id, memory_id, action, actor, before, after, reason, created_at
    from jsonb_populate_recordset(null::memory_events, ${tx.json(records as never)})`;
}

/** Whether something happened to one of these facts for a reason. */
export async function hasEvent(
  tx: Tx,
  query: { memoryIds: readonly string[]; reason: string },
): Promise<boolean> {
  const [row] = await tx<{ found: boolean }[]>`select exists (
    select from memory_events where memory_id = any(${query.memoryIds as string[]}::uuid[])
      and reason = ${query.reason}) as found`;
  return row!.found;
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
): Promise<MemoryRow[]> {
  if (use.ids.length === 0) return [];
  return await tx<
    MemoryRow[]
  >`update memories set access_count = access_count + 1, last_accessed_at = ${use.at},
      expires_at = case when tier = 'itm' and superseded_at is null then ${use.itmExpiresAt} else expires_at end
    where id = any(${use.ids as string[]}::uuid[]) and deleted_at is null
    returning ${tx(COLUMNS)}`;
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

/** When a text was forgotten, or null; `hashes` are its hashes with each secret that counts. */
export async function forgottenAt(tx: Tx, hashes: Uint8Array[]): Promise<Date | null> {
  const [row] = await tx<{ createdAt: Date }[]>`
    select created_at from memory_tombstones where text_hash in ${tx(hashes)}
    order by created_at desc limit 1`;
  return row?.createdAt ?? null;
}

/** The hashes of all forgotten texts, in hexadecimal. */
export async function forgottenHashes(tx: Tx): Promise<Set<string>> {
  const rows = await tx<{ hash: string }[]>`
    select encode(text_hash, 'hex') as hash from memory_tombstones`;
  return new Set(rows.map(({ hash }) => hash));
}

/** Removes the mark of a text that the user states anew. */
export async function deleteTombstone(tx: Tx, hashes: Uint8Array[]): Promise<void> {
  await tx`delete from memory_tombstones where text_hash in ${tx(hashes)}`;
}

/** How two facts are tied. */
export type LinkKind =
  | "supports"
  | "contradicts"
  | "supersedes"
  | "derived_from"
  | "part_of"
  | "same_as"
  | "mentions";

/** Ties two facts of one owner together. */
export async function insertLink(
  tx: Tx,
  link: { userId: string; fromId: string; toId: string; kind: LinkKind; at: Date },
): Promise<void> {
  await tx`insert into memory_links (user_id, from_id, to_id, kind, created_at)
    values (${link.userId}, ${link.fromId}, ${link.toId}, ${link.kind}, ${link.at})
    on conflict do nothing`;
}

/** Unties facts from each other. */
export async function deleteLinks(
  tx: Tx,
  ids: readonly string[],
  kind: LinkKind,
): Promise<void> {
  await tx`delete from memory_links where kind = ${kind}
    and from_id = any(${ids as string[]}::uuid[]) and to_id = any(${ids as string[]}::uuid[])`;
}

/** The ties of a fact, with the text of the other one. */
export function linksOf(tx: Tx, id: string) {
  return tx<
    {
      kind: LinkKind;
      direction: "from" | "to";
      memoryId: string;
      text: string;
      past: boolean;
      createdAt: Date;
    }[]
  >`
    select l.kind, case when l.from_id = ${id} then 'to' else 'from' end as direction,
      m.id as memory_id, m.text, m.superseded_at is not null as past, l.created_at
    from memory_links l
      join memories m on m.id = case when l.from_id = ${id} then l.to_id else l.from_id end
    where (l.from_id = ${id} or l.to_id = ${id}) and m.deleted_at is null
    order by l.created_at, m.id`;
}

/** The messages a fact comes from, oldest first; those that were deleted are gone. */
export function sourcesOf(tx: Tx, messageIds: readonly string[]) {
  return tx<
    {
      id: string;
      sessionId: string;
      sessionTitle: string | null;
      role: "user" | "assistant";
      author: string;
      content: string;
      createdAt: Date;
    }[]
  >`
    select m.id, m.session_id, s.title as session_title, m.role, m.author, m.content, m.created_at
    from messages m join chat_sessions s on s.id = m.session_id
    where m.id = any(${messageIds as string[]}::uuid[]) and s.deleted_at is null
    order by m.created_at, m.id`;
}

/** Facts whose day of purge has come, of all users. */
export function dueForPurge(tx: Tx, query: { now: Date; limit: number }): Promise<MemoryRow[]> {
  return tx<MemoryRow[]>`
    select ${tx(COLUMNS)} from memories
    where purge_at <= ${query.now} order by purge_at, id limit ${query.limit}
    for update skip locked`;
}

/** Intermediate facts, of all users, that have ended and have no day of purge yet. */
export function dueForExpiry(tx: Tx, query: { now: Date; limit: number }): Promise<MemoryRow[]> {
  return tx<MemoryRow[]>`
    select ${tx(COLUMNS)} from memories
    where tier = 'itm' and expires_at <= ${query.now} and purge_at is null and deleted_at is null
    order by expires_at, id limit ${query.limit} for update skip locked`;
}

/**
 * Lasting facts, of all users, that have faded: second-hand or inferred and long unused, or hardly
 * believed any more (MEM-18).
 */
export function dueForDemotion(
  tx: Tx,
  query: { unusedSince: Date; sadUnusedSince: Date; sad: number; least: number; limit: number },
): Promise<MemoryRow[]> {
  return tx<MemoryRow[]>`
    select ${tx(COLUMNS)} from memories
    where tier = 'ltm' and deleted_at is null and not pinned and not locked and not anchor
      and (confidence < ${query.least}
        or (source <> 'first_hand' and coalesce(last_accessed_at, created_at) <=
          case when emotional_weight < ${query.sad} then ${query.sadUnusedSince}::timestamptz
            else ${query.unusedSince}::timestamptz end))
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

/** The least used intermediate facts beyond a number; pinned and locked ones stay (MEM-11). */
export function beyondCapacity(
  tx: Tx,
  query: { keep: number; at: Date },
): Promise<MemoryRow[]> {
  return tx<MemoryRow[]>`
    select ${tx(COLUMNS)} from memories
    where tier = 'itm' and deleted_at is null and superseded_at is null
      and expires_at > ${query.at} and not pinned and not locked
    order by access_count desc, last_accessed_at desc nulls last, confidence desc, id desc
    offset (
      select greatest(0, ${query.keep} - count(*)) from memories
      where tier = 'itm' and deleted_at is null and superseded_at is null
        and expires_at > ${query.at} and (pinned or locked))`;
}

/** Figures for the head of the memory page. */
export async function stats(tx: Tx, now: Date) {
  return await tx<
    {
      tier: "itm" | "ltm";
      type: string;
      source: string;
      n: number;
      pinned: number;
      anchors: number;
      past: number;
      bytes: number;
    }[]
  >`
    select tier, type, source, count(*)::integer as n,
      count(*) filter (where pinned)::integer as pinned,
      count(*) filter (where anchor)::integer as anchors,
      count(*) filter (where superseded_at is not null)::integer as past,
      coalesce(sum(bytes), 0)::bigint as bytes
    from memories where deleted_at is null and (expires_at is null or expires_at > ${now})
    group by tier, type, source`;
}

/** How the store grew and how it was used since a time. */
export async function activity(tx: Tx, since: Date) {
  const days = await tx<{ day: string; n: number }[]>`
    select to_char(created_at at time zone 'UTC', 'YYYY-MM-DD') as day, count(*)::integer as n
    from memory_events where action = 'create' and created_at >= ${since} group by 1 order by 1`;
  const [rates] = await tx<{ answers: number; hits: number; saved: number; offered: number }[]>`
    select
      (select count(*)::integer from receipts where created_at >= ${since}) as answers,
      (select count(distinct i.message_id)::integer from receipt_items i
        join receipts r on r.message_id = i.message_id where r.created_at >= ${since}) as hits,
      (select count(*)::integer from memory_events
        where action = 'create' and actor = 'extraction' and created_at >= ${since}) as saved,
      (select count(*)::integer from memory_not_saved where created_at >= ${since})
        + (select count(*)::integer from memory_proposals where created_at >= ${since}) as offered`;
  return { days, ...rates! };
}

/** State of what keeps the store in order. */
export async function health(tx: Tx, query: { now: Date; model: string; local: boolean }) {
  const [row] = await tx<
    { waiting: number; otherModel: number; trash: number; trashBytes: number; ending: number }[]
  >`
    select
      count(*) filter (where deleted_at is null and embedding is null)::integer as waiting,
      count(*) filter (where deleted_at is null and embedding_model <> ${query.model})::integer
        as other_model,
      count(*) filter (where deleted_at is not null or expires_at <= ${query.now})::integer as trash,
      coalesce(sum(bytes) filter (where deleted_at is not null or expires_at <= ${query.now}), 0)::bigint
        as trash_bytes,
      count(*) filter (where deleted_at is null and tier = 'itm' and expires_at > ${query.now}
        and expires_at <= ${new Date(query.now.getTime() + 86_400_000)})::integer as ending
    from memories`;
  return row!;
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

/**
 * Lets whoever adds facts of a person wait for each other: two that say the same would both look,
 * find nothing and be stored. The row of the account is held; its other changes are short.
 *
 * The head of the ledger comes next, before any fact and before the version of the store: the end
 * of a turn takes them in that order, and two orders would wait for each other for ever.
 */
export async function lockFacts(tx: Tx, userId: string): Promise<void> {
  await Promise.all([
    tx`select 1 from users where id = ${userId} for no key update`,
    tx`select 1 from usage_chain_heads where user_id = ${userId} for update`,
  ]);
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

/** The texts that memory gave to the answers before a message in its conversation (MEM-31). */
export async function recalledInto(tx: Tx, messageId: string): Promise<string[]> {
  const rows = await tx<{ text: string }[]>`
    select distinct i.text from messages m
      join receipts r on r.session_id = m.session_id and r.created_at < m.created_at
      join receipt_items i on i.message_id = r.message_id
    where m.id = ${messageId} and i.kind = 'fact' and i.text <> '' limit 200`;
  return rows.map(({ text }) => text);
}

/** Current facts that contain all words of a text, best first. */
export function matchingFacts(tx: Tx, text: string, limit: number): Promise<MemoryRow[]> {
  return tx<MemoryRow[]>`
    select ${tx(COLUMNS)} from memories
    where deleted_at is null and text_search @@ plainto_tsquery('english'::regconfig, ${text})
    order by ts_rank(text_search, plainto_tsquery('english'::regconfig, ${text})) desc, id limit ${limit}`;
}
