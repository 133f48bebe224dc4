import { expect } from "expect";
import { FakeClock } from "@/lib/platform/clock.ts";
import { ProviderError } from "@/lib/billing/types.ts";
import { startTestApp, type TestApp } from "./support/app.ts";
import { builtPages } from "./support/browser.ts";

let app: TestApp;
let clock: FakeClock;
Deno.test.beforeAll(async () => {
  clock = new FakeClock("2026-05-04T10:00:00.000Z");
  app = await startTestApp({
    clock,
    pages: builtPages,
    env: { AUTO_VERIFY_EMAIL: "true", PLAN_EXPIRED_MESSAGES_PER_DAY: "2" },
  });
});
Deno.test.afterAll(() => app.close());

type Person = Awaited<ReturnType<TestApp["person"]>>;

/** A person whose trial is over and who took no plan. */
async function expired(): Promise<Person> {
  const person = await app.person();
  await app.services.db.asSystem(
    "test",
    (tx) => tx`update users set trial_ends_at = ${clock.now()} where id = ${person.userId}`,
  );
  app.services.entitlements.forget(person.userId);
  expect((await person.get("/api/usage/quota")).body.effectivePlan).toBe("expired");
  return person;
}

Deno.test("[PLN-15] after the trial all that costs no model time stays open, and chat goes on within the small allowance", async () => {
  const ada = await expired();
  const first = await ada.say("Hello there");
  expect(first.status).toBe(200);
  const { sessionId } = first.body.turn;
  const made = await ada.post("/api/memory", { text: "The cello is in the attic." });
  expect(made.status).toBe(201);
  const path = `/api/memory/${made.body.id}`;
  const { etag } = Object.fromEntries((await ada.fetch(path)).headers);
  const corrected = await ada.patch(path, { text: "The cello is in the hall." }, {
    "if-match": etag!,
  });
  expect(corrected.status).toBe(200);
  expect((await ada.patch("/api/account/settings", { theme: "dark" })).status).toBe(200);
  expect((await ada.patch(`/api/chat/sessions/${sessionId}`, { title: "Cello" })).status).toBe(200);
  expect((await ada.post("/api/memory/search", { query: "cello" })).body.items).toHaveLength(1);
  expect((await ada.say("And once more")).status).toBe(200);
  const refused = await ada.say("And a third time");
  expect(refused.body).toMatchObject({
    status: 429,
    code: "quota_exceeded",
    resource: "messages",
    plan: "expired",
    upgradeUrl: "/billing",
  });
  // Also with nothing left of the day.
  expect((await ada.post("/api/memory", { text: "The bow is new." })).status).toBe(201);
  expect((await ada.delete(path)).status).toBe(200);
  expect((await ada.delete(`/api/chat/sessions/${sessionId}`)).status).toBe(204);
});

Deno.test("[USE-32] with nothing left every page is there, and the composer with its explanation", async () => {
  const ada = await expired();
  await ada.say("One");
  await ada.say("Two");
  expect((await ada.say("Three")).status).toBe(429);
  for (
    const path of ["/dashboard", "/memory", "/usage", "/usage/ledger", "/billing", "/settings"]
  ) {
    const page = await ada.fetch(path);
    expect([path, page.status]).toEqual([path, 200]);
  }
  const chat = await (await ada.fetch("/chat?new")).text();
  expect(chat).toMatch(/<textarea(?![^>]*\bdisabled)/);
  expect(chat).toContain("/billing");
});

