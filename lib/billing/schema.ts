import { z } from "zod";
import { PAID_PLANS, PLANS, SUBSCRIPTION_STATUSES } from "@/lib/plans/mod.ts";
import { EVENT_STATUSES } from "./inbox_store.ts";

/** Body of checkout and change. */
export const planRequestSchema = z.strictObject({ plan: z.enum(PAID_PLANS) });

const provider = z.enum(["stripe", "test"]);

/** Answer of checkout and portal: where to go. */
export const pageSchema = z.strictObject({ url: z.string(), provider });

/** Answer of `GET /api/billing/subscription`. */
export const subscriptionSchema = z.strictObject({
  /** Whether payments are set up here. */
  available: z.boolean(),
  provider,
  plan: z.enum(PLANS),
  status: z.enum(SUBSCRIPTION_STATUSES),
  /** The provider's own word, for example `incomplete`. */
  providerStatus: z.string().nullable(),
  nextPlan: z.enum(PAID_PLANS).nullable(),
  currentPeriodStart: z.string().nullable(),
  currentPeriodEnd: z.string().nullable(),
  cancelAtPeriodEnd: z.boolean(),
  graceEndsAt: z.string().nullable(),
  hasCustomer: z.boolean(),
  lastSync: z.string().nullable(),
});
export type SubscriptionView = z.infer<typeof subscriptionSchema>;

/** One invoice of `GET /api/billing/invoices`. Amounts are in the smallest unit. */
export const invoiceSchema = z.strictObject({
  id: z.string(),
  number: z.string().nullable(),
  periodStart: z.string().nullable(),
  periodEnd: z.string().nullable(),
  amount: z.number().int(),
  amountRefunded: z.number().int(),
  currency: z.string(),
  status: z.enum(["open", "paid", "void", "uncollectible"]),
  hostedUrl: z.string().nullable(),
  pdfUrl: z.string().nullable(),
  paidAt: z.string().nullable(),
  createdAt: z.string(),
});
export type InvoiceView = z.infer<typeof invoiceSchema>;

/** Answer of `GET /api/billing/invoices`. */
export const invoiceListSchema = z.strictObject({
  items: z.array(invoiceSchema),
  nextCursor: z.string().nullable(),
  provider,
});

/** Query of lists. */
export const listQuerySchema = z.object({
  limit: z.coerce.number("limit must be a number from 1 to 100").int().min(1).max(100).default(20),
  cursor: z.string().max(500).optional(),
});

/** Query of `GET /api/admin/billing/events`. */
export const eventQuerySchema = listQuerySchema.extend({
  status: z.enum(EVENT_STATUSES).optional(),
});

/** An event as operators see it; what it carries stays in the database. */
export const eventSchema = z.strictObject({
  id: z.string(),
  provider: z.string(),
  type: z.string(),
  subscriptionId: z.string().nullable(),
  customerId: z.string().nullable(),
  happenedAt: z.string(),
  receivedAt: z.string(),
  status: z.enum(EVENT_STATUSES),
  attempts: z.number().int(),
  lastError: z.string().nullable(),
  finishedAt: z.string().nullable(),
});
export type EventView = z.infer<typeof eventSchema>;

const driftSchema = z.strictObject({
  userId: z.string(),
  field: z.string(),
  here: z.string(),
  there: z.string(),
});

/** A comparison with the provider. */
export const runSchema = z.strictObject({
  id: z.string(),
  at: z.string(),
  cause: z.string(),
  checked: z.number().int(),
  failed: z.number().int(),
  drift: z.array(driftSchema),
});
export type RunView = z.infer<typeof runSchema>;

/** Answer of `GET /api/admin/billing/reconcile`. */
export const reconcileSchema = z.strictObject({
  runs: z.array(runSchema),
  parked: z.array(eventSchema),
  dead: z.array(eventSchema),
  lastEventAt: z.string().nullable(),
});
export type ReconcileView = z.infer<typeof reconcileSchema>;

/** Body of `POST /api/admin/billing/repair`: one person, or without a name everybody. */
export const repairRequestSchema = z.strictObject({ userId: z.uuid().optional() });

/** Answer of the endpoint for events. */
export const receivedSchema = z.strictObject({ received: z.literal(true) });
