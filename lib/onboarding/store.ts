import type { Tx } from "@/lib/platform/database/mod.ts";
import { NOT_BEGUN, type Progress, STEP_NAMES } from "./rules.ts";

/** How far somebody came, for a change of it. */
export async function readProgress(
  tx: Tx,
  userId: string,
  options: { lock?: boolean } = {},
): Promise<Progress> {
  const [row] = await tx<Progress[]>`
    select version, step, done, tips, started_at, skipped_at, completed_at from onboarding
    where user_id = ${userId} ${options.lock ? tx`for update` : tx``}`;
  if (!row) return NOT_BEGUN;
  // A step that a later release took out leads back to the start.
  const step = STEP_NAMES.find((name) => name === row.step) ?? "welcome";
  return { ...row, step };
}

/** Stores how far somebody came. */
export async function writeProgress(
  tx: Tx,
  userId: string,
  { progress, at }: { progress: Progress; at: Date },
): Promise<void> {
  const { version, step, done, tips, startedAt, skippedAt, completedAt } = progress;
  await tx`insert into onboarding (user_id, version, step, done, tips, started_at, skipped_at,
      completed_at, updated_at)
    values (${userId}, ${version}, ${step}, ${done}, ${tips}, ${startedAt ?? at}, ${skippedAt},
      ${completedAt}, ${at})
    on conflict (user_id) do update set version = excluded.version, step = excluded.step,
      done = excluded.done, tips = excluded.tips, started_at = excluded.started_at,
      skipped_at = excluded.skipped_at, completed_at = excluded.completed_at,
      updated_at = excluded.updated_at`;
  await tx`update users set onboarding_completed_at = ${completedAt}
    where id = ${userId} and onboarding_completed_at is distinct from ${completedAt}`;
}
