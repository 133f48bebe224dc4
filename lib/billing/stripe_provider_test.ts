import { expect } from "expect";
import { stripeProvider } from "./stripe_provider.ts";
import { ProviderError } from "./types.ts";

/** A call as the provider saw it. */
interface Seen {
  method: string;
  path: string;
  form: Record<string, string>;
  key: string | null;
  auth: string | null;
}

type Reply = { status: number; body: unknown } | "nothing";

/** A stand-in of Stripe on this machine: answers from a list, and remembers what was asked. */
async function withStripe(
  replies: (seen: Seen) => Reply,
  work: (provider: ReturnType<typeof stripeProvider>, seen: Seen[]) => Promise<void>,
  retries = 0,
) {
  const seen: Seen[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const url = new URL(request.url);
      const one: Seen = {
        method: request.method,
        path: `${url.pathname}${url.search}`,
        form: Object.fromEntries(new URLSearchParams(await request.text())),
        key: request.headers.get("idempotency-key"),
        auth: request.headers.get("authorization"),
      };
      seen.push(one);
      const reply = replies(one);
      if (reply === "nothing") return new Response(null, { status: 500 });
      return Response.json(reply.body, { status: reply.status });
    },
  );
  try {
    const { port } = server.addr as Deno.NetAddr;
    const provider = stripeProvider({
      secretKey: "sk_test_0123456789",
      webhookSecrets: ["whsec_a"],
      fetch,
      address: { protocol: "http", host: "127.0.0.1", port },
      retries,
    });
    await work(provider, seen);
  } finally {
    await server.shutdown();
  }
}

const ok = (body: unknown): Reply => ({ status: 200, body });
const SUBSCRIPTION = {
  id: "sub_1",
  object: "subscription",
  customer: "cus_1",
  status: "active",
  metadata: { user_id: "u" },
  items: {
    data: [{
      id: "si_1",
      price: { id: "price_basic" },
      current_period_start: 1,
      current_period_end: 2,
    }],
  },
  cancel_at_period_end: false,
  created: 1,
  schedule: null,
};
const KEY = "key-1";

Deno.test("[BIL-10] a customer and a checkout are made with the account's id and an idempotency key", async () => {
  await withStripe(
    ({ method, path }) =>
      path.includes("customers")
        ? ok({ id: "cus_1" })
        : method === "GET"
        ? ok({ data: path.includes("checkout") ? [{ id: "cs_old" }] : [{ status: "canceled" }] })
        : ok({ id: "cs_1", url: "https://checkout.example/1" }),
    async (provider, seen) => {
      expect(
        await provider.createCustomer({
          userId: "u",
          email: "a@example.org",
          name: "Ada",
          idempotencyKey: KEY,
        }),
      ).toBe("cus_1");
      const page = await provider.checkout({
        customerId: "cus_1",
        userId: "u",
        plan: "pro",
        priceId: "price_pro",
        successUrl: "https://nova.example/s",
        cancelUrl: "https://nova.example/c",
        idempotencyKey: "key-2",
      });
      expect(page.url).toBe("https://checkout.example/1");
      // One that is open in another tab is ended: paid twice would be charged twice.
      expect(seen.map(({ method, path }) => `${method} ${path.split("?")[0]}`)).toEqual([
        "POST /v1/customers",
        "GET /v1/checkout/sessions",
        "POST /v1/checkout/sessions/cs_old/expire",
        "GET /v1/subscriptions",
        "POST /v1/checkout/sessions",
      ]);
      expect([seen[0]!.key, seen[4]!.key]).toEqual([KEY, "key-2"]);
      expect(seen[0]).toMatchObject({
        method: "POST",
        path: "/v1/customers",
        auth: "Bearer sk_test_0123456789",
      });
      expect(seen[0]!.form).toMatchObject({ "metadata[user_id]": "u" });
      expect(seen[4]!.form).toMatchObject({
        mode: "subscription",
        customer: "cus_1",
        client_reference_id: "u",
        "subscription_data[metadata][user_id]": "u",
        "line_items[0][price]": "price_pro",
      });
    },
  );
});

const CHECKOUT = {
  customerId: "c",
  userId: "u",
  plan: "pro" as const,
  priceId: "p",
  successUrl: "https://a.example",
  cancelUrl: "https://a.example",
  idempotencyKey: KEY,
};

