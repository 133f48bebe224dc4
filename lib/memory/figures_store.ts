// Figures of a person's facts.
import type { Tx } from "@/lib/platform/database/mod.ts";

/** Figures for the head of the memory page. */
export async function stats(tx: Tx, now: Date) {
  return await tx<
    {
      tier: "itm" | "ltm";
      type: string;
      source: string;
      n: number;
      pinned: number;
      anchors: number;
      past: number;
      bytes: number;
    }[]
  >`
    select tier, type, source, count(*)::integer as n,
      count(*) filter (where pinned)::integer as pinned,
      count(*) filter (where anchor)::integer as anchors,
      count(*) filter (where superseded_at is not null)::integer as past,
      coalesce(sum(bytes), 0)::bigint as bytes
    from memories where deleted_at is null and (expires_at is null or expires_at > ${now})
    group by tier, type, source`;
}

/** How many anchors there are. */
export async function countAnchors(tx: Tx): Promise<number> {
  const [row] = await tx<{ n: number }[]>`
    select count(*)::integer as n from memories where anchor and deleted_at is null`;
  return row!.n;
}

/** How the store grew and how it was used since a time. */
export async function activity(tx: Tx, since: Date) {
  const days = await tx<{ day: string; n: number }[]>`
    select to_char(created_at at time zone 'UTC', 'YYYY-MM-DD') as day, count(*)::integer as n
    from memory_events where action = 'create' and created_at >= ${since} group by 1 order by 1`;
  const [rates] = await tx<{ answers: number; hits: number; saved: number; offered: number }[]>`
    select
      (select count(*)::integer from receipts where created_at >= ${since}) as answers,
      (select count(distinct i.message_id)::integer from receipt_items i
        join receipts r on r.message_id = i.message_id where r.created_at >= ${since}) as hits,
      (select count(*)::integer from memory_events
        where action = 'create' and actor = 'extraction' and created_at >= ${since}) as saved,
      (select count(*)::integer from memory_not_saved where created_at >= ${since})
        + (select count(*)::integer from memory_proposals where created_at >= ${since}) as offered`;
  return { days, ...rates! };
}

/** State of what keeps the store in order. */
export async function health(tx: Tx, query: { now: Date; model: string; local: boolean }) {
  const [row] = await tx<
    { waiting: number; otherModel: number; trash: number; trashBytes: number; ending: number }[]
  >`
    select
      count(*) filter (where deleted_at is null and embedding is null)::integer as waiting,
      count(*) filter (where deleted_at is null and embedding_model <> ${query.model})::integer
        as other_model,
      count(*) filter (where deleted_at is not null or expires_at <= ${query.now})::integer as trash,
      coalesce(sum(bytes) filter (where deleted_at is not null or expires_at <= ${query.now}), 0)::bigint
        as trash_bytes,
      count(*) filter (where deleted_at is null and tier = 'itm' and expires_at > ${query.now}
        and expires_at <= ${new Date(query.now.getTime() + 86_400_000)})::integer as ending
    from memories`;
  return row!;
}
