import type Stripe from "stripe";
import { readInvoice, readSubscription } from "./shapes.ts";
import { isLive } from "./state.ts";
import { type PaymentProvider, ProviderError } from "./types.ts";

/** The version of the interface whose shapes are known here; endpoints are set to the same one. */
export const STRIPE_API_VERSION = "2026-10-28.endive";
/** Calls wait at most this long. */
const TIMEOUT_MS = 8_000;
/** The library tries again by itself, with the same idempotency key. */
const RETRIES = 2;

/** How to reach Stripe. */
export interface StripeOptions {
  secretKey: string;
  webhookSecrets: readonly string[];
  fetch: typeof globalThis.fetch;
  /** Where it answers, for tests on this machine; without it, Stripe's own address. */
  address?: { protocol: "http" | "https"; host: string; port: number };
  /** Calls made again after 429 and 500. */
  retries?: number;
}

/** Stripe behind the interface of providers. The library is loaded with the first call. */
export function stripeProvider(options: StripeOptions): PaymentProvider {
  let client: Promise<Stripe> | null = null;

  function stripe(): Promise<Stripe> {
    return client ??= import("stripe").then(({ default: Client }) =>
      new Client(options.secretKey, {
        httpClient: Client.createFetchHttpClient(options.fetch),
        maxNetworkRetries: options.retries ?? RETRIES,
        timeout: TIMEOUT_MS,
        telemetry: false,
        apiVersion: STRIPE_API_VERSION,
        ...(options.address ?? {}),
      })
    );
  }

  /** Runs a call and says which of its faults may go away by themselves. */
  async function call<T>(work: (client: Stripe) => Promise<T>): Promise<T> {
    try {
      return await work(await stripe());
    } catch (error) {
      if (error instanceof ProviderError) throw error;
      const { statusCode, type } = error as { statusCode?: number; type?: string };
      const rejected = statusCode !== undefined && statusCode >= 400 && statusCode < 500 &&
        statusCode !== 429 && statusCode !== 409;
      throw new ProviderError(
        rejected ? "rejected" : "unavailable",
        `The payment provider did not do it: ${type ?? "no answer"} ${statusCode ?? ""}`.trim(),
        { cause: error },
      );
    }
  }

  const onceOnly = (idempotencyKey: string) => ({ idempotencyKey });

  async function release(client: Stripe, subscriptionId: string, key: string): Promise<void> {
    const { schedule } = await client.subscriptions.retrieve(subscriptionId);
    const id = typeof schedule === "string" ? schedule : schedule?.id;
    if (id) await client.subscriptionSchedules.release(id, {}, onceOnly(`${key}:release`));
  }

  return {
    name: "stripe",
    webhookSecrets: options.webhookSecrets,
    live: /^(?:sk|rk)_live_/.test(options.secretKey),

    createCustomer: ({ userId, email, name, idempotencyKey }) =>
      call(async (client) => {
        const person = { email, name, metadata: { user_id: userId } };
        return (await client.customers.create(person, onceOnly(idempotencyKey))).id;
      }),

    checkout: (request) =>
      call(async (client) => {
        // A checkout that is open in another tab could be paid too: two plans, charged twice.
        const { customerId: customer } = request;
        const { data: open } = await client.checkout.sessions.list({
          customer,
          status: "open",
          limit: 100,
        });
        for (const { id } of open) await endCheckout(client, id);
        // What was paid a moment ago is known there before its event has come here.
        const { data: had } = await client.subscriptions.list({ customer, limit: 20 });
        if (had.some(({ status }) => isLive(status))) throw alreadyPaid();
        const named = { metadata: { user_id: request.userId } };
        const session = await client.checkout.sessions.create({
          mode: "subscription",
          customer,
          client_reference_id: request.userId,
          line_items: [{ price: request.priceId, quantity: 1 }],
          success_url: request.successUrl,
          cancel_url: request.cancelUrl,
          ...named,
          subscription_data: named,
        }, onceOnly(request.idempotencyKey));
        if (!session.url) throw new ProviderError("unavailable", "The checkout has no address");
        return { url: session.url };
      }),

    portal: ({ customerId, returnUrl }) =>
      call(async (client) => {
        const page = await client.billingPortal.sessions.create({
          customer: customerId,
          return_url: returnUrl,
        });
        return { url: page.url };
      }),

    change: ({ subscriptionId, priceId, when, idempotencyKey }) =>
      call(async (client) => {
        await release(client, subscriptionId, idempotencyKey);
        if (when === "now") return await changeNow(client, subscriptionId, priceId, idempotencyKey);
        await changeLater(client, subscriptionId, priceId, idempotencyKey);
      }),

    cancel: ({ subscriptionId, when, idempotencyKey }) =>
      call(async (client) => {
        if (when === "now") {
          await client.subscriptions.cancel(subscriptionId, {}, onceOnly(idempotencyKey));
          return;
        }
        await release(client, subscriptionId, idempotencyKey);
        await client.subscriptions.update(
          subscriptionId,
          { cancel_at_period_end: true },
          onceOnly(idempotencyKey),
        );
      }),

    reactivate: ({ subscriptionId, idempotencyKey }) =>
      call(async (client) => {
        await release(client, subscriptionId, idempotencyKey);
        await client.subscriptions.update(
          subscriptionId,
          { cancel_at_period_end: false },
          onceOnly(idempotencyKey),
        );
      }),

    customerOf: (subscriptionId) =>
      call(async (client) => {
        const found = await client.subscriptions.retrieve(subscriptionId);
        return readSubscription(found).customerId || null;
      }),

    customerState: (customerId) =>
      call(async (client) => {
        const [subscriptions, invoices] = await Promise.all([
          client.subscriptions.list({
            customer: customerId,
            status: "all",
            limit: 20,
            expand: ["data.schedule"],
          }),
          client.invoices.list({ customer: customerId, limit: 24 }),
        ]);
        return {
          customerId,
          subscriptions: subscriptions.data.map(readSubscription),
          invoices: invoices.data.map(readInvoice),
        };
      }),

    invoiceOfPayment: (paymentId) =>
      call(async (client) => {
        const found = await client.invoicePayments.list({
          payment: { type: "payment_intent", payment_intent: paymentId },
          limit: 1,
        });
        const invoice = found.data[0]?.invoice;
        return (typeof invoice === "string" ? invoice : invoice?.id) ?? null;
      }),

    prices: (ids) =>
      call(async (client) =>
        await Promise.all(ids.map(async (id) => {
          const price = await client.prices.retrieve(id);
          return {
            id,
            amount: price.unit_amount,
            currency: price.currency,
            interval: price.recurring?.interval ?? null,
            active: price.active,
          };
        }))
      ),

    endpoints: () =>
      call(async (client) => {
        const found = await client.webhookEndpoints.list({ limit: 100 });
        return found.data.map((endpoint) => ({
          id: endpoint.id,
          url: endpoint.url,
          enabled: endpoint.status === "enabled",
          events: endpoint.enabled_events,
          live: endpoint.livemode,
        }));
      }),
  };
}

