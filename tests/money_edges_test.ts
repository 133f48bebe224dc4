import { expect } from "expect";
import { FakeClock } from "@/lib/platform/clock.ts";
import { purposeKey } from "@/lib/platform/crypto.ts";
import type { Tx } from "@/lib/platform/database/mod.ts";
import { secureRandom, uuidV7Source } from "@/lib/platform/ids.ts";
import { createEntitlements, createTrials } from "@/lib/plans/mod.ts";
import { createSync } from "@/lib/billing/sync.ts";
import { createWarnings } from "@/lib/billing/warnings.ts";
import { createMirror } from "@/lib/usage/mirror.ts";
import { billingOver, delivery } from "./support/billing.ts";
import { openTestDatabase, type TestDatabase } from "./support/database.ts";
import { insertPerson, usageOver } from "./support/usage.ts";

let test: TestDatabase;
const clock = new FakeClock("2026-03-01T09:00:00.000Z");
const ids = uuidV7Source(clock, secureRandom);
Deno.test.beforeAll(async () => {
  test = await openTestDatabase();
});
Deno.test.afterAll(() => test.close());

const newPerson = () => insertPerson(test.db, { id: ids(), at: clock.now() });
const request = (userId: string, tokens: number) => ({
  userId,
  plan: "free_trial" as const,
  operationId: ids(),
  promptTokens: tokens,
  answerTokens: 64,
});

Deno.test("[USE-29] a refusal says what running answers hold, and ended holds have no key", async () => {
  const { usage } = usageOver({ db: test.db, clock, ids });
  const userId = await newPerson();
  const held = await usage.reserveAlone(request(userId, 8_000));
  await expect(usage.reserveAlone(request(userId, 8_000))).rejects.toMatchObject({
    code: "quota_exceeded",
    detail: expect.stringContaining(`${held.tokens} are held by running answers`),
    extra: { used: 0, limit: 10_000 },
  });
  await test.db.asUser(userId, async (tx) => {
    expect(await usage.keyOf(tx, held.id)).toBeNull();
    expect(await usage.keyOf(tx, ids())).toBeNull();
  });
});

Deno.test("[USE-47] a settlement that fails is an error of its caller, is counted, and writes nothing", async () => {
  const { usage, metrics } = usageOver({ db: test.db, clock, ids });
  const userId = await newPerson();
  const held = await usage.reserveAlone(request(userId, 10));
  const settle = (tx: Tx) =>
    usage.settle(tx, held, {
      promptTokens: 10,
      completionTokens: 5,
      messages: 1,
      plan: "free_trial",
    });
  await expect(test.db.asUser(userId, async (tx) => {
    await tx`select 1 / 0`.catch(() => {});
    await settle(tx);
  })).rejects.toThrow();
  expect(await metrics.text())
    .toMatch(/usage_recording_attempts_total\{resource="llm_tokens",result="error"\} 1/);
  const holder = {
    userId,
    plan: "free_trial" as const,
    effectivePlan: "free_trial" as const,
    trialEndsAt: clock.now(),
  };
  expect((await usage.quota(holder)).resources.llm_tokens).toMatchObject({
    used: 0,
    reserved: held.tokens,
  });
  await test.db.asUser(userId, settle);
  expect((await usage.quota(holder)).resources.llm_tokens).toMatchObject({ used: 15, reserved: 0 });
});

Deno.test("[USE-31] a full store of memories is warned of by the month, with the override that holds", async () => {
  const warnings: { resource: string; period: string; level: string }[] = [];
  const { usage, entitlements } = usageOver({
    db: test.db,
    clock,
    ids,
    onWarning: (warning) => Promise.resolve(warnings.push(warning)),
  });
  const userId = await newPerson();
  const until = new Date(clock.now().getTime() + 86_400_000);
  await entitlements.setOverride({
    userId,
    resource: "memory_storage",
    limit: 100,
    from: null,
    until,
    reason: "A test",
    actorId: ids(),
  });
  await test.db.asUser(
    userId,
    (tx) => usage.recordStorage(tx, { userId, operationId: ids(), bytes: 85 }),
  );
  const report = await usage.quota({
    userId,
    plan: "free_trial",
    effectivePlan: "free_trial",
    trialEndsAt: clock.now(),
  });
  expect(report.overrides).toMatchObject([{ limit: 100, until: until.toISOString() }]);
  expect(warnings).toMatchObject([
    { resource: "memory_storage", level: "notice", period: "2026-03" },
  ]);
});

Deno.test("[USE-43] all entries come in order, over as many batches as there are", async () => {
  const { usage } = usageOver({ db: test.db, clock, ids });
  const userId = await newPerson();
  await test.db.asUser(userId, async (tx) => {
    for (let i = 0; i < 1_005; i++) {
      await usage.recordStorage(tx, { userId, operationId: ids(), bytes: i + 1 });
    }
  });
  const sizes: number[] = [];
  const amounts: number[] = [];
  for await (const batch of usage.allEntries(userId)) {
    sizes.push(batch.length);
    amounts.push(...batch.map(({ amount }) => amount));
  }
  expect(sizes).toEqual([1_000, 5]);
  expect(amounts).toEqual(Array.from({ length: 1_005 }, (_, i) => 1_005 - i));
});

