import type { Tx } from "@/lib/platform/database/mod.ts";
import type { Comparable, SyncOptions, SyncReason } from "./sync.ts";
import * as store from "./store.ts";

/** A change that was written, for the figures that are counted after the commit. */
export interface RecordedChange {
  userId: string;
  before: Comparable;
  after: Comparable;
}

/** Writes down that a subscription changed: its history, the audit, and word to every process. */
export async function recordChange(
  tx: Tx,
  change:
    & Pick<SyncOptions, "ids" | "entitlements" | "metrics">
    & RecordedChange
    & { reason: SyncReason; at: Date },
): Promise<void> {
  const { userId, before, after, reason, at, ids } = change;
  const same = before.plan === after.plan && before.status === after.status;
  if (same && before.planUntil === after.planUntil) return;
  await change.entitlements.markChanged(tx, userId);
  if (same) return;
  await store.insertChange(tx, {
    id: ids(),
    userId,
    subscriptionId: after.subscriptionId,
    fromPlan: before.plan,
    toPlan: after.plan,
    fromStatus: before.status,
    toStatus: after.status,
    cause: reason.cause,
    eventId: reason.eventId,
    at,
  });
  await tx`insert into operator_audit (id, at, event, actor, target, details)
    values (${ids()}, ${at}, 'billing.subscription', 'provider', ${userId}, ${
    tx.json({ before, after, cause: reason.cause, eventId: reason.eventId } as never)
  })`;
}

/** Tells the security log of a change, so that its owner finds it in their history (BIL-44). */
export async function noteChange(
  tx: Tx,
  change: Pick<SyncOptions, "securityLog"> & RecordedChange & { reason: SyncReason },
): Promise<void> {
  const { userId, before, after, reason } = change;
  if (before.plan === after.plan && before.status === after.status) return;
  await change.securityLog?.(tx, {
    category: "billing",
    event: "plan_changed",
    actor: { kind: "system" },
    userId,
    details: {
      from: `${before.plan} ${before.status}`,
      to: `${after.plan} ${after.status}`,
      cause: reason.cause,
    },
  });
}

/** The counter of changes; made with the room, so that its first change is an increase. */
export const changesOf = (metrics: SyncOptions["metrics"]) =>
  metrics.counter("subscription_changes_total", "Changes of subscriptions", [
    "from_tier",
    "to_tier",
  ]);

/** Counts what was committed (BIL-44). */
export function countChange(
  metrics: SyncOptions["metrics"],
  { before, after }: RecordedChange,
): void {
  if (before.plan === after.plan && before.status === after.status) return;
  changesOf(metrics).add(1, { from_tier: before.plan, to_tier: after.plan });
  if (before.status !== "none" || after.plan === "free_trial") return;
  metrics.counter("trial_conversions_total", "Trials that became a subscription", ["tier"])
    .add(1, { tier: after.plan });
}
