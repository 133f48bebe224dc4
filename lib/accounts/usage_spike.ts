import { type AccountContext, addressee, DAY } from "./context.ts";
import { findUser } from "./store.ts";

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

/** Looks at today's tokens of everybody; each account is noted once a day. Returns how many. */
export async function watchUsage(context: AccountContext): Promise<number> {
  if (!context.options.rules.usageSpike) return 0;
  const now = context.clock.now();
  const today = now.toISOString().slice(0, 10);
  const from = new Date(now.getTime() - 30 * DAY).toISOString().slice(0, 10);
  return await context.db.asSystem("accounts: usage spike", async (tx) => {
    const rows = await tx<{ userId: string; today: number; before: number[] }[]>`
      select d.user_id, max(d.used) filter (where d.day_utc = ${today}) as today,
        coalesce(array_agg(d.used) filter (where d.day_utc < ${today}), '{}') as before
      from usage_daily d
      where d.resource = 'llm_tokens' and d.day_utc >= ${from} and d.day_utc <= ${today}
        and not exists (select from security_audit_log l
          where l.user_id = d.user_id and l.event = 'usage_spike' and l.at >= ${today}::date)
      group by d.user_id having max(d.used) filter (where d.day_utc = ${today}) > 0`;
    let noted = 0;
    for (const row of rows) {
      const spike = spikeOf(Number(row.today), row.before.map(Number));
      const user = spike === "none" ? null : await findUser(tx, row.userId);
      if (!user) continue;
      noted++;
      if (spike === "mail") {
        await context.mails.queue(tx, "usage_spike", {
          ...addressee(user),
          path: "/settings/devices",
        }, { userId: user.id, key: `usage_spike:${user.id}:${today}` });
      }
      await context.audit.record(tx, {
        category: "security",
        event: "usage_spike",
        severity: spike === "mail" ? "high" : "medium",
        actor: { kind: "system" },
        userId: user.id,
        response: spike === "mail" ? "Mail" : "Alert",
      });
    }
    return noted;
  });
}
