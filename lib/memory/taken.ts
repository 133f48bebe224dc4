import type { Tx } from "@/lib/platform/database/mod.ts";
import { isSummary } from "./fact_writer.ts";
import type { Inbox } from "./inbox.ts";
import type { TakenView } from "./schema.ts";
import * as store from "./store.ts";
import { memoryView } from "./views.ts";

/**
 * What memory took from one message: facts it saved, facts that these replaced, and what waits for
 * its owner's word (MEM-35, MEM-36, MEM-41).
 */
export async function takenFrom(tx: Tx, messageId: string, inbox: Inbox): Promise<TakenView> {
  const facts = (await store.memoriesOfMessage(tx, messageId)).filter((row) =>
    // A summary is told of where it ends, not under each message it was made of.
    !row.supersededAt && (!isSummary(row) || row.sourceMessageIds.at(-1) === messageId)
  );
  const ids = facts.map(({ id }) => id);
  const replaced = await tx<{ id: string; eventId: string }[]>`
    select m.id, e.id as event_id
    from memories m join lateral (
      select e.id from memory_events e
      where e.memory_id = m.id and e.action = 'supersede' order by e.created_at desc, e.id desc limit 1
    ) as e on true
    where m.superseded_by = any(${ids}::uuid[]) and m.deleted_at is null
      -- A fact that was there before and is only confirmed replaced its predecessor long ago.
      and exists (
        select from memories n where n.id = m.superseded_by
          and n.source_message_ids[1] = ${messageId}::uuid)
    order by m.id`;
  const rows = new Map(
    (await store.findMemories(tx, replaced.map(({ id }) => id))).map((row) => [row.id, row]),
  );
  return {
    saved: facts.map(memoryView),
    replaced: replaced.map(({ id, eventId }) => ({ memory: memoryView(rows.get(id)!), eventId })),
    proposals: await inbox.proposalsOf(tx, messageId),
  };
}
