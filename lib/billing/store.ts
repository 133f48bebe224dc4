import type { Tx } from "@/lib/platform/database/mod.ts";
import type { PaidPlan, SubscriptionStatus } from "@/lib/plans/mod.ts";
import type { SubscriptionState } from "./state.ts";
import { INVOICE_RANK, type ProviderInvoice, type ProviderName } from "./types.ts";

/** A row of `subscriptions`. */
export interface SubscriptionRow {
  userId: string;
  provider: ProviderName;
  customerId: string;
  subscriptionId: string | null;
  plan: PaidPlan | null;
  nextPlan: PaidPlan | null;
  priceId: string | null;
  status: SubscriptionStatus;
  providerStatus: string | null;
  currentPeriodStart: Date | null;
  currentPeriodEnd: Date | null;
  cancelAtPeriodEnd: boolean;
  pastDueSince: Date | null;
  version: number;
  syncedAt: Date | null;
}

const COLUMNS = [
  "user_id",
  "provider",
  "customer_id",
  "subscription_id",
  "plan",
  "next_plan",
  "price_id",
  "status",
  "provider_status",
  "current_period_start",
  "current_period_end",
  "cancel_at_period_end",
  "past_due_since",
  "version",
  "synced_at",
];

/** A person as billing needs them. */
export interface Payer {
  id: string;
  email: string;
  displayName: string;
  locale: string;
  timeZone: string;
  settings: Record<string, unknown>;
  /** When the address was last refused by its server; null while mails arrive. */
  emailBouncedAt: Date | null;
  plan: "free_trial" | PaidPlan;
  subscriptionStatus: SubscriptionStatus;
  trialEndsAt: Date;
  planUntil: Date | null;
}

/** One person, locked where their plan is about to change; null without such an account. */
export async function findPayer(
  tx: Tx,
  userId: string,
  options: { lock?: boolean } = {},
): Promise<Payer | null> {
  const [row] = await tx<Payer[]>`
    select id, email, display_name, locale, time_zone, settings, plan, subscription_status,
      trial_ends_at, plan_until, email_bounced_at
    from users where id = ${userId} ${options.lock ? tx`for no key update` : tx``}`;
  return row ?? null;
}

/** A person's subscription, or null. */
export async function findSubscription(tx: Tx, userId: string): Promise<SubscriptionRow | null> {
  const [row] = await tx<SubscriptionRow[]>`
    select ${tx(COLUMNS)} from subscriptions where user_id = ${userId}`;
  return row ?? null;
}

/** The subscription of a customer of the provider, or null. */
export async function findByCustomer(tx: Tx, customerId: string): Promise<SubscriptionRow | null> {
  const [row] = await tx<SubscriptionRow[]>`
    select ${tx(COLUMNS)} from subscriptions where customer_id = ${customerId}`;
  return row ?? null;
}

/**
 * Ties a person to a customer of the provider. Whoever has one of the same provider keeps it.
 *
 * @returns the customer that counts
 */
export async function tieCustomer(
  tx: Tx,
  row: { userId: string; provider: ProviderName; customerId: string; at: Date },
): Promise<string> {
  const [kept] = await tx<{ customerId: string }[]>`
    insert into subscriptions as s (user_id, provider, customer_id, created_at, updated_at)
    values (${row.userId}, ${row.provider}, ${row.customerId}, ${row.at}, ${row.at})
    on conflict (user_id) do update set
      -- Changing from test payments to the real provider begins anew.
      customer_id = case when s.provider = excluded.provider then s.customer_id
        else excluded.customer_id end,
      subscription_id = case when s.provider = excluded.provider then s.subscription_id end,
      provider = excluded.provider, updated_at = excluded.updated_at
    returning customer_id`;
  return kept!.customerId;
}

/** Takes the right to open a checkout; false while another one is being opened. */
export async function claimCheckout(
  tx: Tx,
  claim: { userId: string; now: Date; until: Date },
): Promise<boolean> {
  const claimed = await tx`
    update subscriptions set checkout_until = ${claim.until}
    where user_id = ${claim.userId} and (checkout_until is null or checkout_until <= ${claim.now})
    returning user_id`;
  return claimed.length > 0;
}

/** Gives it back, unless it ran out and is somebody else's by now. */
export async function releaseCheckout(
  tx: Tx,
  claim: { userId: string; until: Date },
): Promise<void> {
  await tx`
    update subscriptions set checkout_until = null
    where user_id = ${claim.userId} and checkout_until = ${claim.until}`;
}

/**
 * Writes the state of a subscription and of its person's plan.
 *
 * @returns false when somebody applied another state since `version` was read
 */
export async function applyState(
  tx: Tx,
  change: { userId: string; version: number; state: SubscriptionState; at: Date },
): Promise<boolean> {
  const { userId, state, at } = change;
  const rows = await tx`
    update subscriptions set subscription_id = ${state.subscriptionId},
      plan = ${state.plan === "free_trial" ? null : state.plan}, next_plan = ${state.nextPlan},
      price_id = ${state.priceId}, status = ${state.status},
      provider_status = ${state.providerStatus},
      current_period_start = ${state.currentPeriodStart},
      current_period_end = ${state.currentPeriodEnd},
      cancel_at_period_end = ${state.cancelAtPeriodEnd}, past_due_since = ${state.pastDueSince},
      version = version + 1, synced_at = ${at}, updated_at = ${at}
    where user_id = ${userId} and version = ${change.version} returning 1`;
  if (rows.length === 0) return false;
  await tx`update users set plan = ${state.plan}, subscription_status = ${state.status},
      plan_until = ${state.planUntil}, updated_at = ${at}
    where id = ${userId} and (plan, subscription_status) is distinct from
      (${state.plan}::text, ${state.status}::text)
      or id = ${userId} and plan_until is distinct from ${state.planUntil}::timestamptz`;
  return true;
}

