import { z } from "zod";
import { EFFECTIVE_PLANS, PLANS } from "@/lib/plans/mod.ts";
import { RESOURCES } from "./quota.ts";

const balanceSchema = z.strictObject({
  used: z.number().int(),
  reserved: z.number().int(),
  limit: z.number().int().nullable(),
  remaining: z.number().int().nullable(),
  percentage: z.number().nullable(),
});

/** Answer of `GET /api/usage/quota`. */
export const quotaReportSchema = z.strictObject({
  plan: z.enum(PLANS),
  effectivePlan: z.enum(EFFECTIVE_PLANS),
  trialEndsAt: z.string(),
  resources: z.strictObject({
    llm_tokens: balanceSchema,
    messages: balanceSchema,
    memory_storage: balanceSchema.extend({
      usedHuman: z.string(),
      limitHuman: z.string().nullable(),
    }),
    agent_minutes: balanceSchema,
  }),
  resetsAt: z.string(),
  monthResetsAt: z.string(),
  warnings: z.array(z.strictObject({
    resource: z.enum(RESOURCES),
    level: z.enum(["notice", "strong", "blocked"]),
    percentage: z.number(),
  })),
  overrides: z.array(z.strictObject({
    resource: z.enum(RESOURCES),
    limit: z.number().int().nullable(),
    from: z.string(),
    until: z.string().nullable(),
    reason: z.string(),
  })),
  /** Only while calls of the model wait in a lower class than the plan's. */
  queue: z.strictObject({
    class: z.enum(["priority", "normal", "low"]),
    reason: z.enum(["fair_use", "unusual_use"]),
    /** What is beyond fair use. */
    resource: z.enum(RESOURCES).nullable(),
    /** Null: until less is used. */
    until: z.string().nullable(),
  }).optional(),
});
export type QuotaReport = z.infer<typeof quotaReportSchema>;

const amountSchema = z.strictObject({ amount: z.number().int(), count: z.number().int() });

/** One day of `GET /api/usage/history`. */
export const usageDaySchema = z.strictObject({
  day: z.string(),
  resources: z.strictObject({
    llm_tokens: amountSchema,
    messages: amountSchema,
    memory_storage: amountSchema,
    agent_minutes: amountSchema,
    system_tokens: amountSchema,
  }),
});
export type UsageDay = z.infer<typeof usageDaySchema>;

/** Query of `GET /api/usage/history`. */
export const historyQuerySchema = z.object({
  days: z.coerce.number("days must be a number from 1 to 90").int().min(1).max(90).default(30),
});

/** Query of `GET /api/usage/timeseries`; hours for a week at most. */
export const timeseriesQuerySchema = z.object({
  resource: z.enum(RESOURCES).default("llm_tokens"),
  days: z.coerce.number("days must be a number from 1 to 90").int().min(1).max(90).default(30),
  bucket: z.enum(["day", "hour"]).default("day"),
}).refine(({ days, bucket }) => bucket === "day" || days <= 7, {
  path: ["days"],
  message: "Hours are there for at most 7 days",
});

/** Answer of `GET /api/usage/timeseries`. */
export const timeseriesSchema = z.strictObject({
  resource: z.enum(RESOURCES),
  bucket: z.enum(["day", "hour"]),
  points: z.array(z.strictObject({
    at: z.string(),
    amount: z.number().int(),
    count: z.number().int(),
  })),
});
export type Timeseries = z.infer<typeof timeseriesSchema>;

/** Query of `GET /api/usage/ledger`. */
export const ledgerQuerySchema = z.object({
  limit: z.coerce.number("limit must be a number from 1 to 100").int().min(1).max(100).default(50),
  cursor: z.string().max(500).optional(),
});

/** One entry of `GET /api/usage/ledger`. */
export const ledgerItemSchema = z.strictObject({
  id: z.string(),
  sequence: z.number().int(),
  resource: z.enum(RESOURCES),
  amount: z.number().int(),
  kind: z.enum(["usage", "adjustment"]),
  operationId: z.string(),
  day: z.string(),
  occurredAt: z.string(),
  metadata: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  hash: z.string(),
});
export type LedgerItem = z.infer<typeof ledgerItemSchema>;

const partSchema = z.strictObject({
  name: z.string(),
  label: z.string().nullable(),
  tokens: z.number().int(),
  messages: z.number().int(),
  entries: z.number().int(),
});

/** Answer of `GET /api/usage/breakdown`: at most twenty of each, the largest first. */
export const breakdownSchema = z.strictObject({
  days: z.number().int(),
  byFeature: z.array(partSchema),
  byModel: z.array(partSchema),
  byKey: z.array(partSchema),
  byConversation: z.array(partSchema),
});
export type Breakdown = z.infer<typeof breakdownSchema>;

/** Answer of `GET /api/usage/verify`. */
export const chainReportSchema = z.strictObject({
  valid: z.boolean(),
  rows: z.number().int(),
  head: z.string().regex(/^[0-9a-f]{64}$/),
  firstBad: z.strictObject({
    id: z.string(),
    reason: z.enum(["hash", "link", "missing"]),
  })
    .nullable(),
  checkedAt: z.string(),
});

/** Query of `GET /api/admin/usage`. */
export const totalsQuerySchema = z.object({
  days: z.coerce.number("days must be a number from 1 to 90").int().min(1).max(90).default(30),
  limit: z.coerce.number("limit must be a number from 1 to 100").int().min(1).max(100).default(50),
});

/** Answer of `GET /api/admin/usage`. */
export const totalsSchema = z.strictObject({
  byPlan: z.array(z.strictObject({
    plan: z.string(),
    resource: z.string(),
    amount: z.number().int(),
    people: z.number().int(),
  })),
  byFeature: z.array(z.strictObject({
    feature: z.string(),
    resource: z.string(),
    amount: z.number().int(),
    entries: z.number().int(),
  })),
  people: z.array(z.strictObject({
    userId: z.string(),
    plan: z.string(),
    tokens: z.number().int(),
    messages: z.number().int(),
    entries: z.number().int(),
  })),
});

/** One plan of `GET /api/plans`. */
export const planCardSchema = z.strictObject({
  plan: z.enum(EFFECTIVE_PLANS),
  name: z.string(),
  price: z.strictObject({
    amount: z.number().int(),
    currency: z.string(),
    interval: z.enum(["month"]).nullable(),
  }),
  trialDays: z.number().int().nullable(),
  limits: z.record(z.string(), z.number().int().nullable()),
  school: z.strictObject({ from: z.number(), to: z.number() }),
  queue: z.enum(["low", "normal", "priority"]),
  features: z.strictObject({ mcp: z.boolean(), agents: z.boolean() }),
  fairUse: z.record(z.string(), z.number()).nullable(),
});
