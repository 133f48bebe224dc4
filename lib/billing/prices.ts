import { PAID_PLANS, type PaidPlan } from "@/lib/plans/mod.ts";

/** Which price stands for which plan. The first of a list is sold, the others are former ones. */
export interface Prices {
  planOf(priceId: string): PaidPlan | null;
  /** The price that is sold. */
  priceOf(plan: PaidPlan): string;
  /** All of them, for comparing with the provider. */
  all(): { plan: PaidPlan; priceId: string; sold: boolean }[];
}

/** Prices by their ids in the configuration (BIL-5). */
export function createPrices(ids: Record<PaidPlan, readonly string[]>): Prices {
  const all = PAID_PLANS.flatMap((plan) =>
    ids[plan].map((priceId, i) => ({ plan, priceId, sold: i === 0 }))
  );
  const plans = new Map(all.map(({ plan, priceId }) => [priceId, plan]));
  return {
    planOf: (priceId) => plans.get(priceId) ?? null,
    priceOf(plan) {
      const [first] = ids[plan];
      if (!first) throw new Error(`No price is set for the plan ${plan}`);
      return first;
    },
    all: () => all,
  };
}

/** The prices of the test payments. */
export const TEST_PRICES: Record<PaidPlan, readonly string[]> = {
  basic: ["price_test_basic"],
  pro: ["price_test_pro"],
};
