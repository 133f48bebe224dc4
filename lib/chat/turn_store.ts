import type { Tx } from "@/lib/platform/database/mod.ts";
import type { PolicyEventData, RecallEventData, UsageEventData } from "./events.ts";
import type { TurnStatus } from "./schema.ts";

/** A row of `turns`. */
export interface TurnRow {
  id: string;
  userId: string;
  sessionId: string;
  userMessageId: string;
  assistantMessageId: string;
  kind: "send" | "edit" | "regenerate" | "continue";
  status: TurnStatus;
  model: string;
  reservationId: string | null;
  startedAt: Date;
  endedAt: Date | null;
  errorCode: string | null;
  recall: RecallEventData | null;
  policy: PolicyEventData[];
  usage: UsageEventData | null;
  requestHash: string;
}

const TURN_COLUMNS = [
  "id",
  "user_id",
  "session_id",
  "user_message_id",
  "assistant_message_id",
  "kind",
  "status",
  "model",
  "reservation_id",
  "started_at",
  "ended_at",
  "error_code",
  "recall",
  "policy",
  "usage",
  "request_hash",
];

/** Stores a turn that is about to run. */
export async function insertTurn(
  tx: Tx,
  row: Omit<TurnRow, "status" | "endedAt" | "errorCode" | "recall" | "policy" | "usage"> & {
    leaseOwner: string;
    leaseUntil: Date;
    idempotencyScope: string;
    clientMessageId: string | null;
    correlationId: string | null;
  },
): Promise<void> {
  await tx`insert into turns (id, user_id, session_id, user_message_id, assistant_message_id, kind,
      status, model, reservation_id, lease_owner, lease_until, started_at, idempotency_scope,
      client_message_id, request_hash, correlation_id)
    values (${row.id}, ${row.userId}, ${row.sessionId}, ${row.userMessageId},
      ${row.assistantMessageId}, ${row.kind}, 'queued', ${row.model}, ${row.reservationId},
      ${row.leaseOwner}, ${row.leaseUntil}, ${row.startedAt}, ${row.idempotencyScope},
      ${row.clientMessageId}, ${row.requestHash}, ${row.correlationId})`;
}

/** One turn, or null. */
export async function findTurn(tx: Tx, id: string): Promise<TurnRow | null> {
  const [row] = await tx<TurnRow[]>`
    select ${tx(TURN_COLUMNS)} from turns t where id = ${id}
      and exists (select 1 from chat_sessions s where s.id = t.session_id and s.deleted_at is null)`;
  return row ?? null;
}

/** The turn that an earlier request with this client id started, or null. */
export async function findByClientId(
  tx: Tx,
  query: { userId: string; scope: string; clientMessageId: string },
): Promise<TurnRow | null> {
  const [row] = await tx<TurnRow[]>`
    select ${tx(TURN_COLUMNS)} from turns where user_id = ${query.userId}
      and idempotency_scope = ${query.scope} and client_message_id = ${query.clientMessageId}`;
  return row ?? null;
}

/** How many turns of a person are under way. */
export async function runningTurns(tx: Tx, userId: string): Promise<number> {
  const [row] = await tx<{ n: number }[]>`
    select count(*)::integer as n from turns
    where user_id = ${userId} and status in ('queued', 'streaming')`;
  return row!.n;
}

/** Renews the lease of a turn; false when it has ended elsewhere. */
export async function heartbeat(
  tx: Tx,
  id: string,
  lease: { owner: string; until: Date },
): Promise<{ alive: boolean; stopRequested: boolean }> {
  const [row] = await tx<{ stopRequestedAt: Date | null }[]>`
    update turns set lease_until = ${lease.until}, status = 'streaming'
    where id = ${id} and lease_owner = ${lease.owner} and status in ('queued', 'streaming')
    returning stop_requested_at`;
  return { alive: row !== undefined, stopRequested: Boolean(row?.stopRequestedAt) };
}

/** Asks the process that runs a turn to stop it. */
export async function requestStop(tx: Tx, id: string, at: Date): Promise<void> {
  await tx`update turns set stop_requested_at = ${at}
    where id = ${id} and status in ('queued', 'streaming')`;
}

/** The end of a turn. */
export interface TurnEnd {
  id: string;
  status: Exclude<TurnStatus, "queued" | "streaming">;
  errorCode: string | null;
  recall: RecallEventData | null;
  policy: PolicyEventData[];
  endedAt: Date;
}

/** Ends a turn; false when it had ended before, and nothing more may be stored then. */
export async function endTurn(tx: Tx, end: TurnEnd): Promise<boolean> {
  const rows = await tx`update turns set status = ${end.status}, error_code = ${end.errorCode},
      recall = ${end.recall ? tx.json(end.recall as never) : null}, policy = ${
    tx.json(end.policy as never)
  },
      ended_at = ${end.endedAt}, lease_owner = null, lease_until = null
    where id = ${end.id} and status in ('queued', 'streaming') returning id`;
  return rows.length === 1;
}

/** Stores what a turn used, once that is known. */
export async function setUsage(tx: Tx, id: string, usage: UsageEventData): Promise<void> {
  await tx`update turns set usage = ${tx.json(usage as never)} where id = ${id}`;
}

/** Turns under way: all of them at the start of a single process, else those whose lease ran out. */
export function lostTurns(
  tx: Tx,
  query: { leaseBefore: Date | null },
): Promise<(TurnRow & { content: string })[]> {
  return tx<(TurnRow & { content: string })[]>`
    select ${tx(TURN_COLUMNS.map((column) => `t.${column}`))}, m.content
    from turns t join messages m on m.id = t.assistant_message_id
    where t.status in ('queued', 'streaming')
      ${query.leaseBefore ? tx`and t.lease_until < ${query.leaseBefore}` : tx``}
    for update of t skip locked`;
}
