import { expect } from "expect";
import { FakeClock } from "@/lib/platform/clock.ts";
import { startTestApp, type TestApp } from "./support/app.ts";

type Person = Awaited<ReturnType<TestApp["person"]>>;

let app: TestApp;
const clock = new FakeClock("2026-03-01T09:00:00.000Z");
Deno.test.beforeAll(async () => {
  app = await startTestApp({
    clock,
    env: {
      AUTO_VERIFY_EMAIL: "true",
      RATE_CHECKOUT: "-1",
      RATE_WEBHOOK: "-1",
      RATE_WEBHOOK_HOURLY: "-1",
      PLAN_FREE_TRIAL_MESSAGES_PER_DAY: "5",
      PLAN_FREE_TRIAL_TOKENS_PER_DAY: "100000",
      PLAN_FREE_TRIAL_CHAT_TURNS_PER_MINUTE: "3",
      PLAN_PRO_CONCURRENT_STREAMS: "100",
      PLAN_PRO_CHAT_TURNS_PER_MINUTE: "-1",
      PLAN_FREE_TRIAL_STORAGE_BYTES: "12000",
      PLAN_EXPIRED_STORAGE_BYTES: "12000",
      PLAN_ALLOW_NON_MONOTONIC: "true",
    },
  });
});
Deno.test.afterAll(() => app.close());

const sql = (person: Person, set: string) =>
  app.services.db.asSystem(
    "test",
    (tx) => tx.unsafe(`update users set ${set} where id = '${person.userId}'`),
  );

const metric = async (pattern: RegExp): Promise<number> =>
  Number((await app.services.metrics.text()).match(pattern)?.[1] ?? 0);

/** A person on a paid plan. */
async function subscribed(plan: "basic" | "pro"): Promise<Person> {
  const person = await app.person();
  const { body } = await person.post("/api/billing/checkout", { plan });
  const session = new URL(body.url).searchParams.get("session_id")!;
  await app.services.billing.testPayments!.finish(person.userId, session, "pay");
  for (let n = 0; n < 3; n++) await app.services.outbox.drain();
  return person;
}

Deno.test("[USE-30] a suspension and a gate are told before a limit that is used up, and count against it", async () => {
  const ada = await app.person();
  for (let i = 0; i < 4; i++) await ada.say(`Message ${i}`);
  const limited = await ada.say("One too many in a minute");
  expect([limited.status, limited.body.code]).toEqual([429, "rate_limited"]);
  await sql(ada, "suspended_at = now(), suspended_reason = 'A test'");
  await clock.advance(5_000);
  const suspended = await ada.say("Still here");
  expect([suspended.status, suspended.body.code]).toEqual([403, "suspended"]);
});

Deno.test("[USE-34] each decision counts once, and the refusals are the answers that were sent", async () => {
  const ada = await app.person();
  const counted = async () => ({
    granted: await metric(
      /usage_quota_checks_total\{resource="llm_tokens",plan="free_trial",result="granted"\} (\d+)/,
    ),
    refused: await metric(
      /usage_quota_checks_total\{resource="messages",plan="free_trial",result="refused"\} (\d+)/,
    ),
  });
  const before = await counted();
  const codes: string[] = [];
  for (let i = 0; i < 8; i++) {
    const { status, body, headers } = await ada.say(`Message ${i}`);
    codes.push(status === 200 ? "granted" : body.code);
    if (body.code === "quota_exceeded") {
      // USE-29: seconds to midnight, and no confusion with a limit of requests.
      expect(Number(headers.get("retry-after"))).toBe(
        (Date.parse(body.resetsAt) - clock.now().getTime()) / 1_000,
      );
    }
    await clock.advance(30_000);
  }
  const granted = codes.filter((code) => code === "granted").length;
  const refused = codes.filter((code) => code === "quota_exceeded").length;
  expect([granted, refused]).toEqual([5, 3]);
  const after = await counted();
  expect([after.granted - before.granted, after.refused - before.refused]).toEqual([5, 3]);
});

