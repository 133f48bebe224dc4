import type { Tx } from "@/lib/platform/database/mod.ts";
import type { MemoryQuery, MemoryView } from "./schema.ts";

/** What the store believed at a time: the last state of each fact up to then. */
const believed = (tx: Tx, at: Date) =>
  tx`(
    select distinct on (memory_id) memory_id, after from memory_events
    where created_at <= ${at} order by memory_id, created_at desc, id desc
  )`;

const SORTS: Record<MemoryQuery["sort"], string> = {
  created: "createdAt",
  updated: "updatedAt",
  accessed: "lastAccessedAt",
  confidence: "confidence",
  size: "bytes",
  unused: "lastAccessedAt",
};
const NUMBERS = new Set(["confidence", "size"]);

/** A page of the facts as they were at a time (MEM-45), greatest first. */
export async function factsAt(
  tx: Tx,
  query: MemoryQuery,
  page: { at: Date; limit: number; offset: number },
): Promise<MemoryView[]> {
  const at = page.at.toISOString();
  const sort = SORTS[query.sort];
  const rows = await tx<{ after: MemoryView }[]>`
    select b.after from ${believed(tx, page.at)} as b
    where b.after is not null and b.after ->> 'deletedAt' is null
      and coalesce(b.after ->> 'expiresAt' > ${at}, true)
      ${
    query.includePast === "true" ? tx`` : tx`and b.after ->> 'supersededAt' is null
          and coalesce(b.after ->> 'validTo' > ${at}, true)`
  }
      ${query.tier ? tx`and b.after ->> 'tier' = ${query.tier}` : tx``}
      ${query.type ? tx`and b.after ->> 'type' = ${query.type}` : tx``}
      ${query.source ? tx`and b.after ->> 'source' = ${query.source}` : tx``}
      ${query.tag ? tx`and b.after -> 'tags' ? ${query.tag}` : tx``}
      ${query.pinned ? tx`and b.after ->> 'pinned' = ${query.pinned}` : tx``}
      ${query.from ? tx`and b.after ->> 'createdAt' >= ${iso(query.from)}` : tx``}
      ${query.to ? tx`and b.after ->> 'createdAt' < ${iso(query.to)}` : tx``}
    order by ${
    NUMBERS.has(query.sort)
      ? tx`(b.after ->> ${sort})::numeric desc nulls last`
      : query.sort === "unused"
      ? tx`coalesce(b.after ->> ${sort}, b.after ->> 'createdAt')`
      : tx`b.after ->> ${sort} desc nulls last`
  }, b.memory_id desc
    limit ${page.limit} offset ${page.offset}`;
  return rows.map(({ after }) => after);
}

/** Facts outside the trash whose validity meets a stretch of time, the latest beginning first. */
export async function idsDuring(
  tx: Tx,
  stretch: { from: Date; to: Date; limit: number },
): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    select id from memories
    where deleted_at is null and valid_from <= ${stretch.to}
      and (valid_to is null or valid_to >= ${stretch.from})
    order by valid_from desc, id desc limit ${stretch.limit}`;
  return rows.map(({ id }) => id);
}

/** When the first fact outside the trash became true; null without any. */
export async function firstValid(tx: Tx): Promise<Date | null> {
  const [row] = await tx<{ first: Date | null }[]>`
    select min(valid_from) as first from memories where deleted_at is null`;
  return row!.first;
}

/** Texts are compared in one form. */
const iso = (time: string) => new Date(time).toISOString();

/** The state of several facts at a time, by id; facts that did not exist are missing. */
export async function statesAt(
  tx: Tx,
  ids: readonly string[],
  at: Date,
): Promise<Map<string, MemoryView>> {
  const rows = await tx<{ memoryId: string; after: MemoryView | null }[]>`
    select distinct on (memory_id) memory_id, after from memory_events
    where memory_id = any(${ids as string[]}::uuid[]) and created_at <= ${at}
    order by memory_id, created_at desc, id desc`;
  return new Map(rows.flatMap((row) => row.after ? [[row.memoryId, row.after]] : []));
}

/** One step of a fact's history with the states around it. */
export interface StoredEvent {
  id: string;
  memoryId: string;
  action: string;
  actor: "user" | "extraction" | "distillation" | "import" | "admin";
  before: MemoryView | null;
  after: MemoryView | null;
  reason: string | null;
  createdAt: Date;
}

/** The history of one fact, oldest first. */
export function fullHistory(tx: Tx, memoryId: string): Promise<StoredEvent[]> {
  return tx<StoredEvent[]>`
    select id, memory_id, action, actor, before, after, reason, created_at
    from memory_events where memory_id = ${memoryId} order by created_at, id`;
}

/** Everything that happened to facts between two times, newest first. */
export function eventsBetween(
  tx: Tx,
  page: { from: Date | null; to: Date | null; limit: number; offset: number },
): Promise<(StoredEvent & { text: string })[]> {
  return tx<(StoredEvent & { text: string })[]>`
    select e.id, e.memory_id, e.action, e.actor, e.before, e.after, e.reason, e.created_at, m.text
    from memory_events e join memories m on m.id = e.memory_id
    where (${page.from}::timestamptz is null or e.created_at >= ${page.from})
      and (${page.to}::timestamptz is null or e.created_at < ${page.to})
      and e.action not in ('renew', 'doubt') and m.deleted_at is null
    order by e.created_at desc, e.id desc limit ${page.limit} offset ${page.offset}`;
}

/** First and last moment of the history; null when there is none. */
export async function historyBounds(tx: Tx): Promise<{ from: Date | null; to: Date | null }> {
  const [row] = await tx<{ from: Date | null; to: Date | null }[]>`
    select min(created_at) as "from", max(created_at) as "to" from memory_events`;
  return row!;
}

/** What hangs on a fact: ties, and answers whose receipts quote it. */
export async function dependents(
  tx: Tx,
  id: string,
): Promise<{ links: number; receipts: number }> {
  const [row] = await tx<{ links: number; receipts: number }[]>`
    select (select count(*)::integer from memory_links where from_id = ${id} or to_id = ${id}) as links,
      (select count(*)::integer from receipt_items
        where memory_id = ${id} and forgotten_at is null) as receipts`;
  return row!;
}
