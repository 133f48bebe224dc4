import type { PurposeKey } from "@/lib/platform/crypto.ts";
import type { Job, JobHandler } from "@/lib/platform/outbox.ts";
import type { Mailer } from "@/lib/platform/mail.ts";
import type { Plans } from "@/lib/plans/mod.ts";
import { createBoundaries } from "./boundaries.ts";
import { erasePerson } from "./erase.ts";
import { createInbox, EVENT_JOB } from "./inbox.ts";
import { createMails } from "./mails.ts";
import { BILLING_MAIL_JOB } from "./mail_queue.ts";
import { noProvider } from "./no_provider.ts";
import { createPrices, TEST_PRICES } from "./prices.ts";
import { createReconcile } from "./reconcile.ts";
import { CLOSE_JOB, createBillingService } from "./service.ts";
import { stripeProvider } from "./stripe_provider.ts";
import { createSync, type SyncOptions } from "./sync.ts";
import { createWarnings } from "./warnings.ts";
import { createTestPayments, TEST_EVENT_JOB } from "./test_provider.ts";

export { billingApi, eventView, runView } from "./api.ts";
export { billingMail } from "./mails.ts";
export { BILLING_NOTICES, type BillingNoticeKind } from "./notices.ts";
export { checkEndpoints, type EndpointFinding } from "./check.ts";
export { TEST_ACTS, TEST_OUTCOMES, type TestAct, type TestOutcome } from "./test_provider.ts";
export { eventQuerySchema, type InvoiceView, type SubscriptionView } from "./schema.ts";
export { HANDLED_EVENTS } from "./types.ts";

/** How payments are set up. */
export interface BillingSettings {
  /** Stripe's key and what goes with it; null for test payments or none. */
  stripe: {
    secretKey: string;
    webhookSecrets: readonly string[];
    prices: Record<"basic" | "pro", readonly string[]>;
    fetch: typeof globalThis.fetch;
    address?: { protocol: "http" | "https"; host: string; port: number };
    retries?: number;
  } | null;
  /** Whether the local provider may stand in. */
  testPayments: boolean;
  /** Signs the events of the test payments. */
  testSecret: string;
  graceDays: number;
  baseUrl: string;
  supportEmail?: string | undefined;
}

/** What this room needs. */
export interface BillingOptions extends Omit<SyncOptions, "provider" | "prices" | "graceDays"> {
  settings: BillingSettings;
  plans: Plans;
  mailer: Mailer;
  cursorKey: PurposeKey;
  /** The path that ends a kind of mails somebody asked for. */
  unsubscribePath: (userId: string, setting: "invoiceMails" | "usageMails") => Promise<string>;
}

/** The service of this room. */
export type Billing = ReturnType<typeof createBilling>;

/** Plans that people pay for, over one provider. */
export function createBilling(options: BillingOptions) {
  const { settings, plans } = options;
  const prices = createPrices(settings.stripe?.prices ?? TEST_PRICES);
  const testPayments = !settings.stripe && settings.testPayments
    ? createTestPayments({
      ...options,
      prices,
      baseUrl: settings.baseUrl,
      webhookSecret: settings.testSecret,
    })
    : null;
  const provider = settings.stripe
    ? stripeProvider(settings.stripe)
    : testPayments?.provider ?? noProvider();
  const available = settings.stripe !== null || testPayments !== null;
  const parts = { ...options, provider, prices, graceDays: settings.graceDays };
  const sync = createSync(parts);
  const inbox = createInbox({ ...parts, sync });
  const reconcile = createReconcile({ ...parts, sync });
  const service = createBillingService({ ...parts, available, baseUrl: settings.baseUrl });
  const boundaries = createBoundaries({ ...parts, provider: null });
  const warnings = createWarnings(options);
  const mails = createMails({
    ...options,
    baseUrl: settings.baseUrl,
    supportEmail: settings.supportEmail,
    unsubscribePath: options.unsubscribePath,
  });

  /** Writes down what an operator did. */
  const audited = (actor: string, event: string, details: Record<string, unknown>) =>
    options.db.asSystem(
      "billing: audit",
      (tx) =>
        tx`insert into operator_audit (id, at, event, actor, target, details)
        values (${options.ids()}, ${options.clock.now()}, ${event}, ${actor}, null,
          ${tx.json(details as never)})`,
    );

  return {
    service,
    inbox,
    reconcile,
    boundaries,
    warnings,
    sync,
    prices,
    /** The local provider; null with a real one, or with none. */
    testPayments,
    provider,

    /** Lets an event run once more, for an administrator. @throws Problem 404 */
    async replay(eventId: string, actor: string): Promise<void> {
      await inbox.replay(eventId);
      await audited(actor, "billing.replay", { eventId });
    },

    /** Compares with the provider now and repairs what differs, for an administrator. */
    async repair(actor: string, userId?: string) {
      const run = await reconcile.run({ cause: "asked", ...(userId ? { userId } : { all: true }) });
      await audited(actor, "billing.repair", { run: run.id, drift: run.drift.length });
      return run;
    },

    /** Where the shown prices differ from the provider's (BIL-7). */
    async priceDifferences(): Promise<string[]> {
      if (!settings.stripe) return [];
      const sold = prices.all().filter((price) => price.sold);
      const found = await provider.prices(sold.map((price) => price.priceId));
      return sold.flatMap(({ plan, priceId }) => {
        const there = found.find((price) => price.id === priceId);
        const { amount, currency, interval } = plans.card(plan).price;
        const same = there?.amount === amount && there.interval === interval &&
          there.currency.toUpperCase() === currency && there.active;
        return same ? [] : [`The price of ${plan} differs from ${priceId} at the provider`];
      });
    },

    /** Takes back what is kept of a person outside their own rows, as their account is erased. */
    erase: erasePerson,

    /** The handlers of this room's jobs. */
    handlers(): Record<string, JobHandler> {
      return {
        [EVENT_JOB]: (job) => inbox.run(job),
        [BILLING_MAIL_JOB]: (job) => mails.run(job),
        [CLOSE_JOB]: (job) => service.runClose(job),
        ...(testPayments ? { [TEST_EVENT_JOB]: (job: Job) => testPayments.run(job) } : {}),
      };
    },
  };
}
