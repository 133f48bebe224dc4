import type { Tx } from "@/lib/platform/database/mod.ts";
import type { ChainedRow } from "./ledger.ts";
import type { Resource } from "./quota.ts";

/** Of which day and person. */
export interface DayKey {
  userId: string;
  dayUtc: string;
}

/**
 * Adds to the held amount only if used, held and requested together stay within the limit: one
 * conditional statement, so that any number of callers at once never overspend.
 *
 * @returns whether it was granted
 */
export async function hold(
  tx: Tx,
  key: DayKey,
  request: { resource: Resource; amount: number; limit: number | null },
): Promise<boolean> {
  const { resource, amount, limit } = request;
  const rows = await tx`
    insert into usage_daily as d (user_id, day_utc, resource, used, reserved)
    select ${key.userId}, ${key.dayUtc}, ${resource}, 0, ${amount}::bigint
    where ${limit}::bigint is null or ${amount}::bigint <= ${limit}::bigint
    on conflict (user_id, day_utc, resource) do update
      set reserved = d.reserved + excluded.reserved
      where ${limit}::bigint is null or d.used + d.reserved + excluded.reserved <= ${limit}::bigint
    returning 1 as granted`;
  return rows.length === 1;
}

/** Replaces a held amount by what was used. */
export async function turnHoldIntoUse(
  tx: Tx,
  key: DayKey,
  change: { resource: Resource; held: number; used: number },
): Promise<void> {
  await tx`update usage_daily
    set used = used + ${change.used}, reserved = greatest(0, reserved - ${change.held})
    where user_id = ${key.userId} and day_utc = ${key.dayUtc} and resource = ${change.resource}`;
}

/** Adds to the used amount without a former hold (system tokens, storage). */
export async function addUse(
  tx: Tx,
  key: DayKey,
  change: { resource: Resource; amount: number },
): Promise<void> {
  await tx`insert into usage_daily as d (user_id, day_utc, resource, used)
    values (${key.userId}, ${key.dayUtc}, ${change.resource}, ${change.amount})
    on conflict (user_id, day_utc, resource) do update set used = d.used + excluded.used`;
}

/** Used and held amounts of a day, by resource. */
export function dayTotals(
  tx: Tx,
  key: DayKey,
): Promise<{ resource: Resource; used: number; reserved: number }[]> {
  return tx<{ resource: Resource; used: number; reserved: number }[]>`
    select resource, used, reserved from usage_daily
    where user_id = ${key.userId} and day_utc = ${key.dayUtc}`;
}

/** Bytes of durable memory: the running sum of all differences. */
export async function storageUsed(tx: Tx, userId: string): Promise<number> {
  const [row] = await tx<{ bytes: number }[]>`
    select coalesce(sum(used), 0)::bigint as bytes from usage_daily
    where user_id = ${userId} and resource = 'memory_storage'`;
  return row!.bytes;
}

/** A hold of one operation. */
export interface ReservationRow {
  id: string;
  userId: string;
  operationId: string;
  dayUtc: string;
  tokens: number;
  messages: number;
  state: "open" | "settled" | "released";
}

/** Stores an open reservation. */
export async function insertReservation(
  tx: Tx,
  row: Omit<ReservationRow, "state"> & { createdAt: Date; expiresAt: Date },
): Promise<void> {
  await tx`insert into usage_reservations
      (id, user_id, operation_id, day_utc, tokens, messages, state, created_at, expires_at)
    values (${row.id}, ${row.userId}, ${row.operationId}, ${row.dayUtc}, ${row.tokens},
      ${row.messages}, 'open', ${row.createdAt}, ${row.expiresAt})`;
}

/** Moves an open reservation to its end; null when it had ended before. */
export async function closeReservation(
  tx: Tx,
  id: string,
  state: "settled" | "released",
): Promise<ReservationRow | null> {
  const [row] = await tx<ReservationRow[]>`
    update usage_reservations set state = ${state} where id = ${id} and state = 'open'
    returning id, user_id, operation_id, day_utc::text, tokens, messages, state`;
  return row ?? null;
}

/** Puts off the end of an open reservation. */
export async function extendReservation(tx: Tx, id: string, expiresAt: Date): Promise<void> {
  await tx`update usage_reservations set expires_at = ${expiresAt}
    where id = ${id} and state = 'open'`;
}

/** Open reservations whose time has passed and that no running turn holds. */
export function lostReservations(tx: Tx, now: Date): Promise<{ id: string }[]> {
  return tx<{ id: string }[]>`
    select r.id from usage_reservations r
    where r.state = 'open' and r.expires_at < ${now}
      and not exists (select 1 from turns t where t.reservation_id = r.id
        and t.status in ('queued', 'streaming'))
    for update skip locked`;
}

/** Sums per day and resource from the ledger, for the days from `from` on. */
export function ledgerByDay(
  tx: Tx,
  query: { userId: string; from: string },
): Promise<{ day: string; resource: Resource; amount: number; count: number }[]> {
  return tx<{ day: string; resource: Resource; amount: number; count: number }[]>`
    select day_utc::text as day, resource, sum(amount)::bigint as amount, count(*)::integer as count
    from usage_ledger where user_id = ${query.userId} and day_utc >= ${query.from}
    group by day_utc, resource`;
}

/** All rows of a person's chain in order, and the stored head. */
export async function chainOf(
  tx: Tx,
  userId: string,
): Promise<{ rows: ChainedRow[]; head: { sequence: number; hash: string } | null }> {
  const rows = await tx<ChainedRow[]>`
    select id, sequence, resource, amount, kind, operation_id, day_utc::text, occurred_at, metadata,
      prev_hash, hash
    from usage_ledger where user_id = ${userId} order by sequence`;
  const [head] = await tx<{ sequence: number; hash: string }[]>`
    select sequence, hash from usage_chain_heads where user_id = ${userId}`;
  return { rows, head: head ?? null };
}
