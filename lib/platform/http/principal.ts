import type { Problem } from "../problem.ts";
import type { ServiceCaller } from "../service_token.ts";

/** Roles, from the one with the fewest rights. */
export type Role = "learner" | "moderator" | "admin";

/** Who is calling, rebuilt from stored state on each request. */
export interface Principal {
  userId: string;
  /** The web session, token family or personal key that was shown. */
  sessionId: string;
  /** What was shown: the browser's cookie, an access token, or a personal key. */
  kind: "web" | "api" | "key";
  email: string;
  displayName: string;
  /** The role whose rights are in force; without a second factor they may be dormant (ACC-70). */
  role: Role;
  emailVerified: boolean;
  plan: "free_trial" | "basic" | "pro";
  effectivePlan: "free_trial" | "expired" | "basic" | "pro";
  trialEndsAt: Date;
  /** Numbers of the plan in force with what was set for this person; null means unlimited. */
  limits?: {
    tokensPerDay: number | null;
    messagesPerDay: number | null;
    storageBytes: number | null;
    agentMinutesPerMonth: number | null;
    apiRequestsPerMinute: number | null;
    chatTurnsPerMinute: number | null;
    answerTokens: number | null;
    promptTokens: number | null;
    concurrentStreams: number | null;
  };
  /** Class in the model's queue; absent: that of the plan. */
  queue?: "priority" | "normal" | "low";
  locale: string;
  timeZone: string;
  /** Whether anything is remembered or recalled, and whether former conversations are searched. */
  memory: { enabled: boolean; searchConversations: boolean };
  /** How the person wants to be spoken to; absent means warm and balanced. */
  companion?: { tone: "warm" | "plain" | "brief"; answerLength: "short" | "balanced" | "long" };
  /** Scopes of a personal key; null where the whole account was signed in to. */
  scopes: readonly string[] | null;
  /** Tokens a personal key may use per day; null without a budget of its own. */
  dailyTokens: number | null;
  twoFactor: boolean;
  /** Until when the last proof of identity counts; null when it no longer does. */
  stepUpUntil: Date | null;
  /** Whether the account can be used: suspended and closing ones may only read what is theirs. */
  standing: "active" | "suspended" | "closing";
  suspension: { until: Date | null; reason: string | null } | null;
}

/** What a request's credential came to. Every kind goes through one function (ACC-39). */
export type Authentication =
  | { kind: "anonymous" }
  /** `setCookie` replaces the session's value, which a change of role has made old. */
  | { kind: "user"; principal: Principal; setCookie?: string }
  | { kind: "service"; caller: ServiceCaller }
  /** Something was shown that does not count. */
  | { kind: "refused"; problem: Problem };
