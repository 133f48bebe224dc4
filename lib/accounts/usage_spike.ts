import type { Tx } from "@/lib/platform/database/mod.ts";
import { type AccountContext, addressee, DAY } from "./context.ts";
import { findUser, type UserRow } from "./store.ts";

/** How far today lies above the mean of the days before: an alert, and a mail. */
const ALERT = 10;
const MAIL = 20;
/** Days before today with any usage that make a mean worth comparing with. */
const LEAST_DAYS = 3;

/** Whether a day's usage stands out from those before it (ACC-124). */
export function spikeOf(today: number, before: readonly number[]): "none" | "alert" | "mail" {
  if (before.length < LEAST_DAYS) return "none";
  const mean = before.reduce((sum, amount) => sum + amount, 0) / 30;
  if (mean <= 0 || today <= ALERT * mean) return "none";
  return today > MAIL * mean ? "mail" : "alert";
}

/** Today's tokens of somebody, those of the days before, and what was noted of today already. */
interface DayOfUse {
  userId: string;
  today: number;
  before: number[];
  noted: "none" | "alert" | "mail";
}

/**
 * Looks at today's tokens of everybody. An account is noted once a day, and once more when it goes
 * on to where it is answered: its calls of the model then wait one class lower until the day ends.
 *
 * @returns how many were noted
 */
export async function watchUsage(context: AccountContext): Promise<number> {
  if (!context.options.rules.usageSpike) return 0;
  const now = context.clock.now();
  const lowered: string[] = [];
  const noted = await context.db.asSystem("accounts: usage spike", async (tx) => {
    let count = 0;
    for (const row of await daysOfUse(tx, now)) {
      const spike = spikeOf(Number(row.today), row.before.map(Number));
      if (spike === "none" || spike === row.noted) continue;
      const user = await findUser(tx, row.userId);
      if (!user) continue;
      count++;
      if (spike === "mail") {
        await lower(context, tx, { user, now });
        lowered.push(user.id);
      }
      await context.audit.record(tx, {
        category: "security",
        event: "usage_spike",
        severity: spike === "mail" ? "high" : "medium",
        actor: { kind: "system" },
        userId: user.id,
        response: spike === "mail" ? "Mail; answers wait one class lower until 00:00 UTC" : "Alert",
      });
    }
    return count;
  });
  for (const userId of lowered) context.options.entitlements?.forget(userId);
  return noted;
}

const dayOf = (at: Date) => at.toISOString().slice(0, 10);

function daysOfUse(tx: Tx, now: Date): Promise<DayOfUse[]> {
  const today = dayOf(now);
  const from = dayOf(new Date(now.getTime() - 30 * DAY));
  return tx<DayOfUse[]>`
    select d.user_id, max(d.used) filter (where d.day_utc = ${today}) as today,
      coalesce(array_agg(d.used) filter (where d.day_utc < ${today}), '{}') as before,
      coalesce((select case when bool_or(l.severity = 'high') then 'mail' else 'alert' end
        from security_audit_log l where l.user_id = d.user_id and l.event = 'usage_spike'
          and l.at >= ${`${today}T00:00:00Z`}::timestamptz having count(*) > 0), 'none') as noted
    from usage_daily d
    where d.resource = 'llm_tokens' and d.day_utc >= ${from} and d.day_utc <= ${today}
    group by d.user_id having max(d.used) filter (where d.day_utc = ${today}) > 0`;
}

async function lower(
  context: AccountContext,
  tx: Tx,
  { user, now }: { user: UserRow; now: Date },
): Promise<void> {
  const until = new Date(Date.parse(`${dayOf(now)}T00:00:00Z`) + DAY);
  await tx`update users set lowered_until = ${until} where id = ${user.id}`;
  await context.options.entitlements?.markChanged(tx, user.id);
  await context.mails.queue(tx, "usage_spike", {
    ...addressee(user),
    path: "/settings/devices",
  }, { userId: user.id, key: `usage_spike:${user.id}:${dayOf(now)}` });
}
