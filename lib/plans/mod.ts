export * from "./effective.ts";
export { createPlans, type PlanCard, type Plans } from "./catalogue.ts";
export {
  createEntitlements,
  type Entitlement,
  type Entitlements,
  type OverrideRequest,
} from "./entitlements.ts";

export { overrideView, plansApi } from "./api.ts";
export { overrideRequestSchema } from "./schema.ts";
export { createTrials, type Trials } from "./trials.ts";

/** Where people learn about the plans and change theirs. */
export const UPGRADE_URL = "/billing";
