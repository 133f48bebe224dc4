import { expect } from "expect";
import { FakeClock } from "@/lib/platform/clock.ts";
import { createHealth } from "@/lib/api/mod.ts";
import { apiOf } from "@/lib/boot/api.ts";
import { stripeProvider } from "@/lib/billing/stripe_provider.ts";
import { startTestApp, type TestApp } from "./support/app.ts";
import { builtPages } from "./support/browser.ts";

const DAY = 24 * 3600_000;

let app: TestApp;
let clock: FakeClock;
Deno.test.beforeAll(async () => {
  clock = new FakeClock("2026-03-10T10:00:00.000Z");
  app = await startTestApp({
    clock,
    env: { AUTO_VERIFY_EMAIL: "true", STRIPE_WEBHOOK_SECRET: "" },
  });
});
Deno.test.afterAll(() => app.close());

type Person = Awaited<ReturnType<TestApp["person"]>>;
const sql = (query: string) => app.services.db.asSystem("test", (tx) => tx.unsafe(query));
const settle = () => app.services.outbox.drain();
const payments = () => app.services.billing.testPayments!;

async function checkout(person: Person, plan: "basic" | "pro"): Promise<string> {
  const { body } = await person.post("/api/billing/checkout", { plan });
  return new URL(body.url).searchParams.get("session_id")!;
}

Deno.test("[BIL-10] of checkouts open in two tabs the later one counts, and nobody pays twice", async () => {
  const ada = await app.person();
  const first = await checkout(ada, "basic");
  const second = await checkout(ada, "pro");
  const led = await payments().finish(ada.userId, first, "pay");
  expect(led).toContain("/billing/cancel");
  await payments().finish(ada.userId, second, "pay");
  await payments().finish(ada.userId, second, "pay");
  await settle();
  expect((await ada.get("/api/billing/subscription")).body).toMatchObject({
    plan: "pro",
    status: "active",
  });
  expect((await ada.get("/api/billing/invoices")).body.items).toHaveLength(1);
  expect(
    await sql(`select 1 from test_payments where kind = 'subscription'
    and data->'metadata'->>'user_id' = '${ada.userId}'`),
  ).toHaveLength(1);
});

Deno.test("[BIL-4] a person, a customer and a subscription are tied once, whoever tries", async () => {
  const [ada, eve] = [await app.person(), await app.person("eve")];
  for (const person of [ada, eve]) {
    await payments().finish(person.userId, await checkout(person, "basic"), "pay");
  }
  await settle();
  const [row] = await sql(`select * from subscriptions where user_id = '${ada.userId}'`);
  expect(row).toMatchObject({
    provider: "test",
    plan: "basic",
    status: "active",
    cancelAtPeriodEnd: false,
    pastDueSince: null,
    providerStatus: "active",
    syncedAt: clock.now(),
    currentPeriodStart: clock.now(),
  });
  expect([row!.customerId, row!.subscriptionId, row!.priceId].every(Boolean)).toBe(true);
  expect(row!.currentPeriodEnd.getTime()).toBeGreaterThan(clock.now().getTime() + 27 * DAY);
  for (const column of ["user_id", "customer_id", "subscription_id"]) {
    await expect(sql(`update subscriptions set ${column} =
      (select ${column} from subscriptions where user_id = '${ada.userId}')
      where user_id = '${eve.userId}'`)).rejects.toThrow(/unique|duplicate/);
  }
});

Deno.test("[USE-4] no caller writes usage: no route takes it, and the ledger gets what was metered alone", async () => {
  const ada = await app.person();
  const { routes } = apiOf(app.services, {
    health: createHealth(),
    commit: "test",
    startedAt: clock.now(),
  }).api;
  const writing = routes.filter(({ method, path }) =>
    method !== "GET" && path.startsWith("/api/usage")
  );
  expect(writing).toEqual([]);
  for (const path of ["/api/usage", "/api/usage/ledger", "/api/usage/quota"]) {
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
      const answer = await ada.send(method, path, { resource: "llm_tokens", amount: -1_000 });
      expect([path, method, [404, 405].includes(answer.status)]).toEqual([path, method, true]);
    }
  }
  for (
    const slipped of ["usage", "promptTokens", "completionTokens", "measured", "reservationId"]
  ) {
    expect((await ada.say("Hello", { [slipped]: 0 })).status).toBe(400);
  }
  await ada.say("Hello");
  await ada.post("/api/memory", { text: "Tea at five" });
  const { items } = (await ada.get("/api/usage/ledger")).body;
  expect(items.map(({ resource }: { resource: string }) => resource).sort())
    .toEqual(["llm_tokens", "memory_storage", "messages"]);
});

