import type { Embedder } from "./embedder.ts";
import { ITM_CAPACITY, type MemoryDependencies } from "./fact_writer.ts";
import { findings } from "./health.ts";
import type { Inbox, Owner } from "./inbox.ts";
import type { MemoryStats } from "./schema.ts";
import { type createShortTerm, SHORT_TERM_TURNS } from "./short_term.ts";
import * as store from "./store.ts";

/** Growth and rates are told of so many days. */
const STATS_MS = 30 * 24 * 60 * 60 * 1000;

/** The figures of a person's memory. */
export function createStats(
  { db, clock, usage }: MemoryDependencies,
  { inbox, embedder, shortTerm }: {
    inbox: Inbox;
    embedder: Embedder;
    shortTerm: ReturnType<typeof createShortTerm>;
  },
) {
  /** Counts, growth and health for the pages of memory. */
  return async function stats(owner: Owner): Promise<MemoryStats> {
    const now = clock.now();
    const [waiting, running] = await Promise.all([
      inbox.waiting(owner.userId),
      shortTerm.count(owner.userId),
    ]);
    return await db.asUser(owner.userId, async (tx) => {
      const rows = await store.stats(tx, now);
      const used = await store.activity(tx, new Date(now.getTime() - STATS_MS));
      const { waiting: withoutVector, ...state } = await store.health(tx, {
        now,
        model: embedder.model,
        local: embedder.local,
      });
      const sum = (pick: (row: typeof rows[number]) => number) =>
        rows.reduce((n, row) => n + pick(row), 0);
      const by = (name: "type" | "source") => {
        const counts: Record<string, number> = {};
        for (const row of rows) counts[row[name]] = (counts[row[name]] ?? 0) + row.n;
        return counts;
      };
      const share = (part: number, whole: number) =>
        whole === 0 ? null : Math.round(part / whole * 1000) / 1000;
      return {
        total: sum((row) => row.n),
        tiers: {
          // Short-term memory is the running conversation; it has no rows.
          stm: { count: running, capacity: SHORT_TERM_TURNS },
          itm: { count: sum((row) => row.tier === "itm" ? row.n : 0), capacity: ITM_CAPACITY },
          ltm: { count: sum((row) => row.tier === "ltm" ? row.n : 0), capacity: null },
        },
        types: by("type"),
        sources: by("source"),
        pinned: sum((row) => row.pinned),
        anchors: sum((row) => row.anchors),
        past: sum((row) => row.past),
        bytes: sum((row) => row.bytes),
        limitBytes: usage.limits(owner.effectivePlan).storageBytes,
        waiting,
        growth: used.days.map(({ day, n }) => ({ day, count: n })),
        hitRate: share(used.hits, used.answers),
        saveRate: share(used.saved, used.saved + used.offered),
        health: {
          embeddingModel: embedder.model,
          withoutVector,
          ...state,
          ...await findings(tx, now),
        },
      };
    });
  };
}
