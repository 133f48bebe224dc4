import type { Tx } from "@/lib/platform/database/mod.ts";
import type { OverrideResource, PlanHolder, PlanOverride } from "./effective.ts";

/** What is stored of a person's plan and place in the model's queue. */
export interface HolderRow extends PlanHolder {
  loweredUntil: Date | null;
}

/** What is stored of a person's plan; null without such an account. */
export async function findHolder(tx: Tx, userId: string): Promise<HolderRow | null> {
  const [row] = await tx<HolderRow[]>`
    select plan, subscription_status, trial_ends_at, plan_until, lowered_until
    from users where id = ${userId}`;
  return row ?? null;
}

/** Overrides that hold now or later. */
export function overridesOf(tx: Tx, userId: string, now: Date): Promise<PlanOverride[]> {
  return tx<PlanOverride[]>`
    select id, resource, limit_value as limit, starts_at as from, ends_at as until, reason
    from plan_overrides
    where user_id = ${userId} and revoked_at is null and (ends_at is null or ends_at > ${now})
    order by starts_at, id`;
}

/** An override as operators see it. */
export interface OverrideRow extends PlanOverride {
  userId: string;
  actorId: string;
  createdAt: Date;
  revokedAt: Date | null;
}

/** All overrides of a person, newest first, ended ones too. */
export function allOverrides(tx: Tx, userId: string): Promise<OverrideRow[]> {
  return tx<OverrideRow[]>`
    select id, user_id, resource, limit_value as limit, starts_at as from, ends_at as until, reason,
      actor_id, created_at, revoked_at
    from plan_overrides where user_id = ${userId} order by created_at desc, id desc`;
}

/** Stores an override. */
export async function insertOverride(
  tx: Tx,
  row: {
    id: string;
    userId: string;
    resource: OverrideResource;
    limit: number | null;
    from: Date;
    until: Date | null;
    reason: string;
    actorId: string;
    at: Date;
  },
): Promise<void> {
  await tx`insert into plan_overrides (id, user_id, resource, limit_value, starts_at, ends_at, reason,
      actor_id, created_at)
    values (${row.id}, ${row.userId}, ${row.resource}, ${row.limit}, ${row.from}, ${row.until},
      ${row.reason}, ${row.actorId}, ${row.at})`;
}

/** Ends an override; null when there is none that could end. */
export async function revokeOverride(
  tx: Tx,
  id: string,
  at: Date,
): Promise<{ userId: string; resource: string } | null> {
  const [row] = await tx<{ userId: string; resource: string }[]>`
    update plan_overrides set revoked_at = ${at} where id = ${id} and revoked_at is null
    returning user_id, resource`;
  return row ?? null;
}

/** Tells every process that what it remembers of a person's plan is old. */
export async function markChanged(tx: Tx, userId: string, at: Date): Promise<void> {
  await tx`insert into plan_changes (user_id, changed_at) values (${userId}, ${at})
    on conflict (user_id) do update set changed_at = greatest(plan_changes.changed_at, excluded.changed_at)`;
}

/** Whose plan changed since a moment. */
export function changedSince(tx: Tx, since: Date): Promise<{ userId: string; changedAt: Date }[]> {
  return tx<{ userId: string; changedAt: Date }[]>`
    select user_id, changed_at from plan_changes where changed_at > ${since}`;
}

/** What operators are asked to do is written down. */
export async function audit(
  tx: Tx,
  entry: {
    id: string;
    at: Date;
    event: string;
    actor: string;
    target: string | null;
    details: Record<string, unknown>;
  },
): Promise<void> {
  await tx`insert into operator_audit (id, at, event, actor, target, details)
    values (${entry.id}, ${entry.at}, ${entry.event}, ${entry.actor}, ${entry.target},
      ${tx.json(entry.details as never)})`;
}
