import type { MemoryRow } from "./store.ts";

const encoder = new TextEncoder();
/** Fixed cost of a row and its indexes. */
const ROW_BYTES = 162;

/**
 * Bytes that a fact counts for in the plan's storage (MEM-70): its texts in UTF-8, four more per
 * tag, its metadata as JSON, its vector at full precision, and the row itself.
 */
export function memoryBytes(
  row: Pick<
    MemoryRow,
    "text" | "quote" | "subject" | "attribute" | "value" | "tags" | "sourceMessageIds"
  >,
  embedDim: number,
): number {
  const size = (text: string | null) => text === null ? 0 : encoder.encode(text).length;
  const tags = row.tags.reduce((sum, tag) => sum + size(tag) + 4, 0);
  const metadata = size(JSON.stringify({ sources: row.sourceMessageIds }));
  return size(row.text) + size(row.quote) + size(row.subject) + size(row.attribute) +
    size(row.value) + tags + metadata + 4 * embedDim + ROW_BYTES;
}
