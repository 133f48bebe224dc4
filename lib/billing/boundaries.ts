import type { Tx } from "@/lib/platform/database/mod.ts";
import { queueNotices } from "./mail_queue.ts";
import type { BillingNotice } from "./notices.ts";
import type { SyncOptions } from "./sync.ts";
import type { Payer } from "./store.ts";

const DAY_MS = 86_400_000;
/** An end that is further back is no news, for example after a long stop. */
const NEWS_MS = 7 * DAY_MS;
const BATCH = 500;

/** Tells people that their trial is about to end, and that it has ended (PLN-10). */
export function createBoundaries(
  options: Pick<SyncOptions, "db" | "clock" | "ids" | "outbox" | "metrics"> & { provider: null },
) {
  const told = options.metrics.counter("trial_notices_total", "Mails about the end of a trial", [
    "action",
  ]);

  function find(
    tx: Tx,
    kind: string,
    from: Date,
    to: Date,
  ): Promise<(Payer & { trialEndsAt: Date })[]> {
    return tx<(Payer & { trialEndsAt: Date })[]>`
      select u.id, u.settings, u.trial_ends_at from users u
      where u.subscription_status = 'none' and u.trial_ends_at > ${from} and u.trial_ends_at <= ${to}
        and not exists (select from notices n where n.user_id = u.id and n.kind = ${kind}
          and n.cause = 'trial')
      order by u.trial_ends_at, u.id limit ${BATCH}`;
  }

  return {
    /**
     * Writes the mails that are due. Run every minute it writes the reminder in the first minute of
     * the last day; after a stop it catches up. Each is written once.
     *
     * @returns how many were written
     */
    async run(): Promise<number> {
      const now = options.clock.now().getTime();
      const count = await options.db.asSystem("plans: boundaries", async (tx) => {
        const ending = await find(tx, "trial_ending", new Date(now), new Date(now + DAY_MS));
        const ended = await find(tx, "trial_ended", new Date(now - NEWS_MS), new Date(now));
        const tell = async (payers: typeof ending, kind: "trial_ending" | "trial_ended") => {
          let written = 0;
          for (const payer of payers) {
            const notice: BillingNotice = {
              kind,
              cause: "trial",
              data: { until: payer.trialEndsAt.toISOString() },
            };
            written += await queueNotices(tx, { ...options, payer, notices: [notice] });
          }
          if (written > 0) told.add(written, { action: kind });
          return written;
        };
        return await tell(ending, "trial_ending") + await tell(ended, "trial_ended");
      });
      if (count > 0) options.outbox.wake();
      return count;
    },
  };
}
