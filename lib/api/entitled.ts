import type { Principal } from "@/lib/platform/http/principal.ts";
import type { Entitlements } from "@/lib/plans/mod.ts";

/**
 * A principal with the plan and limits that hold now. What authentication remembers of an account
 * may be seconds old; a plan that was just paid for holds for the next request (BIL-43).
 */
export async function entitled(
  principal: Principal,
  entitlements: Pick<Entitlements, "of">,
): Promise<Principal> {
  const entitlement = await entitlements.of(principal.userId);
  const { plan, effectivePlan, trialEndsAt, limits, queue } = entitlement;
  return { ...principal, plan, effectivePlan, trialEndsAt, limits, queue };
}