Deno.test("[USE-40] [USE-41] quota and history have every resource and every day", async () => {
  const ada = await app.person();
  await ada.say("Hello");
  const { body } = await ada.get("/api/usage/quota");
  expect(Object.keys(body.resources))
    .toEqual(["llm_tokens", "messages", "memory_storage", "agent_minutes"]);
  expect(body.resources.messages)
    .toEqual({ used: 1, reserved: 0, limit: 5, remaining: 4, percentage: 20 });
  expect(body).toMatchObject({
    plan: "free_trial",
    effectivePlan: "free_trial",
    resetsAt: "2026-03-02T00:00:00.000Z",
    monthResetsAt: "2026-04-01T00:00:00.000Z",
    overrides: [],
  });
  const { items } = (await ada.get("/api/usage/history?days=30")).body;
  expect(items).toHaveLength(30);
  expect(items[0]).toMatchObject({ day: "2026-03-01", resources: { messages: { amount: 1 } } });
  expect(items[29].day).toBe("2026-01-31");
  expect((await ada.get("/api/usage/history?days=91")).status).toBe(400);
  const pro = await subscribed("pro");
  const { resources } = (await pro.get("/api/usage/quota")).body;
  expect(resources.messages).toMatchObject({ limit: null, remaining: null, percentage: null });
});

Deno.test("[USE-46] [USE-33] operators read sums without texts, and how many are near a limit", async () => {
  const ada = await app.person();
  for (let i = 0; i < 4; i++) {
    await ada.say(`A secret of mine ${i}`);
    await clock.advance(30_000);
  }
  const operator = await app.person("operator");
  await app.services.accounts.setAdmin(operator.email, true);
  await operator.get("/api/auth/me");
  const report = await operator.get("/api/admin/usage?days=1&limit=100");
  expect(report.status).toBe(200);
  expect(report.text).not.toContain("secret");
  const mine = report.body.people.find(({ userId }: { userId: string }) => userId === ada.userId);
  expect(mine).toMatchObject({ plan: "free_trial", messages: 4 });
  expect((await ada.get("/api/admin/usage")).status).toBe(403);
  await app.services.usage.observe();
  const text = await app.services.metrics.text();
  expect(text).toMatch(
    /usage_users_near_limit\{resource="messages",plan="free_trial",level="80"\} [1-9]/,
  );
  expect(text).not.toContain(ada.userId);
});

Deno.test("[PLN-12] the public plans are those of the table, and say what is unlimited by null", async () => {
  const { status, body, headers } = await app.client().get("/api/plans");
  expect(status).toBe(200);
  expect(headers.get("cache-control")).toMatch(/max-age|no-cache|public/);
  expect(body.items.map(({ plan }: { plan: string }) => plan))
    .toEqual(["free_trial", "expired", "basic", "pro"]);
  expect(body.items[2].price).toEqual({ amount: 900, currency: "USD", interval: "month" });
  expect(body.items[3].limits.tokensPerDay).toBeNull();
  expect(body.items[0].limits.messagesPerDay).toBe(5);
});

Deno.test("[BIL-12] [BIL-15] [BIL-44] state, invoices and history of a subscription, each change counted once", async () => {
  const changes = () =>
    metric(/subscription_changes_total\{from_tier="free_trial",to_tier="basic"\} (\d+)/);
  const before = await changes();
  const ada = await subscribed("basic");
  expect(await changes()).toBe(before + 1);
  const { body } = await ada.get("/api/billing/subscription");
  expect(body).toMatchObject({
    provider: "test",
    plan: "basic",
    status: "active",
    cancelAtPeriodEnd: false,
    graceEndsAt: null,
  });
  expect(Date.parse(body.lastSync)).toBeGreaterThan(0);
  const page = (await ada.get("/api/billing/invoices?limit=1")).body;
  expect(page).toMatchObject({ provider: "test", items: [{ amount: 900, status: "paid" }] });
  // What an event that comes again brings is no change.
  await app.services.billing.reconcile.run({ cause: "test", userId: ada.userId });
  expect(await changes()).toBe(before + 1);
  const history = (await ada.get("/api/account/security-log")).body.items;
  expect(history.filter(({ event }: { event: string }) => event === "plan_changed"))
    .toMatchObject([{ category: "billing", result: "ok" }]);
});

