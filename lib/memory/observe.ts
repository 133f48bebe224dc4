import type { MemoryDependencies } from "./fact_writer.ts";

/** Figures of all people's facts for the metrics; they are counted on call, not on every scrape. */
export function createObserver({ db, metrics }: Pick<MemoryDependencies, "db" | "metrics">) {
  const tiers = metrics.gauge("memory_tier_distribution", "Facts by tier", { labels: ["tier"] });
  // The second name of each is what ready-made panels ask for.
  const sizes = ["memory_itm_size", "redis_itm_size"].map((name) =>
    metrics.gauge(name, "Facts of the intermediate tier")
  );
  return async (): Promise<void> => {
    const rows = await db.asSystem(
      "memory: figures",
      (tx) =>
        tx<{ tier: "itm" | "ltm"; n: number }[]>`
        select tier, count(*)::integer as n from memories where deleted_at is null group by tier`,
    );
    for (const tier of ["itm", "ltm"] as const) {
      const n = rows.find((row) => row.tier === tier)?.n ?? 0;
      tiers.set(n, { tier });
      if (tier === "itm") { for (const gauge of sizes) gauge.set(n); }
    }
  };
}
