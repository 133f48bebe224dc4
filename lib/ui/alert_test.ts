import { expect } from "expect";
import { type AlertFacts, ALERTS, outranks, topAlert } from "./alert.ts";
import type { Quota } from "./contract.ts";

const NOW = new Date("2026-01-01T09:00:00.000Z");
const WELL: AlertFacts = {
  standing: "active",
  subscription: { status: "none", planUntil: null },
  effectivePlan: "free_trial",
  trialEndsAt: "2026-01-08T09:00:00.000Z",
  emailVerified: true,
  verifyHidden: false,
  modelAway: false,
  quota: null,
  now: NOW,
};

const warned = (...warnings: Quota["warnings"]) => ({ warnings }) as Quota;
const full = warned({ resource: "messages", level: "blocked", percentage: 100 });
const strong = warned({ resource: "llm_tokens", level: "strong", percentage: 93 });

/** What makes each alert hold by itself. */
const CAUSES: Record<(typeof ALERTS)[number], Partial<AlertFacts>> = {
  suspended: { standing: "suspended" },
  closing: { standing: "closing" },
  payment_paused: {
    subscription: { status: "past_due", planUntil: null },
    effectivePlan: "expired",
  },
  payment_failed: {
    subscription: { status: "past_due", planUntil: "2026-01-05T09:00:00.000Z" },
    effectivePlan: "basic",
  },
  model_away: { modelAway: true },
  quota_full: { quota: full },
  verify: { emailVerified: false },
  quota_strong: { quota: strong },
  trial_end: { trialEndsAt: "2026-01-02T09:00:00.000Z" },
};

Deno.test("[UI-49] nothing is told when all is well, and each cause tells its own", () => {
  expect(topAlert(WELL)).toBe(null);
  for (const kind of ALERTS) {
    expect(topAlert({ ...WELL, ...CAUSES[kind] })?.kind).toBe(kind);
  }
});

Deno.test("[UI-49] one thing at a time is told, by priority", () => {
  // Each is added to all the less urgent ones and comes before them.
  let facts = WELL;
  for (const kind of ALERTS.toReversed()) {
    facts = { ...facts, ...CAUSES[kind] };
    expect(topAlert(facts)?.kind).toBe(kind);
  }
});

Deno.test("a warning names the allowance that is nearest to its end", () => {
  const quota = warned(
    { resource: "messages", level: "notice", percentage: 82 },
    { resource: "memory_storage", level: "strong", percentage: 95 },
  );
  expect(topAlert({ ...WELL, quota })).toEqual({
    kind: "quota_strong",
    resource: "memory_storage",
    percentage: 95,
  });
});

Deno.test("a trial is announced in its last two days and after it; a hidden request stays hidden", () => {
  const at = (days: number) => new Date(NOW.getTime() + days * 86_400_000).toISOString();
  expect(topAlert({ ...WELL, trialEndsAt: at(2.1) })).toBe(null);
  expect(topAlert({ ...WELL, trialEndsAt: at(1.9) })?.kind).toBe("trial_end");
  expect(topAlert({ ...WELL, effectivePlan: "expired" })?.kind).toBe("trial_end");
  expect(topAlert({ ...WELL, emailVerified: false, verifyHidden: true })).toBe(null);
});

Deno.test("what the open page finds takes the place of what is less urgent alone", () => {
  expect(outranks("model_away", "verify")).toBe(true);
  expect(outranks("quota_strong", "verify")).toBe(false);
  expect(outranks("quota_full", null)).toBe(true);
  expect(outranks("model_away", "payment_paused")).toBe(false);
});
