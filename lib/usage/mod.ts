export { createUsage, type Reservation, type Settlement, type Usage } from "./service.ts";
export * from "./quota.ts";
export { humanBytes } from "./bytes.ts";
export type { Breakdown, LedgerItem, QuotaReport, Timeseries, UsageDay } from "./schema.ts";
export { ledgerDownload, usageApi } from "./api.ts";
export { csvLine } from "./csv.ts";
export { type HoldRequest, type HoldResult, holdResult, type HoldRow, holdValue } from "./store.ts";
