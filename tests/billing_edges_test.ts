import { expect } from "expect";
import { FakeClock } from "@/lib/platform/clock.ts";
import { secureRandom, uuidV7Source } from "@/lib/platform/ids.ts";
import { createBoundaries } from "@/lib/billing/boundaries.ts";
import { noProvider } from "@/lib/billing/no_provider.ts";
import { createPrices } from "@/lib/billing/prices.ts";
import { createBillingService } from "@/lib/billing/service.ts";
import type { CustomerState } from "@/lib/billing/types.ts";
import { ProviderError } from "@/lib/billing/types.ts";
import { billingOver, delivery } from "./support/billing.ts";
import { startTestApp } from "./support/app.ts";
import { openTestDatabase, type TestDatabase } from "./support/database.ts";
import { insertPerson, usageOver } from "./support/usage.ts";

const START = new Date("2026-03-01T09:00:00.000Z");
const DAY = 86_400_000;

let test: TestDatabase;
let billing: ReturnType<typeof billingOver>;
const clock = new FakeClock(START);
const ids = uuidV7Source(clock, secureRandom);

Deno.test.beforeAll(async () => {
  test = await openTestDatabase();
  billing = billingOver({ db: test.db, clock, ids });
});
Deno.test.afterAll(() => test.close());

const newPerson = () => insertPerson(test.db, { id: ids(), at: clock.now() });
const system = <T>(work: (tx: import("@/lib/platform/database/mod.ts").Tx) => Promise<T>) =>
  test.db.asSystem("test", work);

function present(customerId: string, userId: string | null, status = "active"): CustomerState {
  const state: CustomerState = {
    customerId,
    subscriptions: [{
      id: `sub_${customerId}`,
      customerId,
      userId,
      status: status as "active",
      priceId: "price_basic",
      nextPriceId: null,
      currentPeriodStart: START,
      currentPeriodEnd: new Date(START.getTime() + 30 * DAY),
      cancelAtPeriodEnd: false,
      createdAt: START,
    }],
    invoices: [],
  };
  billing.provider.states.set(customerId, state);
  return state;
}

const take = async (
  id: string,
  type: string,
  object: Record<string, unknown>,
  livemode = false,
) => {
  const { body, header } = await delivery(
    { id, type, object, created: clock.now(), livemode },
    { at: clock.now() },
  );
  return await billing.inbox.receive(body, header);
};
const eventOf = async (id: string) => {
  const [row] = await system((tx) =>
    tx<{ status: string; lastError: string | null }[]>`
      select status, last_error from payment_events where id = ${id}`
  );
  return row!;
};

Deno.test("[BIL-6] a subscription that names its account is found without a checkout here, and its customer looked up", async () => {
  const userId = await newPerson();
  present(`cus_${userId}`, userId);
  await take("evt_found", "customer.subscription.created", { id: `sub_cus_${userId}` });
  await billing.work();
  const [user] = await system((tx) =>
    tx<{ plan: string }[]>`select plan from users where id = ${userId}`
  );
  expect(user!.plan).toBe("basic");
});

Deno.test("what nobody can act upon is set aside with the reason", async () => {
  const userId = await newPerson();
  present(`cus_${userId}`, userId);
  await take("evt_no_customer", "invoice.payment_failed", { id: "in_1" });
  await take("evt_unknown_sub", "customer.subscription.updated", { id: "sub_of_nobody" });
  present("cus_named_badly", "not an id");
  await take("evt_bad_name", "customer.subscription.updated", {
    id: "s",
    customer: "cus_named_badly",
  });
  await take("evt_no_invoice", "charge.refunded", {
    id: "ch",
    invoice: "in_none",
    amount_refunded: 1,
  });
  await take("evt_no_payment", "charge.refunded", { id: "ch" });
  await billing.work();
  for (
    const id of [
      "evt_no_customer",
      "evt_unknown_sub",
      "evt_bad_name",
      "evt_no_invoice",
      "evt_no_payment",
    ]
  ) {
    const { status, lastError } = await eventOf(id);
    expect({ id, status, told: lastError !== null }).toEqual({ id, status: "parked", told: true });
  }
  // A second customer for somebody who has one is looked at by a person.
  await take("evt_first", "customer.subscription.updated", { id: "s", customer: `cus_${userId}` });
  present(`cus_second_${userId}`, userId);
  await take("evt_second", "customer.subscription.updated", {
    id: "s",
    customer: `cus_second_${userId}`,
  });
  await billing.work();
  expect((await eventOf("evt_second")).lastError).toContain("another customer");
});

