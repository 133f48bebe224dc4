import type { Clock } from "@/lib/platform/clock.ts";
import { parseConfig } from "@/lib/platform/config.ts";
import { purposeKey } from "@/lib/platform/crypto.ts";
import type { Database, Tx } from "@/lib/platform/database/mod.ts";
import type { IdSource } from "@/lib/platform/ids.ts";
import { silentLog } from "@/lib/platform/log.ts";
import { createMetrics } from "@/lib/platform/metrics.ts";
import { createEntitlements, createPlans } from "@/lib/plans/mod.ts";
import { createUsage } from "@/lib/usage/mod.ts";
import type { UsageOptions } from "@/lib/usage/service.ts";

/** Metering over a test database, without the rest of the product. */
export function usageOver(
  options: {
    db: Database;
    clock: Clock;
    ids: IdSource;
    env?: Record<string, string>;
    systemTokensPerDay?: number;
    onWarning?: UsageOptions["onWarning"];
  },
) {
  const { db, clock, ids } = options;
  const plans = createPlans(parseConfig({ PLAN_ALLOW_NON_MONOTONIC: "true", ...options.env }));
  const metrics = createMetrics();
  const entitlements = createEntitlements({ db, clock, ids, plans, metrics });
  const usage = createUsage({
    db,
    clock,
    ids,
    log: silentLog,
    plans,
    entitlements,
    metrics,
    systemTokensPerDay: options.systemTokensPerDay ?? null,
    ...(options.onWarning ? { onWarning: options.onWarning } : {}),
    cursorKey: purposeKey("a".repeat(32), "cursor"),
  });
  return { usage, entitlements, plans, metrics };
}

/** A person of a test, in their trial. */
export async function insertPerson(
  db: Database,
  options: { id: string; at: Date; trialEndsAt?: Date },
): Promise<string> {
  const { id, at } = options;
  await db.asSystem(
    "test",
    (tx: Tx) =>
      tx`insert into users (id, email, email_normalized, display_name, password_hash, trial_ends_at,
        terms_version, terms_accepted_at, age_confirmed_at, created_at, updated_at)
      values (${id}, ${id}, ${id}, 'Ada', 'x',
        ${options.trialEndsAt ?? new Date(at.getTime() + 7 * 86_400_000)}, '1', ${at}, ${at},
        ${at}, ${at})`,
  );
  return id;
}
