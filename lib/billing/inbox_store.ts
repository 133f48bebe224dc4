import type { Tx } from "@/lib/platform/database/mod.ts";

/** How far an event has come. */
export const EVENT_STATUSES = [
  "received",
  "processing",
  "done",
  "ignored",
  "parked",
  "dead",
] as const;
export type EventStatus = (typeof EVENT_STATUSES)[number];

/** A row of `payment_events` without its payload. */
export interface EventRow {
  id: string;
  provider: string;
  type: string;
  subscriptionId: string | null;
  customerId: string | null;
  happenedAt: Date;
  receivedAt: Date;
  status: EventStatus;
  attempts: number;
  lastError: string | null;
  finishedAt: Date | null;
}

const COLUMNS = [
  "id",
  "provider",
  "type",
  "subscription_id",
  "customer_id",
  "happened_at",
  "received_at",
  "status",
  "attempts",
  "last_error",
  "finished_at",
];

/** Stores an event; false when its id is known. */
export async function insertEvent(
  tx: Tx,
  row: Omit<EventRow, "attempts" | "lastError" | "finishedAt"> & {
    payloadHash: string;
    payload: unknown;
    lastError?: string;
  },
): Promise<boolean> {
  const rows = await tx`insert into payment_events (id, provider, type, payload_hash, payload,
      subscription_id, customer_id, happened_at, received_at, status, last_error)
    values (${row.id}, ${row.provider}, ${row.type}, ${row.payloadHash},
      ${tx.json(row.payload as never)}, ${row.subscriptionId}, ${row.customerId},
      ${row.happenedAt}, ${row.receivedAt}, ${row.status}, ${row.lastError ?? null})
    on conflict (id) do nothing returning 1`;
  return rows.length === 1;
}

/** The hash of the payload of an event that is there. */
export async function payloadHash(tx: Tx, id: string): Promise<string> {
  const [row] = await tx<{ payloadHash: string }[]>`
    select payload_hash from payment_events where id = ${id}`;
  return row!.payloadHash;
}

/** An event with what it carries, or null. */
export async function findEvent(
  tx: Tx,
  id: string,
): Promise<(EventRow & { payload: unknown }) | null> {
  const [row] = await tx<(EventRow & { payload: unknown })[]>`
    select ${tx(COLUMNS)}, payload from payment_events where id = ${id}`;
  return row ?? null;
}

/**
 * Takes an event to act upon it: returns it with what it carries, or null when there is nothing to
 * do because it is done or left alone.
 *
 * @returns undefined where there is no such event
 */
export async function takeEvent(
  tx: Tx,
  id: string,
): Promise<(EventRow & { payload: unknown }) | null | undefined> {
  const [row] = await tx<(EventRow & { payload: unknown })[]>`
    update payment_events set status = 'processing'
    where id = ${id} and status not in ('done', 'ignored') returning ${tx(COLUMNS)}, payload`;
  if (row) return row;
  return await findEvent(tx, id) ? null : undefined;
}

/** Moves an event on. */
export async function setEvent(
  tx: Tx,
  id: string,
  change: {
    status: EventStatus;
    attempts?: number;
    error?: string | null;
    finishedAt?: Date | null;
  },
): Promise<void> {
  await tx`update payment_events set status = ${change.status},
      attempts = coalesce(${change.attempts ?? null}, attempts),
      last_error = ${change.error ?? null}, finished_at = ${change.finishedAt ?? null}
    where id = ${id}`;
}

/** A page of events, newest first. */
export function eventPage(
  tx: Tx,
  query: {
    status?: EventStatus;
    before: { at: Date; id: string } | null;
    limit: number;
  },
): Promise<EventRow[]> {
  const { at, id } = query.before ?? { at: null, id: null };
  const status = query.status ?? null;
  return tx<EventRow[]>`
    select ${tx(COLUMNS)} from payment_events
    where (${status}::text is null or status = ${status}::text)
      and (${at}::timestamptz is null or (received_at, id) < (${at}::timestamptz, ${id}::text))
    order by received_at desc, id desc limit ${query.limit}`;
}

/** When the last event was taken; null when there was none. */
export async function lastReceived(tx: Tx): Promise<Date | null> {
  const [row] = await tx<{ at: Date | null }[]>`
    select max(received_at) as at from payment_events`;
  return row!.at;
}

/** What a comparison with the provider found. */
export interface ReconcileRun {
  id: string;
  at: Date;
  cause: string;
  checked: number;
  failed: number;
  drift: { userId: string; field: string; here: string; there: string }[];
}

/** Keeps the result of a comparison. */
export async function insertRun(tx: Tx, run: ReconcileRun): Promise<void> {
  await tx`insert into reconcile_runs (id, at, cause, checked, failed, drift)
    values (${run.id}, ${run.at}, ${run.cause}, ${run.checked}, ${run.failed},
      ${tx.json(run.drift as never)})`;
}

/** The last comparisons, newest first. */
export function lastRuns(tx: Tx, limit: number): Promise<ReconcileRun[]> {
  return tx<ReconcileRun[]>`
    select id, at, cause, checked, failed, drift from reconcile_runs order by at desc, id desc
    limit ${limit}`;
}