/** Stores an invoice. Its status never goes back: a late "open" does not undo a "paid" (BIL-9). */
export async function upsertInvoice(
  tx: Tx,
  invoice: ProviderInvoice & { userId: string; at: Date },
): Promise<void> {
  const rank = (column: unknown) =>
    tx`array_position(${Object.keys(INVOICE_RANK)}::text[], ${column as never})`;
  await tx`insert into invoices as i (id, user_id, subscription_id, number, period_start, period_end,
      amount, currency, status, hosted_url, pdf_url, attempt_count, next_attempt_at, failed_at,
      paid_at, created_at, updated_at)
    values (${invoice.id}, ${invoice.userId}, ${invoice.subscriptionId}, ${invoice.number},
      ${invoice.periodStart}, ${invoice.periodEnd}, ${invoice.amount}, ${invoice.currency},
      ${invoice.status}, ${invoice.hostedUrl}, ${invoice.pdfUrl}, ${invoice.attemptCount},
      ${invoice.nextAttemptAt}, ${invoice.failedAt}, ${invoice.paidAt}, ${invoice.createdAt},
      ${invoice.at})
    on conflict (id) do update set number = excluded.number, amount = excluded.amount,
      status = excluded.status, hosted_url = excluded.hosted_url, pdf_url = excluded.pdf_url,
      attempt_count = greatest(i.attempt_count, excluded.attempt_count),
      next_attempt_at = excluded.next_attempt_at,
      failed_at = coalesce(i.failed_at, excluded.failed_at),
      paid_at = coalesce(excluded.paid_at, i.paid_at), updated_at = excluded.updated_at
      where i.user_id = excluded.user_id
        and ${rank(tx`excluded.status`)} >= ${rank(tx`i.status`)}`;
}

/** An invoice as its owner reads it. */
export interface InvoiceRow {
  id: string;
  number: string | null;
  periodStart: Date | null;
  periodEnd: Date | null;
  amount: number;
  amountRefunded: number;
  currency: string;
  status: keyof typeof INVOICE_RANK;
  hostedUrl: string | null;
  pdfUrl: string | null;
  paidAt: Date | null;
  createdAt: Date;
}

/** A page of a person's invoices, newest first; drafts are not shown. */
export function invoicesOf(
  tx: Tx,
  query: { userId: string; before: { at: Date; id: string } | null; limit: number },
): Promise<InvoiceRow[]> {
  const { at, id } = query.before ?? { at: null, id: null };
  return tx<InvoiceRow[]>`
    select id, number, period_start, period_end, amount, amount_refunded, currency, status,
      hosted_url, pdf_url, paid_at, created_at
    from invoices where user_id = ${query.userId} and status <> 'draft'
      and (${at}::timestamptz is null or (created_at, id) < (${at}::timestamptz, ${id}::text))
    order by created_at desc, id desc limit ${query.limit}`;
}

/** Notes money that went back, or is argued about. */
export async function noteRefund(
  tx: Tx,
  refund: { invoiceId: string; amount: number | null; disputedAt: Date | null; at: Date },
): Promise<boolean> {
  const rows = await tx`update invoices set
      amount_refunded = greatest(amount_refunded, ${refund.amount ?? 0}),
      disputed_at = coalesce(disputed_at, ${refund.disputedAt}), updated_at = ${refund.at}
    where id = ${refund.invoiceId} returning 1`;
  return rows.length === 1;
}

/** What changed and why. */
export interface ChangeRow {
  id: string;
  userId: string;
  subscriptionId: string | null;
  fromPlan: string;
  toPlan: string;
  fromStatus: string;
  toStatus: string;
  cause: string;
  eventId: string | null;
  at: Date;
}

/** Writes down a change of a subscription (BIL-44). */
export async function insertChange(tx: Tx, row: ChangeRow): Promise<void> {
  await tx`insert into subscription_events (id, user_id, subscription_id, from_plan, to_plan,
      from_status, to_status, cause, event_id, at)
    values (${row.id}, ${row.userId}, ${row.subscriptionId}, ${row.fromPlan}, ${row.toPlan},
      ${row.fromStatus}, ${row.toStatus}, ${row.cause}, ${row.eventId}, ${row.at})`;
}

/** Subscriptions that were not compared with the provider since a moment. */
export function staleSubscriptions(
  tx: Tx,
  query: { before: Date; provider: ProviderName; limit: number },
): Promise<{ userId: string; customerId: string }[]> {
  return tx<{ userId: string; customerId: string }[]>`
    select user_id, customer_id from subscriptions
    where provider = ${query.provider} and (synced_at is null or synced_at < ${query.before})
    order by synced_at nulls first, user_id limit ${query.limit}`;
}

/** How many people have which plan, and what they pay. */
export function activeByPlan(tx: Tx): Promise<{ plan: string; people: number }[]> {
  return tx<{ plan: string; people: number }[]>`
    select plan, count(*)::integer as people from users
    where subscription_status in ('trialing', 'active', 'past_due') and plan <> 'free_trial'
    group by plan`;
}
