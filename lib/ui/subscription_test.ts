import { expect } from "expect";
import type { Plan, Subscription } from "./contract.ts";
import { anyReader } from "./format.ts";
import { planOffer, subscriptionWords } from "./subscription.ts";

const subscription = (change: Partial<Subscription> = {}): Subscription => ({
  available: true,
  provider: "stripe",
  plan: "free_trial",
  status: "none",
  providerStatus: null,
  nextPlan: null,
  currentPeriodStart: null,
  currentPeriodEnd: null,
  cancelAtPeriodEnd: false,
  graceEndsAt: null,
  hasCustomer: false,
  lastSync: null,
  ...change,
});
const NOW = new Date("2026-03-10T00:00:00.000Z");
const END = "2026-03-20T00:00:00.000Z";
const words = (
  change: Partial<Subscription>,
  effectivePlan: string,
  trialEndsAt: string | null = END,
) =>
  subscriptionWords({
    subscription: subscription(change),
    effectivePlan,
    trialEndsAt,
    planName: (plan) => plan.toUpperCase(),
    now: NOW,
    reader: anyReader,
  });

Deno.test("[BIL-40] every state has its words, its tone, and whether a payment is what is needed", () => {
  const row = (...given: Parameters<typeof words>) => {
    const { label, tone, pays } = words(...given);
    return [label, tone, pays];
  };
  expect(row({}, "free_trial")).toEqual(["Trial", "indigo", false]);
  expect(row({}, "free_trial", null)).toEqual(["Trial", "indigo", false]);
  expect(row({}, "expired")).toEqual(["No plan", "amber", false]);
  expect(row({ providerStatus: "incomplete" }, "expired")).toEqual([
    "Payment not finished",
    "amber",
    false,
  ]);
  expect(row({ status: "active" }, "pro")).toEqual(["Active", "green", false]);
  expect(row({ status: "trialing" }, "pro")).toEqual(["Active", "green", false]);
  const ending = { status: "active", cancelAtPeriodEnd: true, currentPeriodEnd: END } as const;
  expect(row(ending, "pro")).toEqual(["Ends", "amber", false]);
  expect(row(ending, "expired")).toEqual(["Ended", "amber", false]);
  expect(row({ status: "active", plan: "pro", nextPlan: "basic" }, "pro")).toEqual([
    "Changes",
    "indigo",
    false,
  ]);
  const late = { status: "past_due", graceEndsAt: "2026-03-12T12:00:00.000Z" } as const;
  expect(words(late, "pro").text).toContain("3 days left");
  expect(row({ status: "past_due" }, "pro")).toEqual(["Payment failed", "red", true]);
  expect(row(late, "expired")).toEqual(["Paused for payment", "red", true]);
  expect(row({ status: "canceled" }, "expired")).toEqual(["Ended", "amber", false]);
});

Deno.test("[BIL-13] a plan of the list offers what can be done with it", () => {
  const offer = (plan: string, change: Partial<Subscription>) =>
    planOffer({ plan } as Plan, subscription(change)).kind;
  expect(offer("free_trial", {})).toBe("none");
  expect(offer("pro", { available: false })).toBe("none");
  expect(offer("pro", {})).toBe("checkout");
  expect(offer("pro", { status: "canceled" })).toBe("checkout");
  const basic = { status: "active", plan: "basic" } as const;
  expect(offer("basic", basic)).toBe("present");
  expect(offer("pro", basic)).toBe("up");
  const pro = { status: "active", plan: "pro" } as const;
  expect(offer("basic", pro)).toBe("down");
  expect(offer("basic", { ...pro, nextPlan: "basic" })).toBe("planned");
  expect(offer("pro", { ...pro, nextPlan: "basic" })).toBe("keep");
  expect(offer("basic", { status: "active", plan: "free_trial" })).toBe("up");
});
