import { expect } from "expect";
import { FakeClock } from "@/lib/platform/clock.ts";
import { purposeKey } from "@/lib/platform/crypto.ts";
import { createTrials } from "@/lib/plans/mod.ts";
import { startTestApp, type TestApp } from "./support/app.ts";

type Person = Awaited<ReturnType<TestApp["person"]>>;

let app: TestApp;
const clock = new FakeClock("2026-03-01T09:00:00.000Z");
Deno.test.beforeAll(async () => {
  app = await startTestApp({
    clock,
    env: { RATE_CHECKOUT: "-1", RATE_WEBHOOK: "-1", RATE_WEBHOOK_HOURLY: "-1" },
  });
});
Deno.test.afterAll(() => app.close());

const settle = async () => {
  for (let n = 0; n < 3; n++) await app.services.outbox.drain();
};

/** A person whose e-mail is confirmed. */
async function verified(name = "ada", role = "learner"): Promise<Person> {
  const person = await app.person(name);
  await app.services.db.asSystem(
    "test",
    (tx) =>
      tx`update users set email_verified_at = ${clock.now()}, role = ${role} where id = ${person.userId}`,
  );
  await clock.advance(6_000); // what authentication remembers is old by then
  return person;
}

const payments = () => app.services.billing.testPayments!;

/** Subscribes by the test payments. */
async function subscribe(person: Person, plan: "basic" | "pro"): Promise<string> {
  const { body } = await person.post("/api/billing/checkout", { plan });
  const session = new URL(body.url).searchParams.get("session_id")!;
  await payments().finish(person.userId, session, "pay");
  await settle();
  return session;
}

const subscriptionOf = async (person: Person) =>
  (await person.get("/api/billing/subscription")).body;
const quotaOf = async (person: Person) => (await person.get("/api/usage/quota")).body;

async function subscriptionId(person: Person): Promise<string> {
  const rows = await app.services.db.asSystem(
    "test",
    (tx) =>
      tx<
        { subscriptionId: string }[]
      >`select subscription_id from subscriptions where user_id = ${person.userId}`,
  );
  return rows[0]!.subscriptionId;
}

const act = async (person: Person, what: Parameters<ReturnType<typeof payments>["act"]>[1]) => {
  await payments().act(await subscriptionId(person), what);
  await settle();
};

const mailsTo = async (person: Person) =>
  (await app.services.mailer.kept()).filter((mail) => mail.to === person.email).map((mail) =>
    mail.subject
  );

Deno.test("[BIL-2] [BIL-43] a test payment brings the plan, its limits, an invoice and a mail, without signing in again", async () => {
  const ada = await verified();
  expect((await quotaOf(ada)).effectivePlan).toBe("free_trial");
  const { body, status } = await ada.post("/api/billing/checkout", { plan: "pro" });
  expect([status, body.provider]).toEqual([200, "test"]);
  expect(new URL(body.url).pathname).toBe("/billing/test-checkout");
  const session = new URL(body.url).searchParams.get("session_id")!;
  expect((await quotaOf(ada)).effectivePlan).toBe("free_trial");
  expect(await payments().finish(ada.userId, session, "decline")).toBeNull();
  await settle();
  expect((await quotaOf(ada)).effectivePlan).toBe("free_trial");
  const next = await payments().finish(ada.userId, session, "pay");
  expect(new URL(next!).search).toBe(`?session_id=${session}`);
  await settle();
  const quota = await quotaOf(ada);
  expect([quota.plan, quota.effectivePlan, quota.resources.llm_tokens.limit]).toEqual([
    "pro",
    "pro",
    null,
  ]);
  expect(await subscriptionOf(ada)).toMatchObject({
    plan: "pro",
    status: "active",
    provider: "test",
    cancelAtPeriodEnd: false,
  });
  const invoices = (await ada.get("/api/billing/invoices")).body;
  expect(invoices.items).toHaveLength(1);
  expect(invoices.items[0]).toMatchObject({ amount: 2900, currency: "usd", status: "paid" });
  expect((await mailsTo(ada)).filter((subject) => subject.startsWith("Test payment"))).toEqual([
    "Test payment: Your plan Pro has started",
  ]);
  // Paying twice for one checkout is paying once.
  await payments().finish(ada.userId, session, "pay");
  await settle();
  expect((await ada.get("/api/billing/invoices")).body.items).toHaveLength(1);
});

