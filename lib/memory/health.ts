import type { Tx } from "@/lib/platform/database/mod.ts";
import type { NewFact } from "./fact_writer.ts";
import type { Inbox } from "./inbox.ts";
import type { HealthFix } from "./schema.ts";
import * as store from "./store.ts";

const DAY = 24 * 60 * 60 * 1000;
/** A fact that was never used for so long counts as unused. */
const UNUSED_MS = 90 * DAY;
/** Proposals of one fix. */
const AT_ONCE = 50;

/** Rows that a health card points at (UI-54). */
export interface Findings {
  /** Pairs that nearly say the same. */
  duplicates: number;
  /** Facts in long-term memory that no answer used in ninety days since they were kept. */
  unused: number;
  /** Facts whose message is gone, and that their owner did not type. */
  withoutSource: number;
}

/** Pairs of current facts that are tied as nearly the same, each once. */
const pairs = (tx: Tx) =>
  tx`(
    select least(l.from_id, l.to_id) as one, greatest(l.from_id, l.to_id) as other
    from memory_links l
      join memories a on a.id = l.from_id and a.deleted_at is null and a.superseded_at is null
      join memories b on b.id = l.to_id and b.deleted_at is null and b.superseded_at is null
    where l.kind = 'same_as' group by 1, 2
  )`;

const unused = (tx: Tx, now: Date) =>
  tx`deleted_at is null and superseded_at is null and tier = 'ltm' and access_count = 0
    and not pinned and not anchor and not locked
    and created_at < ${new Date(now.getTime() - UNUSED_MS)}`;

/** What could be tidied up. */
export async function findings(tx: Tx, now: Date): Promise<Findings> {
  const [row] = await tx<Findings[]>`
    select (select count(*)::integer from ${pairs(tx)} as p) as duplicates,
      (select count(*)::integer from memories where ${unused(tx, now)}) as unused,
      (select count(*)::integer from memories m
        where m.deleted_at is null and cardinality(m.source_message_ids) > 0 and not exists (
          select from messages s where s.id = any(m.source_message_ids))) as without_source`;
  return row!;
}

/**
 * Proposes what would tidy up; nothing is changed without its owner's word (UI-54).
 *
 * @returns how many proposals wait because of it
 */
export async function proposeFix(
  tx: Tx,
  { userId, what, now }: { userId: string; what: HealthFix; now: Date },
  inbox: Inbox,
): Promise<number> {
  const found = what === "duplicates"
    ? (await tx<{ one: string; other: string }[]>`
        select one, other from ${pairs(tx)} as p order by one, other limit ${AT_ONCE}`)
      .map(({ one, other }) => [one, other])
    : (await tx<{ id: string }[]>`
        select id from memories where ${unused(tx, now)} order by created_at, id limit ${AT_ONCE}`)
      .map(({ id }) => [id]);
  const rows = new Map(
    (await store.findMemories(tx, found.flat())).map((row) => [row.id, row]),
  );
  for (const affects of found) {
    const facts = affects.map((id) => rows.get(id)!);
    const oldest = facts.reduce((a, b) => a.createdAt <= b.createdAt ? a : b);
    await inbox.propose(tx, {
      userId,
      sessionId: null,
      messageId: null,
      op: what === "duplicates" ? "merge" : "forget",
      fact: statementOf(oldest),
      affects,
      reason: null,
      shield: false,
    });
  }
  return found.length;
}

/** What a proposal shows of a fact that is there. */
function statementOf(row: store.MemoryRow): NewFact {
  const { type, tier, source, text, confidence, quote, subject, attribute, value, tags } = row;
  const { sourceMessageIds, sessionId, validFrom, validTo } = row;
  return {
    type,
    tier,
    source,
    text,
    confidence,
    quote,
    subject,
    attribute,
    value,
    tags,
    sourceMessageIds,
    sessionId,
    validFrom,
    validTo,
  };
}
