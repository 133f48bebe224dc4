import { type Database, sqlState, type Tx } from "@/lib/platform/database/mod.ts";
import {
  type HoldRequest,
  type HoldResult,
  holdResult,
  type HoldRow,
  holdValue,
} from "@/lib/usage/mod.ts";
import type { PolicyEventData, RecallEventData, UsageEventData } from "./events.ts";
import type { MemoryMode, TurnStatus } from "./schema.ts";
import type { SeenSession } from "./turn_place.ts";

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

/** A turn that an equal request started. */
export interface KnownTurn {
  id: string;
  requestHash: string;
}

/** The rows with which a turn begins. */
export interface TurnStartRows {
  turn:
    & Pick<
      TurnRow,
      "id" | "sessionId" | "userMessageId" | "assistantMessageId" | "kind" | "model" | "requestHash"
    >
    & {
      at: Date;
      leaseOwner: string;
      leaseUntil: Date;
      scope: string;
      clientMessageId: string | null;
      correlationId: string | null;
      /** Whether the question and its answer may be remembered. */
      remember: boolean;
      /** Whether the answer is a row already, to be written on. */
      reopensAnswer: boolean;
      /** Most answers at once; null is no limit. */
      streams: number | null;
    };
  /** The conversation as it was read; null when the turn opens one. */
  seen: SeenSession | null;
  /** A conversation that begins with this turn; null when it exists. */
  opened: { title: string | null; temporary: boolean; memoryMode: MemoryMode } | null;
  /** A new question; null when the turn answers a stored one. */
  question: {
    parentId: string | null;
    author: string;
    content: string;
    editedFrom: string | null;
  } | null;
}

/** What came of the start of a turn. */
export type StartOutcome =
  | { outcome: "started" | "refused"; hold: HoldResult }
  | { outcome: "known"; known: KnownTurn }
  | { outcome: "busy"; busy: string }
  | { outcome: "gone" | "moved" };

/** Too many answers at once, as `turn_start` raises it. */
const TOO_MANY_STREAMS = "NV001";

/**
 * Holds the quota and stores the conversation, question, answer and turn in one statement, or does
 * nothing: on the way to the first token every exchange with the database counts.
 *
 * @throws TooManyStreams when as many answers run as are allowed
 */
export async function storeStart(
  db: Database,
  userId: string,
  rows: TurnStartRows & { hold: HoldRequest },
): Promise<StartOutcome> {
  try {
    const row = await db.callAsUser<
      & { outcome: StartOutcome["outcome"]; known: KnownTurn | null; busy: string | null }
      & HoldRow
    >(userId, "turn_start", [
      { ...rows.turn, answerAuthor: ASSISTANT_NAME },
      holdValue(rows.hold),
      rows.seen,
      rows.opened,
      rows.question,
    ]);
    const { outcome } = row;
    if (outcome === "known") return { outcome, known: row.known! };
    if (outcome === "busy") return { outcome, busy: row.busy! };
    return outcome === "started" || outcome === "refused"
      ? { outcome, hold: holdResult(row) }
      : { outcome };
  } catch (error) {
    if (sqlState(error) !== TOO_MANY_STREAMS) throw error;
    throw new TooManyStreams(Number((error as Error).message));
  }
}

/** As many answers of a person run as their plan allows; nothing was stored. */
export class TooManyStreams extends Error {
  override readonly name = "TooManyStreams";
  constructor(readonly running: number) {
    super(`${running} answers run`);
  }
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
  db: Database,
  query: { userId: string; scope: string; clientMessageId: string },
): Promise<KnownTurn | null> {
  const { known } = await db.callAsUser<{ known: KnownTurn | null }>(
    query.userId,
    "turn_known",
    [query.scope, query.clientMessageId],
  );
  return known;
}

/** Renews the lease of a turn; false when it has ended elsewhere. */
export async function heartbeat(
  tx: Tx,
  id: string,
  lease: {
    owner: string;
    until: Date;
    /** Whether it stands in the model's queue. */
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

/** Those of the turns that somebody asked to stop, also at another process. */
export async function stopsAmong(tx: Tx, ids: string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows = await tx<{ id: string }[]>`
    select id from turns where id = any(${ids}::uuid[]) and stop_requested_at is not null`;
  return rows.map(({ id }) => id);
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