Deno.test("[USE-5] an entry says where it came from and never what was said", async () => {
  const ada = await app.person();
  const key = (await ada.post("/api/account/keys", { name: "Bot", scopes: ["chat:write"] })).body;
  const secret = "periwinkle";
  const { body } = await app.client().post(
    "/api/chat/messages",
    { content: `My cat is ${secret}` },
    {
      authorization: `Bearer ${key.key}`,
    },
  );
  const { items } = (await ada.get("/api/usage/ledger")).body;
  const tokens = items.find(({ resource }: { resource: string }) => resource === "llm_tokens");
  expect(tokens.metadata).toMatchObject({
    sessionId: body.turn.sessionId,
    turnId: body.turn.id,
    model: "practice",
    provider: "local",
    streaming: true,
    measured: true,
    feature: "chat",
    apiKeyId: key.id,
    promptTokens: body.usage.promptTokens,
    completionTokens: body.usage.completionTokens,
  });
  expect(typeof tokens.metadata.latencyMs).toBe("number");
  expect(typeof tokens.metadata.ttftMs).toBe("number");
  expect(tokens.amount).toBe(body.usage.promptTokens + body.usage.completionTokens);
  const stored = JSON.stringify(
    await sql(`select * from usage_ledger
    where user_id = '${ada.userId}'`),
  );
  for (const text of [secret, "cat", body.assistantMessage.content]) {
    expect(stored).not.toContain(text);
  }
});

Deno.test("[USE-10] a purge copies the ledger to an archive that knows nobody, and no sum changes", async () => {
  const ada = await app.person();
  const ben = await app.person("ben");
  for (const person of [ada, ben]) await person.say("Hello there");
  await ada.post("/api/memory", { text: "Tea at five" });
  await settle();
  const sums = () =>
    sql(`select day_utc, resource, sum(amount)::bigint as total from (
        select day_utc, resource, amount from usage_ledger
        union all select day_utc, resource, amount from usage_ledger_archive) as both_tables
      group by 1, 2 order by 1, 2`);
  const before = await sums();
  const own = await sql(`select resource, amount, kind, day_utc, hash from usage_ledger
    where user_id = '${ada.userId}' order by sequence`);
  await ada.post("/api/account/delete", { confirm: ada.email, now: true });
  await settle();
  expect(await sql(`select 1 from usage_ledger where user_id = '${ada.userId}'`)).toHaveLength(0);
  expect(await sums()).toEqual(before);
  const archived = await sql(`select * from usage_ledger_archive`);
  expect(archived).toHaveLength(own.length);
  expect(Object.keys(archived[0]!).sort()).toEqual(
    ["account", "amount", "dayUtc", "feature", "id", "kind", "lastHash", "model", "resource"],
  );
  expect(new Set(archived.map(({ account }) => account)).size).toBe(1);
  expect(new Set(archived.map(({ lastHash }) => lastHash))).toEqual(new Set([own.at(-1)!.hash]));
  expect(JSON.stringify(archived)).not.toContain(ada.userId);
  expect((await ben.get("/api/usage/verify")).body.valid).toBe(true);
});

Deno.test("[USE-21] a turn holds its prompt with a margin and the smallest cap, and starts with room for 64 tokens", async () => {
  const ada = await app.person();
  const estimate = (await ada.post("/api/chat/estimate", { content: "Hello there" })).body;
  expect(estimate.answerTokens).toBe(600); // the cap of the trial
  // The end of a turn removes its hold; while the model is silent it is there.
  await app.fault({ kind: "stall", times: 1 });
  const { turnId } = (await ada.post("/api/chat/messages", {
    content: "Hello there",
    clientMessageId: crypto.randomUUID(),
  }, { prefer: "respond-async" })).body;
  const [hold] = await sql(`select tokens from usage_reservations
    where operation_id = '${turnId}'`);
  await ada.post(`/api/chat/turns/${turnId}/stop`, {});
  await app.fault({ kind: "none" });
  // What may be recalled is held as well, so that nothing has to be asked for later.
  expect(hold!.tokens).toBeGreaterThanOrEqual(Math.ceil(estimate.promptTokens * 1.15) + 600);
  const limit = async (amount: number) => {
    const { used } = (await ada.get("/api/usage/quota")).body.resources.llm_tokens;
    await app.services.entitlements.setOverride({
      userId: ada.userId,
      resource: "llm_tokens",
      limit: used + amount,
      from: null,
      until: null,
      reason: "Test",
      actorId: ada.userId,
    });
  };
  const prompt = Number(hold!.tokens) - 600;
  await limit(prompt + 63);
  const refused = await ada.say("Hello there");
  expect(refused.body).toMatchObject({ code: "quota_exceeded", requested: prompt + 64 });
  await limit(prompt + 64);
  const long = await ada.say("Hello there");
  expect(long.status).toBe(200);
  expect(long.body.usage.completionTokens).toBeLessThanOrEqual(64);
});

