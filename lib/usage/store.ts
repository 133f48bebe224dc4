import type { Database, Tx } from "@/lib/platform/database/mod.ts";
import { type LedgerEntry, type Operation, sortedJson } from "./ledger.ts";
import type { Resource } from "./quota.ts";

/** A hold to be made, with the limits of the moment; null means unlimited. */
export interface HoldRequest {
  id: string;
  userId: string;
  operationId: string;
  dayUtc: string;
  /** Tokens of the prompt, with its margin. */
  promptTokens: number;
  /** Tokens wanted for the answer, and the least with which it is worth starting. */
  answerTokens: number;
  leastAnswerTokens: number;
  tokensPerDay: number | null;
  messagesPerDay: number | null;
  createdAt: Date;
  expiresAt: Date;
  /** The personal key that asks, with its own budget of the day; null is none (ACC-92). */
  key?: { id: string; dailyTokens: number | null } | undefined;
}

/** A granted hold says how long the answer may be, a refused one what is full. */
export type HoldResult =
  | { refused: null; answerCap: number }
  | { refused: "messages" | "llm_tokens" | "key"; usedNow: number; reservedNow: number };

/** What the schema's functions say of a hold. */
export interface HoldRow {
  refused: "messages" | "llm_tokens" | "key" | null;
  answerCap: number | null;
  usedNow: number | null;
  reservedNow: number | null;
}

/** A hold as `usage_hold` takes it. */
export function holdValue(request: HoldRequest) {
  return {
    id: request.id,
    operation: request.operationId,
    day: request.dayUtc,
    prompt: request.promptTokens,
    answer: request.answerTokens,
    leastAnswer: request.leastAnswerTokens,
    tokenLimit: request.tokensPerDay,
    messageLimit: request.messagesPerDay,
    heldAt: request.createdAt,
    heldUntil: request.expiresAt,
    key: request.key?.id ?? null,
    keyTokens: request.key?.dailyTokens ?? null,
  };
}

/** Holds one message and the tokens of a turn, or nothing (USE-20), in the caller's transaction. */
export async function hold(tx: Tx, request: HoldRequest): Promise<HoldResult> {
  const [row] = await tx<HoldRow[]>`
    select * from usage_hold(${request.userId}, ${tx.json(holdValue(request) as never)})`;
  return holdResult(row!);
}

/** The same as a transaction of its own, in one round trip. */
export async function holdAlone(db: Database, request: HoldRequest): Promise<HoldResult> {
  const { userId } = request;
  return holdResult(await db.callAsUser<HoldRow>(userId, "usage_hold", [holdValue(request)]));
}

/**
 * The same for several at once, each decided alone. People are taken in one order, so that two such
 * calls never wait for each other crosswise; requests of one person keep theirs.
 */
export async function holdTogether(db: Database, requests: HoldRequest[]): Promise<HoldResult[]> {
  const order = requests.map((request, at) => ({ request, at })).sort((a, b) =>
    a.request.userId < b.request.userId ? -1 : a.request.userId > b.request.userId ? 1 : 0
  );
  const rows = await db.callAsEach<HoldRow>(
    "usage_hold",
    order.map(({ request }) => ({ userId: request.userId, value: holdValue(request) })),
  );
  const results: HoldResult[] = [];
  order.forEach(({ at }, i) => results[at] = holdResult(rows[i]!));
  return results;
}

/** Reads what the schema's functions say of a hold. */
export function holdResult({ refused, answerCap, usedNow, reservedNow }: HoldRow): HoldResult {
  if (refused === null) return { refused, answerCap: answerCap! };
  return { refused, usedNow: usedNow ?? 0, reservedNow: reservedNow ?? 0 };
}

/** An entry with the id its row gets. */
export type NewEntry = LedgerEntry & { id: string };

const stored = (entries: NewEntry[]) =>
  entries.map(({ id, resource, amount, metadata }) => ({
    id,
    resource,
    amount,
    metadata: sortedJson(metadata ?? {}),
  }));

/**
 * Ends an open hold: what was used goes to the ledger and the balance, the rest is free again.
 * Without entries the hold is given back.
 *
 * @returns whether it was open; nothing is written otherwise
 */
export async function closeHold(
  tx: Tx,
  id: string,
  use: { occurredAt: Date; entries: NewEntry[] },
): Promise<boolean> {
  const [row] = await tx<{ closed: boolean }[]>`
    select usage_close(${id}, ${use.occurredAt.toISOString()}, ${
    tx.json(stored(use.entries) as never)
  }) as closed`;
  return row!.closed;
}

/**
 * Appends entries to a person's chain and adds them to the day's balance.
 *
 * @returns the resources written now; entries of an operation written before are left out
 */
export async function record(
  tx: Tx,
  operation: Operation,
  entries: NewEntry[],
): Promise<Resource[]> {
  const [row] = await tx<{ written: Resource[] }[]>`
    select usage_record(${operation.userId}, ${operation.operationId}, ${operation.kind},
      ${operation.dayUtc}, ${operation.occurredAt.toISOString()}, ${
    tx.json(stored(entries) as never)
  }) as written`;
  return row!.written;
}

/** Bytes of durable memory: the running sum of all differences. */
export async function storageUsed(tx: Tx, userId: string): Promise<number> {
  const [row] = await tx<{ bytes: number }[]>`
    select coalesce(sum(used), 0)::bigint as bytes from usage_daily
    where user_id = ${userId} and resource = 'memory_storage'`;
  return row!.bytes;
}

/** Puts off the end of an open reservation. */
export async function extendReservation(tx: Tx, id: string, expiresAt: Date): Promise<void> {
  await tx`update usage_reservations set expires_at = ${expiresAt}
    where id = ${id} and state = 'open'`;
}

/** The personal key that made a hold; null where none did. */
export async function keyOf(tx: Tx, reservationId: string): Promise<string | null> {
  const [row] = await tx<{ apiKeyId: string | null }[]>`
    select api_key_id from usage_reservations where id = ${reservationId}`;
  return row?.apiKeyId ?? null;
}

/** Removes holds of keys that ended before a moment; the others went with their end. */
export async function dropEnded(tx: Tx, before: Date): Promise<number> {
  return (await tx`delete from usage_reservations
    where state <> 'open' and created_at < ${before}`).count;
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