Deno.test("[BIL-10] checkout needs a confirmed e-mail, and no second subscription", async () => {
  const ada = await app.person("ada");
  expect((await ada.post("/api/billing/checkout", { plan: "pro" })).body.code).toBe(
    "email_unverified",
  );
  const eve = await verified("eve");
  await subscribe(eve, "basic");
  const again = await eve.post("/api/billing/checkout", { plan: "pro" });
  expect([again.status, again.body.code]).toEqual([409, "conflict"]);
  expect((await eve.post("/api/billing/checkout", { plan: "free_trial" })).status).toBe(400);
});

Deno.test("[BIL-11] there is no portal before the first checkout", async () => {
  const ada = await verified();
  expect((await ada.post("/api/billing/portal")).status).toBe(404);
  await subscribe(ada, "basic");
  expect((await ada.post("/api/billing/portal")).body).toMatchObject({ provider: "test" });
});

Deno.test("[BIL-13] up holds at once and costs the difference, down follows with the period", async () => {
  const ada = await verified();
  await subscribe(ada, "basic");
  await ada.post("/api/billing/change", { plan: "pro" });
  await settle();
  expect(await subscriptionOf(ada)).toMatchObject({ plan: "pro", nextPlan: null });
  const [difference] = (await ada.get("/api/billing/invoices")).body.items;
  expect(difference.amount).toBeGreaterThan(1_900);
  expect(difference.amount).toBeLessThanOrEqual(2_000);
  await ada.post("/api/billing/change", { plan: "basic" });
  await settle();
  expect(await subscriptionOf(ada)).toMatchObject({ plan: "pro", nextPlan: "basic" });
  expect((await ada.post("/api/billing/change", { plan: "basic" })).status).toBe(409);
  await act(ada, "renew");
  expect(await subscriptionOf(ada)).toMatchObject({ plan: "basic", nextPlan: null });
  expect((await quotaOf(ada)).effectivePlan).toBe("basic");
});

Deno.test("[BIL-14] a cancellation holds until the end of the period and can be taken back before", async () => {
  const ada = await verified();
  expect((await ada.post("/api/billing/cancel")).status).toBe(409);
  await subscribe(ada, "pro");
  expect((await ada.post("/api/billing/reactivate")).status).toBe(409);
  await ada.post("/api/billing/cancel");
  await settle();
  const { currentPeriodEnd, cancelAtPeriodEnd } = await subscriptionOf(ada);
  expect(cancelAtPeriodEnd).toBe(true);
  expect((await ada.post("/api/billing/cancel")).status).toBe(409);
  await ada.post("/api/billing/reactivate");
  await settle();
  expect((await subscriptionOf(ada)).cancelAtPeriodEnd).toBe(false);
  await ada.post("/api/billing/cancel");
  await settle();
  const plan = async (ms: number) => {
    const at = new Date(Date.parse(currentPeriodEnd) + ms);
    const { effectivePlan } = await import("@/lib/plans/mod.ts");
    return effectivePlan(await app.services.entitlements.of(ada.userId), at);
  };
  expect([await plan(-1_000), await plan(1_000)]).toEqual(["pro", "expired"]);
  await act(ada, "renew");
  expect(await subscriptionOf(ada)).toMatchObject({ plan: "free_trial", status: "canceled" });
  expect((await quotaOf(ada)).effectivePlan).toBe("expired");
  // Coming back is subscribing anew.
  await subscribe(ada, "basic");
  expect(await subscriptionOf(ada)).toMatchObject({ plan: "basic", status: "active" });
});

