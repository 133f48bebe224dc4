import { readCursor, signCursor } from "@/lib/platform/cursor.ts";
import type { Tx } from "@/lib/platform/database/mod.ts";
import { notFound } from "@/lib/platform/problem.ts";
import type { FactWriter, MemoryDependencies } from "./fact_writer.ts";
import type { createPast } from "./past.ts";
import type { MemoryQuery, MemoryView } from "./schema.ts";
import * as store from "./store.ts";
import { memoryView } from "./views.ts";

/** A fact of the transaction's owner, also from the trash. @throws Problem 404 */
export async function requireMemory(tx: Tx, id: string, lock = true): Promise<store.MemoryRow> {
  const row = await store.findMemory(tx, id, { lock });
  if (!row) throw notFound();
  return row;
}

/** Lists and shows facts, and counts their uses. */
export function createFactReading(
  dependencies: MemoryDependencies,
  { writer, past }: { writer: FactWriter; past: ReturnType<typeof createPast> },
) {
  const { db, clock } = dependencies;

  /** Counts uses, and notes where they gave an intermediate fact seven fresh days. */
  async function countUses(tx: Tx, memoryIds: readonly string[]): Promise<void> {
    const at = clock.now();
    const used = await store.countAccess(tx, {
      ids: memoryIds,
      at,
      itmExpiresAt: writer.endOf({ locked: false }),
    });
    for (const row of used) {
      if (row.tier !== "itm") continue;
      await writer.event(tx, { action: "renew", actor: "user", row, before: row, after: row });
    }
  }

  return {
    countUses,

    /** Facts that are not in the trash, newest first unless sorted otherwise. */
    list(
      userId: string,
      query: MemoryQuery,
    ): Promise<{ items: MemoryView[]; nextCursor: string | null }> {
      if (query.asOf) return past.listAt(userId, { ...query, asOf: query.asOf });
      const { limit, cursor, ...filter } = query;
      const scope = `memory ${userId} ${JSON.stringify(filter)}`;
      return db.asUser(userId, async (tx) => {
        const offset = cursor
          ? Number((await readCursor(dependencies.cursorKey, scope, cursor))[0])
          : 0;
        const rows = await store.listMemories(tx, query, {
          limit: limit + 1,
          offset,
          now: clock.now(),
        });
        const more = rows.length > limit;
        return {
          items: rows.slice(0, limit).map(memoryView),
          nextCursor: more
            ? await signCursor(dependencies.cursorKey, scope, [String(offset + limit)])
            : null,
        };
      });
    },

    /** One fact; `view` counts as looking at it, which renews an intermediate one (MEM-22). */
    get: (
      userId: string,
      id: string,
      { view = false }: { view?: boolean } = {},
    ): Promise<MemoryView> =>
      db.asUser(userId, async (tx) => {
        const row = await requireMemory(tx, id, false);
        if (row.deletedAt) throw notFound();
        if (!view || (row.expiresAt && row.expiresAt <= clock.now())) return memoryView(row);
        await countUses(tx, [id]);
        return memoryView((await store.findMemory(tx, id))!);
      }),

    /** The same from the trash too, for the page of one fact. */
    find: (userId: string, id: string): Promise<MemoryView> =>
      db.asUser(userId, async (tx) => memoryView(await requireMemory(tx, id, false))),
  };
}
