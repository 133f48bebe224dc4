import type { Tx } from "@/lib/platform/database/mod.ts";
import type { FactWriter, MemoryDependencies } from "./fact_writer.ts";
import { deleteEnded } from "./inbox_store.ts";
import * as store from "./store.ts";

const DAY = 24 * 60 * 60 * 1000;
/** When facts move between the tiers (MEM-16 … MEM-18). */
export const MOVEMENT = {
  promotion: { uses: 3, confidence: 0.7, leastAgeMs: DAY / 2 },
  demotion: { unusedMs: 180 * DAY, sadUnusedMs: 730 * DAY, sad: -0.3, least: 0.3 },
} as const;
/** Rows of one transaction: what a killed job has to do again. */
const BATCH = 200;

/**
 * Moves facts between the tiers. Each step takes the rows that are due, a batch in a transaction:
 * killed anywhere it goes on where it was, and two at once share the rows between them.
 */
export function createMovement(
  { db, clock, metrics, onDemotion }: MemoryDependencies,
  writer: FactWriter,
) {
  const moved = metrics.counter("memory_promotion_total", "Facts that changed their tier", [
    "from_tier",
    "to_tier",
  ]);

  /** Works on what is due until nothing is; returns how many facts that were. */
  async function all(
    purpose: string,
    due: (tx: Tx) => Promise<store.MemoryRow[]>,
    step: (tx: Tx, row: store.MemoryRow) => Promise<void>,
  ): Promise<number> {
    for (let total = 0;;) {
      const count = await db.asSystem(purpose, async (tx) => {
        const rows = await due(tx);
        for (const row of rows) await step(tx, row);
        return rows.length;
      });
      total += count;
      if (count < BATCH) return total;
    }
  }

  return {
    /** Moves proven facts to long-term memory; returns how many. */
    promoteDue: (): Promise<number> =>
      all("memory: promote", (tx) => {
        const now = clock.now();
        const { leastAgeMs, ...proof } = MOVEMENT.promotion;
        const madeBefore = new Date(now.getTime() - leastAgeMs);
        return store.dueForPromotion(tx, { now, madeBefore, ...proof, limit: BATCH });
      }, async (tx, row) => {
        await writer.change(tx, row, {
          patch: { tier: "ltm", expiresAt: null },
          action: "promote",
          actor: "distillation",
        });
        moved.add(1, { from_tier: "itm", to_tier: "ltm" });
      }),

    /** Takes what has faded back to the intermediate tier, with seven fresh days. */
    demoteDue: (): Promise<number> =>
      all("memory: demote", (tx) => {
        const { unusedMs, sadUnusedMs, sad, least } = MOVEMENT.demotion;
        const now = clock.now().getTime();
        return store.dueForDemotion(tx, {
          unusedSince: new Date(now - unusedMs),
          sadUnusedSince: new Date(now - sadUnusedMs),
          sad,
          least,
          limit: BATCH,
        });
      }, async (tx, row) => {
        const { least } = MOVEMENT.demotion;
        await writer.change(tx, row, {
          patch: { tier: "itm", expiresAt: writer.endOf(row) },
          action: "demote",
          actor: "distillation",
          reason: row.confidence < least ? "hardly believed any more" : "long unused",
        });
        await onDemotion?.(tx, row.userId);
        moved.add(1, { from_tier: "ltm", to_tier: "itm" });
      }),

    /** Notes the end of intermediate facts and when they will be purged. */
    expireDue: (): Promise<number> =>
      all(
        "memory: expire",
        (tx) => store.dueForExpiry(tx, { now: clock.now(), limit: BATCH }),
        (tx, row) => writer.expire(tx, row, "seven days without use"),
      ),

    /** Erases facts past their time, and proposals and notes past theirs; returns how many facts. */
    async purge(): Promise<number> {
      await db.asSystem("memory: purge", (tx) => deleteEnded(tx, clock.now()));
      return await all(
        "memory: purge",
        (tx) => store.dueForPurge(tx, { now: clock.now(), limit: BATCH }),
        (tx, row) => writer.eraseRow(tx, row, { tombstone: row.deletedAt !== null }),
      );
    },

    /** What the night does, in its order. */
    async night(): Promise<void> {
      await this.expireDue();
      await this.promoteDue();
      await this.demoteDue();
      await this.purge();
    },
  };
}
