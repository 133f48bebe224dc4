import type { Tx } from "@/lib/platform/database/mod.ts";

/** Stands for somebody who is gone. */
const NOBODY = "00000000-0000-0000-0000-000000000000";

/**
 * Takes back what the tables of payments hold of a person outside their own rows: what events
 * carried, the books of the test payments, findings of comparisons, and their name as the actor of
 * an administrator's act. Their own rows go with the account.
 */
export async function erasePerson(tx: Tx, userId: string): Promise<void> {
  const customers = await tx<{ customerId: string }[]>`
    select customer_id from subscriptions where user_id = ${userId}
    union select id from test_payments
      where kind = 'customer' and data->'metadata'->>'user_id' = ${userId}`;
  const ids = customers.map((row) => row.customerId);
  await tx`update payment_events set payload = '{}', status = case
      when status in ('received', 'processing', 'parked', 'dead') then 'ignored' else status end
    where customer_id = any(${ids}) or position(${userId}::text in payload::text) > 0`;
  await tx`delete from test_payments where id = any(${ids}) or customer_id = any(${ids})`;
  await tx`update reconcile_runs set drift = coalesce(
      (select jsonb_agg(one) from jsonb_array_elements(drift) as one where one->>'userId' <> ${userId}),
      '[]')
    where position(${userId}::text in drift::text) > 0`;
  await tx`update plan_overrides set actor_id = ${NOBODY} where actor_id = ${userId}`;
}