Deno.test("[PLN-6] above the storage after a downgrade everything is read, and nothing more is kept", async () => {
  const ada = await subscribed("basic");
  const save = (text: string) => ada.post("/api/memory", { text });
  const facts = Array.from({ length: 6 }, (_, i) => `My friend number ${i} lives in city ${i}`);
  const ids: string[] = [];
  for (const text of facts) {
    const { status, body } = await save(text);
    expect(status).toBe(201);
    ids.push(body.id);
  }
  const used = (await ada.get("/api/usage/quota")).body.resources.memory_storage.used;
  expect(used).toBeGreaterThan(12_000);
  // The subscription is over: the storage of those without a plan is smaller.
  await sql(ada, "plan = 'free_trial', subscription_status = 'canceled', plan_until = null");
  app.services.entitlements.forget(ada.userId);
  await clock.advance(5_000);
  const refused = await save("One more thing");
  expect([refused.status, refused.body.code, refused.body.resource])
    .toEqual([429, "quota_exceeded", "memory_storage"]);
  expect((await ada.get("/api/memory")).body.items).toHaveLength(6);
  expect((await ada.get("/api/memory/export")).text).toContain("friend number 5");
  expect((await ada.get(`/api/memory/${ids[0]}`)).status).toBe(200);
  // Erasing makes room, and then there is room.
  for (const id of ids.slice(0, 5)) {
    expect((await ada.delete(`/api/memory/${id}?erase=true`)).status).toBe(204);
  }
  expect((await save("One more thing")).status).toBe(201);
});

Deno.test("[PLN-11] [USE-27] a limit of storage that was set for one person holds, and a file is taken whole or not at all", async () => {
  const ada = await app.person();
  const operatorId = (await app.person("operator")).userId;
  const row = await app.services.entitlements.setOverride({
    userId: ada.userId,
    resource: "memory_storage",
    limit: 7_000,
    from: null,
    until: null,
    reason: "A test",
    actorId: operatorId,
  });
  const file = Array.from(
    { length: 3 },
    (_, i) =>
      JSON.stringify({ kind: "fact", text: `My cousin number ${i} likes tea`, type: "fact" }),
  )
    .join("\n");
  const bring = async () => {
    const response = await ada.fetch("/api/memory/import", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ data: file }),
    });
    return { status: response.status, body: await response.json() };
  };
  const refused = await bring();
  expect(refused.body).toMatchObject({
    code: "quota_exceeded",
    resource: "memory_storage",
    limit: 7_000,
    used: 0,
    fits: 2,
  });
  expect((await ada.get("/api/memory")).body.items).toHaveLength(0);
  await app.services.entitlements.revokeOverride({ id: row.id, actorId: operatorId });
  expect((await bring()).status).toBe(200);
  expect((await ada.get("/api/memory")).body.items).toHaveLength(3);
});

Deno.test("[USE-20] of fifty turns at once for an allowance of seven, seven are answered; ledger, CSV and headers agree", async () => {
  const ada = await subscribed("pro");
  await app.services.entitlements.setOverride({
    userId: ada.userId,
    resource: "messages",
    limit: 7,
    from: null,
    until: null,
    reason: "A test",
    actorId: ada.userId,
  });
  const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => ada.say(`Turn ${i}`)));
  const codes = answers.map(({ status, body }) => status === 200 ? "answered" : body.code);
  expect(codes.filter((code) => code === "answered")).toHaveLength(7);
  expect(codes.filter((code) => code === "quota_exceeded")).toHaveLength(43);
  const { messages, llm_tokens } = (await ada.get("/api/usage/quota")).body.resources;
  expect([messages.used, messages.reserved, llm_tokens.reserved]).toEqual([7, 0, 0]);
  const tokens = answers.filter(({ status }) => status === 200)
    .reduce((sum, { body }) => sum + body.usage.promptTokens + body.usage.completionTokens, 0);
  expect(llm_tokens.used).toBe(tokens);
  expect((await ada.get("/api/usage/verify")).body).toMatchObject({ valid: true, rows: 14 });
  const csv = (await ada.get("/api/usage/ledger", { accept: "text/csv" })).text.trim().split(
    "\r\n",
  );
  expect(csv).toHaveLength(1 + 14);
  // RFC 9651: a list of strings with integers as parameters.
  const { headers } = await (await app.person()).say("Hello");
  const item = /^"[a-z_]+"(?:;[a-z]=\d+)+$/;
  for (const name of ["ratelimit", "ratelimit-policy"]) {
    const list = headers.get(name)!.split(", ");
    expect(list.filter((one) => !item.test(one))).toEqual([]);
    expect(list.length).toBeGreaterThan(0);
  }
});