Deno.test("[USE-23] what a turn really took replaces its hold with the ledger, also beyond what was held", async () => {
  const ada = await app.person();
  const { usage, db } = app.services;
  await ada.say("Hello there");
  const { resources } = (await ada.get("/api/usage/quota")).body;
  expect(resources.llm_tokens.reserved).toBe(0);
  const { items } = (await ada.get("/api/usage/ledger")).body;
  const sum = items.filter(({ resource }: { resource: string }) => resource === "llm_tokens")
    .reduce((total: number, { amount }: { amount: number }) => total + amount, 0);
  expect(resources.llm_tokens.used).toBe(sum);
  // A figure above the hold is written in full and narrows what follows.
  const hold = await usage.reserveAlone({
    userId: ada.userId,
    plan: "free_trial",
    operationId: crypto.randomUUID(),
    promptTokens: 10,
    answerTokens: 64,
  });
  await expect(db.asUser(ada.userId, async (tx) => {
    await usage.settle(tx, hold, {
      promptTokens: 100_000,
      completionTokens: 899_500,
      messages: 1,
      plan: "free_trial",
    });
    throw new Error("the answer could not be stored");
  })).rejects.toThrow("stored");
  // With its transaction the settlement goes, and the hold stays.
  expect((await ada.get("/api/usage/quota")).body.resources.llm_tokens)
    .toMatchObject({ used: sum, reserved: hold.tokens });
  await db.asUser(ada.userId, (tx) =>
    usage.settle(tx, hold, {
      promptTokens: 100_000,
      completionTokens: 899_500,
      messages: 1,
      plan: "free_trial",
    }));
  const after = (await ada.get("/api/usage/quota")).body.resources.llm_tokens;
  expect(after).toMatchObject({ used: sum + 999_500, reserved: 0 });
  expect((await ada.say("Hello again")).body.code).toBe("quota_exceeded");
});

Deno.test("[USE-45] before it is sent a message shows its tokens and its share of today, and costs nothing", async () => {
  const ada = await app.person();
  const ask = (body: Record<string, unknown>) => ada.post("/api/chat/estimate", body);
  const short = (await ask({ content: "Hello" })).body;
  const long = (await ask({ content: "Hello there, how are you? ".repeat(100) })).body;
  expect(long.promptTokens).toBeGreaterThan(short.promptTokens);
  expect(short.totalTokens).toBe(short.promptTokens + short.answerTokens);
  expect(short.share).toBeCloseTo((short.totalTokens / short.limit) * 100, 1);
  expect(short).toMatchObject({ fits: true, limit: 1_000_000, remaining: 1_000_000 });
  expect(short.resetsAt).toBe("2026-03-11T00:00:00.000Z");
  const { body } = await ada.say("Hello");
  const off = Math.abs(short.promptTokens - body.usage.promptTokens) / body.usage.promptTokens;
  expect(off).toBeLessThan(0.1);
  const more = (await ask({ content: "Hello", sessionId: body.turn.sessionId })).body;
  expect(more.promptTokens).toBeGreaterThan(short.promptTokens);
  expect((await ada.get("/api/usage/quota")).body.resources.messages.used).toBe(1);
  const eve = await app.person("eve");
  const foreign = { content: "Hello", sessionId: body.turn.sessionId };
  const unknown = { content: "Hello", sessionId: crypto.randomUUID() };
  for (const request of [foreign, unknown]) {
    expect((await eve.post("/api/chat/estimate", request)).body.code).toBe("not_found");
  }
});

