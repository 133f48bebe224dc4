import type { Config } from "@/lib/platform/config.ts";

/** What a person has booked. */
export const PLANS = ["free_trial", "basic", "pro"] as const;
export type Plan = (typeof PLANS)[number];

/** What holds at a moment, in the order the public list shows them. */
export const EFFECTIVE_PLANS = ["free_trial", "expired", "basic", "pro"] as const;
export type EffectivePlan = (typeof EFFECTIVE_PLANS)[number];

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

/** Where people learn about the plans and change theirs. */
export const UPGRADE_URL = "/billing";

/** The trial runs for seven times twenty-four hours from registration. */
export const TRIAL_DAYS = 7;
const TRIAL_MS = TRIAL_DAYS * 24 * 60 * 60 * 1000;

/** The end of a trial that starts at `registeredAt`. */
export function trialEnd(registeredAt: Date): Date {
  return new Date(registeredAt.getTime() + TRIAL_MS);
}

/** What the plan in force depends on. */
export interface PlanHolder {
  plan: Plan;
  subscriptionStatus: "none" | "trialing" | "active" | "past_due" | "canceled";
  trialEndsAt: Date;
}

/**
 * The plan in force at a moment. Pure: no job has to run for an expiry to take effect.
 */
export function effectivePlan(holder: PlanHolder, now: Date): EffectivePlan {
  const subscribed = holder.subscriptionStatus === "active" ||
    holder.subscriptionStatus === "past_due";
  if (subscribed && holder.plan !== "free_trial") return holder.plan;
  return now < holder.trialEndsAt ? "free_trial" : "expired";
}

/** How to show a plan. */
export interface PlanCard {
  plan: EffectivePlan;
  name: string;
  price: { amount: number; currency: "USD"; interval: "month" | null };
  trialDays: number | null;
  limits: PlanLimits;
  school: { from: number; to: number };
  queue: "low" | "normal" | "priority";
  features: { mcp: boolean; agents: boolean };
  /** Soft ceilings of an unlimited plan, above which the account moves to the normal queue. */
  fairUse: { tokensPerDay: number; messagesPerDay: number; storageBytes: number } | null;
}

/** The plans of this installation, with the limits its configuration sets. */
export interface Plans {
  limits(plan: EffectivePlan): PlanLimits;
  card(plan: EffectivePlan): PlanCard;
  cards(): PlanCard[];
}

const FIXED: Record<EffectivePlan, Omit<PlanCard, "plan" | "limits">> = {
  free_trial: {
    name: "Free trial",
    price: { amount: 0, currency: "USD", interval: null },
    trialDays: TRIAL_DAYS,
    school: { from: 1, to: 3 },
    queue: "normal",
    features: { mcp: false, agents: false },
    fairUse: null,
  },
  expired: {
    name: "Without a plan",
    price: { amount: 0, currency: "USD", interval: null },
    trialDays: null,
    school: { from: 1, to: 3 },
    queue: "low",
    features: { mcp: false, agents: false },
    fairUse: null,
  },
  basic: {
    name: "Basic",
    price: { amount: 900, currency: "USD", interval: "month" },
    trialDays: null,
    school: { from: 1, to: 24 },
    queue: "normal",
    features: { mcp: false, agents: true },
    fairUse: null,
  },
  pro: {
    name: "Pro",
    price: { amount: 2900, currency: "USD", interval: "month" },
    trialDays: null,
    school: { from: 1, to: 24 },
    queue: "priority",
    features: { mcp: true, agents: true },
    fairUse: {
      tokensPerDay: 2_000_000,
      messagesPerDay: 20_000,
      storageBytes: 100 * 1024 ** 3,
    },
  },
};

/** Reads the limits of every plan from the configuration. */
export function createPlans(config: Pick<Config, "plans">): Plans {
  const limits = (plan: EffectivePlan): PlanLimits => {
    const value = (suffix: string): number | null => {
      const number = config.plans[`PLAN_${plan.toUpperCase()}_${suffix}`]!;
      return number === -1 ? null : number;
    };
    return {
      tokensPerDay: value("TOKENS_PER_DAY"),
      messagesPerDay: value("MESSAGES_PER_DAY"),
      storageBytes: value("STORAGE_BYTES"),
      agentMinutesPerMonth: value("AGENT_MINUTES_PER_MONTH"),
      apiRequestsPerMinute: value("API_REQUESTS_PER_MINUTE"),
      chatTurnsPerMinute: value("CHAT_TURNS_PER_MINUTE"),
      answerTokens: value("ANSWER_TOKENS"),
      promptTokens: value("PROMPT_TOKENS"),
      concurrentStreams: value("CONCURRENT_STREAMS"),
    };
  };
  const card = (plan: EffectivePlan) => ({ plan, ...FIXED[plan], limits: limits(plan) });
  return { limits, card, cards: () => EFFECTIVE_PLANS.map(card) };
}
