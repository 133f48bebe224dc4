import type { Clock } from "@/lib/platform/clock.ts";
import type { Database, Tx } from "@/lib/platform/database/mod.ts";
import type { IdSource } from "@/lib/platform/ids.ts";
import type { Job, Outbox } from "@/lib/platform/outbox.ts";
import type { PaidPlan, Plans } from "@/lib/plans/mod.ts";
import { readInvoice, readSubscription } from "./shapes.ts";
import { isLive } from "./state.ts";
import { signEvent } from "./signature.ts";
import type { Prices } from "./prices.ts";
import { STRIPE_API_VERSION } from "./stripe_provider.ts";
import { type PaymentProvider, ProviderError } from "./types.ts";
import * as books from "./test_books.ts";

/** The kind of the job that delivers an event of the test payments. */
export const TEST_EVENT_JOB = "billing.test_event";

/** How a test checkout can end. A confirmation is asked for by the page, and then it is `pay`. */
export const TEST_OUTCOMES = ["pay", "decline", "abandon"] as const;
export type TestOutcome = (typeof TEST_OUTCOMES)[number];

/** What the panel can make happen to a test subscription (BIL-2). */
export const TEST_ACTS = ["renew", "fail", "recover", "cancel", "expire"] as const;
export type TestAct = (typeof TEST_ACTS)[number];

/** Hands an event to the endpoint for events, as the network would. */
export type Deliver = (body: string, signature: string) => Promise<{ status: number }>;

/** What the test payments need. */
export interface TestPaymentsOptions {
  db: Database;
  clock: Clock;
  ids: IdSource;
  outbox: Outbox;
  plans: Plans;
  prices: Prices;
  baseUrl: string;
  /** Signs its events. */
  webhookSecret: string;
}

/** The local provider of payments. */
export type TestPayments = ReturnType<typeof createTestPayments>;

/**
 * A provider without money: it keeps its books in a table of its own and says what happened by
 * signed events to the same endpoint. Nothing of it touches a subscription of the product.
 */
