import type { PaidPlan, Plan, SubscriptionStatus } from "@/lib/plans/mod.ts";
import type { CustomerState, ProviderInvoice, ProviderSubscription } from "./types.ts";

const DAY_MS = 86_400_000;

/** How a person's subscription stands here. */
export interface SubscriptionState {
  subscriptionId: string | null;
  plan: Plan;
  /** The smaller plan that follows at the end of the period. */
  nextPlan: PaidPlan | null;
  status: SubscriptionStatus;
  /** When the plan ends as things stand; null while nothing ends it. */
  planUntil: Date | null;
  priceId: string | null;
  providerStatus: string | null;
  currentPeriodStart: Date | null;
  currentPeriodEnd: Date | null;
  cancelAtPeriodEnd: boolean;
  pastDueSince: Date | null;
}

/** Nobody has subscribed yet. */
export const NO_SUBSCRIPTION: SubscriptionState = {
  subscriptionId: null,
  plan: "free_trial",
  nextPlan: null,
  status: "none",
  planUntil: null,
  priceId: null,
  providerStatus: null,
  currentPeriodStart: null,
  currentPeriodEnd: null,
  cancelAtPeriodEnd: false,
  pastDueSince: null,
};

/** A price that stands for no plan of this product; it never grants one (BIL-5). */
export class UnknownPriceError extends Error {
  override readonly name = "UnknownPriceError";
  constructor(readonly priceId: string | null) {
    super(`The price ${JSON.stringify(priceId)} stands for no plan`);
  }
}

/** Whether somebody has a plan by it, or may have one again by paying. */
export const isLive = (status: string): boolean =>
  ["trialing", "active", "past_due", "unpaid", "paused"].includes(status);

/** Whether it was ever paid for. A first payment that was never finished leaves no trace. */
const wasLive = (status: string): boolean => isLive(status) || status === "canceled";

/**
 * The subscription that counts: a live one before an ended one, then the newest. Depends on the
 * provider's present state alone, never on what was said first.
 */
export function countingSubscription(
  all: readonly ProviderSubscription[],
): ProviderSubscription | null {
  return all.filter(({ status }) => wasLive(status)).toSorted((a, b) =>
    Number(isLive(b.status)) - Number(isLive(a.status)) ||
    b.createdAt.getTime() - a.createdAt.getTime() || (a.id < b.id ? 1 : -1)
  )[0] ?? null;
}

/** How the product reads a price. */
export type PlanOfPrice = (priceId: string) => PaidPlan | null;

/**
 * The product's state for what the provider has now (BIL-40). Pure, and the same whatever came
 * before, so that the order of events cannot matter.
 *
 * @throws UnknownPriceError when the price of a live subscription stands for no plan
 */
export function project(
  customer: CustomerState,
  options: { planOfPrice: PlanOfPrice; graceDays: number },
): SubscriptionState {
  const subscription = countingSubscription(customer.subscriptions);
  if (!subscription) return { ...NO_SUBSCRIPTION, providerStatus: unfinished(customer) };
  const common = {
    subscriptionId: subscription.id,
    priceId: subscription.priceId,
    providerStatus: subscription.status,
    currentPeriodStart: subscription.currentPeriodStart,
    currentPeriodEnd: subscription.currentPeriodEnd,
    nextPlan: null,
    cancelAtPeriodEnd: false,
    pastDueSince: null,
    planUntil: null,
  };
  if (subscription.status === "canceled") {
    return { ...common, plan: "free_trial", status: "canceled" };
  }
  const plan = subscription.priceId ? options.planOfPrice(subscription.priceId) : null;
  if (!plan) throw new UnknownPriceError(subscription.priceId);
  const { cancelAtPeriodEnd, nextPriceId } = subscription;
  const nextPlan = nextPriceId ? options.planOfPrice(nextPriceId) : null;
  const booked = { ...common, plan, nextPlan, cancelAtPeriodEnd };
  if (subscription.status === "active" || subscription.status === "trialing") {
    const planUntil = cancelAtPeriodEnd ? subscription.currentPeriodEnd : null;
    return { ...booked, status: subscription.status, planUntil };
  }
  const since = failedSince(customer.invoices, subscription);
  // Unpaid and paused are past all grace already.
  const days = subscription.status === "past_due" ? options.graceDays : 0;
  return {
    ...booked,
    status: "past_due",
    pastDueSince: since,
    planUntil: new Date(since.getTime() + days * DAY_MS),
  };
}

/** "Payment not finished" is worth showing, though nothing comes of it. */
function unfinished(customer: CustomerState): string | null {
  return customer.subscriptions.some(({ status }) => status === "incomplete") ? "incomplete" : null;
}

/** The first failed attempt of the oldest invoice that is still open (BIL-41). */
function failedSince(
  invoices: readonly ProviderInvoice[],
  subscription: ProviderSubscription,
): Date {
  const failed = invoices
    .filter((invoice) =>
      invoice.subscriptionId === subscription.id && invoice.failedAt !== null &&
      (invoice.status === "open" || invoice.status === "uncollectible")
    )
    .map((invoice) => invoice.failedAt!.getTime());
  const fallback = subscription.currentPeriodStart ?? subscription.createdAt;
  return failed.length > 0 ? new Date(Math.min(...failed)) : fallback;
}