Deno.test("[BIL-23] the other mode is set aside once, and an unknown event cannot be run", async () => {
  const object = { id: "s", customer: "c" };
  expect(await take("evt_live", "customer.subscription.updated", object, true)).toBe("parked");
  expect(await take("evt_live", "customer.subscription.updated", object, true)).toBe("duplicate");
  const gone = billing.inbox.run({ payload: { eventId: "evt_gone" } });
  await expect(gone).rejects.toThrow("There is no event");
  const odd = present("cus_odd", await newPerson());
  billing.provider.states.set("cus_odd", odd);
  await take("evt_odd", "customer.subscription.updated", { id: "s", customer: "cus_odd" });
  // A fault that is no error is kept as its words.
  billing.provider.faults.push("just words" as unknown as ProviderError);
  await billing.work();
  expect((await eventOf("evt_odd")).lastError).toBe("just words");
});

Deno.test("[BIL-40] an unfinished attempt to come back does not undo that a subscription has ended", async () => {
  const userId = await newPerson();
  const customerId = `cus_${userId}`;
  const sync = () => billing.sync.sync(customerId, { cause: "test", eventId: null, userId });
  present(customerId, userId, "canceled");
  expect((await sync()).after.status).toBe("canceled");
  const state = present(customerId, userId, "incomplete");
  state.subscriptions[0]!.id = "sub_new";
  expect((await sync()).after).toMatchObject({
    status: "canceled",
    subscriptionId: `sub_${customerId}`,
  });
});

Deno.test("[BIL-27] a provider that does not answer is counted, and what is parked is told", async () => {
  const userId = await newPerson();
  const customerId = `cus_${userId}`;
  const state = present(customerId, userId);
  await billing.sync.sync(customerId, { cause: "test", eventId: null, userId });
  billing.provider.faults.push(new ProviderError("unavailable", "no answer"));
  expect(await billing.reconcile.run({ cause: "test", userId })).toMatchObject({
    checked: 1,
    failed: 1,
  });
  state.subscriptions[0]!.priceId = "price_of_a_friend";
  expect(await billing.reconcile.run({ cause: "test", userId })).toMatchObject({ failed: 1 });
  state.subscriptions[0]!.priceId = "price_basic";
  state.subscriptions[0]!.cancelAtPeriodEnd = true;
  const { drift } = await billing.reconcile.run({ cause: "test", userId });
  expect(drift).toMatchObject([{
    field: "planUntil",
    here: "",
    there: "2026-03-31T09:00:00.000Z",
  }]);
  state.subscriptions[0]!.cancelAtPeriodEnd = false;
  expect((await billing.reconcile.run({ cause: "test", userId })).drift).toMatchObject([{
    there: "",
  }]);
  expect(await billing.reconcile.run({ cause: "test", userId: ids() })).toMatchObject({
    checked: 0,
  });
  await billing.reconcile.run({ cause: "test", all: true });
  await billing.reconcile.observe();
  expect(await billing.metrics.text()).toMatch(/subscription_active\{tier="basic"\} [1-9]/);
});

Deno.test("[BIL-3] without payments every act says so, and everything can still be read", async () => {
  const userId = await newPerson();
  const service = createBillingService({
    ...billing,
    provider: noProvider(),
    available: false,
    baseUrl: "https://nova.example",
  });
  const buyer = { userId, email: "ada@example.org", displayName: "Ada" };
  const code = (work: Promise<unknown>) => work.then(() => "done", (error) => error.code);
  expect(await code(service.checkout(buyer, "pro"))).toBe("payments_unavailable");
  expect(await code(service.portal(userId))).toBe("payments_unavailable");
  expect(await code(service.change(userId, "pro"))).toBe("payments_unavailable");
  expect(await code(service.subscription(ids()))).toBe("not_found");
  expect(await service.subscription(userId)).toMatchObject({
    available: false,
    status: "none",
    hasCustomer: false,
  });
  const provider = noProvider();
  for (const call of Object.values(provider).filter((one) => typeof one === "function")) {
    await expect((call as () => Promise<unknown>)()).rejects.toThrow("not set up");
  }
});

Deno.test("[BIL-10] a provider that says no or nothing is told apart, and nothing is stored", async () => {
  const userId = await newPerson();
  const provider = { ...billing.provider };
  const service = createBillingService({
    ...billing,
    provider,
    available: true,
    baseUrl: "https://nova.example",
  });
  const buyer = { userId, email: "ada@example.org", displayName: "Ada" };
  const code = () =>
    service.checkout(buyer, "pro").then(() => "done", (error) => error.code ?? error.message);
  provider.createCustomer = () => Promise.reject(new ProviderError("unavailable", "500"));
  expect(await code()).toBe("payments_unavailable");
  provider.createCustomer = () => Promise.reject(new ProviderError("rejected", "400"));
  expect(await code()).toBe("conflict");
  provider.createCustomer = () => Promise.reject(new Error("a bug"));
  expect(await code()).toBe("a bug");
  expect((await service.subscription(userId)).hasCustomer).toBe(false);
  provider.createCustomer = () => Promise.resolve(`cus_${userId}`);
  provider.checkout = () => Promise.resolve({ url: "https://pay.example" });
  expect(await code()).toBe("done");
  expect((await service.subscription(userId)).hasCustomer).toBe(true);
});

