import type { Tx } from "@/lib/platform/database/mod.ts";

/** A notice as it is stored. */
export interface NoticeRow {
  id: string;
  kind: string;
  data: Record<string, string | number | null>;
  createdAt: Date;
  readAt: Date | null;
}

/** What is stored of something to tell. */
export interface NewNotice {
  id: string;
  userId: string;
  kind: string;
  /** What it is about; the same cause is told once. */
  cause: string;
  data: Record<string, unknown>;
  at: Date;
  /** Kept as told, and not shown. */
  hidden?: boolean;
}

/** Notes a notice; false when its cause was told before. */
export async function insertOnce(tx: Tx, notice: NewNotice): Promise<boolean> {
  const rows = await tx`insert into notices (id, user_id, kind, cause, data, created_at, hidden_at)
    values (${notice.id}, ${notice.userId}, ${notice.kind}, ${notice.cause},
      ${tx.json(notice.data as never)}, ${notice.at}, ${notice.hidden ? notice.at : null})
    on conflict (user_id, kind, cause) do nothing returning 1`;
  return rows.length === 1;
}

/** Notes several at once; returns the ids of those whose cause was not told before. */
export async function noteAll(
  tx: Tx,
  told: { userId: string; at: Date; notices: Omit<NewNotice, "userId" | "at">[] },
): Promise<Set<string>> {
  if (told.notices.length === 0) return new Set();
  const rows = await tx<{ id: string }[]>`
    insert into notices (id, user_id, kind, cause, data, created_at, hidden_at)
    select n.id, ${told.userId}, n.kind, n.cause, n.data, ${told.at},
      case when n.hidden then ${told.at}::timestamptz end
    from jsonb_to_recordset(${tx.json(told.notices as never)})
      as n(id uuid, kind text, cause text, data jsonb, hidden boolean)
    on conflict (user_id, kind, cause) do nothing returning id`;
  return new Set(rows.map((row) => row.id));
}

/** A position in the list: the time and id of its last row. */
export interface Position {
  at: Date;
  id: string;
}

/** Notices that are shown, newest first. */
export function listNotices(
  tx: Tx,
  page: { limit: number; before: Position | null; unread: boolean },
): Promise<NoticeRow[]> {
  const { before } = page;
  return tx<NoticeRow[]>`
    select id, kind, data, created_at, read_at from notices
    where hidden_at is null
      ${page.unread ? tx`and read_at is null` : tx``}
      ${before ? tx`and (created_at, id) < (${before.at}, ${before.id}::uuid)` : tx``}
    order by created_at desc, id desc limit ${page.limit}`;
}

/** Notices that came after another one, oldest first. */
export function noticesAfter(tx: Tx, after: Position, limit: number): Promise<NoticeRow[]> {
  return tx<NoticeRow[]>`
    select id, kind, data, created_at, read_at from notices
    where hidden_at is null and (created_at, id) > (${after.at}, ${after.id}::uuid)
    order by created_at, id limit ${limit}`;
}

/** Where a notice stands in the list; null when it is not theirs, or gone. */
export async function positionOf(tx: Tx, id: string): Promise<Position | null> {
  const [row] = await tx<Position[]>`select created_at as at, id from notices where id = ${id}`;
  return row ?? null;
}

/** The newest notice's position; null without any. */
export async function newest(tx: Tx): Promise<Position | null> {
  const [row] = await tx<Position[]>`
    select created_at as at, id from notices order by created_at desc, id desc limit 1`;
  return row ?? null;
}

/** How many wait to be read. */
export async function countUnread(tx: Tx): Promise<number> {
  const [row] = await tx<{ n: number }[]>`
    select count(*)::integer as n from notices where read_at is null and hidden_at is null`;
  return row!.n;
}

/** Marks one as read; null when there is none. */
export async function markRead(tx: Tx, id: string, at: Date): Promise<NoticeRow | null> {
  const [row] = await tx<NoticeRow[]>`
    update notices set read_at = coalesce(read_at, ${at})
    where id = ${id} and hidden_at is null returning id, kind, data, created_at, read_at`;
  return row ?? null;
}

/** Marks all as read; returns how many were not. */
export async function markAllRead(tx: Tx, at: Date): Promise<number> {
  const { count } = await tx`
    update notices set read_at = ${at} where read_at is null and hidden_at is null`;
  return count;
}

/** Puts one away; false when there is none. */
export async function hide(tx: Tx, id: string, at: Date): Promise<boolean> {
  const { count } = await tx`
    update notices set hidden_at = ${at}, read_at = coalesce(read_at, ${at})
    where id = ${id} and hidden_at is null`;
  return count === 1;
}

/** How many notices of somebody wait to be read. */
export interface Mark {
  userId: string;
  unread: number;
}

/** The counts of several people at once; who has none to read is left out. */
export function marksOf(tx: Tx, userIds: string[]): Promise<Mark[]> {
  return tx<Mark[]>`
    select user_id, count(*)::integer as unread from notices
    where user_id = any(${userIds}::uuid[]) and read_at is null and hidden_at is null
    group by user_id`;
}
