import { expect } from "expect";
import { FakeClock } from "@/lib/platform/clock.ts";
import { parseConfig } from "@/lib/platform/config.ts";
import { createPlans, type EffectivePlan } from "@/lib/plans/mod.ts";
import { beyondFairUse, createFairUse } from "./fair_use.ts";
import { keyProblem } from "./refusal.ts";

const plans = createPlans(parseConfig({}));
const { fairUse } = plans.card("pro");
const used = (change: Partial<Record<string, number>> = {}) => {
  const of = (name: string) => ({ used: change[name] ?? 0 });
  return {
    llm_tokens: of("llm_tokens"),
    messages: of("messages"),
    memory_storage: of("memory_storage"),
    agent_minutes: of("agent_minutes"),
  };
};
const holder = (effectivePlan: EffectivePlan, userId = "ada") => ({
  userId,
  plan: "pro" as const,
  effectivePlan,
  trialEndsAt: new Date(0),
});

Deno.test("[PLN-7] each ceiling is passed by one more, and what has none is never beyond", () => {
  const ceilings = {
    llm_tokens: 2_000_000,
    messages: 20_000,
    memory_storage: 100 * 1024 ** 3,
    agent_minutes: 3_000,
  };
  for (const [resource, most] of Object.entries(ceilings)) {
    expect(beyondFairUse(used({ [resource]: most }), fairUse)).toBeNull();
    expect(beyondFairUse(used({ [resource]: most + 1 }), fairUse)).toBe(resource);
    expect(beyondFairUse(used({ [resource]: 10 * most }), null)).toBeNull();
  }
});

Deno.test("[PLN-7] the class is known at once, holds for the day it was read, and others keep theirs", async () => {
  const clock = new FakeClock("2026-03-10T23:59:00.000Z");
  const read: string[] = [];
  const fair = createFairUse({
    plans,
    clock,
    read: ({ userId }) => {
      read.push(userId);
      return userId === "eve" ? Promise.reject(new Error("away")) : Promise.resolve();
    },
  });
  expect(fair.classOf(holder("free_trial"))).toBe("normal");
  expect(fair.classOf({ ...holder("basic"), queue: "low" })).toBe("low");
  expect(fair.classOf({ ...holder("pro"), queue: "normal" })).toBe("normal");
  expect(read).toEqual([]);
  expect(fair.classOf(holder("pro"))).toBe("priority");
  expect(fair.classOf(holder("pro", "eve"))).toBe("priority");
  expect(read).toEqual(["ada", "eve"]);
  expect(fair.note(holder("pro"), used({ messages: 20_001 }))).toBe("messages");
  expect(fair.classOf(holder("pro"))).toBe("normal");
  await clock.advance(60_000); // a new day, not read yet
  expect(fair.classOf(holder("pro"))).toBe("priority");
  fair.note(holder("pro"), used());
  expect(fair.classOf(holder("pro"))).toBe("priority");
  // A plan without ceilings is forgotten.
  expect(fair.note(holder("basic"), used({ messages: 9e9 }))).toBeNull();
  // However many there are, the memory has an end.
  for (let i = 0; i <= 10_000; i++) fair.note(holder("pro", `p${i}`), used({ messages: 9e9 }));
  expect(fair.classOf(holder("pro", "p1"))).toBe("priority");
  expect(fair.classOf(holder("pro", "p10000"))).toBe("normal");
});

Deno.test("[ACC-92] a key's refusal says what running answers hold", () => {
  const refusal = { plan: "pro" as const, used: 5, limit: 10, requested: 6, now: new Date() };
  expect(keyProblem({ ...refusal, reserved: 3 }).detail).toContain("3 are held by running answers");
  expect(keyProblem({ ...refusal, reserved: 0 }).detail).not.toContain("held");
});