export function createTestPayments(options: TestPaymentsOptions) {
  const { db, clock, ids, prices } = options;
  let deliver: Deliver = () => Promise.resolve({ status: 503 });

  const seconds = () => Math.floor(clock.now().getTime() / 1000);
  const newId = (prefix: string) => `${prefix}_test_${ids().replaceAll("-", "")}`;
  const inBooks = async <T>(work: (tx: Tx) => Promise<T>): Promise<T> => {
    const result = await db.asSystem("test payments", work);
    options.outbox.wake();
    return result;
  };

  /** Writes an event that will be delivered once what it tells of is committed. */
  async function tell(tx: Tx, type: string, object: unknown): Promise<void> {
    const event = JSON.stringify({
      id: newId("evt"),
      object: "event",
      api_version: STRIPE_API_VERSION,
      created: seconds(),
      livemode: false,
      type,
      data: { object },
    });
    await options.outbox.add(tx, {
      kind: TEST_EVENT_JOB,
      key: `${TEST_EVENT_JOB}:${ids()}`,
      payload: { event },
    });
  }

  const priceAmount = (priceId: string): number => {
    const plan = prices.planOf(priceId);
    return plan ? options.plans.card(plan).price.amount : 0;
  };

  async function invoice(
    tx: Tx,
    subscription: books.TestSubscription,
    bill: { amount: number; paid: boolean },
  ): Promise<books.TestInvoice> {
    const customer = (await books.read(tx, "customer", subscription.customer))!;
    customer.invoices++;
    await books.write(tx, "customer", customer, clock.now());
    const now = seconds();
    const item = subscription.items.data[0]!;
    const made: books.TestInvoice = {
      id: newId("in"),
      object: "invoice",
      customer: subscription.customer,
      number: `TEST-${subscription.customer.slice(-6).toUpperCase()}-${
        String(customer.invoices).padStart(4, "0")
      }`,
      status: bill.paid ? "paid" : "open",
      total: bill.amount,
      currency: "usd",
      created: now,
      period_start: item.current_period_start,
      period_end: item.current_period_end,
      hosted_invoice_url: null,
      invoice_pdf: null,
      attempt_count: 1,
      next_payment_attempt: bill.paid ? null : now + 3 * 86_400,
      status_transitions: { finalized_at: now, paid_at: bill.paid ? now : null },
      parent: {
        subscription_details: { subscription: subscription.id, metadata: subscription.metadata },
      },
    };
    await books.write(tx, "invoice", made, clock.now());
    await tell(tx, bill.paid ? "invoice.payment_succeeded" : "invoice.payment_failed", made);
    return made;
  }

  async function required(tx: Tx, id: string): Promise<books.TestSubscription> {
    const found = await books.read(tx, "subscription", id);
    if (!found) throw new ProviderError("rejected", "There is no such test subscription");
    return found;
  }

  async function save(tx: Tx, subscription: books.TestSubscription, type = "updated") {
    await books.write(tx, "subscription", subscription, clock.now());
    await tell(tx, `customer.subscription.${type}`, subscription);
  }

  async function end(tx: Tx, subscription: books.TestSubscription): Promise<void> {
    await save(tx, { ...subscription, status: "canceled", schedule: null }, "deleted");
  }

  /** Begins the next period, with the price that was announced for it. */
  function nextPeriod(subscription: books.TestSubscription): books.TestSubscription {
    const item = subscription.items.data[0]!;
    const start = Math.max(item.current_period_end, 0);
    const next = subscription.schedule?.phases.at(-1)?.items[0]?.price ?? item.price.id;
    return {
      ...subscription,
      schedule: null,
      items: {
        data: [{
          ...item,
          price: { id: next },
          current_period_start: start,
          current_period_end: addMonth(start),
        }],
      },
    };
  }

  async function renew(tx: Tx, subscription: books.TestSubscription): Promise<void> {
    if (subscription.cancel_at_period_end) return await end(tx, subscription);
    const next = { ...nextPeriod(subscription), status: "active" };
    await invoice(tx, next, { amount: priceAmount(next.items.data[0]!.price.id), paid: true });
    await save(tx, next);
  }

  async function fail(tx: Tx, subscription: books.TestSubscription): Promise<void> {
    const next = { ...nextPeriod(subscription), status: "past_due" };
    await invoice(tx, next, { amount: priceAmount(next.items.data[0]!.price.id), paid: false });
    await save(tx, next);
  }

  async function recover(tx: Tx, subscription: books.TestSubscription): Promise<void> {
    const all = await books.readAll(tx, "invoice", subscription.customer);
    for (const open of all.filter((one) => one.status === "open")) {
      const paid: books.TestInvoice = {
        ...open,
        status: "paid",
        attempt_count: open.attempt_count + 1,
        next_payment_attempt: null,
        status_transitions: { ...open.status_transitions, paid_at: seconds() },
      };
      await books.write(tx, "invoice", paid, clock.now());
      await tell(tx, "invoice.payment_succeeded", paid);
    }
    await save(tx, { ...subscription, status: "active" });
  }

  const acts: Record<TestAct, (tx: Tx, subscription: books.TestSubscription) => Promise<void>> = {
    renew,
    fail,
    recover,
    cancel: end,
    // A payment that never comes ends in "unpaid"; everything else ends with its period.
    expire: (tx, subscription) =>
      subscription.status === "past_due"
        ? save(tx, { ...subscription, status: "unpaid" })
        : end(tx, subscription),
  };

  async function pay(tx: Tx, checkout: books.TestCheckout): Promise<void> {
    const now = seconds();
    const subscription: books.TestSubscription = {
      id: newId("sub"),
      object: "subscription",
      customer: checkout.customer,
      status: "active",
      metadata: checkout.metadata,
      items: {
        data: [{
          id: newId("si"),
          price: { id: checkout.price },
          current_period_start: now,
          current_period_end: addMonth(now),
        }],
      },
      cancel_at_period_end: false,
      created: now,
      schedule: null,
    };
    await save(tx, subscription, "created");
    await invoice(tx, subscription, { amount: priceAmount(checkout.price), paid: true });
    const complete = { ...checkout, status: "complete" as const, subscription: subscription.id };
    await books.write(tx, "checkout", complete, clock.now());
    await tell(tx, "checkout.session.completed", complete);
  }

  const provider: PaymentProvider = {
    name: "test",
    webhookSecrets: [options.webhookSecret],
    live: false,

    createCustomer: ({ userId }) =>
      inBooks(async (tx) => {
        const known = await books.customerOfUser(tx, userId);
        if (known) return known.id;
        const id = newId("cus");
        const customer = { id, object: "customer", metadata: { user_id: userId }, invoices: 0 };
        await books.write(tx, "customer", customer as books.TestCustomer, clock.now());
        return id;
      }),

    checkout: (request) =>
      inBooks(async (tx) => {
        const had = await books.readAll(tx, "subscription", request.customerId);
        if (had.some(({ status }) => isLive(status))) {
          throw new ProviderError("paid", "A plan was paid for already");
        }
        for (const former of await books.readAll(tx, "checkout", request.customerId)) {
          if (former.status !== "open") continue;
          await books.write(tx, "checkout", { ...former, status: "expired" }, clock.now());
        }
        const id = newId("cs");
        await books.write(tx, "checkout", {
          id,
          object: "checkout.session",
          customer: request.customerId,
          client_reference_id: request.userId,
          status: "open",
          subscription: null,
          metadata: { user_id: request.userId },
          price: request.priceId,
          plan: request.plan,
          success_url: request.successUrl.replace("{CHECKOUT_SESSION_ID}", id),
          cancel_url: request.cancelUrl,
          created: seconds(),
        }, clock.now());
        return { url: `${options.baseUrl}/billing/test-checkout?session_id=${id}` };
      }),

    portal: () => Promise.resolve({ url: `${options.baseUrl}/billing/test-portal` }),

    change: ({ subscriptionId, priceId, when }) =>
      inBooks(async (tx) => {
        const found = await required(tx, subscriptionId);
        const item = found.items.data[0]!;
        if (when === "period_end") {
          const phase = { start_date: item.current_period_end, items: [{ price: priceId }] };
          return await save(tx, {
            ...found,
            cancel_at_period_end: false,
            schedule: { phases: [phase] },
          });
        }
        const whole = item.current_period_end - item.current_period_start;
        const left = Math.max(0, item.current_period_end - seconds()) / whole;
        const difference = priceAmount(priceId) - priceAmount(item.price.id);
        const changed = {
          ...found,
          cancel_at_period_end: false,
          schedule: null,
          items: { data: [{ ...item, price: { id: priceId } }] },
        };
        await save(tx, changed);
        await invoice(tx, changed, {
          amount: Math.max(0, Math.round(difference * left)),
          paid: true,
        });
      }),

    cancel: ({ subscriptionId, when }) =>
      inBooks(async (tx) => {
        const found = await required(tx, subscriptionId);
        if (when === "now") return await end(tx, found);
        await save(tx, { ...found, cancel_at_period_end: true, schedule: null });
      }),

    reactivate: ({ subscriptionId }) =>
      inBooks(async (tx) => {
        const found = await required(tx, subscriptionId);
        await save(tx, { ...found, cancel_at_period_end: false, schedule: null });
      }),

    customerOf: (subscriptionId) =>
      inBooks(async (tx) =>
        (await books.read(tx, "subscription", subscriptionId))?.customer ?? null
      ),

    customerState: (customerId) =>
      inBooks(async (tx) => ({
        customerId,
        subscriptions: (await books.readAll(tx, "subscription", customerId)).map(readSubscription),
        invoices: (await books.readAll(tx, "invoice", customerId)).map(readInvoice),
      })),

    invoiceOfPayment: () => Promise.resolve(null),

    prices: (wanted) =>
      Promise.resolve(wanted.map((id) => ({
        id,
        amount: priceAmount(id),
        currency: "usd",
        interval: "month",
        active: true,
      }))),

    endpoints: () => Promise.resolve([]),
  };

  return {
    provider,

    /** Where events go; until it is set they wait. */
    deliverTo(target: Deliver): void {
      deliver = target;
    },

    /** Handler of {@link TEST_EVENT_JOB}: signs as of now and delivers. */
    async run(job: Pick<Job, "payload">): Promise<void> {
      const body = String(job.payload.event);
      const signature = await signEvent(body, { secret: options.webhookSecret, at: clock.now() });
      const { status } = await deliver(body, signature);
      if (status >= 300) throw new Error(`The endpoint answered ${status}`);
    },

    /** An open checkout of a person; null when it is not theirs, or over. */
    checkout: (
      userId: string,
      id: string,
    ): Promise<{ id: string; plan: PaidPlan; amount: number; status: string } | null> =>
      inBooks(async (tx) => {
        const found = await books.read(tx, "checkout", id);
        if (found?.metadata.user_id !== userId) return null;
        const { plan, price, status } = found;
        return { id, plan, status, amount: priceAmount(price) };
      }),

    /**
     * Ends a checkout as asked and says where to go next. Declined, it stays open.
     *
     * @throws ProviderError for a checkout that is not theirs
     */
    finish: (userId: string, id: string, outcome: TestOutcome): Promise<string | null> =>
      inBooks(async (tx) => {
        const found = await books.read(tx, "checkout", id);
        if (found?.metadata.user_id !== userId) {
          throw new ProviderError("rejected", "There is no such test checkout");
        }
        if (outcome === "abandon") return found.cancel_url;
        if (found.status === "expired") return found.cancel_url;
        if (found.status !== "open") return found.success_url;
        if (outcome === "decline") return null;
        await pay(tx, found);
        return found.success_url;
      }),

    /** Makes something happen to a subscription. @throws ProviderError for an unknown one */
    act: (subscriptionId: string, act: TestAct): Promise<void> =>
      inBooks(async (tx) => await acts[act](tx, await required(tx, subscriptionId))),

    /** Begins the next period of every subscription whose present one is over. */
    tick: (): Promise<number> =>
      inBooks(async (tx) => {
        const due = await books.dueSubscriptions(tx, seconds());
        for (const id of due) await renew(tx, await required(tx, id));
        return due.length;
      }),
  };
}

/** The same day and time a month later, or the last day of a shorter month. UTC. */
export function addMonth(at: number): number {
  const date = new Date(at * 1000);
  const day = date.getUTCDate();
  const next = new Date(date);
  next.setUTCDate(1);
  next.setUTCMonth(next.getUTCMonth() + 1);
  const last = new Date(Date.UTC(next.getUTCFullYear(), next.getUTCMonth() + 1, 0)).getUTCDate();
  next.setUTCDate(Math.min(day, last));
  return Math.floor(next.getTime() / 1000);
}