for (
  const [found, outcome] of [
    ["complete", "paid"],
    ["expired", "https://checkout.example/1"],
    ["open", "rejected"],
  ]
) {
  Deno.test(`[BIL-10] an open checkout that cannot be ended because it is ${found} meanwhile: ${outcome}`, async () => {
    await withStripe(
      ({ method, path }) =>
        path.endsWith("/expire")
          ? { status: 400, body: { error: { type: "invalid_request_error", message: "not open" } } }
          : path.includes("/sessions/cs_old")
          ? ok({ id: "cs_old", status: found })
          : method === "GET"
          ? ok({ data: path.includes("checkout") ? [{ id: "cs_old" }] : [] })
          : ok({ id: "cs_1", url: "https://checkout.example/1" }),
      async (provider) => {
        const got = await provider.checkout(CHECKOUT).then(({ url }) => url, ({ kind }) => kind);
        expect(got).toBe(outcome);
      },
    );
  });
}

Deno.test("[BIL-10] who has paid a moment ago is not led to pay again, before any event has come", async () => {
  await withStripe(
    ({ path }) => ok({ data: path.includes("checkout") ? [] : [{ status: "active" }] }),
    async (provider, seen) => {
      expect(await provider.checkout(CHECKOUT).catch(({ kind }) => kind)).toBe("paid");
      expect(seen.some(({ method }) => method === "POST")).toBe(false);
    },
  );
});

Deno.test("[BIL-10] a checkout without an address is a fault that may pass", async () => {
  const nowhere = ({ method }: Seen) => ok(method === "GET" ? { data: [] } : { url: null });
  await withStripe(nowhere, async (provider) => {
    const request = {
      customerId: "c",
      userId: "u",
      plan: "pro" as const,
      priceId: "p",
      successUrl: "https://a.example",
      cancelUrl: "https://a.example",
      idempotencyKey: KEY,
    };
    expect(await provider.checkout(request).catch((error) => error.kind)).toBe("unavailable");
  });
});

Deno.test("[BIL-13] [BIL-14] up changes the item now, down and cancel wait for the period, and can be taken back", async () => {
  const schedule = {
    id: "sched_1",
    phases: [{ start_date: 1, end_date: 2, items: [{ price: { id: "price_pro" } }] }],
  };
  let scheduled = false;
  await withStripe(
    ({ path, method }) =>
      path.startsWith("/v1/subscription_schedules")
        ? ok(schedule)
        : ok({ ...SUBSCRIPTION, schedule: scheduled && method === "GET" ? "sched_1" : null }),
    async (provider, seen) => {
      const change = { subscriptionId: "sub_1", idempotencyKey: KEY };
      await provider.change({ ...change, priceId: "price_pro", when: "now" });
      expect(seen.at(-1)!.form).toMatchObject({
        "items[0][id]": "si_1",
        "items[0][price]": "price_pro",
        proration_behavior: "always_invoice",
      });
      await provider.change({ ...change, priceId: "price_basic", when: "period_end" });
      expect(seen.at(-1)!.form).toMatchObject({
        end_behavior: "release",
        "phases[0][items][0][price]": "price_pro",
        "phases[1][items][0][price]": "price_basic",
      });
      scheduled = true;
      await provider.cancel({ ...change, when: "period_end" });
      expect(seen.map(({ path }) => path)).toContain("/v1/subscription_schedules/sched_1/release");
      expect(seen.at(-1)!.form).toEqual({ cancel_at_period_end: "true" });
      await provider.reactivate(change);
      expect(seen.at(-1)!.form).toEqual({ cancel_at_period_end: "false" });
      await provider.cancel({ ...change, when: "now" });
      expect(seen.at(-1)).toMatchObject({ method: "DELETE", path: "/v1/subscriptions/sub_1" });
    },
  );
});

