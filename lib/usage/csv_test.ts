import { expect } from "expect";
import { csvCell, csvLine, ledgerCsv } from "./csv.ts";
import type { LedgerItem } from "./schema.ts";

Deno.test("[USE-43] what a spreadsheet would take for a formula is shown as text, and numbers stay numbers", () => {
  for (const formula of ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1"]) {
    expect(csvCell(formula).replaceAll('"', "").startsWith("'")).toBe(true);
  }
  expect(csvCell(-5)).toBe("-5");
  expect(csvCell("-5.25")).toBe("-5.25");
  expect(csvCell(true)).toBe("true");
  expect(csvCell(null)).toBe("");
  expect(csvCell('a "quoted", cell')).toBe('"a ""quoted"", cell"');
  expect(csvCell("two\nlines")).toBe('"two\nlines"');
  expect(csvLine(["a", 1, null])).toBe("a,1,\r\n");
});

const item = (change: Partial<LedgerItem>): LedgerItem => ({
  id: "1",
  sequence: 1,
  resource: "llm_tokens",
  amount: 5,
  kind: "usage",
  operationId: "op",
  day: "2026-01-01",
  occurredAt: "2026-01-01T00:00:00.000Z",
  metadata: {},
  hash: "00",
  ...change,
});

Deno.test("[USE-43] the whole ledger is written line by line as it is read", async () => {
  async function* batches() {
    yield [
      item({ metadata: { feature: "=cmd", model: "practice", measured: true, sessionId: "s" } }),
    ];
    yield [item({ sequence: 2, amount: -7, resource: "memory_storage" })];
  }
  const text = await new Response(ledgerCsv(batches())).text();
  const lines = text.trimEnd().split("\r\n");
  expect(lines).toHaveLength(3);
  expect(lines[0]).toContain("sequence,day,occurred_at");
  expect(lines[1]).toContain("'=cmd,practice");
  expect(lines[2]).toContain("memory_storage,-7");
});

Deno.test("a download that is broken off stops reading", async () => {
  let ended = false;
  async function* batches() {
    try {
      while (true) yield [item({})];
    } finally {
      ended = true;
    }
  }
  const reader = ledgerCsv(batches()).getReader();
  await reader.read();
  await reader.cancel();
  expect(ended).toBe(true);
});
