export { createUsage, type Reservation, type Settlement, type Usage } from "./service.ts";
export * from "./quota.ts";
export { humanBytes } from "./bytes.ts";
export type { QuotaReport, UsageDay } from "./schema.ts";
export { usageApi } from "./api.ts";
