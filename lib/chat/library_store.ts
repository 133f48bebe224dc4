import type { Tx } from "@/lib/platform/database/mod.ts";
import { MESSAGE_COLUMNS, type MessageRow, SESSION_COLUMNS, type SessionRow } from "./store.ts";
import type { SearchQuery } from "./search_query.ts";

/** A conversation that is in the trash, or null; locked. */
export async function findDeleted(tx: Tx, id: string): Promise<SessionRow | null> {
  const [row] = await tx<SessionRow[]>`
    select ${tx(SESSION_COLUMNS)}, null as active_turn_id from chat_sessions
    where id = ${id} and deleted_at is not null for no key update`;
  return row ?? null;
}

/** Takes a conversation out of the trash. */
export async function restoreSession(tx: Tx, id: string): Promise<void> {
  await tx`update chat_sessions set deleted_at = null where id = ${id}`;
}

/** Erases a conversation with its messages, turns and receipts. */
export async function eraseSession(tx: Tx, id: string): Promise<void> {
  await tx`delete from chat_sessions where id = ${id}`;
}

/** Conversations that went to the trash before a time. */
export function longDeleted(tx: Tx, before: Date): Promise<{ id: string }[]> {
  return tx<{ id: string }[]>`
    select id from chat_sessions where deleted_at < ${before} limit 500 for update skip locked`;
}

/** Ids of a message and all below it. */
export async function subtreeOf(tx: Tx, messageId: string): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    with recursive tree as (
      select id from messages where id = ${messageId}
      union all
      select m.id from messages m join tree t on m.parent_id = t.id
    )
    select id from tree`;
  return rows.map((row) => row.id);
}

/** Deletes a message with all below it, and sets what the conversation shows and counts. */
export async function deleteSubtree(
  tx: Tx,
  change: { sessionId: string; messageId: string; headMessageId: string | null; count: number },
): Promise<void> {
  await tx`update chat_sessions set head_message_id = ${change.headMessageId},
    message_count = greatest(0, message_count - ${change.count}) where id = ${change.sessionId}`;
  await tx`delete from messages where id = ${change.messageId}`;
}

/** Copies a path of messages into another conversation; `ids` gives each its new id. */
export async function copyMessages(
  tx: Tx,
  copy: { sessionId: string; ids: ReadonlyMap<string, string> },
): Promise<void> {
  const from = [...copy.ids.keys()];
  await tx`insert into messages (id, user_id, session_id, parent_id, role, author, content, status,
      model, finish_reason, prompt_tokens, completion_tokens, measured, verdict, remember, created_at)
    select n.new, m.user_id, ${copy.sessionId}, p.new, m.role, m.author, m.content, m.status,
      m.model, m.finish_reason, m.prompt_tokens, m.completion_tokens, m.measured, m.verdict,
      m.remember, m.created_at
    from unnest(${from}::uuid[], ${[...copy.ids.values()]}::uuid[]) as n(old, new)
    join messages m on m.id = n.old
    left join unnest(${from}::uuid[], ${[...copy.ids.values()]}::uuid[]) as p(old, new)
      on p.old = m.parent_id`;
}

/** One hit of a search. */
export interface SearchRow {
  sessionId: string;
  sessionTitle: string | null;
  messageId: string | null;
  role: "user" | "assistant" | null;
  author: string | null;
  content: string;
  createdAt: Date;
}

/** A literal term as a pattern that matches it anywhere. */
const like = (term: string) => `%${term.replace(/[\\%_]/g, "\\$&")}%`;

/**
 * Messages and titles that hold every term, newest first. A term is found as it is written, or by
 * the stem of its words where the message is in the searched set; `fuzzy` takes similar words.
 */
export function searchConversations(
  tx: Tx,
  query: SearchQuery & { limit: number; offset: number; fuzzy: boolean },
): Promise<SearchRow[]> {
  const { terms, fuzzy } = query;
  const patterns = terms.map(like);
  const words = terms.join(" ");
  const holds = (column: "content" | "title") => {
    const text = column === "content" ? tx`m.content` : tx`coalesce(s.title, '')`;
    if (terms.length === 0) return tx`true`;
    if (fuzzy) return tx`word_similarity(${words}, ${text}) > 0.45`;
    const stems = column === "content"
      ? tx`or m.text_search @@ plainto_tsquery('english'::regconfig, ${words})`
      : tx``;
    return tx`(${text} ilike all (${patterns}::text[]) ${stems})`;
  };
  const ofSession = tx`s.deleted_at is null and not s.temporary
    ${query.pinned ? tx`and s.pinned` : tx``}
    ${query.archived ? tx`and s.archived_at is not null` : tx``}`;
  const within = (column: "m.created_at" | "s.updated_at") => {
    const time = column === "m.created_at" ? tx`m.created_at` : tx`s.updated_at`;
    return tx`${query.before ? tx`and ${time} < ${query.before}::date` : tx``}
      ${query.after ? tx`and ${time} >= ${query.after}::date + 1` : tx``}`;
  };
  return tx<SearchRow[]>`
    select * from (
      ${
    query.from ? tx`` : tx`select s.id as session_id, s.title as session_title,
        null::uuid as message_id, null::text as role, null::text as author,
        coalesce(s.title, '') as content, s.updated_at as created_at
      from chat_sessions s where ${ofSession} and s.title is not null and ${holds("title")}
        ${within("s.updated_at")}
      union all`
  }
      select s.id as session_id, s.title as session_title, m.id as message_id, m.role, m.author,
        m.content, m.created_at
      from messages m join chat_sessions s on s.id = m.session_id
      where ${ofSession} and ${query.inTitle ? tx`false` : holds("content")} and m.content <> ''
        ${query.from ? tx`and m.role = ${query.from}` : tx``} ${within("m.created_at")}
    ) as hits
    order by created_at desc, message_id desc nulls first limit ${query.limit} offset ${query.offset}`;
}

/** Every message of a conversation, oldest first. */
export function allMessages(tx: Tx, sessionId: string): Promise<MessageRow[]> {
  return tx<MessageRow[]>`
    select ${tx(MESSAGE_COLUMNS)} from messages where session_id = ${sessionId}
    order by created_at, id`;
}

/** Ids of a person's conversations that are neither temporary nor in the trash, oldest first. */
export async function sessionIds(tx: Tx): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    select id from chat_sessions where deleted_at is null and not temporary order by created_at, id`;
  return rows.map((row) => row.id);
}

/** The end of the newest path of a conversation that lost the shown one; null when it is empty. */
export async function latestRoot(tx: Tx, sessionId: string): Promise<string | null> {
  const [row] = await tx<{ id: string }[]>`
    select id from messages m where session_id = ${sessionId}
      and not exists (select 1 from messages c where c.parent_id = m.id)
    order by created_at desc, id desc limit 1`;
  return row?.id ?? null;
}
