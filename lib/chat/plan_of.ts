import type { Tx } from "@/lib/platform/database/mod.ts";
import { type EffectivePlan, effectivePlan, type PlanHolder } from "@/lib/plans/mod.ts";

/** The plan in force of a person whose turn is closed without them. */
export async function effectivePlanOf(tx: Tx, userId: string, now: Date): Promise<EffectivePlan> {
  const [row] = await tx<PlanHolder[]>`
    select plan, subscription_status, trial_ends_at, plan_until from users where id = ${userId}`;
  return row ? effectivePlan(row, now) : "expired";
}
