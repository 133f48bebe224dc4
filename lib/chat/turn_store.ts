import type { Tx } from "@/lib/platform/database/mod.ts";
import type { PolicyEventData, RecallEventData, UsageEventData } from "./events.ts";
import type { MemoryMode, TurnStatus } from "./schema.ts";

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

/** Who the answers are from. */
export const ASSISTANT_NAME = "Nova";

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

/** The rows with which a turn begins. */
export interface TurnStartRows {
  turn: Omit<TurnRow, "status" | "endedAt" | "errorCode" | "recall" | "policy" | "usage"> & {
    leaseOwner: string;
    leaseUntil: Date;
    idempotencyScope: string;
    clientMessageId: string | null;
    correlationId: string | null;
    /** Whether the question and its answer may be remembered. */
    remember: boolean;
  };
  /** A conversation that begins with this turn; null when it exists. */
  session: { title: string | null; temporary: boolean; memoryMode: MemoryMode } | null;
  /** A new question; null when the turn answers a stored one. */
  question: {
    parentId: string | null;
    author: string;
    content: string;
    editedFrom: string | null;
  } | null;
  /** Whether the answer is a row already, to be written on. */
  reopensAnswer: boolean;
}

/**
 * Stores the conversation, question, answer and turn in one statement: on the way to the first
 * token every exchange with the database counts. Foreign keys are checked when it ends.
 */
export async function storeStart(tx: Tx, rows: TurnStartRows): Promise<void> {
  const { turn, session, question, reopensAnswer } = rows;
  const { id, userId, sessionId, startedAt } = turn;
  const added = (question ? 1 : 0) + (reopensAnswer ? 0 : 1);
  await tx`with conversation as (${
    session
      ? tx`insert into chat_sessions (id, user_id, title, title_source, model, temporary,
          memory_mode, head_message_id, message_count, created_at, updated_at)
        values (${sessionId}, ${userId}, ${session.title}, 'auto', ${turn.model},
          ${session.temporary}, ${session.memoryMode}, ${turn.assistantMessageId}, ${added},
          ${startedAt}, ${startedAt})`
      : tx`update chat_sessions set head_message_id = ${turn.assistantMessageId},
          message_count = message_count + ${added}, updated_at = ${startedAt}
        where id = ${sessionId}`
  })${
    question
      ? tx`, question as (insert into messages (id, user_id, session_id, parent_id, turn_id, role,
          author, content, status, remember, client_message_id, edited_from, created_at)
        values (${turn.userMessageId}, ${userId}, ${sessionId}, ${question.parentId}, ${id}, 'user',
          ${question.author}, ${question.content}, 'complete', ${turn.remember},
          ${turn.clientMessageId}, ${question.editedFrom}, ${startedAt}))`
      : tx``
  }, answer as (${
    reopensAnswer
      ? tx`update messages set status = 'streaming', turn_id = ${id}
        where id = ${turn.assistantMessageId}`
      : tx`insert into messages (id, user_id, session_id, parent_id, turn_id, role, author, content,
          status, model, remember, created_at)
        values (${turn.assistantMessageId}, ${userId}, ${sessionId}, ${turn.userMessageId}, ${id},
          'assistant', ${ASSISTANT_NAME}, '', 'streaming', ${turn.model}, ${turn.remember},
          ${startedAt})`
  })
    insert into turns (id, user_id, session_id, user_message_id, assistant_message_id, kind,
      status, model, reservation_id, lease_owner, lease_until, started_at, idempotency_scope,
      client_message_id, request_hash, correlation_id)
    values (${id}, ${userId}, ${sessionId}, ${turn.userMessageId}, ${turn.assistantMessageId},
      ${turn.kind}, 'queued', ${turn.model}, ${turn.reservationId}, ${turn.leaseOwner},
      ${turn.leaseUntil}, ${startedAt}, ${turn.idempotencyScope}, ${turn.clientMessageId},
      ${turn.requestHash}, ${turn.correlationId})`;
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
  lease: {
    owner: string;
    until: Date; /** Whether it stands in the model's queue. */
    waits: boolean;
  },
): Promise<{ alive: boolean; stopRequested: boolean }> {
  const [row] = await tx<{ stopRequestedAt: Date | null }[]>`
    update turns set lease_until = ${lease.until},
      status = case when ${lease.waits}::boolean then status else 'streaming' end
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