Deno.test("[BIL-10] two checkouts at the same moment never both stay open", async () => {
  const ada = await app.person();
  const { provider } = app.services.billing;
  const { checkout } = provider;
  const asked = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<void>();
  const buy = (plan: string) => ada.post("/api/billing/checkout", { plan });
  try {
    provider.checkout = async (request) => {
      asked.resolve();
      await answered.promise;
      return await checkout(request);
    };
    const first = buy("basic");
    await asked.promise;
    expect((await buy("pro")).body).toMatchObject({ status: 409, reason: "opening" });
    answered.resolve();
    expect((await first).status).toBe(200);
    // A provider that fails keeps nobody out.
    provider.checkout = () => Promise.reject(new ProviderError("unavailable", "away"));
    expect((await buy("pro")).status).toBe(503);
  } finally {
    provider.checkout = checkout;
  }
  expect((await buy("pro")).status).toBe(200);
  // Nor does a process that died while it was opening one.
  const until = (minutes: number) => new Date(clock.now().getTime() + minutes * 60_000);
  for (const [minutes, status] of [[1, 409], [-1, 200]] as const) {
    await app.services.db.asSystem(
      "test",
      (tx) =>
        tx`update subscriptions set checkout_until = ${
          until(minutes)
        } where user_id = ${ada.userId}`,
    );
    expect([minutes, (await buy("basic")).status]).toEqual([minutes, status]);
  }
});

Deno.test("[BIL-10] who has paid and tries again before the event has come hears that it is paid, in their language", async () => {
  const ada = await app.person();
  const { body } = await ada.post("/api/billing/checkout", { plan: "basic" });
  const session = new URL(body.url).searchParams.get("session_id")!;
  const { billing } = app.services;
  const { provider } = billing;
  const { customerState } = provider;
  // What was paid is not heard of yet.
  provider.customerState = () => Promise.reject(new ProviderError("unavailable", "late"));
  await billing.testPayments!.finish(ada.userId, session, "pay");
  const again = await ada.post("/api/billing/checkout", { plan: "basic" });
  expect(again.body).toMatchObject({ status: 409, code: "conflict", reason: "paid" });
  const shown = async () => {
    const form = await (await ada.fetch("/billing")).text();
    const _token = /name="_token" value="([^"]+)"/.exec(form)![1]!;
    const page = await ada.fetch("/billing", {
      method: "POST",
      body: new URLSearchParams({ act: "checkout", plan: "pro", _token }),
    });
    expect(page.status).toBe(409);
    return await page.text();
  };
  expect(await shown()).toContain("You have paid already");
  expect((await ada.patch("/api/account/profile", { locale: "de" })).status).toBe(200);
  expect(await shown()).toContain("Du hast schon bezahlt");
  provider.customerState = customerState;
  await billing.repair(ada.userId, ada.userId);
  expect((await ada.get("/api/usage/quota")).body.effectivePlan).toBe("basic");
  expect((await ada.post("/api/billing/checkout", { plan: "pro" })).body.reason).toBe("has_plan");
});

Deno.test("[PLN-7] a priority that was lowered comes back by itself, and is told with its end", async () => {
  const ada = await app.person();
  const { db, entitlements } = app.services;
  const until = new Date(clock.now().getTime() + 3_600_000);
  await db.asSystem(
    "test",
    (tx) => tx`update users set lowered_until = ${until} where id = ${ada.userId}`,
  );
  entitlements.forget(ada.userId);
  expect(await entitlements.of(ada.userId)).toMatchObject({ queue: "low", loweredUntil: until });
  await clock.advance(3_600_000);
  expect(await entitlements.of(ada.userId)).toMatchObject({ queue: "normal", loweredUntil: null });
});

Deno.test("[PLN-11] a limit that would end before it begins is refused, also when it begins now", async () => {
  const ada = await app.person();
  const { entitlements } = app.services;
  const set = (from: Date | null, until: Date | null) =>
    entitlements.setOverride({
      userId: ada.userId,
      resource: "messages",
      limit: 7,
      from,
      until,
      reason: "Test",
      actorId: ada.userId,
    }).then(() => "set", (error) => `${error.status} ${error.extra.errors[0].path}`);
  const at = (ms: number) => new Date(clock.now().getTime() + ms);
  expect(await set(null, at(0))).toBe("400 until");
  expect(await set(at(2_000), at(1_000))).toBe("400 until");
  expect((await ada.get("/api/usage/quota")).body.overrides).toEqual([]);
  expect(await set(null, at(60_000))).toBe("set");
  expect((await ada.get("/api/usage/quota")).body.resources.messages.limit).toBe(7);
});
