import { errorFields } from "@/lib/platform/log.ts";
import { EFFECTIVE_PLANS } from "@/lib/plans/mod.ts";
import { nextUtcMidnight, utcDay } from "./quota.ts";
import type { Mirror } from "./mirror.ts";
import type { UsageOptions } from "./service.ts";
import * as store from "./watch_store.ts";

const DAY_MS = 86_400_000;
/** The sum over everybody is read at most this often. */
const SYSTEM_FRESH_MS = 5_000;

/** What operators see of everybody's use: figures without names, and a check of the balances. */
export function createWatch(options: UsageOptions, mirror: Pick<Mirror, "forget">) {
  const { db, clock, log } = options;
  const mismatches = options.metrics.counter(
    "usage_ledger_mismatch_total",
    "Balances that differ from the ledger",
  );
  const near = options.metrics.gauge("usage_users_near_limit", "People near a limit today", {
    labels: ["resource", "plan", "level"],
  });
  const bytes = options.metrics.gauge("usage_storage_bytes", "Bytes of durable memory", {
    labels: ["plan"],
  });
  const open = options.metrics.gauge("usage_reservations_open", "Holds that are open");

  /** What was last read of the day's tokens of the product itself. */
  let system = { dayUtc: "", used: 0, at: -Infinity };

  return {
    /**
     * How long work of the product itself has to wait because its tokens of the day are used up, in
     * milliseconds; 0 when there is room (USE-6). What is under way is not counted, so the cap may
     * be passed by as much as runs at once.
     */
    async systemWaitMs(): Promise<number> {
      const limit = options.systemTokensPerDay ?? null;
      if (limit === null) return 0;
      const now = clock.now();
      const dayUtc = utcDay(now);
      if (system.dayUtc !== dayUtc || now.getTime() - system.at >= SYSTEM_FRESH_MS) {
        const used = await db.asSystem(
          "usage: tokens of the product",
          (tx) => store.systemTokens(tx, dayUtc),
        );
        system = { dayUtc, used, at: now.getTime() };
      }
      if (system.used < limit) return 0;
      return nextUtcMidnight(now).getTime() - now.getTime();
    },

    /**
     * Compares the balances of the last days with the ledger, and puts right what differs: the
     * ledger is the truth (USE-8).
     *
     * @returns how many balances differed
     */
    async checkBalances(days = 2): Promise<number> {
      const from = utcDay(new Date(clock.now().getTime() - (days - 1) * DAY_MS));
      const wrong = await db.asSystem(
        "usage: compare balances with the ledger",
        (tx) => store.repairBalances(tx, from),
      );
      if (wrong.length === 0) return 0;
      mismatches.add(wrong.length);
      mirror.forget();
      log.error("usage.mismatch", "Balances differed from the ledger and were put right", {
        count: wrong.length,
        first: wrong[0],
      });
      return wrong.length;
    },

    /** Reads the figures of the dashboard anew. */
    async observe(): Promise<void> {
      try {
        const dayUtc = utcDay(clock.now());
        const found = await db.asSystem("usage: figures", (tx) => store.figures(tx, dayUtc));
        open.set(found.open);
        for (const plan of ["free_trial", "basic", "pro"]) {
          bytes.set(found.storage.find((row) => row.plan === plan)?.bytes ?? 0, { plan });
        }
        for (const plan of EFFECTIVE_PLANS) {
          const limits = options.plans.limits(plan);
          for (
            const [resource, limit] of [
              ["llm_tokens", limits.tokensPerDay],
              ["messages", limits.messagesPerDay],
            ] as const
          ) {
            const used = found.used.filter((row) => row.plan === plan && row.resource === resource);
            for (const level of [80, 90, 100]) {
              const over = limit === null
                ? 0
                : used.filter((row) => row.used * 100 >= limit * level).length;
              near.set(over, { resource, plan, level });
            }
          }
        }
      } catch (error) {
        log.warn("usage.figures", "The figures of usage could not be read", errorFields(error));
      }
    },

    /** Totals per plan, feature and day, and counts per person, for operators (USE-46). */
    totals: (query: { days: number; limit: number }) => {
      const from = utcDay(new Date(clock.now().getTime() - (query.days - 1) * DAY_MS));
      return db.asSystem(
        "usage: operators' figures",
        (tx) => store.totals(tx, { from, limit: query.limit }),
      );
    },
  };
}
