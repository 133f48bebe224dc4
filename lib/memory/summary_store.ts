import type { Tx } from "@/lib/platform/database/mod.ts";
import { findMemory, type MemoryRow, type SourceMessage } from "./store.ts";
import type { Heard } from "./summary_text.ts";

/** Messages of one conversation that a summary looks at. */
const MOST_HEARD = 200;

/** What memory has heard of a conversation. */
export interface SummaryState {
  heard: string[];
  waiting: number;
  declined: boolean;
}

/** Notes that a message was read; the same one twice is once. @returns how many wait by now */
export async function hear(
  tx: Tx,
  message: { userId: string; sessionId: string; messageId: string; at: Date },
): Promise<number> {
  const [row] = await tx<{ waiting: number }[]>`
    insert into memory_summaries as s (session_id, user_id, heard, waiting, heard_at)
    values (${message.sessionId}, ${message.userId}, ${[
    message.messageId,
  ]}::uuid[], 1, ${message.at})
    on conflict (session_id) do update set
      heard = (s.heard || excluded.heard)[greatest(1, cardinality(s.heard) + 2 - ${MOST_HEARD}):],
      waiting = s.waiting + 1, heard_at = excluded.heard_at
    where not s.heard @> excluded.heard
    returning waiting`;
  return row?.waiting ?? 0;
}

/** The state of a conversation, locked, or null. */
export async function summaryState(tx: Tx, sessionId: string): Promise<SummaryState | null> {
  const [row] = await tx<SummaryState[]>`
    select heard, waiting, declined from memory_summaries where session_id = ${sessionId}
    for update`;
  return row ?? null;
}

/** Everything heard so far is summed up. */
export async function settleSummary(tx: Tx, sessionId: string): Promise<void> {
  await tx`update memory_summaries set waiting = 0 where session_id = ${sessionId}`;
}

/** Whether the owner wants a summary of a conversation at all. */
export async function declineSummary(
  tx: Tx,
  sessionId: string,
  declined: boolean,
): Promise<void> {
  await tx`update memory_summaries set declined = ${declined} where session_id = ${sessionId}`;
}

/** Conversations, of all people, in which nothing was heard since a time and something waits. */
export function idleConversations(
  tx: Tx,
  query: { since: Date; limit: number },
): Promise<{ userId: string; sessionId: string; last: string }[]> {
  return tx`
    select user_id, session_id, heard[cardinality(heard)] as last from memory_summaries
    where waiting > 0 and heard_at <= ${query.since} and not exists (
      select from jobs j where j.key = 'memory.summarise:' || session_id || ':' || heard[cardinality(heard)])
    order by heard_at, session_id limit ${query.limit}`;
}

/** The conversation as far as a summary needs it; null when none may be made of it. */
export async function summarySession(
  tx: Tx,
  sessionId: string,
): Promise<(Omit<SourceMessage, "content" | "remember" | "createdAt">) | null> {
  const [row] = await tx<Omit<SourceMessage, "content" | "remember" | "createdAt">[]>`
    select s.memory_mode, s.temporary, u.display_name, u.time_zone, u.plan, u.subscription_status,
      u.trial_ends_at, u.plan_until,
      coalesce((u.settings ->> 'memory')::boolean, true) as memory_enabled
    from chat_sessions s join users u on u.id = s.user_id
    where s.id = ${sessionId} and s.deleted_at is null and not s.temporary
      and s.memory_mode = 'on'`;
  return row ?? null;
}

/** What was heard, of the shown path, that may still be remembered; oldest first. */
export function heardMessages(
  tx: Tx,
  sessionId: string,
  heard: readonly string[],
): Promise<Heard[]> {
  return tx<Heard[]>`
    with recursive path as (
      select m.id, m.parent_id from chat_sessions s join messages m on m.id = s.head_message_id
      where s.id = ${sessionId}
      union all
      select m.id, m.parent_id from messages m join path p on m.id = p.parent_id
    )
    select m.id, m.content, m.created_at from path join messages m on m.id = path.id
    where m.role = 'user' and m.remember and m.id = any(${heard as string[]}::uuid[])
    order by m.created_at, m.id`;
}

/** The summary of a conversation that is not in the trash, locked, or null. */
export async function findSummary(tx: Tx, sessionId: string): Promise<MemoryRow | null> {
  const [row] = await tx<{ id: string }[]>`
    select id from memories
    where session_id = ${sessionId} and type = 'conversation' and source = 'inferred'
      and deleted_at is null and superseded_at is null
    order by created_at desc, id desc limit 1`;
  return row ? await findMemory(tx, row.id, { lock: true }) : null;
}

/** Summaries that a message went into which this fact came from, too; its owner's are left alone. */
export async function summariesOf(
  tx: Tx,
  fact: Pick<MemoryRow, "id" | "sourceMessageIds">,
  { trash }: { trash: boolean },
): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    select id from memories
    where source_message_ids && ${fact.sourceMessageIds}::uuid[] and id <> ${fact.id}
      and type = 'conversation' and source = 'inferred' and not locked
      ${trash ? tx`` : tx`and deleted_at is null`}`;
  return rows.map(({ id }) => id);
}

/** The words of facts from these messages that are past or forgotten. */
export async function endedWords(tx: Tx, messageIds: readonly string[]): Promise<string[]> {
  const rows = await tx<{ quote: string }[]>`
    select quote from memories
    where source_message_ids && ${messageIds as string[]}::uuid[] and quote is not null
      and (superseded_at is not null or deleted_at is not null)`;
  return rows.map(({ quote }) => quote);
}

/** The texts that memory gave to the answers of a conversation, and when it did first. */
export function recalledTexts(tx: Tx, sessionId: string): Promise<{ text: string; at: Date }[]> {
  return tx<{ text: string; at: Date }[]>`
    select i.text, min(r.created_at) as at
    from receipts r join receipt_items i on i.message_id = r.message_id
    where r.session_id = ${sessionId} and i.kind = 'fact' and i.text <> ''
    group by i.text limit 200`;
}

/** When each of these hashes was forgotten, by the hash in hexadecimal. */
export async function forgottenTimes(
  tx: Tx,
  hashes: readonly Uint8Array[],
): Promise<Map<string, Date>> {
  if (hashes.length === 0) return new Map();
  const rows = await tx<{ hash: string; at: Date }[]>`
    select encode(text_hash, 'hex') as hash, created_at as at from memory_tombstones
    where text_hash in ${tx(hashes as Uint8Array[])}`;
  return new Map(rows.map(({ hash, at }) => [hash, at]));
}
