import type { LedgerItem } from "./schema.ts";

/** What spreadsheets take for the beginning of a formula, in full width too. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
const PLAIN_NUMBER = /^-?\d+(?:\.\d+)?$/;

/**
 * One cell of a table in CSV (RFC 4180). What a spreadsheet would take for a formula gets an
 * apostrophe before it (OWASP, CSV injection); numbers stay numbers.
 */
export function csvCell(value: string | number | boolean | null): string {
  const text = value === null ? "" : String(value);
  const safe = FORMULA.test(text) && !PLAIN_NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** One line with its end. */
export const csvLine = (cells: (string | number | boolean | null)[]): string =>
  `${cells.map(csvCell).join(",")}\r\n`;

const COLUMNS = [
  "sequence",
  "day",
  "occurred_at",
  "resource",
  "amount",
  "kind",
  "feature",
  "model",
  "prompt_tokens",
  "completion_tokens",
  "measured",
  "conversation",
  "operation",
  "hash",
] as const;

/** The ledger as a download, written while it is read. */
export function ledgerCsv(batches: AsyncGenerator<LedgerItem[]>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let first = true;
  return new ReadableStream({
    async pull(controller) {
      if (first) controller.enqueue(encoder.encode(csvLine([...COLUMNS])));
      first = false;
      const { value, done } = await batches.next();
      if (done) return controller.close();
      controller.enqueue(encoder.encode(value.map(line).join("")));
    },
    async cancel() {
      await batches.return(undefined);
    },
  });
}

function line(item: LedgerItem): string {
  const { metadata } = item;
  return csvLine([
    item.sequence,
    item.day,
    item.occurredAt,
    item.resource,
    item.amount,
    item.kind,
    metadata.feature ?? null,
    metadata.model ?? null,
    metadata.promptTokens ?? null,
    metadata.completionTokens ?? null,
    metadata.measured ?? null,
    metadata.sessionId ?? null,
    item.operationId,
    item.hash,
  ]);
}
