import { sha256Hex } from "@/lib/platform/crypto.ts";
import type { Resource } from "./quota.ts";

/** Facts about an entry; no text of a person. */
export type Metadata = Record<string, string | number | boolean | null>;

/** Consumption to be written down. */
export interface LedgerEntry {
  resource: Resource;
  amount: number;
  metadata?: Metadata;
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

/**
 * The hash of a row: its predecessor and its fields in a frozen order. The database computes the
 * same one when it appends (`usage_record`); this one checks it.
 */
export function rowHash(userId: string, row: Omit<ChainedRow, "hash">): string {
  return sha256Hex(JSON.stringify([
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
  ]));
}

/** Metadata as the hash covers it: JSON with sorted keys. */
export function sortedJson(value: Record<string, unknown>): string {
  return JSON.stringify(
    Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1)),
  );
}

/**
 * Checks what is to be written: whole amounts that a number holds exactly, and none below nothing
 * but for storage and corrections (USE-2).
 *
 * @throws RangeError
 */
export function checkEntries(kind: Operation["kind"], entries: LedgerEntry[]): void {
  for (const { resource, amount } of entries) {
    if (!Number.isSafeInteger(amount)) {
      throw new RangeError(`The amount ${amount} of ${resource} is not a whole number`);
    }
    if (amount < 0 && kind === "usage" && resource !== "memory_storage") {
      throw new RangeError(`The amount ${amount} of ${resource} is less than nothing`);
    }
  }
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
    if (rowHash(userId, row) !== row.hash) {
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
