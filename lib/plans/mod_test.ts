import { expect } from "expect";
import { parseConfig } from "@/lib/platform/config.ts";
import {
  activeOverrides,
  createPlans,
  EFFECTIVE_PLANS,
  effectivePlan,
  type PlanHolder,
  type PlanOverride,
  PLANS,
  trialEnd,
  withOverrides,
} from "./mod.ts";

const REGISTERED = new Date("2026-01-01T09:00:00.000Z");
const END = trialEnd(REGISTERED);
const SECOND = 1_000;
const at = (ms: number) => new Date(END.getTime() + ms);
const holder = (change: Partial<PlanHolder> = {}): PlanHolder => ({
  plan: "free_trial",
  subscriptionStatus: "none",
  trialEndsAt: END,
  planUntil: null,
  ...change,
});

Deno.test("[PLN-4] the trial runs seven times 24 hours, over a change of the clocks too", () => {
  expect(END.toISOString()).toBe("2026-01-08T09:00:00.000Z");
  expect(trialEnd(new Date("2026-03-28T00:30:00Z")).toISOString())
    .toBe("2026-04-04T00:30:00.000Z");
});

Deno.test("[PLN-8] the trial holds one second before its end, and not one second after", () => {
  expect(effectivePlan(holder(), at(-SECOND))).toBe("free_trial");
  expect(effectivePlan(holder(), at(-1))).toBe("free_trial");
  expect(effectivePlan(holder(), at(0))).toBe("expired");
  expect(effectivePlan(holder(), at(SECOND))).toBe("expired");
});

Deno.test("[PLN-8] a subscription holds on both sides of the trial's end", () => {
  for (const plan of ["basic", "pro"] as const) {
    for (const subscriptionStatus of ["trialing", "active", "past_due"] as const) {
      for (const ms of [-SECOND, SECOND]) {
        expect(effectivePlan(holder({ plan, subscriptionStatus }), at(ms))).toBe(plan);
      }
    }
  }
});

Deno.test("[PLN-8] a plan with an end holds until then: after a cancellation, and within the grace", () => {
  for (const subscriptionStatus of ["trialing", "active", "past_due"] as const) {
    const person = holder({ plan: "pro", subscriptionStatus, planUntil: at(0) });
    expect(effectivePlan(person, at(-SECOND))).toBe("pro");
    expect(effectivePlan(person, at(-1))).toBe("pro");
    expect(effectivePlan(person, at(0))).toBe("expired");
    expect(effectivePlan(person, at(SECOND))).toBe("expired");
  }
});

Deno.test("[PLN-5] [BIL-42] after a subscription the rest of the trial does not come back", () => {
  for (const plan of PLANS) {
    const person = holder({ plan, subscriptionStatus: "canceled" });
    expect(effectivePlan(person, at(-SECOND))).toBe("expired");
    expect(effectivePlan(person, at(SECOND))).toBe("expired");
  }
  expect(effectivePlan(holder({ subscriptionStatus: "active" }), at(-SECOND))).toBe("expired");
});

Deno.test("[PLN-5] without a subscription the trial decides, whatever is booked", () => {
  for (const plan of PLANS) {
    expect(effectivePlan(holder({ plan }), at(-SECOND))).toBe("free_trial");
    expect(effectivePlan(holder({ plan }), at(SECOND))).toBe("expired");
  }
});

const override = (change: Partial<PlanOverride> = {}): PlanOverride => ({
  id: "1",
  resource: "messages",
  limit: 200,
  from: at(0),
  until: at(10 * SECOND),
  reason: "A class of thirty",
  ...change,
});

Deno.test("[PLN-11] an override holds from its start to its end and replaces the plan's number", () => {
  const limits = createPlans(parseConfig({})).limits("free_trial");
  const own = (now: Date, ...all: PlanOverride[]) =>
    withOverrides(limits, activeOverrides(all, now)).messagesPerDay;
  expect(own(at(-1), override())).toBe(100);
  expect(own(at(0), override())).toBe(200);
  expect(own(at(10 * SECOND - 1), override())).toBe(200);
  expect(own(at(10 * SECOND), override())).toBe(100);
  expect(own(at(SECOND), override({ limit: 0 }))).toBe(0);
  expect(own(at(SECOND), override({ limit: null, until: null }))).toBeNull();
  expect(withOverrides(limits, activeOverrides([override()], at(SECOND))).tokensPerDay).toBe(
    10_000,
  );
});

Deno.test("[PLN-11] of several overrides the one that began last holds", () => {
  const first = override({ id: "1", limit: 200 });
  const later = override({ id: "2", limit: 300, from: at(SECOND) });
  const other = override({ id: "3", resource: "llm_tokens", limit: 5 });
  const ids = (now: Date) => activeOverrides([later, first, other], now).map(({ id }) => id);
  expect(ids(at(0))).toEqual(["3", "1"]);
  expect(ids(at(SECOND))).toEqual(["3", "2"]);
  const equal = override({ id: "0", limit: 400 });
  expect(activeOverrides([first, equal], at(0)).map(({ id }) => id)).toEqual(["1"]);
});

Deno.test("[PLN-2] every plan has the numbers of the table", () => {
  const plans = createPlans(parseConfig({}));
  const GIB = 1_073_741_824;
  const table = {
    free_trial: [10_000, 100, GIB, 0, 10, 10, 600, 1_500, 2],
    expired: [2_000, 10, GIB, 0, 10, 5, 400, 1_000, 1],
    basic: [50_000, 5_000, 10 * GIB, 60, 50, 20, 2_000, 4_000, 4],
    pro: [null, null, null, null, 100, 40, 2_000, null, 8],
  };
  for (const plan of EFFECTIVE_PLANS) {
    const limits = plans.limits(plan);
    expect({ plan, numbers: Object.values(limits) }).toEqual({ plan, numbers: table[plan] });
  }
});

Deno.test("[PLN-2] every plan has its price, levels, queue and features", () => {
  const cards = createPlans(parseConfig({})).cards();
  expect(cards.map(({ plan, price, school, queue, features }) => [
    plan,
    price.amount,
    price.interval,
    school.to,
    queue,
    features.mcp,
    features.agents,
  ])).toEqual([
    ["free_trial", 0, null, 3, "normal", false, false],
    ["expired", 0, null, 3, "low", false, false],
    ["basic", 900, "month", 24, "normal", false, true],
    ["pro", 2_900, "month", 24, "priority", true, true],
  ]);
});

Deno.test("[PLN-7] only the unlimited plan has ceilings of fair use", () => {
  const cards = createPlans(parseConfig({})).cards();
  expect(cards.filter((card) => card.fairUse !== null).map((card) => card.plan)).toEqual(["pro"]);
  expect(cards.at(-1)!.fairUse).toEqual({
    tokensPerDay: 2_000_000,
    messagesPerDay: 20_000,
    storageBytes: 107_374_182_400,
    agentMinutesPerMonth: 3_000,
  });
});

Deno.test("[PLN-3] a configured number reaches limits and card alike, -1 as unlimited", () => {
  const plans = createPlans(parseConfig({
    PLAN_BASIC_TOKENS_PER_DAY: "-1",
    PLAN_EXPIRED_MESSAGES_PER_DAY: "0",
  }));
  expect(plans.limits("basic").tokensPerDay).toBeNull();
  expect(plans.limits("expired").messagesPerDay).toBe(0);
  expect(plans.card("basic").limits).toEqual(plans.limits("basic"));
});
