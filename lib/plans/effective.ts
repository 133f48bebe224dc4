/** What a person has booked. */
export const PLANS = ["free_trial", "basic", "pro"] as const;
export type Plan = (typeof PLANS)[number];

/** The plans that are paid for. */
export const PAID_PLANS = ["basic", "pro"] as const;
export type PaidPlan = (typeof PAID_PLANS)[number];

/** Whether a name is that of a plan that is paid for. */
export const isPaidPlan = (name: string): name is PaidPlan =>
  (PAID_PLANS as readonly string[]).includes(name);

/** What holds at a moment, in the order the public list shows them. */
export const EFFECTIVE_PLANS = ["free_trial", "expired", "basic", "pro"] as const;
export type EffectivePlan = (typeof EFFECTIVE_PLANS)[number];

/** How a subscription stands, in the product's own words (BIL-40). */
export const SUBSCRIPTION_STATUSES = [
  "none",
  "trialing",
  "active",
  "past_due",
  "canceled",
] as const;
export type SubscriptionStatus = (typeof SUBSCRIPTION_STATUSES)[number];

/** The trial runs for seven times twenty-four hours from registration. */
export const TRIAL_DAYS = 7;
const DAY_MS = 24 * 60 * 60 * 1000;

/** The end of a trial that starts at `registeredAt`. */
export function trialEnd(registeredAt: Date): Date {
  return new Date(registeredAt.getTime() + TRIAL_DAYS * DAY_MS);
}

/** What the plan in force depends on. */
export interface PlanHolder {
  plan: Plan;
  subscriptionStatus: SubscriptionStatus;
  trialEndsAt: Date;
  /** When the booked plan ends as things stand: after a cancellation or the grace; null: open. */
  planUntil: Date | null;
}

/**
 * The plan in force at a moment. Pure: no job has to run for an expiry to take effect. Whoever has
 * subscribed once does not get the rest of the trial back (BIL-42).
 */
export function effectivePlan(holder: PlanHolder, now: Date): EffectivePlan {
  if (holder.subscriptionStatus === "none") {
    return now < holder.trialEndsAt ? "free_trial" : "expired";
  }
  if (holder.subscriptionStatus === "canceled" || holder.plan === "free_trial") return "expired";
  return holder.planUntil === null || now < holder.planUntil ? holder.plan : "expired";
}

/** What an administrator set for one person: it replaces the plan's number (PLN-11). */
export interface PlanOverride {
  id: string;
  resource: OverrideResource;
  /** Null is unlimited. */
  limit: number | null;
  from: Date;
  until: Date | null;
  reason: string;
}

/** What can be set for one person. */
export const OVERRIDE_RESOURCES = [
  "llm_tokens",
  "messages",
  "memory_storage",
  "agent_minutes",
] as const;
export type OverrideResource = (typeof OVERRIDE_RESOURCES)[number];

/** Classes of the model's queue, the one that is served first in front. */
export type QueueClass = "priority" | "normal" | "low";

/** The class below; the lowest stays. */
export const lowered = (from: QueueClass): QueueClass => from === "priority" ? "normal" : "low";

/** The numbers of a plan; null means unlimited. */
export interface PlanLimits {
  tokensPerDay: number | null;
  messagesPerDay: number | null;
  storageBytes: number | null;
  agentMinutesPerMonth: number | null;
  apiRequestsPerMinute: number | null;
  chatTurnsPerMinute: number | null;
  answerTokens: number | null;
  promptTokens: number | null;
  concurrentStreams: number | null;
}

const LIMIT_OF: Record<OverrideResource, keyof PlanLimits> = {
  llm_tokens: "tokensPerDay",
  messages: "messagesPerDay",
  memory_storage: "storageBytes",
  agent_minutes: "agentMinutesPerMonth",
};

/** The overrides in force at a moment. Of several for one resource the one that began last counts. */
export function activeOverrides(overrides: readonly PlanOverride[], now: Date): PlanOverride[] {
  const latest = new Map<string, PlanOverride>();
  const began = overrides
    .filter(({ from, until }) => from <= now && (until === null || now < until))
    .toSorted((a, b) => a.from.getTime() - b.from.getTime() || (a.id < b.id ? -1 : 1));
  for (const override of began) latest.set(override.resource, override);
  return OVERRIDE_RESOURCES.flatMap((resource) => latest.get(resource) ?? []);
}

/** Limits with the numbers that were set for this person. */
export function withOverrides(limits: PlanLimits, active: readonly PlanOverride[]): PlanLimits {
  const own = active.map(({ resource, limit }) => [LIMIT_OF[resource], limit] as const);
  return { ...limits, ...Object.fromEntries(own) };
}
