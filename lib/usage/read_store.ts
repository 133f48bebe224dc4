import type { Tx } from "@/lib/platform/database/mod.ts";
import type { ChainedRow } from "./ledger.ts";
import type { Resource } from "./quota.ts";

/** Used and held amounts of the day, bytes kept in all, agent minutes of the month. */
export async function balances(
  tx: Tx,
  key: { userId: string; dayUtc: string },
): Promise<{
  totals: { resource: Resource; used: number; reserved: number }[];
  stored: number;
  minutes: number;
}> {
  const [totals, sums] = await Promise.all([
    tx<{ resource: Resource; used: number; reserved: number }[]>`
      select resource, used, reserved from usage_daily
      where user_id = ${key.userId} and day_utc = ${key.dayUtc}`,
    tx<{ stored: number; minutes: number }[]>`
      select coalesce(sum(used) filter (where resource = 'memory_storage'), 0)::bigint as stored,
        coalesce(sum(used) filter (where resource = 'agent_minutes'
          and day_utc >= date_trunc('month', ${key.dayUtc}::date)), 0)::bigint as minutes
      from usage_daily
      where user_id = ${key.userId} and resource in ('memory_storage', 'agent_minutes')`,
  ]);
  return { totals, ...sums[0]! };
}

/** A row of the ledger as its owner reads it. */
export interface LedgerRow {
  id: string;
  sequence: number;
  resource: Resource;
  amount: number;
  kind: "usage" | "adjustment";
  operationId: string;
  day: string;
  occurredAt: Date;
  metadata: Record<string, string | number | boolean | null>;
  hash: string;
}

/** Rows before a sequence number, newest first. */
export function ledgerPage(
  tx: Tx,
  query: { userId: string; before: number | null; limit: number },
): Promise<LedgerRow[]> {
  return tx<LedgerRow[]>`
    select id, sequence, resource, amount, kind, operation_id, day_utc::text as day, occurred_at,
      metadata, hash
    from usage_ledger
    where user_id = ${query.userId}
      and (${query.before}::bigint is null or sequence < ${query.before}::bigint)
    order by sequence desc limit ${query.limit}`;
}

/** Sums of one resource per day of the reservation, or per hour of the settlement. */
export function ledgerByBucket(
  tx: Tx,
  query: { userId: string; resource: Resource; bucket: "day" | "hour"; from: Date },
): Promise<{ at: Date; amount: number; count: number }[]> {
  const { userId, resource, from } = query;
  if (query.bucket === "day") {
    return tx<{ at: Date; amount: number; count: number }[]>`
      select day_utc::timestamp at time zone 'UTC' as at, sum(amount)::bigint as amount,
        count(*)::integer as count
      from usage_ledger
      where user_id = ${userId} and resource = ${resource}
        and day_utc >= ${from.toISOString().slice(0, 10)}
      group by day_utc`;
  }
  return tx<{ at: Date; amount: number; count: number }[]>`
    select date_trunc('hour', occurred_at, 'UTC') as at, sum(amount)::bigint as amount,
      count(*)::integer as count
    from usage_ledger
    where user_id = ${userId} and resource = ${resource} and occurred_at >= ${from}
      and day_utc >= (${from.toISOString().slice(0, 10)}::date - 1)
    group by 1`;
}

/** Sums of tokens by what the entries say about themselves. */
export async function breakdown(
  tx: Tx,
  query: { userId: string; from: string },
): Promise<Record<"byFeature" | "byModel" | "byKey" | "byConversation", BreakdownRow[]>> {
  const rows = await tx<(BreakdownRow & { kind: string })[]>`
    with entries as (
      select resource, amount, metadata from usage_ledger
      where user_id = ${query.userId} and day_utc >= ${query.from}
        and resource in ('llm_tokens', 'messages', 'system_tokens')
    ), parts as (
      select 'byFeature' as kind, coalesce(metadata->>'feature', 'other') as name, * from entries
      union all
      select 'byModel', metadata->>'model', * from entries where metadata ? 'model'
      union all
      select 'byKey', metadata->>'apiKeyId', * from entries where metadata->>'apiKeyId' is not null
      union all
      select 'byConversation', metadata->>'sessionId', * from entries where metadata ? 'sessionId'
    ), sums as (
      select kind, name, coalesce(sum(amount) filter (where resource <> 'messages'), 0)::bigint as tokens,
        coalesce(sum(amount) filter (where resource = 'messages'), 0)::bigint as messages,
        count(*)::integer as entries,
        row_number() over (partition by kind
          order by sum(amount) filter (where resource <> 'messages') desc nulls last, name) as place
      from parts group by kind, name
    )
    select s.kind, s.name, coalesce(c.title, k.name) as label, s.tokens, s.messages, s.entries
    from sums s left join chat_sessions c on s.kind = 'byConversation' and c.id::text = s.name
      and c.deleted_at is null
    left join api_keys k on s.kind = 'byKey' and k.id::text = s.name
    where place <= 20 order by s.kind, place`;
  const of = (kind: string) =>
    rows.filter((row) => row.kind === kind).map(({ kind: _, ...row }) => row);
  return {
    byFeature: of("byFeature"),
    byModel: of("byModel"),
    byKey: of("byKey"),
    byConversation: of("byConversation"),
  };
}

/** A part of what was used. */
export interface BreakdownRow {
  name: string;
  /** Title of a conversation, name of a key; null for everything else, and for what is gone. */
  label: string | null;
  tokens: number;
  messages: number;
  entries: number;
}

/** Sums per day and resource from the ledger, for the days from `from` on. */
export function ledgerByDay(
  tx: Tx,
  query: { userId: string; from: string },
): Promise<{ day: string; resource: Resource; amount: number; count: number }[]> {
  return tx<{ day: string; resource: Resource; amount: number; count: number }[]>`
    select day_utc::text as day, resource, sum(amount)::bigint as amount, count(*)::integer as count
    from usage_ledger where user_id = ${query.userId} and day_utc >= ${query.from}
    group by day_utc, resource`;
}

/** All rows of a person's chain in order, and the stored head. */
export async function chainOf(
  tx: Tx,
  userId: string,
): Promise<{ rows: ChainedRow[]; head: { sequence: number; hash: string } | null }> {
  const rows = await tx<ChainedRow[]>`
    select id, sequence, resource, amount, kind, operation_id, day_utc::text, occurred_at, metadata,
      prev_hash, hash
    from usage_ledger where user_id = ${userId} order by sequence`;
  const [head] = await tx<{ sequence: number; hash: string }[]>`
    select sequence, hash from usage_chain_heads where user_id = ${userId}`;
  return { rows, head: head ?? null };
}
