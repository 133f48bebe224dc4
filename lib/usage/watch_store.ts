import type { Tx } from "@/lib/platform/database/mod.ts";

/** A balance that was not what the ledger says. */
export interface WrongBalance {
  userId: string;
  day: string;
  resource: string;
  was: number;
  is: number;
}

/**
 * Sets balances to the sums of the ledger where they differ. Heads are locked first, as every
 * writer of the ledger does, so that no entry comes in between.
 */
export async function repairBalances(tx: Tx, from: string): Promise<WrongBalance[]> {
  const suspects = await tx<{ userId: string }[]>`
    select distinct user_id from (${differing(tx, from)}) as wrong`;
  if (suspects.length === 0) return [];
  const ids = suspects.map((row) => row.userId);
  await tx`select 1 from usage_chain_heads where user_id = any(${ids}::uuid[])
    order by user_id for update`;
  // Looked at again under the lock: what was only under way is right by now.
  const wrong = await tx<WrongBalance[]>`select * from (${differing(tx, from)}) as wrong
    where user_id = any(${ids}::uuid[])`;
  for (const { userId, day, resource, is } of wrong) {
    await tx`insert into usage_daily as d (user_id, day_utc, resource, used)
      values (${userId}, ${day}, ${resource}, ${is})
      on conflict (user_id, day_utc, resource) do update set used = excluded.used`;
  }
  return wrong;
}

function differing(tx: Tx, from: string) {
  return tx`
    select coalesce(d.user_id, l.user_id) as user_id, coalesce(d.day_utc, l.day_utc)::text as day,
      coalesce(d.resource, l.resource) as resource, coalesce(d.used, 0)::bigint as was,
      coalesce(l.amount, 0)::bigint as is
    from (select * from usage_daily where day_utc >= ${from}) d
    full join (
      select user_id, day_utc, resource, sum(amount) as amount from usage_ledger
      where day_utc >= ${from} group by user_id, day_utc, resource
    ) l on l.user_id = d.user_id and l.day_utc = d.day_utc and l.resource = d.resource
    where coalesce(d.used, 0) <> coalesce(l.amount, 0)`;
}

/** Tokens the product used on its own account on a day, for everybody together. */
export async function systemTokens(tx: Tx, dayUtc: string): Promise<number> {
  const [row] = await tx<{ used: number }[]>`
    select coalesce(sum(used), 0)::bigint as used from usage_daily
    where day_utc = ${dayUtc} and resource = 'system_tokens'`;
  return row!.used;
}

/** Figures of a day without names. */
export async function figures(tx: Tx, dayUtc: string): Promise<{
  open: number;
  used: { plan: string; resource: string; used: number }[];
  storage: { plan: string; bytes: number }[];
}> {
  const [open, used, storage] = await Promise.all([
    tx<{ open: number }[]>`
      select count(*)::integer as open from usage_reservations where state = 'open'`,
    tx<{ plan: string; resource: string; used: number }[]>`
      select u.plan, d.resource, d.used + d.reserved as used
      from usage_daily d join users u on u.id = d.user_id
      where d.day_utc = ${dayUtc} and d.resource in ('llm_tokens', 'messages')`,
    tx<{ plan: string; bytes: number }[]>`
      select u.plan, sum(d.used)::bigint as bytes
      from usage_daily d join users u on u.id = d.user_id
      where d.resource = 'memory_storage' group by u.plan`,
  ]);
  return { open: open[0]!.open, used, storage };
}

/** Totals for operators; counts per person, no text. */
export async function totals(tx: Tx, query: { from: string; limit: number }): Promise<{
  byPlan: { plan: string; resource: string; amount: number; people: number }[];
  byFeature: { feature: string; resource: string; amount: number; entries: number }[];
  people: { userId: string; plan: string; tokens: number; messages: number; entries: number }[];
}> {
  const [byPlan, byFeature, people] = await Promise.all([
    tx<{ plan: string; resource: string; amount: number; people: number }[]>`
      select u.plan, d.resource, sum(d.used)::bigint as amount,
        count(distinct d.user_id)::integer as people
      from usage_daily d join users u on u.id = d.user_id
      where d.day_utc >= ${query.from} group by u.plan, d.resource order by u.plan, d.resource`,
    tx<{ feature: string; resource: string; amount: number; entries: number }[]>`
      select coalesce(metadata->>'feature', 'other') as feature, resource,
        sum(amount)::bigint as amount, count(*)::integer as entries
      from usage_ledger where day_utc >= ${query.from}
      group by 1, resource order by 1, resource`,
    tx<{ userId: string; plan: string; tokens: number; messages: number; entries: number }[]>`
      select d.user_id, u.plan,
        coalesce(sum(d.used) filter (where d.resource = 'llm_tokens'), 0)::bigint as tokens,
        coalesce(sum(d.used) filter (where d.resource = 'messages'), 0)::bigint as messages,
        count(*)::integer as entries
      from usage_daily d join users u on u.id = d.user_id
      where d.day_utc >= ${query.from}
      group by d.user_id, u.plan order by tokens desc, d.user_id limit ${query.limit}`,
  ]);
  return { byPlan, byFeature, people };
}
