/**
 * The provider's objects, read carefully: only the members that are needed, each checked. Both
 * Stripe and the test payments speak this form.
 * @module
 */
import { z } from "zod";
import type {
  InvoiceStatus,
  PaymentEvent,
  ProviderInvoice,
  ProviderSubscription,
} from "./types.ts";
import { PROVIDER_STATUSES } from "./types.ts";

const seconds = z.number().transform((value) => new Date(value * 1000));
const time = seconds.nullish().transform((value) => value ?? null);
/** An object or its id. */
const reference = z.union([z.string(), z.object({ id: z.string() }).transform(({ id }) => id)])
  .nullish().transform((value) => value ?? null);

const itemSchema = z.object({
  price: z.object({ id: z.string() }),
  current_period_start: time,
  current_period_end: time,
});

const phaseSchema = z.object({
  start_date: seconds,
  items: z.array(z.object({ price: reference })),
});

const subscriptionSchema = z.object({
  id: z.string(),
  customer: reference,
  status: z.enum(PROVIDER_STATUSES),
  metadata: z.record(z.string(), z.string()).nullish(),
  items: z.object({ data: z.array(itemSchema) }),
  // Former versions of the interface have the period here, newer ones in the items.
  current_period_start: time,
  current_period_end: time,
  cancel_at_period_end: z.boolean(),
  created: seconds,
  schedule: z.union([z.string(), z.object({ phases: z.array(phaseSchema) })]).nullish(),
});

/** Reads a subscription. @throws z.ZodError for an object that is not one */
export function readSubscription(value: unknown): ProviderSubscription {
  const raw = subscriptionSchema.parse(value);
  const item = raw.items.data[0];
  const end = item?.current_period_end ?? raw.current_period_end;
  return {
    id: raw.id,
    customerId: raw.customer ?? "",
    userId: raw.metadata?.user_id ?? null,
    status: raw.status,
    priceId: item?.price.id ?? null,
    nextPriceId: nextPrice(raw.schedule, item?.price.id ?? null),
    currentPeriodStart: item?.current_period_start ?? raw.current_period_start,
    currentPeriodEnd: end,
    cancelAtPeriodEnd: raw.cancel_at_period_end,
    createdAt: raw.created,
  };
}

/** The price of the schedule's last phase, where it is another one. */
function nextPrice(
  schedule: z.output<typeof subscriptionSchema>["schedule"],
  present: string | null,
): string | null {
  if (!schedule || typeof schedule === "string") return null;
  const next = schedule.phases.at(-1)?.items[0]?.price ?? null;
  return next === present ? null : next;
}

const invoiceSchema = z.object({
  id: z.string(),
  number: z.string().nullish(),
  status: z.enum(["draft", "open", "paid", "void", "uncollectible"]).nullish(),
  total: z.number(),
  currency: z.string(),
  created: seconds,
  period_start: time,
  period_end: time,
  hosted_invoice_url: z.string().nullish(),
  invoice_pdf: z.string().nullish(),
  attempt_count: z.number().nullish(),
  next_payment_attempt: time,
  status_transitions: z.object({ finalized_at: time, paid_at: time }).nullish(),
  subscription: reference,
  parent: z.object({
    subscription_details: z.object({ subscription: reference }).nullish(),
  }).nullish(),
  lines: z.object({
    data: z.array(z.object({ period: z.object({ start: seconds, end: seconds }).nullish() })),
  }).nullish(),
});

/** Reads an invoice. @throws z.ZodError for an object that is not one */
export function readInvoice(value: unknown): ProviderInvoice {
  const raw = invoiceSchema.parse(value);
  const status: InvoiceStatus = raw.status ?? "draft";
  const attempts = raw.attempt_count ?? 0;
  const failed = status === "paid" ? attempts > 1 : attempts > 0;
  // What is billed for lies in the lines; the invoice's own period is the one that just ended.
  const period = raw.lines?.data.at(-1)?.period;
  return {
    id: raw.id,
    subscriptionId: raw.parent?.subscription_details?.subscription ?? raw.subscription,
    number: raw.number ?? null,
    periodStart: period?.start ?? raw.period_start,
    periodEnd: period?.end ?? raw.period_end,
    amount: raw.total,
    currency: raw.currency.toLowerCase(),
    status,
    hostedUrl: webAddress(raw.hosted_invoice_url),
    pdfUrl: webAddress(raw.invoice_pdf),
    attemptCount: attempts,
    nextAttemptAt: raw.next_payment_attempt,
    failedAt: failed ? raw.status_transitions?.finalized_at ?? raw.created : null,
    paidAt: raw.status_transitions?.paid_at ?? null,
    createdAt: raw.created,
  };
}

/** An address that may be shown as a link: of the web, or a path of our own. */
function webAddress(text: string | null | undefined): string | null {
  if (!text) return null;
  return /^https?:\/\//.test(text) || /^\/[^/]/.test(text) ? text : null;
}

const eventSchema = z.object({
  id: z.string().min(1).max(255),
  object: z.literal("event"),
  type: z.string().min(1).max(255),
  created: seconds,
  livemode: z.boolean(),
  data: z.object({ object: z.record(z.string(), z.unknown()) }),
});

/** Reads an event whose signature was checked. @throws z.ZodError */
export function readEvent(value: unknown): PaymentEvent {
  const raw = eventSchema.parse(value);
  return {
    id: raw.id,
    type: raw.type,
    createdAt: raw.created,
    live: raw.livemode,
    object: raw.data.object,
  };
}

const text = (value: unknown): string | null => reference.safeParse(value).data ?? null;

/** Whom and what an event is about, as far as it says so. */
export function subjectOf(event: PaymentEvent): {
  customerId: string | null;
  subscriptionId: string | null;
  userId: string | null;
} {
  const { object } = event;
  const parent = object.parent as
    | { subscription_details?: { subscription?: unknown; metadata?: Record<string, unknown> } }
    | null
    | undefined;
  const metadata = (object.metadata ?? {}) as Record<string, unknown>;
  const named = parent?.subscription_details?.metadata ?? {};
  const own = event.type.startsWith("customer.subscription.") ? object.id : null;
  return {
    customerId: text(object.customer),
    subscriptionId: text(own) ?? text(parent?.subscription_details?.subscription) ??
      text(object.subscription),
    userId: text(metadata.user_id) ?? text(named.user_id) ?? text(object.client_reference_id),
  };
}
