import { queueNotices } from "./mail_queue.ts";
import type { BillingNoticeKind } from "./notices.ts";
import type { SyncOptions } from "./sync.ts";
import * as store from "./store.ts";

/** A limit that came near, or was reached. */
export interface UsageWarning {
  userId: string;
  resource: string;
  level: "notice" | "strong" | "blocked" | "fair";
  percentage: number;
  /** The day, month or state of the limit within which it is told once. */
  period: string;
}

const MAX_REMEMBERED = 50_000;

/** Tells people of their limits: in the product once per threshold, resource and period (USE-31). */
export function createWarnings(
  options: Pick<SyncOptions, "db" | "clock" | "ids" | "outbox"> & {
    /** Warnings this process remembers; default 50,000. */
    maxRemembered?: number;
  },
) {
  /** What this process has told already, so that it asks the database once. */
  const told = new Set<string>();

  return {
    /** Notes a warning, and has the mail sent to those who asked for it. */
    async note(warning: UsageWarning): Promise<boolean> {
      const { userId, resource, level, percentage, period } = warning;
      const key = [userId, resource, level, period].join(" ");
      if (told.has(key)) return false;
      if (told.size >= (options.maxRemembered ?? MAX_REMEMBERED)) told.clear();
      told.add(key);
      const kind: BillingNoticeKind = `usage_${level}`;
      const count = await options.db.asSystem("usage: a warning", async (tx) => {
        const payer = await store.findPayer(tx, userId);
        if (!payer) return 0;
        const notice = { kind, cause: `${resource}:${period}`, data: { resource, percentage } };
        return await queueNotices(tx, { ...options, provider: null, payer, notices: [notice] });
      });
      if (count > 0) options.outbox.wake();
      return count > 0;
    },
  };
}
