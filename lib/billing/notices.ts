import type { PaidPlan } from "@/lib/plans/mod.ts";
import { countingSubscription, isLive, type PlanOfPrice } from "./state.ts";
import type { SubscriptionState } from "./state.ts";
import type { CustomerState, ProviderInvoice } from "./types.ts";

/** What people are told about their subscription (BIL-45) and their limits (USE-31). */
export const BILLING_NOTICES = [
  "subscription_started",
  "plan_changed",
  "payment_failed",
  "payment_recovered",
  "cancellation_scheduled",
  "subscription_ended",
  "invoice_paid",
  "trial_ending",
  "trial_ended",
  "usage_notice",
  "usage_strong",
  "usage_blocked",
  "usage_fair",
] as const;
export type BillingNoticeKind = (typeof BILLING_NOTICES)[number];

/** Something a person is told once per cause. */
export interface BillingNotice {
  kind: BillingNoticeKind;
  /** What it is about; the same cause is never told twice. */
  cause: string;
  /** Values for its words: names of plans, amounts in the smallest unit, times as ISO text. */
  data: Record<string, string | number | null>;
}

/** Facts older than this are no news, for example when an installation is connected anew. */
const NEWS_MS = 35 * 86_400_000;

/** What was applied before, as far as notices depend on it. */
export interface FormerState {
  subscriptionId: string | null;
  plan: string;
  status: string;
}

/**
 * What there is to tell, worked out from what the provider has now and not from which event said
 * so: the same set comes out in whatever order events arrive, and when one of them is lost.
 */
export function noticesFor(
  customer: CustomerState,
  change: { former: FormerState; state: SubscriptionState; planOfPrice: PlanOfPrice; now: Date },
): BillingNotice[] {
  const { state, former, now } = change;
  const isNews = (at: Date | null) => at !== null && now.getTime() - at.getTime() < NEWS_MS;
  const subscription = countingSubscription(customer.subscriptions);
  const notices: BillingNotice[] = [];
  if (subscription && isNews(subscription.createdAt)) {
    const plan = subscription.priceId ? change.planOfPrice(subscription.priceId) : null;
    notices.push({
      kind: "subscription_started",
      cause: subscription.id,
      data: { plan, until: iso(subscription.currentPeriodEnd) },
    });
  }
  notices.push(...changeNotices(former, state));
  const was = former.subscriptionId === state.subscriptionId && isLive(former.status);
  if (subscription?.status === "canceled" && (was || isNews(subscription.createdAt))) {
    notices.push({ kind: "subscription_ended", cause: subscription.id, data: {} });
  }
  for (const invoice of customer.invoices) {
    if (isNews(invoice.createdAt)) notices.push(...invoiceNotices(invoice));
  }
  return notices;
}

function changeNotices(former: FormerState, state: SubscriptionState): BillingNotice[] {
  const { subscriptionId, plan, currentPeriodEnd } = state;
  if (subscriptionId === null || !isLive(state.status)) return [];
  const notices: BillingNotice[] = [];
  const same = former.subscriptionId === subscriptionId && isLive(former.status);
  if (same && former.plan !== plan) {
    notices.push({
      kind: "plan_changed",
      cause: `${subscriptionId}:${former.plan}:${plan}:${iso(state.currentPeriodStart)}`,
      data: { from: former.plan, plan, until: iso(currentPeriodEnd) },
    });
  }
  if (state.cancelAtPeriodEnd) {
    notices.push({
      kind: "cancellation_scheduled",
      cause: `${subscriptionId}:${iso(currentPeriodEnd)}`,
      data: { plan: plan as PaidPlan, until: iso(currentPeriodEnd) },
    });
  }
  return notices;
}

function invoiceNotices(invoice: ProviderInvoice): BillingNotice[] {
  const { id, amount, currency, failedAt, status } = invoice;
  const data = { amount, currency, number: invoice.number };
  if (status !== "paid") {
    if (failedAt === null) return [];
    return [{
      kind: "payment_failed",
      cause: id,
      data: { ...data, nextAttemptAt: iso(invoice.nextAttemptAt) },
    }];
  }
  const paid: BillingNotice = { kind: "invoice_paid", cause: id, data };
  if (amount <= 0) return [];
  return failedAt === null ? [paid] : [{ kind: "payment_recovered", cause: id, data }, paid];
}

const iso = (at: Date | null): string | null => at?.toISOString() ?? null;