Deno.test("[BIL-46] ending at the provider is tried again until it is done, and gives up only where it is refused", async () => {
  const provider = { ...billing.provider };
  const service = createBillingService({ ...billing, provider, available: true, baseUrl: "" });
  const job = { payload: { subscriptionId: "sub_left" } };
  const queued = () =>
    system((tx) =>
      tx<{ key: string }[]>`select key from jobs where kind = 'billing.close' order by key`
    )
      .then((rows) => rows.map(({ key }) => key));
  provider.cancel = () => Promise.reject(new ProviderError("unavailable", "500"));
  await service.runClose(job);
  expect(await queued()).toEqual(["billing.close:sub_left:1"]);
  await expect(service.runClose({ payload: { ...job.payload, attempt: 60 } })).rejects.toThrow(
    "never answered",
  );
  provider.cancel = () => Promise.reject(new ProviderError("rejected", "gone"));
  await expect(service.runClose(job)).rejects.toThrow("gone");
  provider.cancel = () => Promise.reject(new Error("a bug"));
  await expect(service.runClose(job)).rejects.toThrow("a bug");
  provider.cancel = () => Promise.resolve();
  await service.runClose(job);
  // Nobody to end, nothing to do.
  await system((tx) => service.close(tx, ids()));
});

Deno.test("[PLN-10] each boundary of a trial is told once, however often the job runs and however long it was away", async () => {
  const own = new FakeClock("2027-05-01T09:00:00.000Z");
  const parts = { ...billing, clock: own, provider: null };
  const boundaries = createBoundaries(parts);
  const userId = await insertPerson(test.db, { id: ids(), at: own.now() });
  const away = await insertPerson(test.db, { id: ids(), at: own.now() });
  const told = (id: string) =>
    system((tx) =>
      tx<{ kind: string }[]>`select kind from notices where user_id = ${id} order by created_at`
    )
      .then((rows) => rows.map(({ kind }) => kind));
  const run = async () => {
    for (let n = 0; n < 3; n++) await boundaries.run();
  };
  await own.advance(6 * DAY - 1_000);
  await run();
  expect(await told(userId)).toEqual([]);
  await own.advance(2_000);
  await run();
  expect(await told(userId)).toEqual(["trial_ending"]);
  await system((tx) => tx`delete from notices where user_id = ${away}`);
  await own.advance(3 * DAY);
  await run();
  expect(await told(userId)).toEqual(["trial_ending", "trial_ended"]);
  expect(await told(away)).toEqual(["trial_ended"]);
  await own.advance(30 * DAY);
  await run();
  expect(await told(userId)).toHaveLength(2);
  const jobs = await system((tx) =>
    tx<{ n: number }[]>`
    select count(*)::integer as n from jobs where kind = 'billing.mail' and user_id = ${userId}`
  );
  expect(jobs[0]!.n).toBe(2);
});

Deno.test("a plan without a price cannot be sold", () => {
  expect(() => createPrices({ basic: [], pro: ["p"] }).priceOf("basic")).toThrow("No price");
  expect(createPrices({ basic: ["a", "b"], pro: [] }).all()).toEqual([
    { plan: "basic", priceId: "a", sold: true },
    { plan: "basic", priceId: "b", sold: false },
  ]);
});

Deno.test("[PLN-9] nobody's plan is not found, readings at once share one, and not knowing is forgetting", async () => {
  const { entitlements, metrics } = usageOver({ db: test.db, clock, ids });
  await expect(entitlements.of(ids())).rejects.toThrow("not_found");
  await expect(
    entitlements.setOverride({
      userId: ids(),
      resource: "messages",
      limit: 1,
      from: null,
      until: null,
      reason: "x",
      actorId: ids(),
    }),
  ).rejects.toThrow("not_found");
  await expect(entitlements.revokeOverride({ id: ids(), actorId: ids() })).rejects.toThrow(
    "not_found",
  );
  const userId = await newPerson();
  await Promise.all([entitlements.of(userId), entitlements.of(userId)]);
  const gone = { ...test.db, asSystem: () => Promise.reject(new Error("away")) };
  const lonely = usageOver({ db: gone as typeof test.db, clock, ids });
  await lonely.entitlements.of(userId);
  await lonely.entitlements.poll();
  await lonely.entitlements.of(userId);
  expect(await lonely.metrics.text()).toMatch(/result="miss"\} 2/);
  expect(await metrics.text()).toMatch(/result="miss"\} 3/);
  const stop = entitlements.start();
  await clock.advance(600);
  stop();
});

