import type { Tx } from "@/lib/platform/database/mod.ts";
import type { MemoryDependencies } from "./fact_writer.ts";
import { raiseOwnVersion } from "./settings.ts";
import { indexSession } from "./turn_index.ts";

/** The kind of the job that brings the searched turns of a person in line with their settings. */
export const INDEX_TURNS_JOB = "memory.index_turns";

/** The settings on which it depends whether a person's turns are searched. */
export interface SearchSettings {
  memory?: unknown;
  searchConversations?: unknown;
}

/** Whether turns are searched with these settings; both are on by default (MEM-7). */
export function searchesTurns(settings: SearchSettings): boolean {
  return settings.memory !== false && settings.searchConversations !== false;
}

/** The set of a person's searched turns, as a whole. */
export function createTurnSet({ db, clock, ids, outbox }: MemoryDependencies) {
  /**
   * Empties the searched text and vectors of all turns of the owner of this transaction. A row that
   * a turn holds at its end is not waited for, since that turn may wait for the owner's row: the
   * job comes back to it.
   */
  async function leave(tx: Tx): Promise<void> {
    await tx`update messages set search_text = '', search_context = '', embedding = null,
        embedding_model = null
      where id in (
        select id from messages
        where user_id = app_user_id() and (search_text <> '' or search_context <> '')
        order by id for update skip locked)`;
    await raiseOwnVersion(tx, clock.now());
  }

  return {
    /**
     * Follows a change of settings, in its transaction: whoever opts out leaves the searched set
     * at once. The job comes after it for a turn that ended in between, and to bring back the
     * turns of someone who opts in again.
     */
    async follow(
      tx: Tx,
      userId: string,
      change: { before: SearchSettings; after: SearchSettings },
    ): Promise<void> {
      const now = searchesTurns(change.after);
      if (searchesTurns(change.before) === now) return;
      if (!now) await leave(tx);
      await outbox.add(tx, {
        kind: INDEX_TURNS_JOB,
        key: `${INDEX_TURNS_JOB}:${ids()}`,
        userId,
        payload: {},
      });
    },

    /** Brings all turns of a person in line with what their settings say now, one conversation at a time. */
    async reconcile(userId: string): Promise<void> {
      const sessions = await db.asUser(userId, async (tx) => {
        const [user] = await tx<{ settings: SearchSettings }[]>`
          select settings from users where id = ${userId}`;
        if (!user) return [];
        if (searchesTurns(user.settings)) {
          return await tx<{ id: string }[]>`
            select id from chat_sessions where deleted_at is null and not temporary
              and memory_mode <> 'off' order by created_at desc`;
        }
        await leave(tx);
        return [];
      });
      for (const { id } of sessions) {
        await db.asUser(userId, async (tx) => {
          await indexSession(tx, id);
          await raiseOwnVersion(tx, clock.now());
        });
      }
    },
  };
}