const alreadyPaid = (cause?: unknown) =>
  new ProviderError("paid", "A plan was paid for already", { cause });

/** Ends an open checkout. @throws ProviderError `paid` when it was paid at the last moment */
async function endCheckout(client: Stripe, id: string): Promise<void> {
  try {
    await client.checkout.sessions.expire(id);
  } catch (error) {
    const { status } = await client.checkout.sessions.retrieve(id);
    if (status === "complete") throw alreadyPaid(error);
    if (status !== "expired") throw error;
  }
}

async function changeNow(
  client: Stripe,
  subscriptionId: string,
  priceId: string,
  idempotencyKey: string,
): Promise<void> {
  const { items } = await client.subscriptions.retrieve(subscriptionId);
  await client.subscriptions.update(subscriptionId, {
    items: [{ id: items.data[0]!.id, price: priceId }],
    proration_behavior: "always_invoice",
    cancel_at_period_end: false,
  }, { idempotencyKey });
}

/** A schedule of two phases: what was paid for, then the smaller plan. */
async function changeLater(
  client: Stripe,
  subscriptionId: string,
  priceId: string,
  idempotencyKey: string,
): Promise<void> {
  const schedule = await client.subscriptionSchedules.create(
    { from_subscription: subscriptionId },
    { idempotencyKey },
  );
  const now = schedule.phases[0]!;
  const price = now.items[0]!.price;
  await client.subscriptionSchedules.update(schedule.id, {
    end_behavior: "release",
    phases: [
      {
        items: [{ price: typeof price === "string" ? price : price.id, quantity: 1 }],
        start_date: now.start_date,
        end_date: now.end_date,
      },
      { items: [{ price: priceId, quantity: 1 }] },
    ],
  }, { idempotencyKey: `${idempotencyKey}:phases` });
}