Deno.test("[BIL-25] the state of a customer is all of its subscriptions and newest invoices", async () => {
  const invoice = { id: "in_1", total: 900, currency: "usd", created: 1, status: "paid" };
  await withStripe(
    ({ path }) =>
      path.startsWith("/v1/subscriptions/")
        ? ok(SUBSCRIPTION)
        : path.startsWith("/v1/subscriptions")
        ? ok({ object: "list", data: [SUBSCRIPTION] })
        : path.startsWith("/v1/invoice_payments")
        ? ok({ data: [{ invoice: { id: "in_1" } }] })
        : ok({ object: "list", data: [invoice] }),
    async (provider, seen) => {
      const state = await provider.customerState("cus_1");
      expect(state.subscriptions[0]).toMatchObject({ id: "sub_1", userId: "u" });
      expect(state.invoices[0]).toMatchObject({ id: "in_1", amount: 900 });
      expect(seen.map(({ path }) => path).join()).toContain("status=all");
      expect(await provider.customerOf("sub_1")).toBe("cus_1");
      expect(await provider.invoiceOfPayment("pi_1")).toBe("in_1");
    },
  );
  await withStripe(() => ok({ data: [] }), async (provider) => {
    expect(await provider.invoiceOfPayment("pi_1")).toBeNull();
  });
});

Deno.test("[BIL-7] [BIL-32] prices, endpoints and the portal are read as they are there", async () => {
  await withStripe(
    ({ path }) =>
      path.startsWith("/v1/prices")
        ? ok({
          id: "p",
          unit_amount: 900,
          currency: "usd",
          recurring: { interval: "month" },
          active: true,
        })
        : path.startsWith("/v1/webhook_endpoints")
        ? ok({
          data: [{
            id: "we_1",
            url: "https://nova.example",
            status: "disabled",
            enabled_events: ["*"],
            livemode: false,
          }],
        })
        : ok({ url: "https://portal.example" }),
    async (provider) => {
      expect(await provider.prices(["p"])).toEqual([{
        id: "p",
        amount: 900,
        currency: "usd",
        interval: "month",
        active: true,
      }]);
      expect(await provider.endpoints()).toEqual([{
        id: "we_1",
        url: "https://nova.example",
        enabled: false,
        events: ["*"],
        live: false,
      }]);
      expect(await provider.portal({ customerId: "cus_1", returnUrl: "https://nova.example" }))
        .toEqual({ url: "https://portal.example" });
      expect(provider.live).toBe(false);
      expect(stripeProvider({ secretKey: "rk_live_1", webhookSecrets: [], fetch }).live).toBe(true);
    },
  );
});

for (
  const [name, reply] of Object.entries(
    {
      "429": { status: 429, body: { error: { type: "rate_limit_error", message: "slow down" } } },
      "500": { status: 500, body: { error: { type: "api_error", message: "broken" } } },
      "409": { status: 409, body: { error: { type: "idempotency_error", message: "in use" } } },
    } satisfies Record<string, Reply>,
  )
) {
  Deno.test(`the provider answering ${name} may answer later, and is asked again with the same key`, async () => {
    let calls = 0;
    await withStripe(
      () => ++calls === 1 ? reply : ok({ id: "cus_1" }),
      async (provider, seen) => {
        const person = { userId: "u", email: "a@example.org", name: "Ada", idempotencyKey: KEY };
        if (name === "429") {
          // Told to slow down, the library leaves trying again to us.
          const error = await provider.createCustomer(person).catch((fault) => fault);
          expect(error).toBeInstanceOf(ProviderError);
          expect(error.kind).toBe("unavailable");
        } else expect(await provider.createCustomer(person)).toBe("cus_1");
        expect(new Set(seen.map(({ key }) => key))).toEqual(new Set([KEY]));
      },
      1,
    );
  });
}

Deno.test("the provider saying no is final; not answering is not", async () => {
  const person = { userId: "u", email: "a@example.org", name: "Ada", idempotencyKey: KEY };
  const kind = (provider: ReturnType<typeof stripeProvider>) =>
    provider.createCustomer(person).then(() => "done", (error) => [error.name, error.kind]);
  const no = { status: 402, body: { error: { type: "card_error", message: "declined 4242" } } };
  await withStripe(() => no, async (provider) => {
    expect(await kind(provider)).toEqual(["ProviderError", "rejected"]);
  });
  await withStripe(() => "nothing", async (provider) => {
    expect(await kind(provider)).toEqual(["ProviderError", "unavailable"]);
  });
  const closed = stripeProvider({
    secretKey: "sk_test_0123456789",
    webhookSecrets: [],
    fetch: () => Promise.reject(new TypeError("connection refused")),
    retries: 0,
  });
  expect(await kind(closed)).toEqual(["ProviderError", "unavailable"]);
});
