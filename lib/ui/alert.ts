import type { Quota } from "./contract.ts";

/** What a person is told above the content, the most urgent first (UI-49). */
export const ALERTS = [
  "suspended",
  "closing",
  "payment_paused",
  "payment_failed",
  "model_away",
  "quota_full",
  "verify",
  "quota_strong",
  "trial_end",
] as const;
export type AlertKind = (typeof ALERTS)[number];

/** What is known of a person's account and of the product when a page is made. */
export interface AlertFacts {
  standing: "active" | "suspended" | "closing";
  /** How the subscription stands; `planUntil` ends the grace of a failed payment. */
  subscription: { status: string; planUntil: string | null };
  effectivePlan: string;
  trialEndsAt: string | null;
  emailVerified: boolean;
  /** Whether the request to confirm the e-mail was put aside. */
  verifyHidden: boolean;
  modelAway: boolean;
  quota: Quota | null;
  now: Date;
}

/** The one thing to tell, with the allowance it is about where it is about one. */
export interface Alert {
  kind: AlertKind;
  resource?: string;
  percentage?: number;
}

/** A trial is announced in its last two days. */
const TRIAL_SOON_MS = 2 * 86_400_000;

/** The most urgent of what there is to tell; null when all is well. Pure. */
export function topAlert(facts: AlertFacts): Alert | null {
  const warning = worst(facts.quota);
  const about = warning ? { resource: warning.resource, percentage: warning.percentage } : {};
  const holds: Record<AlertKind, boolean> = {
    suspended: facts.standing === "suspended",
    closing: facts.standing === "closing",
    payment_paused: facts.subscription.status === "past_due" && facts.effectivePlan === "expired",
    payment_failed: facts.subscription.status === "past_due" && facts.effectivePlan !== "expired",
    model_away: facts.modelAway,
    quota_full: warning?.level === "blocked",
    verify: !facts.emailVerified && !facts.verifyHidden,
    quota_strong: warning?.level === "strong",
    trial_end: trialEnds(facts),
  };
  const kind = ALERTS.find((one) => holds[one]);
  if (!kind) return null;
  return kind === "quota_full" || kind === "quota_strong" ? { kind, ...about } : { kind };
}

/** Whether a fault that the open page found itself comes before what the server told. */
export function outranks(own: AlertKind, told: AlertKind | null): boolean {
  return told === null || ALERTS.indexOf(own) <= ALERTS.indexOf(told);
}

function worst(quota: Quota | null): Quota["warnings"][number] | undefined {
  return quota?.warnings.toSorted((a, b) => b.percentage - a.percentage)[0];
}

function trialEnds({ subscription, effectivePlan, trialEndsAt, now }: AlertFacts): boolean {
  if (effectivePlan === "expired") return subscription.status !== "past_due";
  if (effectivePlan !== "free_trial" || trialEndsAt === null) return false;
  return Date.parse(trialEndsAt) - now.getTime() < TRIAL_SOON_MS;
}
