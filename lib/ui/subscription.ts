import type { Plan, Subscription } from "./contract.ts";
import { formatDateTime, formatDay, type Reader } from "./format.ts";
import { say } from "./say.ts";
import { billingText } from "./text/billing.ts";
import type { Tone } from "./tokens.ts";

/** How a subscription stands, in words (BIL-40). */
export interface SubscriptionWords {
  label: string;
  tone: Tone;
  text: string;
  /** Whether a payment is what is needed. */
  pays: boolean;
}

/** What the words depend on. */
export interface SubscriptionFacts {
  subscription: Subscription;
  effectivePlan: string;
  trialEndsAt: string | null;
  planName: (plan: string) => string;
  now: Date;
  reader: Reader;
}

const DAY_MS = 86_400_000;

/** The row of BIL-40 that holds now. Pure. */
export function subscriptionWords(facts: SubscriptionFacts): SubscriptionWords {
  const { subscription, effectivePlan, reader } = facts;
  const text: Record<string, string> = billingText(reader.locale);
  const words = (
    state: string,
    tone: Tone,
    values: Record<string, string | number> = {},
  ): SubscriptionWords => ({
    label: text[`state_${state}`]!,
    tone,
    text: say(text[`state_${state}Text`]!, values, reader.locale),
    pays: state === "past_due" || state === "paused",
  });
  const day = (iso: string | null) => iso ? formatDay(iso, reader) : "";
  const until = day(subscription.currentPeriodEnd);
  switch (subscription.status) {
    case "none":
      if (subscription.providerStatus === "incomplete") return words("unfinished", "amber");
      return effectivePlan === "free_trial"
        ? words("trial", "indigo", {
          until: facts.trialEndsAt ? formatDateTime(facts.trialEndsAt, reader) : "",
        })
        : words("expired", "amber");
    case "canceled":
      return words("canceled", "amber");
    case "past_due":
      return effectivePlan === "expired" ? words("paused", "red") : words("past_due", "red", {
        until: day(subscription.graceEndsAt),
        days: daysLeft(subscription.graceEndsAt, facts.now),
      });
    default:
      if (effectivePlan === "expired") return words("canceled", "amber");
      if (subscription.cancelAtPeriodEnd) return words("ending", "amber", { until });
      if (subscription.nextPlan) {
        return words("down", "indigo", {
          until,
          plan: facts.planName(subscription.plan),
          next: facts.planName(subscription.nextPlan),
        });
      }
      return words(subscription.status, "green", { until });
  }
}

function daysLeft(until: string | null, now: Date): number {
  return until ? Math.max(0, Math.ceil((Date.parse(until) - now.getTime()) / DAY_MS)) : 0;
}

/** What can be done with a plan of the list, given the present one. */
export type PlanOffer =
  | { kind: "present" }
  | { kind: "none" }
  | { kind: "checkout" | "up" | "down" | "keep" | "planned" };

const RANK: Record<string, number> = { basic: 1, pro: 2 };

/** The act that a plan of the list offers. Pure. */
export function planOffer(plan: Plan, subscription: Subscription): PlanOffer {
  const rank = RANK[plan.plan];
  if (rank === undefined || !subscription.available) return { kind: "none" };
  if (!["trialing", "active", "past_due"].includes(subscription.status)) {
    return { kind: "checkout" };
  }
  if (plan.plan === subscription.nextPlan) return { kind: "planned" };
  if (plan.plan === subscription.plan) {
    return { kind: subscription.nextPlan ? "keep" : "present" };
  }
  return { kind: rank > (RANK[subscription.plan] ?? 0) ? "up" : "down" };
}
