import type { Clock } from "@/lib/platform/clock.ts";
import type { EffectivePlan, Plan, Plans, QueueClass } from "@/lib/plans/mod.ts";
import { type Resource, type ResourceBalance, utcDay } from "./quota.ts";

/** Soft ceilings of an unlimited plan. */
type FairUse = NonNullable<ReturnType<Plans["card"]>["fairUse"]>;
type Balances = Record<
  "llm_tokens" | "messages" | "memory_storage" | "agent_minutes",
  Pick<ResourceBalance, "used">
>;

/** Whoever speaks to the model, as far as their place in its queue goes. */
export interface QueueHolder {
  userId: string;
  plan: Plan;
  effectivePlan: EffectivePlan;
  trialEndsAt: Date;
  /** The class before fair use; absent: that of the plan. */
  queue?: QueueClass;
}

const MAX_KEPT = 10_000;

/** What was used beyond fair use, the first of it; null: nothing (PLN-7). Pure. */
export function beyondFairUse(balances: Balances, fairUse: FairUse | null): Resource | null {
  if (!fairUse) return null;
  const { llm_tokens, messages, memory_storage, agent_minutes } = balances;
  if (llm_tokens.used > fairUse.tokensPerDay) return "llm_tokens";
  if (messages.used > fairUse.messagesPerDay) return "messages";
  if (memory_storage.used > fairUse.storageBytes) return "memory_storage";
  return agent_minutes.used > fairUse.agentMinutesPerMonth ? "agent_minutes" : null;
}

/**
 * Who is beyond fair use, as their balance was last read: each turn reads it at its end. Nobody
 * waits for that; who is not known yet keeps their class, and is looked up for the next time.
 */
export function createFairUse(options: {
  plans: Pick<Plans, "card">;
  clock: Clock;
  /** Reads somebody's balance, which then calls `note`. */
  read: (holder: QueueHolder) => Promise<unknown>;
}) {
  const { plans, clock } = options;
  const kept = new Map<string, { dayUtc: string; beyond: boolean }>();

  return {
    /** Keeps what a balance said; returns what is beyond fair use. */
    note(
      holder: Pick<QueueHolder, "userId" | "effectivePlan">,
      balances: Balances,
    ): Resource | null {
      const { fairUse } = plans.card(holder.effectivePlan);
      if (!fairUse) {
        kept.delete(holder.userId);
        return null;
      }
      const resource = beyondFairUse(balances, fairUse);
      if (kept.size >= MAX_KEPT) kept.clear();
      kept.set(holder.userId, { dayUtc: utcDay(clock.now()), beyond: resource !== null });
      return resource;
    },

    /** The class of somebody's next call; at once. */
    classOf(holder: QueueHolder): QueueClass {
      const card = plans.card(holder.effectivePlan);
      const own = holder.queue ?? card.queue;
      if (!card.fairUse || own !== "priority") return own;
      const known = kept.get(holder.userId);
      if (known?.dayUtc === utcDay(clock.now())) return known.beyond ? "normal" : own;
      options.read(holder).catch(() => {});
      return own;
    },
  };
}