Deno.test("what is remembered of people has an end, and forgetting costs a look alone", async () => {
  const mirror = createMirror({ kv: null, clock, maxKept: 1 });
  const { plans, metrics } = usageOver({ db: test.db, clock, ids });
  const limits = plans.limits("free_trial");
  const day = clock.now().toISOString().slice(0, 10);
  const [ada, eve] = [await newPerson(), await newPerson()];
  const full = { dayUtc: day, tokens: 10_000, messages: 100 };
  mirror.note(ada, full, false);
  mirror.note(eve, full, false);
  expect(await mirror.full(ada, { dayUtc: day, limits, tokens: 1 })).toBeNull();
  const entitlements = createEntitlements({ db: test.db, clock, ids, plans, metrics, maxKept: 1 });
  await entitlements.poll(); // nobody is remembered yet: nothing is asked
  for (const userId of [ada, eve, ada]) {
    expect((await entitlements.of(userId)).effectivePlan).toBe("free_trial");
  }
  expect(await metrics.text())
    .toMatch(/cache_requests_total\{cache="effective_plan",result="miss"\} 3/);
  const billing = billingOver({ db: test.db, clock, ids });
  const warnings = createWarnings({ ...billing, maxRemembered: 1 });
  const warning = { resource: "messages", level: "notice", percentage: 81 } as const;
  // Forgotten by this process, remembered by the database: told once all the same.
  expect(await warnings.note({ ...warning, userId: ada, period: day })).toBe(true);
  expect(await warnings.note({ ...warning, userId: eve, period: day })).toBe(true);
  expect(await warnings.note({ ...warning, userId: ada, period: day })).toBe(false);
  expect(await warnings.note({ ...warning, userId: ids(), period: day })).toBe(false);
});

Deno.test("[PLN-9] a process that may not be alone looks for changes by itself", async () => {
  const { plans, metrics } = usageOver({ db: test.db, clock, ids });
  const userId = await newPerson();
  const server = { ...test.db, kind: "server" as const };
  const here = createEntitlements({ db: server, clock, ids, plans, metrics });
  const there = createEntitlements({ db: test.db, clock, ids, plans, metrics });
  const stop = here.start();
  expect((await here.of(userId)).limits.messagesPerDay).toBe(100);
  await there.setOverride({
    userId,
    resource: "messages",
    limit: 7,
    from: null,
    until: null,
    reason: "A test",
    actorId: ids(),
  });
  await clock.advance(500);
  for (let i = 0; i < 50 && (await here.of(userId)).limits.messagesPerDay !== 7; i++) {
    await test.db.ping();
  }
  expect((await here.of(userId)).limits.messagesPerDay).toBe(7);
  stop();
  const alone = createEntitlements({
    db: { ...test.db, kind: "embedded" },
    clock,
    ids,
    plans,
    metrics,
  });
  const pending = clock.pending;
  alone.start()();
  expect(clock.pending).toBe(pending);
});

Deno.test("[PLN-4] a mark that the former app secret made still counts, and is made anew", async () => {
  const [former, present] = ["f".repeat(32), "p".repeat(32)];
  const email = `ada-${ids()}@example.org`;
  const trialsWith = (secret: Parameters<typeof purposeKey>[0]) =>
    createTrials({ db: test.db, key: purposeKey(secret, "trials"), now: () => clock.now() });
  const begin = async (secret: Parameters<typeof purposeKey>[0]) => {
    const userId = await newPerson();
    return await test.db.asSystem("test", (tx) =>
      trialsWith(secret).begin(tx, { userId, emailNormalized: email }));
  };
  expect(await begin(former)).toBe(true);
  expect(await begin({ present, former })).toBe(false);
  // Without the former secret the mark is still known: it was made anew.
  expect(await begin(present)).toBe(false);
  expect(await begin(former)).toBe(true);
});

Deno.test("a fault of our own in reading a state is no reason to set an event aside", async () => {
  const billing = billingOver({ db: test.db, clock, ids });
  const userId = await newPerson();
  const customerId = `cus_${userId}`;
  billing.provider.states.set(customerId, {
    customerId,
    subscriptions: [{
      id: `sub_${userId}`,
      customerId,
      userId,
      status: "active",
      priceId: "price_basic",
      nextPriceId: null,
      currentPeriodStart: clock.now(),
      currentPeriodEnd: clock.now(),
      cancelAtPeriodEnd: false,
      createdAt: clock.now(),
    }],
    invoices: [],
  });
  const prices = {
    ...billing.prices,
    planOf: () => {
      throw new TypeError("A fault of our own");
    },
  };
  const sync = createSync({ ...billing, prices });
  await expect(sync.sync(customerId, { cause: "test", eventId: null })).rejects.toThrow(TypeError);
});

Deno.test("[BIL-18] events are listed page by page, and a cursor of another list is refused", async () => {
  const billing = billingOver({ db: test.db, clock, ids });
  for (let i = 0; i < 3; i++) {
    const event = {
      id: `evt_page_${i}`,
      type: "customer.created",
      object: {},
      created: clock.now(),
    };
    const { body, header } = await delivery(event, { at: clock.now() });
    await billing.inbox.receive(body, header);
  }
  const first = await billing.inbox.events({ status: "ignored", limit: 2 });
  expect(first.items).toHaveLength(2);
  const cursor = first.nextCursor!;
  const rest = await billing.inbox.events({ status: "ignored", limit: 2, cursor });
  expect([...first.items, ...rest.items].map(({ id }) => id).toSorted())
    .toEqual(["evt_page_0", "evt_page_1", "evt_page_2"]);
  expect(rest.nextCursor).toBeNull();
  await expect(billing.inbox.events({ status: "done", limit: 2, cursor })).rejects
    .toMatchObject({ status: 400 });
});
