import type { Config } from "@/lib/platform/config.ts";
import {
  EFFECTIVE_PLANS,
  type EffectivePlan,
  type PlanLimits,
  type QueueClass,
  TRIAL_DAYS,
} from "./effective.ts";

/** How to show a plan. */
export interface PlanCard {
  plan: EffectivePlan;
  name: string;
  price: { amount: number; currency: "USD"; interval: "month" | null };
  trialDays: number | null;
  limits: PlanLimits;
  school: { from: number; to: number };
  queue: QueueClass;
  features: { mcp: boolean; agents: boolean };
  /** Soft ceilings of an unlimited plan, above which the account moves to the normal queue. */
  fairUse: FairUse | null;
}

/** Amounts that are never refused, but move the account to the normal queue (PLN-7). */
export interface FairUse {
  tokensPerDay: number;
  messagesPerDay: number;
  storageBytes: number;
  agentMinutesPerMonth: number;
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
      agentMinutesPerMonth: 3_000,
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
