import { expect } from "expect";
import * as fc from "fast-check";
import {
  type ChainedRow,
  checkEntries,
  GENESIS,
  type LedgerEntry,
  rowHash,
  verifyChain,
} from "./ledger.ts";
import { RESOURCES } from "./quota.ts";

const USER = "0190f5f2-7c00-7000-8000-000000000001";

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

/** A chain as the database writes it. */
function chainOf(all: LedgerEntry[][]) {
  const head = { sequence: 0, hash: GENESIS };
  const rows: ChainedRow[] = [];
  for (const [i, entries] of all.entries()) {
    for (const { resource, amount, metadata } of entries) {
      const row = {
        id: `row-${head.sequence}`,
        sequence: ++head.sequence,
        resource,
        amount,
        kind: "usage",
        operationId: `operation-${i}`,
        dayUtc: "2026-01-01",
        occurredAt: new Date(Date.UTC(2026, 0, 1, 9, i)),
        metadata: metadata ?? {},
        prevHash: head.hash,
      };
      head.hash = rowHash(USER, row);
      // As jsonb gives it back: with its keys in another order.
      const reversed = Object.fromEntries(Object.entries(row.metadata).reverse());
      rows.push({ ...row, metadata: reversed, hash: head.hash });
    }
  }
  return { rows, head };
}

Deno.test("[USE-3] an untouched chain verifies", () => {
  fc.assert(
    fc.property(operations, (all) => {
      const { rows, head } = chainOf(all);
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

Deno.test("[USE-3] any change of any row is found", () => {
  fc.assert(
    fc.property(operations, fc.nat(), (all, pick) => {
      const { rows, head } = chainOf(all);
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

Deno.test("[USE-3] the first bad row is named, with the reason", () => {
  const one: LedgerEntry = { resource: "messages", amount: 1 };
  const { rows, head } = chainOf([[one], [one], [one], [one]]);
  const at = (tamper: string, index: number) =>
    verifyChain(USER, TAMPERS[tamper]!(rows, index), head).firstBad;
  expect(at("an amount", 2)).toEqual({ id: rows[2]!.id, reason: "hash" });
  expect(at("a link", 1)).toEqual({ id: rows[1]!.id, reason: "link" });
  expect(at("a row taken out", 1)).toEqual({ id: rows[2]!.id, reason: "missing" });
  expect(at("a row taken out", 3)).toEqual({ id: rows[2]!.id, reason: "missing" });
});

Deno.test("[USE-3] a chain stands for one person, and an emptied one is found", () => {
  const one: LedgerEntry = { resource: "messages", amount: 1 };
  const { rows, head } = chainOf([[one], [one]]);
  expect(verifyChain("somebody else", rows, head).valid).toBe(false);
  expect(verifyChain(USER, [], head)).toMatchObject({ valid: false, rows: 0, head: GENESIS });
  expect(verifyChain(USER, [], null)).toEqual({
    valid: true,
    rows: 0,
    head: GENESIS,
    firstBad: null,
  });
  expect(verifyChain(USER, rows, { ...head, hash: GENESIS }).firstBad?.reason).toBe("link");
  expect(verifyChain(USER, [], { sequence: 0, hash: "f".repeat(64) }).firstBad?.reason).toBe(
    "link",
  );
});

Deno.test("[USE-2] amounts are whole and exact, and below nothing for storage and corrections alone", () => {
  for (const amount of [0.5, NaN, 1e309, -Infinity, 2 ** 53]) {
    expect(() => checkEntries("usage", [{ resource: "memory_storage", amount }])).toThrow(
      RangeError,
    );
  }
  expect(() => checkEntries("usage", [{ resource: "llm_tokens", amount: -1 }])).toThrow(RangeError);
  checkEntries("usage", [{ resource: "memory_storage", amount: -1 }, {
    resource: "messages",
    amount: 0,
  }]);
  checkEntries("adjustment", [{ resource: "llm_tokens", amount: -1 }]);
});
