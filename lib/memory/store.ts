import postgres from "postgres";
import type { Tx } from "@/lib/platform/database/mod.ts";
import type { MemoryChange, MemoryQuery } from "./schema.ts";

export * from "./figures_store.ts";
export * from "./trail_store.ts";

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
    // What gets another end is not to be purged at its former one.
    purge_at: rest.purgeAt === undefined && rest.expiresAt !== undefined ? null : rest.purgeAt,
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
  query: {
    text: string;
    subject: string | null;
    attribute: string | null;
    value: string | null;
    now: Date;
  },
): Promise<MemoryRow | null> {
  const [row] = await tx<MemoryRow[]>`
    select ${tx(COLUMNS)} from memories
    where deleted_at is null and superseded_at is null and (expires_at is null or expires_at > ${query.now})
      and (lower(regexp_replace(text, '\\s+', ' ', 'g')) = ${query.text}
        or (subject = ${query.subject} and attribute = ${query.attribute} and lower(value) = lower(${query.value})
          -- Much can happen on one day.
          and attribute not in ('plan', 'event')))
    order by created_at limit 1`;
  return row ?? null;
}

/**
 * Names that the owner's current facts are about, with who they are: "Kasia" is the "sister". The
 * latest facts come first.
 */
export async function knownPeople(tx: Tx, now: Date): Promise<Map<string, string>> {
  const rows = await tx<{ subject: string; attribute: string; value: string; text: string }[]>`
    select subject, coalesce(attribute, '') as attribute, coalesce(value, '') as value, text
    from memories
    where deleted_at is null and superseded_at is null and (expires_at is null or expires_at > ${now})
      and subject <> 'user' and (attribute = 'name' or subject ~ '^[[:upper:]]')
    order by created_at desc limit 200`;
  const people = new Map<string, string>();
  for (const { subject, attribute, value, text } of rows) {
    const [name, relation] = attribute === "name"
      ? [value, subject]
      : attribute === "relation"
      ? [subject, value]
      : [subject, /^The user's ([\p{Ll} -]+?) (?=\p{Lu})/u.exec(text)?.[1]];
    if (relation && name && !people.has(name)) people.set(name, relation);
  }
  return people;
}

/** The texts of all facts outside the trash, past ones included, in the form that is compared. */
export async function knownTexts(tx: Tx, now: Date): Promise<string[]> {
  const rows = await tx<{ text: string }[]>`
    select lower(regexp_replace(text, '\\s+', ' ', 'g')) as text from memories
    where deleted_at is null and (expires_at is null or expires_at > ${now})`;
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
  query: { text: string; subject: string | null; attribute: string | null; now: Date },
): Promise<MemoryRow[]> {
  return tx<MemoryRow[]>`
    select ${tx(COLUMNS)} from memories
    where deleted_at is null and superseded_at is null and (expires_at is null or expires_at > ${query.now})
      and ((subject = ${query.subject} and (attribute = ${query.attribute}
          or (attribute in ('likes', 'dislikes') and ${query.attribute} in ('likes', 'dislikes'))))
        or lower(regexp_replace(text, '\\s+', ' ', 'g')) = ${query.text})
    order by created_at desc limit 50`;
}

/** Other current facts in the slot of each of these, the latest `most` of each. */
export function sharingSlot(
  tx: Tx,
  query: { ids: readonly string[]; most: number; now: Date },
): Promise<{ id: string; otherId: string }[]> {
  return tx<{ id: string; otherId: string }[]>`
    select n.id, o.id as other_id from memories n cross join lateral (
      select o.id from memories o
      where o.user_id = n.user_id and o.subject = n.subject and o.id <> n.id
        and (o.attribute = n.attribute
          or (o.attribute in ('likes', 'dislikes') and n.attribute in ('likes', 'dislikes')))
        and o.deleted_at is null and o.superseded_at is null
        and (o.expires_at is null or o.expires_at > ${query.now})
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

/** Counts a use in a prompt; in the intermediate tier it renews the seven days. */
export async function countAccess(
  tx: Tx,
  use: { ids: readonly string[]; at: Date; itmExpiresAt: Date },
): Promise<MemoryRow[]> {
  if (use.ids.length === 0) return [];
  return await tx<
    MemoryRow[]
  >`update memories set access_count = access_count + 1, last_accessed_at = ${use.at},
      expires_at = case when tier = 'itm' and superseded_at is null and not locked
        then ${use.itmExpiresAt} else expires_at end
    where id = any(${use.ids as string[]}::uuid[]) and deleted_at is null
      and (expires_at is null or expires_at > ${use.at})
    returning ${tx(COLUMNS)}`;
}

/** Facts whose day of purge has come, of all users. */
export function dueForPurge(tx: Tx, query: { now: Date; limit: number }): Promise<MemoryRow[]> {
  return tx<MemoryRow[]>`
    select ${tx(COLUMNS)} from memories
    where purge_at <= ${query.now} and (deleted_at is not null or expires_at <= ${query.now}) order by purge_at, id limit ${query.limit}
    for update skip locked`;
}

/** Intermediate facts, of all users, that have ended and have no day of purge yet. */
export function dueForExpiry(tx: Tx, query: { now: Date; limit: number }): Promise<MemoryRow[]> {
  return tx<MemoryRow[]>`
    select ${tx(COLUMNS)} from memories
    where tier = 'itm' and expires_at <= ${query.now} and purge_at is null and deleted_at is null
      and not locked
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
export function matchingFacts(
  tx: Tx,
  { text, now, limit }: { text: string; now: Date; limit: number },
): Promise<MemoryRow[]> {
  return tx<MemoryRow[]>`
    select ${tx(COLUMNS)} from memories
    where deleted_at is null and (expires_at is null or expires_at > ${now})
      and text_search @@ plainto_tsquery('english'::regconfig, ${text})
    order by ts_rank(text_search, plainto_tsquery('english'::regconfig, ${text})) desc, id limit ${limit}`;
}
