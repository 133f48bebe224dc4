import { errorFields } from "@/lib/platform/log.ts";
import { ParkedError, type Sync, type SyncOptions, type SyncResult } from "./sync.ts";
import * as inbox from "./inbox_store.ts";
import * as store from "./store.ts";

/** Subscriptions that nobody has compared for so long are due (BIL-27). */
const STALE_MS = 24 * 3_600_000;
const BATCH = 200;

/** Compares with the provider, in case events were lost. */
export type Reconcile = ReturnType<typeof createReconcile>;

/** Comparison with the provider; what differs is repaired by the same way as events are applied. */
export function createReconcile(options: SyncOptions & { sync: Sync }) {
  const { db, clock, log } = options;
  const drifted = options.metrics.counter("billing_drift_total", "Differences to the provider", [
    "field",
  ]);
  const checked = options.metrics.gauge("billing_drift_last_run", "Differences of the last run");
  const active = options.metrics.gauge("subscription_active", "Subscriptions", {
    labels: ["tier"],
  });

  function differences({ userId, before, after }: SyncResult): inbox.ReconcileRun["drift"] {
    return (["plan", "status", "planUntil", "subscriptionId"] as const)
      .filter((field) => before[field] !== after[field])
      .map((field) => ({
        userId,
        field,
        here: before[field] ?? "",
        there: after[field] ?? "",
      }));
  }

  return {
    /**
     * Compares and repairs: everybody who is due, or with `all` everybody, or one person.
     *
     * @returns what was found, as it is kept for operators
     */
    async run(
      request: { cause: string; all?: boolean; userId?: string },
    ): Promise<inbox.ReconcileRun> {
      const at = clock.now();
      const before = request.all ? at : new Date(at.getTime() - STALE_MS);
      const due = await db.asSystem("billing: reconcile", async (tx) => {
        if (request.userId) {
          const row = await store.findSubscription(tx, request.userId);
          return row ? [row] : [];
        }
        const provider = options.provider.name;
        return await store.staleSubscriptions(tx, { before, provider, limit: BATCH });
      });
      const run: inbox.ReconcileRun = {
        id: options.ids(),
        at,
        cause: request.cause,
        checked: due.length,
        failed: 0,
        drift: [],
      };
      for (const { customerId, userId } of due) {
        try {
          const reason = { cause: "reconcile", eventId: null };
          run.drift.push(...differences(await options.sync.sync(customerId, reason)));
        } catch (error) {
          run.failed++;
          const text = "A subscription could not be compared with the provider";
          const fields = { subject: userId, ...errorFields(error) };
          if (error instanceof ParkedError) log.error("billing.parked", text, fields);
          else log.warn("billing.reconcile", text, fields);
        }
      }
      for (const { field } of run.drift) drifted.add(1, { field });
      checked.set(run.drift.length);
      if (due.length > 0 || request.cause !== "hourly") {
        await db.asSystem("billing: reconcile", (tx) => inbox.insertRun(tx, run));
      }
      if (run.drift.length > 0) {
        log.warn("billing.drift", "Subscriptions differed from the provider and were repaired", {
          count: run.drift.length,
        });
      }
      return run;
    },

    /** The last comparisons and the events that wait for an operator. */
    report: () =>
      db.asSystem("billing: reconcile report", async (tx) => ({
        runs: await inbox.lastRuns(tx, 10),
        parked: await inbox.eventPage(tx, { status: "parked", before: null, limit: 50 }),
        dead: await inbox.eventPage(tx, { status: "dead", before: null, limit: 50 }),
        lastEventAt: await inbox.lastReceived(tx),
      })),

    /** Reads the figures of the dashboard anew. */
    async observe(): Promise<void> {
      const rows = await db.asSystem("billing: figures", (tx) => store.activeByPlan(tx));
      for (const tier of ["basic", "pro"]) {
        active.set(rows.find((row) => row.plan === tier)?.people ?? 0, { tier });
      }
    },
  };
}
