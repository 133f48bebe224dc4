import { expect } from "expect";
import * as fc from "fast-check";
import type { Tx } from "@/lib/platform/database/mod.ts";
import { FakeClock } from "@/lib/platform/clock.ts";
import { seededRandom, uuidV7Source } from "@/lib/platform/ids.ts";
import {
  appendToLedger,
  type ChainedRow,
  GENESIS,
  type LedgerEntry,
  verifyChain,
} from "./ledger.ts";
import { RESOURCES } from "./quota.ts";

const USER = "0190f5f2-7c00-7000-8000-000000000001";

/** The two tables of the ledger in memory, as far as its statements go. */
function memoryLedger() {
  const rows: (ChainedRow & { userId: string })[] = [];
  const head = { sequence: 0, hash: GENESIS };
  const tx = Object.assign(
    (parts: TemplateStringsArray, ...values: unknown[]) => {
      const sql = parts.join("?");
      if (sql.includes("select sequence, hash")) return Promise.resolve([{ ...head }]);
      if (sql.includes("select resource from usage_ledger")) {
        const [operationId, kind] = values;
        return Promise.resolve(
          rows.filter((row) => row.operationId === operationId && row.kind === kind),
        );
      }
      if (sql.includes("insert into usage_ledger")) {
        const [id, userId, sequence, resource, amount, kind, operationId, dayUtc, occurredAt] =
          values;
        const [, , , , , , , , , metadata, prevHash, hash] = values;
        rows.push(
          {
            id,
            userId,
            sequence,
            resource,
            amount,
            kind,
            operationId,
            dayUtc,
            occurredAt,
            // As jsonb gives it back: with its keys in another order.
            metadata: Object.fromEntries(Object.entries(metadata as object).reverse()),
            prevHash,
            hash,
          } as ChainedRow & { userId: string },
        );
      }
      if (sql.includes("update usage_chain_heads")) {
        [head.sequence, head.hash] = values as [number, string];
      }
      return Promise.resolve([]);
    },
    { json: (value: unknown) => value },
  ) as unknown as Tx;
  return { rows, head, tx };
}

const entry = fc.record({
  resource: fc.constantFrom(...RESOURCES),
  amount: fc.integer({ min: -1_000, max: 1_000_000 }),
  metadata: fc.dictionary(
    fc.string({ minLength: 1, maxLength: 8 }),
    fc.oneof(fc.integer(), fc.boolean(), fc.string(), fc.constant(null)),
    { maxKeys: 4 },
  ),
});
const operations = fc.array(
  fc.uniqueArray(entry, { selector: (one) => one.resource, minLength: 1, maxLength: 3 }),
  { minLength: 1, maxLength: 8 },
);

/** A chain written by the ledger itself. */
async function chainOf(all: LedgerEntry[][]) {
  const ledger = memoryLedger();
  const ids = uuidV7Source(new FakeClock(), seededRandom(1));
  for (const [i, entries] of all.entries()) {
    const operation = {
      userId: USER,
      operationId: `operation-${i}`,
      kind: "usage" as const,
      dayUtc: "2026-01-01",
      occurredAt: new Date(Date.UTC(2026, 0, 1, 9, i)),
    };
    const written = await appendToLedger(ledger.tx, { operation, entries, ids });
    expect(written.size).toBe(entries.length);
    // [USE-3] settling twice writes once
    expect(await appendToLedger(ledger.tx, { operation, entries, ids })).toEqual(new Set());
  }
  return ledger;
}

Deno.test("[USE-3] what the ledger writes verifies, and settling twice writes once", async () => {
  await fc.assert(
    fc.asyncProperty(operations, async (all) => {
      const { rows, head } = await chainOf(all);
      expect(rows).toHaveLength(all.flat().length);
      expect(verifyChain(USER, rows, head)).toEqual({
        valid: true,
        rows: rows.length,
        head: head.hash,
        firstBad: null,
      });
    }),
    { numRuns: 50 },
  );
});

type Tamper = (rows: ChainedRow[], at: number) => ChainedRow[];
const altered = (change: (row: ChainedRow) => Partial<ChainedRow>): Tamper => (rows, at) =>
  rows.map((row, i) => i === at ? { ...row, ...change(row) } : row);

const TAMPERS: Record<string, Tamper> = {
  "an amount": altered((row) => ({ amount: row.amount + 1 })),
  "a resource": altered((row) => ({
    resource: row.resource === "messages" ? "llm_tokens" : "messages",
  })),
  "a kind": altered(() => ({ kind: "adjustment" })),
  "an operation": altered(() => ({ operationId: "another" })),
  "a day": altered(() => ({ dayUtc: "2026-01-02" })),
  "a moment": altered((row) => ({ occurredAt: new Date(row.occurredAt.getTime() + 1) })),
  "an id": altered(() => ({ id: "another" })),
  "metadata": altered((row) => ({ metadata: { ...row.metadata, added: true } })),
  "a hash": altered((row) => ({ hash: row.hash.replace(/^./, (c) => c === "0" ? "1" : "0") })),
  "a link": altered((row) => ({
    prevHash: row.prevHash.replace(/.$/, (c) => c === "0" ? "1" : "0"),
  })),
  "a row taken out": (rows, at) => rows.filter((_, i) => i !== at),
  "a row twice": (rows, at) => [...rows.slice(0, at + 1), ...rows.slice(at)],
  "two rows exchanged": (rows, at) => {
    const copy = [...rows];
    const other = (at + 1) % rows.length;
    [copy[at], copy[other]] = [copy[other]!, copy[at]!];
    return rows.length > 1 ? copy : [];
  },
};

Deno.test("[USE-3] any change of any row is found", async () => {
  await fc.assert(
    fc.asyncProperty(operations, fc.nat(), async (all, pick) => {
      const { rows, head } = await chainOf(all);
      const at = pick % rows.length;
      for (const [name, tamper] of Object.entries(TAMPERS)) {
        const report = verifyChain(USER, tamper(rows, at), head);
        expect({ name, valid: report.valid }).toEqual({ name, valid: false });
        expect(report.firstBad).not.toBeNull();
      }
    }),
    { numRuns: 30 },
  );
});

Deno.test("[USE-3] the first bad row is named, with the reason", async () => {
  const one: LedgerEntry = { resource: "messages", amount: 1 };
  const { rows, head } = await chainOf([[one], [one], [one], [one]]);
  const at = (tamper: string, index: number) =>
    verifyChain(USER, TAMPERS[tamper]!(rows, index), head).firstBad;
  expect(at("an amount", 2)).toEqual({ id: rows[2]!.id, reason: "hash" });
  expect(at("a link", 1)).toEqual({ id: rows[1]!.id, reason: "link" });
  expect(at("a row taken out", 1)).toEqual({ id: rows[2]!.id, reason: "missing" });
  expect(at("a row taken out", 3)).toEqual({ id: rows[2]!.id, reason: "missing" });
});

Deno.test("[USE-3] a chain stands for one person, and an emptied one is found", async () => {
  const one: LedgerEntry = { resource: "messages", amount: 1 };
  const { rows, head } = await chainOf([[one], [one]]);
  expect(verifyChain("somebody else", rows, head).valid).toBe(false);
  expect(verifyChain(USER, [], head)).toMatchObject({ valid: false, rows: 0, head: GENESIS });
  expect(verifyChain(USER, [], null)).toEqual({
    valid: true,
    rows: 0,
    head: GENESIS,
    firstBad: null,
  });
  expect(verifyChain(USER, rows, { ...head, hash: GENESIS }).firstBad?.reason).toBe("link");
});