Deno.test("[BIL-41] a failed payment keeps the plan for seven days from the first attempt, and a success ends the grace", async () => {
  const ada = await verified();
  await subscribe(ada, "basic");
  await act(ada, "fail");
  const failed = await subscriptionOf(ada);
  expect(failed).toMatchObject({ plan: "basic", status: "past_due" });
  expect(Date.parse(failed.graceEndsAt) - clock.now().getTime()).toBeLessThanOrEqual(
    7 * 86_400_000,
  );
  const { effectivePlan } = await import("@/lib/plans/mod.ts");
  const holder = await app.services.entitlements.of(ada.userId);
  const at = (ms: number) => effectivePlan(holder, new Date(Date.parse(failed.graceEndsAt) + ms));
  expect([at(-1_000), at(1_000)]).toEqual(["basic", "expired"]);
  await act(ada, "recover");
  expect(await subscriptionOf(ada)).toMatchObject({
    plan: "basic",
    status: "active",
    graceEndsAt: null,
  });
  await act(ada, "fail");
  await act(ada, "expire");
  expect(await subscriptionOf(ada)).toMatchObject({ status: "past_due", providerStatus: "unpaid" });
  expect((await quotaOf(ada)).effectivePlan).toBe("expired");
  const subjects = await mailsTo(ada);
  expect(subjects.filter((subject) => subject.includes("did not go through"))).toHaveLength(2);
  expect(subjects.filter((subject) => subject.includes("went through"))).toHaveLength(1);
});

Deno.test("[BIL-18] administrators see events, replay them and repair what was lost; others may not", async () => {
  const ada = await verified();
  const admin = await verified("root", "admin");
  await subscribe(ada, "pro");
  for (
    const path of ["/api/admin/billing/events", "/api/admin/billing/reconcile", "/api/admin/usage"]
  ) {
    expect((await ada.get(path)).status).toBe(403);
    expect((await admin.get(path)).status).toBe(200);
  }
  const events = (await admin.get("/api/admin/billing/events?limit=2")).body;
  expect(events.items).toHaveLength(2);
  const more =
    (await admin.get(`/api/admin/billing/events?limit=2&cursor=${events.nextCursor}`)).body;
  expect(more.items[0].id).not.toBe(events.items[0].id);
  const { id } = events.items[0];
  expect((await admin.post(`/api/admin/billing/events/${id}/replay`)).status).toBe(204);
  expect((await admin.post("/api/admin/billing/events/evt_none/replay")).status).toBe(404);
  await settle();
  expect((await subscriptionOf(ada)).plan).toBe("pro");
  // Somebody changed the row by hand: the comparison finds it and puts it right.
  await app.services.db.asSystem(
    "test",
    (tx) => tx`update users set plan = 'basic' where id = ${ada.userId}`,
  );
  const run = (await admin.post("/api/admin/billing/repair", { userId: ada.userId })).body;
  expect(run.drift).toEqual([{ userId: ada.userId, field: "plan", here: "basic", there: "pro" }]);
  expect((await subscriptionOf(ada)).plan).toBe("pro");
  expect((await admin.post("/api/admin/billing/repair", { userId: ada.userId })).body.drift)
    .toEqual([]);
});

Deno.test("[BIL-27] lost events are found by the hourly comparison", async () => {
  const ada = await verified();
  await subscribe(ada, "pro");
  const id = await subscriptionId(ada);
  // The provider ends it, and nobody says so.
  await app.services.db.asSystem(
    "test",
    (tx) =>
      tx`update test_payments set data = jsonb_set(data, '{status}', '"canceled"') where id = ${id}`,
  );
  await app.services.billing.reconcile.run({ cause: "hourly" });
  expect((await subscriptionOf(ada)).status).toBe("active");
  await clock.advance(25 * 3_600_000);
  await app.services.billing.reconcile.run({ cause: "hourly" });
  // The timer may have been faster.
  const { runs } = await app.services.billing.reconcile.report();
  expect(runs.flatMap(({ drift }) => drift.map(({ field }) => field))).toContain("status");
  expect((await subscriptionOf(ada)).status).toBe("canceled");
});