Deno.test("[ACC-53] the ten messages before the e-mail is confirmed are ten, whatever is erased of them", async () => {
  const own = await startTestApp();
  try {
    const ada = await own.person();
    for (let i = 0; i < 10; i++) {
      const { status, body } = await ada.say("Hello", { temporary: true });
      expect(status).toBe(200);
      await own.services.db.asSystem(
        "test",
        (tx) => tx`delete from chat_sessions where id = ${body.turn.sessionId}`,
      );
    }
    const eleventh = await ada.say("Hello");
    expect([eleventh.status, eleventh.body.code]).toEqual([403, "email_unverified"]);
    expect(eleventh.body.resendUrl).toBe("/api/auth/resend-verification");
  } finally {
    await own.close();
  }
});

Deno.test("[BIL-17] [BIL-30] the endpoint takes signed events from anybody, and each kind of end is counted", async () => {
  const figure = async (name: string) => {
    const text = await app.services.metrics.text();
    return text.split("\n").filter((line) => line.startsWith(name))
      .reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
  };
  const names = {
    taken: "stripe_webhook_total",
    refused: "webhook_verification_failures_total",
    again: "webhook_duplicate_events_total",
    time: "webhook_processing_duration_seconds_count",
  };
  const all = async () =>
    Object.fromEntries(
      await Promise.all(
        Object.entries(names).map(async ([key, name]) => [key, await figure(name)]),
      ),
    ) as Record<keyof typeof names, number>;
  const before = await all();
  const ada = await app.person();
  await payments().finish(ada.userId, await checkout(ada, "basic"), "pay");
  await settle();
  const paid = await all();
  expect(paid.taken).toBeGreaterThan(before.taken);
  expect(paid.time).toBeGreaterThan(before.time);
  expect(paid.refused).toBe(before.refused);

  const forged = await app.client().send("POST", "/api/billing/webhook", { id: "evt_1" }, {
    "stripe-signature": "t=1,v1=00",
  });
  expect([forged.status, forged.body.code]).toEqual([400, "webhook_signature_invalid"]);
  expect((await all()).refused).toBe(paid.refused + 1);

  const [job] = await sql(`select payload from jobs where kind = 'billing.test_event'
    order by created_at desc limit 1`);
  await payments().run({ payload: job!.payload });
  expect((await all()).again).toBe(paid.again + 1);
  expect(await app.services.metrics.text()).toContain("webhook_processing_errors_total");
});

Deno.test("[BIL-1] both providers are one interface, chosen by whether Stripe's key is set", async () => {
  const acts = [
    "cancel",
    "change",
    "checkout",
    "createCustomer",
    "customerOf",
    "customerState",
    "endpoints",
    "invoiceOfPayment",
    "portal",
    "prices",
    "reactivate",
  ];
  const stripe = stripeProvider({ secretKey: "sk_test_x", webhookSecrets: ["whsec_a"], fetch });
  const of = (provider: object) =>
    Object.entries(provider).filter(([, value]) => typeof value === "function")
      .map(([name]) => name).sort();
  expect(of(stripe)).toEqual(acts);
  expect(of(payments().provider)).toEqual(acts);
  expect([stripe.name, payments().provider.name]).toEqual(["stripe", "test"]);
  expect(app.services.billing.service.provider).toBe("test");
  const live = await startTestApp({
    env: {
      AUTO_VERIFY_EMAIL: "true",
      STRIPE_SECRET_KEY: "sk_test_0123456789",
      STRIPE_WEBHOOK_SECRET: `whsec_${"a1".repeat(16)}`,
      STRIPE_PRICE_BASIC: "price_basic",
      STRIPE_PRICE_PRO: "price_pro",
    },
  });
  try {
    expect(live.services.billing.service.provider).toBe("stripe");
    expect(live.services.billing.testPayments).toBeNull();
    const ada = await live.person();
    expect((await ada.get("/api/billing/subscription")).body.provider).toBe("stripe");
  } finally {
    await live.close();
  }
});

Deno.test("[BIL-8] plans are paid by the month, and the pricing page says in how many days money comes back", async () => {
  const { items } = (await app.client().get("/api/plans")).body;
  expect(items.map(({ price }: { price: { interval: string | null } }) => price.interval))
    .toEqual([null, null, "month", "month"]);
  const ada = await app.person();
  for (const wrong of [{ plan: "basic", interval: "year" }, { plan: "basic", seats: 2 }]) {
    expect((await ada.post("/api/billing/checkout", wrong)).status).toBe(400);
  }
  const own = await startTestApp({ env: { REFUND_DAYS: "21" }, pages: builtPages });
  try {
    expect((await own.client().get("/pricing")).text).toMatch(/\b21 days\b/);
  } finally {
    await own.close();
  }
});
