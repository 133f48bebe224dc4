import type { Tx } from "@/lib/platform/database/mod.ts";
import { sha256Hex } from "@/lib/platform/crypto.ts";
import type { IdSource } from "@/lib/platform/ids.ts";
import type { Resource } from "./quota.ts";

/** Consumption to be written down. Metadata holds no text of a person. */
export interface LedgerEntry {
  resource: Resource;
  amount: number;
  metadata?: Record<string, string | number | boolean | null>;
}

/** What ties an entry to its operation. */
export interface Operation {
  userId: string;
  /** Settling the same operation twice writes once. */
  operationId: string;
  kind: "usage" | "adjustment";
  /** UTC day of the reservation, also when the operation ends after midnight. */
  dayUtc: string;
  occurredAt: Date;
}

/** A stored row, as far as the chain covers it. */
export interface ChainedRow {
  id: string;
  sequence: number;
  resource: string;
  amount: number;
  kind: string;
  operationId: string;
  dayUtc: string;
  occurredAt: Date;
  metadata: Record<string, unknown>;
  prevHash: string;
  hash: string;
}

/** The predecessor of a chain's first row. */
export const GENESIS = "0".repeat(64);

/** Stands for a row that is not there. */
const NOWHERE = "00000000-0000-0000-0000-000000000000";

/** The text a row's hash covers: its predecessor and its fields in a frozen order. */
function canonical(userId: string, row: Omit<ChainedRow, "hash">): string {
  return JSON.stringify([
    1,
    row.prevHash,
    userId,
    row.sequence,
    row.id,
    row.resource,
    row.amount,
    row.kind,
    row.operationId,
    row.dayUtc,
    row.occurredAt.toISOString(),
    sortedJson(row.metadata),
  ]);
}

function sortedJson(value: Record<string, unknown>): string {
  return JSON.stringify(
    Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1)),
  );
}

/**
 * Appends entries to a person's chain in the caller's transaction. The chain's head row is
 * locked, so that entries of parallel operations queue up instead of forking the chain.
 *
 * @returns the resources that were written now; entries of a settled operation are left out
 */
export async function appendToLedger(
  tx: Tx,
  context: { operation: Operation; entries: LedgerEntry[]; ids: IdSource },
): Promise<Set<Resource>> {
  const { operation, ids } = context;
  await tx`insert into usage_chain_heads (user_id, sequence, hash)
    values (${operation.userId}, 0, ${GENESIS}) on conflict do nothing`;
  const [head] = await tx<{ sequence: number; hash: string }[]>`
    select sequence, hash from usage_chain_heads where user_id = ${operation.userId} for update`;
  const known = await tx<{ resource: Resource }[]>`
    select resource from usage_ledger
    where operation_id = ${operation.operationId} and kind = ${operation.kind}`;
  const settled = new Set(known.map((row) => row.resource));
  const fresh = context.entries.filter((entry) => !settled.has(entry.resource));
  let { sequence, hash } = head!;
  const rows = fresh.map((entry) => {
    const row = {
      id: ids(),
      sequence: ++sequence,
      resource: entry.resource,
      amount: entry.amount,
      kind: operation.kind,
      operationId: operation.operationId,
      dayUtc: operation.dayUtc,
      occurredAt: operation.occurredAt,
      metadata: entry.metadata ?? {},
      prevHash: hash,
    };
    hash = sha256Hex(canonical(operation.userId, row));
    return { ...row, hash };
  });
  for (const row of rows) {
    await tx`insert into usage_ledger (id, user_id, sequence, resource, amount, kind, operation_id,
        day_utc, occurred_at, metadata, prev_hash, hash)
      values (${row.id}, ${operation.userId}, ${row.sequence}, ${row.resource}, ${row.amount},
        ${row.kind}, ${row.operationId}, ${row.dayUtc}, ${row.occurredAt},
        ${tx.json(row.metadata as never)}, ${row.prevHash}, ${row.hash})`;
  }
  if (rows.length > 0) {
    await tx`update usage_chain_heads set sequence = ${sequence}, hash = ${hash}
      where user_id = ${operation.userId}`;
  }
  return new Set(rows.map((row) => row.resource));
}

/** The result of checking a chain: the first row that does not fit, and why. */
export interface ChainReport {
  valid: boolean;
  rows: number;
  /** Hash of the last row, or of the empty chain. */
  head: string;
  firstBad: { id: string; reason: "hash" | "link" | "missing" } | null;
}

/** Recomputes a chain from its rows in order and its stored head. */
export function verifyChain(
  userId: string,
  rows: ChainedRow[],
  head: { sequence: number; hash: string } | null,
): ChainReport {
  let previous = GENESIS;
  let expected = 1;
  const report = (firstBad: ChainReport["firstBad"]): ChainReport => ({
    valid: firstBad === null,
    rows: rows.length,
    head: rows.at(-1)?.hash ?? GENESIS,
    firstBad,
  });
  for (const row of rows) {
    if (row.sequence !== expected) return report({ id: row.id, reason: "missing" });
    if (row.prevHash !== previous) return report({ id: row.id, reason: "link" });
    if (sha256Hex(canonical(userId, row)) !== row.hash) {
      return report({ id: row.id, reason: "hash" });
    }
    previous = row.hash;
    expected++;
  }
  if ((head?.sequence ?? 0) !== rows.length) {
    return report({ id: rows.at(-1)?.id ?? NOWHERE, reason: "missing" });
  }
  if (head && head.hash !== previous) {
    return report({ id: rows.at(-1)?.id ?? NOWHERE, reason: "link" });
  }
  return report(null);
}