Deno.test("[PLN-11] an override reaches limits and report at once, and is audited", async () => {
  const ada = await verified();
  const admin = await verified("root", "admin");
  const path = `/api/admin/users/${ada.userId}/limits`;
  const made = await admin.send("PUT", path, {
    resource: "messages",
    limit: 1,
    reason: "A trial of limits",
  });
  expect(made.status).toBe(200);
  const quota = await quotaOf(ada);
  expect(quota.resources.messages.limit).toBe(1);
  expect(quota.overrides).toMatchObject([{
    resource: "messages",
    limit: 1,
    until: null,
    reason: "A trial of limits",
  }]);
  expect((await ada.say("Hello")).status).toBe(200);
  const refused = await ada.say("Hello again");
  expect([refused.status, refused.body.resource, refused.body.limit]).toEqual([429, "messages", 1]);
  expect((await admin.get(path)).body.items).toHaveLength(1);
  expect((await admin.send("DELETE", `/api/admin/limits/${made.body.id}`)).status).toBe(204);
  expect((await quotaOf(ada)).overrides).toEqual([]);
  expect(
    (await ada.send("PUT", path, { resource: "messages", limit: null, reason: "More" })).status,
  ).toBe(403);
  const bad = {
    resource: "messages",
    limit: 1,
    reason: "x",
    from: "2026-01-02T00:00:00Z",
    until: "2026-01-01T00:00:00Z",
  };
  expect((await admin.send("PUT", path, bad)).status).toBe(400);
  expect(
    (await admin.send("PUT", `/api/admin/users/${crypto.randomUUID()}/limits`, {
      resource: "messages",
      limit: 1,
      reason: "x",
    })).status,
  ).toBe(404);
  const rows = await app.services.db.asSystem(
    "test",
    (tx) =>
      tx<
        { event: string }[]
      >`select event from operator_audit where target = ${ada.userId} order by id`,
  );
  expect(rows.map(({ event }) => event)).toEqual(["plan.override", "plan.override_ended"]);
});

Deno.test("[PLN-4] an address has one trial, also after its account was deleted, for twelve months", async () => {
  const { trials, db } = app.services;
  const email = `${crypto.randomUUID()}@example.org`;
  const begin = async () => {
    const { userId } = await app.person("bea");
    const trial = await db.asSystem(
      "test",
      (tx) => trials.begin(tx, { userId, emailNormalized: email }),
    );
    const { effectivePlan } = await app.services.entitlements.of(userId);
    return [trial, effectivePlan];
  };
  const leave = () => db.asSystem("test", (tx) => trials.left(tx, email));
  expect(await begin()).toEqual([true, "free_trial"]);
  await leave();
  expect(await begin()).toEqual([false, "expired"]);
  await leave();
  const month = 30 * 86_400_000;
  const later = createTrialsAt(new Date(clock.now().getTime() + 11 * month));
  expect(await later.forget()).toBe(0);
  const muchLater = createTrialsAt(new Date(clock.now().getTime() + 13 * month));
  expect(await muchLater.forget()).toBe(1);
  expect(await begin()).toEqual([true, "free_trial"]);
});

/** The same marks as seen at another moment. */
function createTrialsAt(now: Date) {
  const key = purposeKey(app.services.secrets.appSecret, "trials");
  return createTrials({ db: app.services.db, key, now: () => now });
}

Deno.test("[BIL-46] deleting an account ends its subscription at once, and erasing it leaves nothing of it", async () => {
  const ada = await verified();
  await subscribe(ada, "pro");
  const id = await subscriptionId(ada);
  await app.services.db.asSystem(
    "test",
    (tx) => app.services.billing.service.close(tx, ada.userId),
  );
  await settle();
  expect((await subscriptionOf(ada)).status).toBe("canceled");
  await app.services.db.asSystem("test", async (tx) => {
    await app.services.billing.erase(tx, ada.userId);
    await tx`delete from users where id = ${ada.userId}`;
  });
  const left = await app.services.db.asSystem("test", (tx) =>
    tx<{ n: number }[]>`select
      (select count(*) from payment_events where payload::text like ${`%${ada.userId}%`})
      + (select count(*) from test_payments where data::text like ${`%${id}%`})
      + (select count(*) from jobs where payload::text like ${`%${ada.userId}%`} and state <> 'done')
      as n`);
  expect(Number(left[0]!.n)).toBe(0);
});
