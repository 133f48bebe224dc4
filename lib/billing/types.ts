import type { PaidPlan } from "@/lib/plans/mod.ts";

/** Which kind of provider stands behind the interface. */
export type ProviderName = "stripe" | "test";

/** States of a subscription in the provider's words (BIL-40). */
export const PROVIDER_STATUSES = [
  "incomplete",
  "incomplete_expired",
  "trialing",
  "active",
  "past_due",
  "unpaid",
  "paused",
  "canceled",
] as const;
export type ProviderStatus = (typeof PROVIDER_STATUSES)[number];

/** A subscription as the provider has it now. */
export interface ProviderSubscription {
  id: string;
  customerId: string;
  /** The account that was named at checkout; never an e-mail (BIL-6). */
  userId: string | null;
  status: ProviderStatus;
  priceId: string | null;
  /** Price that follows at the end of the period, after a change to a smaller plan. */
  nextPriceId: string | null;
  currentPeriodStart: Date | null;
  currentPeriodEnd: Date | null;
  cancelAtPeriodEnd: boolean;
  createdAt: Date;
}

/** States of an invoice, in the order in which they may follow each other (BIL-9). */
export const INVOICE_RANK = { draft: 0, open: 1, uncollectible: 2, void: 3, paid: 4 } as const;
export type InvoiceStatus = keyof typeof INVOICE_RANK;

/** An invoice as the provider has it now. Amounts are in the smallest unit of the currency. */
export interface ProviderInvoice {
  id: string;
  subscriptionId: string | null;
  number: string | null;
  periodStart: Date | null;
  periodEnd: Date | null;
  amount: number;
  currency: string;
  status: InvoiceStatus;
  hostedUrl: string | null;
  pdfUrl: string | null;
  attemptCount: number;
  nextAttemptAt: Date | null;
  /** When it was first tried to collect, if that failed. */
  failedAt: Date | null;
  paidAt: Date | null;
  createdAt: Date;
}

/** Everything the provider knows of a customer that matters here. */
export interface CustomerState {
  customerId: string;
  subscriptions: ProviderSubscription[];
  /** The newest ones. */
  invoices: ProviderInvoice[];
}

/** A price at the provider, to compare with what is shown. */
export interface ProviderPrice {
  id: string;
  amount: number | null;
  currency: string;
  interval: string | null;
  active: boolean;
}

/** An endpoint for events, as the provider has it. */
export interface ProviderEndpoint {
  id: string;
  url: string;
  enabled: boolean;
  events: string[];
  live: boolean;
}

/** A page of the provider's that somebody is sent to. */
export interface ProviderPage {
  url: string;
}

/** A change of plan: up at once and prorated, down at the end of the period (BIL-13). */
export interface PlanChange {
  subscriptionId: string;
  priceId: string;
  when: "now" | "period_end";
  /** The same for a repeated request. */
  idempotencyKey: string;
}

/** What a provider of payments can do (BIL-1). Calls throw {@link ProviderError}. */
export interface PaymentProvider {
  readonly name: ProviderName;
  /** Secrets with which its events are signed; two while one is being replaced. */
  readonly webhookSecrets: readonly string[];
  /** Whether its events carry real money. */
  readonly live: boolean;
  createCustomer(
    person: { userId: string; email: string; name: string; idempotencyKey: string },
  ): Promise<string>;
  checkout(request: {
    customerId: string;
    userId: string;
    plan: PaidPlan;
    priceId: string;
    /** May hold `{CHECKOUT_SESSION_ID}`. */
    successUrl: string;
    cancelUrl: string;
    idempotencyKey: string;
  }): Promise<ProviderPage>;
  portal(request: { customerId: string; returnUrl: string }): Promise<ProviderPage>;
  change(change: PlanChange): Promise<void>;
  /** Ends a subscription: at the end of the period, or at once when the account goes. */
  cancel(request: {
    subscriptionId: string;
    when: "period_end" | "now";
    idempotencyKey: string;
  }): Promise<void>;
  /** Takes a cancellation, or a change to a smaller plan, back. */
  reactivate(request: { subscriptionId: string; idempotencyKey: string }): Promise<void>;
  /** Whom a subscription belongs to; null when the provider does not know it. */
  customerOf(subscriptionId: string): Promise<string | null>;
  customerState(customerId: string): Promise<CustomerState>;
  /** The invoice a payment was for; null when there is none. */
  invoiceOfPayment(paymentId: string): Promise<string | null>;
  prices(ids: string[]): Promise<ProviderPrice[]>;
  endpoints(): Promise<ProviderEndpoint[]>;
}

/** A call of the provider that failed. */
export class ProviderError extends Error {
  override readonly name = "ProviderError";
  constructor(
    /**
     * `rejected`: asking again makes no sense; `paid`: what would be paid for was paid for already;
     * `unavailable`: it may answer later.
     */
    readonly kind: "rejected" | "paid" | "unavailable",
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** An event whose signature was checked. */
export interface PaymentEvent {
  id: string;
  type: string;
  createdAt: Date;
  live: boolean;
  /** The object it is about, in the provider's own shape. */
  object: Record<string, unknown>;
}

/** Types of events that are acted upon (BIL-24). */
export const HANDLED_EVENTS = [
  "customer.subscription.created",
  "customer.subscription.updated",
  "customer.subscription.deleted",
  "invoice.payment_succeeded",
  "invoice.payment_failed",
  "checkout.session.completed",
] as const;

/** Types that are written down and change no plan: money that went back. */
export const RECORDED_EVENTS = ["charge.refunded", "charge.dispute.created"] as const;
