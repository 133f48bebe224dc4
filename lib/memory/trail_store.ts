// What facts leave behind and are tied to: history, receipts, forgotten texts, links, sources.
import type { Tx } from "@/lib/platform/database/mod.ts";

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