Deno.test("[PLN-16] an allowance of nothing refuses the first message already", async () => {
  const { usage } = usageOver({
    db: test.db,
    clock,
    ids,
    env: { PLAN_FREE_TRIAL_MESSAGES_PER_DAY: "0" },
  });
  const userId = await newPerson();
  const request = {
    userId,
    plan: "free_trial" as const,
    operationId: ids(),
    promptTokens: 1,
    answerTokens: 64,
  };
  const refused = await usage.reserveAlone(request).catch((error) => error.extra);
  expect(refused).toMatchObject({ resource: "messages", used: 0, limit: 0 });
  const none = usageOver({ db: test.db, clock, ids, env: { PLAN_FREE_TRIAL_TOKENS_PER_DAY: "0" } });
  const tokens = await none.usage.reserveAlone(request).catch((error) => error.extra);
  expect(tokens).toMatchObject({ resource: "llm_tokens", used: 0, limit: 0 });
});

Deno.test("[MEM-70] storage is refused where it does not fit, and unlimited storage never", async () => {
  const { usage } = usageOver({
    db: test.db,
    clock,
    ids,
    env: { PLAN_FREE_TRIAL_STORAGE_BYTES: "100" },
  });
  const userId = await newPerson();
  const need = (bytes: number, plan: "free_trial" | "pro" = "free_trial") =>
    test.db.asUser(userId, (tx) => usage.requireStorage(tx, { userId, plan, bytes }))
      .then(() => "fits", (error) => error.code);
  const keep = (bytes: number) =>
    test.db.asUser(userId, (tx) => usage.recordStorage(tx, { userId, operationId: ids(), bytes }));
  await keep(0);
  await keep(60);
  expect([await need(40), await need(41), await need(1e12, "pro")]).toEqual([
    "fits",
    "quota_exceeded",
    "fits",
  ]);
});

Deno.test("[OPS-20] figures are read without names, and a database that is away costs a line in the log", async () => {
  const { usage, metrics } = usageOver({
    db: test.db,
    clock,
    ids,
    env: { PLAN_FREE_TRIAL_MESSAGES_PER_DAY: "1" },
  });
  const userId = await newPerson();
  await usage.reserveAlone({
    userId,
    plan: "free_trial",
    operationId: ids(),
    promptTokens: 1,
    answerTokens: 64,
  });
  await usage.observe();
  expect(await metrics.text()).toMatch(
    /usage_users_near_limit\{resource="messages",plan="free_trial",level="100"\} [1-9]/,
  );
  const gone = { ...test.db, asSystem: () => Promise.reject(new Error("away")) };
  await usageOver({ db: gone as typeof test.db, clock, ids }).usage.observe();
  const broken = usageOver({
    db: { ...test.db, callAsUser: () => Promise.reject(new Error("away")) } as typeof test.db,
    clock,
    ids,
  });
  await expect(
    broken.usage.reserveAlone({
      userId,
      plan: "pro",
      operationId: ids(),
      promptTokens: 1,
      answerTokens: 64,
    }),
  ).rejects.toThrow("away");
  expect(await broken.metrics.text()).toMatch(
    /usage_quota_checks_total\{resource="llm_tokens",plan="pro",result="error"\} 1/,
  );
});

Deno.test("[BIL-20] [BIL-29] the endpoint takes posts of at most one MiB, and not without end", async () => {
  const app = await startTestApp({ env: { RATE_WEBHOOK: "4/m" } });
  try {
    const url = `${app.url}/api/billing/webhook`;
    const status = async (init: RequestInit) => {
      const response = await fetch(url, init);
      await response.body?.cancel();
      return { status: response.status, after: Number(response.headers.get("retry-after")) };
    };
    expect((await status({})).status).toBe(405);
    expect((await status({ method: "POST", body: "x".repeat(1024 * 1024 + 1) })).status).toBe(413);
    expect((await status({ method: "POST", body: "{}" })).status).toBe(400);
    let answer = await status({ method: "POST", body: "{}" });
    for (let n = 0; n < 10 && answer.status !== 429; n++) {
      answer = await status({ method: "POST", body: "{}" });
    }
    expect(answer.status).toBe(429);
    expect(answer.after).toBeGreaterThan(0);
    const [row] = await app.services.db.asSystem(
      "test",
      (tx) => tx<{ n: number }[]>`select count(*)::integer as n from payment_events`,
    );
    expect(row!.n).toBe(0);
  } finally {
    await app.close();
  }
});
