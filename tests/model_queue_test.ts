import { expect } from "expect";
import type { EffectivePlan } from "@/lib/plans/mod.ts";
import { startTestApp, type TestApp, type TestClient } from "./support/app.ts";

/** One place at a model that writes slowly, so that everybody else waits. */
let app: TestApp;
Deno.test.beforeAll(async () => {
  app = await startTestApp({
    env: { MODEL_CONCURRENCY: "1", STANDIN_TOKENS_PER_SECOND: "60", AUTO_VERIFY_EMAIL: "true" },
  });
});
Deno.test.afterAll(() => app.close());

const LONG = "Write a long answer of 1500 words about the sea.";
const DAY = 86_400_000;

async function onPlan(name: string, plan: EffectivePlan) {
  const person = await app.person(name);
  const paid = plan === "basic" || plan === "pro";
  await app.services.db.asSystem(
    "test",
    (tx) =>
      tx`update users set plan = ${paid ? plan : "free_trial"},
      subscription_status = ${paid ? "active" : plan === "expired" ? "canceled" : "none"}
      where id = ${person.userId}`,
  );
  app.services.entitlements.forget(person.userId);
  return person;
}

async function begin(client: TestClient, content: string): Promise<string> {
  const body = { content, clientMessageId: crypto.randomUUID() };
  const answer = await client.post("/api/chat/messages", body, { prefer: "respond-async" });
  expect(answer.status).toBe(202);
  return answer.body.turnId;
}

const view = async (client: TestClient, turnId: string) =>
  (await client.get(`/api/chat/turns/${turnId}`)).body.turn;
const stop = (client: TestClient, turnId: string) => client.post(`/api/chat/turns/${turnId}/stop`);
const load = () => app.services.model.load();

/** Waits until so many wait at the model. */
async function waiting(count: number): Promise<void> {
  while (load().waiting !== count) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** The raw text of a turn's stream up to its end. */
async function streamOf(client: TestClient, turnId: string): Promise<string> {
  return await (await client.fetch(`/api/chat/turns/${turnId}/events`)).text();
}

Deno.test("[CHT-78] with one place the others wait, see their place, and are served by plan", async () => {
  const first = await onPlan("first", "free_trial");
  const holding = await begin(first, LONG);
  while (load().active === 0) await new Promise((resolve) => setTimeout(resolve, 5));

  const waiters: { name: string; client: TestClient; turnId: string; stream: Promise<string> }[] =
    [];
  const ends: string[] = [];
  for (const plan of ["expired", "basic", "pro"] as const) {
    const client = await onPlan(plan, plan);
    const turnId = await begin(client, "Hello there");
    await waiting(waiters.length + 1);
    const stream = streamOf(client, turnId).then((text) => {
      ends.push(plan);
      return text;
    });
    waiters.push({ name: plan, client, turnId, stream });
    expect((await view(client, turnId)).status).toBe("queued");
  }
  expect((await view(first, holding)).status).toBe("streaming");
  await stop(first, holding);
  const texts = await Promise.all(waiters.map(({ stream }) => stream));
  expect(ends).toEqual(["pro", "basic", "expired"]);
  for (const text of texts) expect(text).toContain('"status":"complete"');
  const places = texts.map((text) => [...text.matchAll(/^: queue (\d+)$/gm)].map(([, n]) => n));
  // Whoever came first stood first, was passed by the higher classes, and moved up again.
  expect(places[0]!.at(0)).toBe("1");
  expect(places[0]).toContain("3");
  expect(places.every((told) => told.at(-1) === "0")).toBe(true);
  expect(load()).toEqual({ active: 0, waiting: 0 });
});

Deno.test("[CHT-78] a turn that waits can be stopped: it costs nothing and leaves the queue", async () => {
  const first = await onPlan("first", "free_trial");
  const holding = await begin(first, LONG);
  while (load().active === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const ada = await app.person("ada");
  const turnId = await begin(ada, "Hello there");
  await waiting(1);
  const stopped = await stop(ada, turnId);
  expect(stopped.body.status).toBe("stopped");
  expect(load()).toEqual({ active: 1, waiting: 0 });
  const { resources } = (await ada.get("/api/usage/quota")).body;
  expect(resources.llm_tokens).toMatchObject({ used: 0, reserved: 0 });
  expect(resources.messages).toMatchObject({ used: 0, reserved: 0 });

  // A client that leaves does not end its turn (CHT-43): it is answered when it is its turn.
  const ben = await app.person("ben");
  const left = await begin(ben, "Hello there");
  await waiting(1);
  const response = await ben.fetch(`/api/chat/turns/${left}/events`);
  await response.body?.cancel();
  await stop(first, holding);
  await streamOf(ben, left);
  expect((await view(ben, left)).status).toBe("complete");
});

Deno.test("[CHT-78] when the queue is full the answer is 503 with the time to wait, and nothing is charged", async () => {
  const first = await onPlan("first", "free_trial");
  const holding = await begin(first, LONG);
  while (load().active === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const crowd = await Promise.all(Array.from({ length: 32 }, () => app.person("guest")));
  const turns = (await Promise.all(
    crowd.map((client) =>
      Promise.all([begin(client, "Hello there"), begin(client, "Hello again")])
    ),
  )).flat();
  await waiting(64);
  const ada = await app.person("ada");
  const refused = await ada.say("Hello there");
  expect(refused.status).toBe(503);
  expect(refused.body).toMatchObject({ code: "model_unavailable", degraded: true });
  expect(Number(refused.headers.get("retry-after"))).toBe(refused.body.retryAfterSeconds);
  expect(refused.body.retryAfterSeconds).toBeGreaterThanOrEqual(5);
  expect(refused.body.detail).toContain("queue");
  // The message is there, and can be answered again.
  const messages = await ada.get(`/api/chat/sessions/${refused.body.sessionId}/messages`);
  expect(messages.body.items[0]).toMatchObject({ content: "Hello there" });
  const { resources } = (await ada.get("/api/usage/quota")).body;
  expect(resources.messages).toMatchObject({ used: 0, reserved: 0 });

  await Promise.all(turns.map((id, i) => stop(crowd[Math.floor(i / 2)]!, id)));
  await stop(first, holding);
  expect((await ada.say("Hello once more")).status).toBe(200);
});

Deno.test("[PLN-7] beyond fair use pro is refused nothing, waits in the normal queue, and is told", async () => {
  const ada = await onPlan("ada", "pro");
  const { usage, db, clock, entitlements } = app.services;
  const holder = async () => ({
    userId: ada.userId,
    ...await entitlements.of(ada.userId),
  });
  await ada.get("/api/usage/quota");
  expect(usage.queueClass(await holder())).toBe("priority");
  const today = clock.now().toISOString().slice(0, 10);
  const spend = (resource: string, used: number) =>
    db.asSystem(
      "test",
      (tx) =>
        tx`insert into usage_daily (user_id, day_utc, resource, used, reserved)
        values (${ada.userId}, ${today}, ${resource}, ${used}, 0)
        on conflict (user_id, day_utc, resource) do update set used = excluded.used`,
    );
  await spend("llm_tokens", 2_000_000);
  expect((await ada.get("/api/usage/quota")).body.queue).toBeUndefined();
  expect(usage.queueClass(await holder())).toBe("priority");
  await spend("llm_tokens", 2_000_001);
  const quota = (await ada.get("/api/usage/quota")).body;
  expect(quota.queue).toEqual({
    class: "normal",
    reason: "fair_use",
    resource: "llm_tokens",
    until: quota.resetsAt,
  });
  expect(usage.queueClass(await holder())).toBe("normal");
  expect((await ada.say("Hello")).status).toBe(200);

  // Told once a day, not at every look.
  await ada.get("/api/usage/quota");
  const told = () =>
    ada.get("/api/notifications").then(({ body }) =>
      body.items.filter((item: { kind: string }) => item.kind === "usage_fair")
    );
  while ((await told()).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(await told()).toHaveLength(1);
  expect((await told())[0].text).toContain("normal queue");

  await spend("llm_tokens", 10);
  await spend("messages", 20_001);
  expect((await ada.get("/api/usage/quota")).body.queue.resource).toBe("messages");
  // Who is not known, after a start of the process, keeps the class and is looked up.
  const other = await onPlan("eve", "pro");
  const eve = { userId: other.userId, ...await entitlements.of(other.userId) };
  expect(usage.queueClass(eve)).toBe("priority");
});

Deno.test("[ACC-124] more than twenty times the usual lowers the class for the day, once told and reversible", async () => {
  const ada = await onPlan("ada", "basic");
  const admin = await app.person("admin");
  const { db, clock, accounts, entitlements, outbox } = app.services;
  const spend = (daysAgo: number, used: number) => {
    const day = new Date(clock.now().getTime() - daysAgo * DAY).toISOString().slice(0, 10);
    return db.asSystem(
      "test",
      (tx) =>
        tx`insert into usage_daily (user_id, day_utc, resource, used, reserved)
        values (${ada.userId}, ${day}, 'llm_tokens', ${used}, 0)
        on conflict (user_id, day_utc, resource) do update set used = excluded.used`,
    );
  };
  for (let day = 1; day <= 30; day++) await spend(day, 100);
  await spend(0, 1_500);
  await accounts.retention.run();
  expect((await entitlements.of(ada.userId)).queue).toBe("normal"); // an alert lowers nothing
  await spend(0, 2_500);
  await accounts.retention.run();
  await accounts.retention.run();
  expect((await entitlements.of(ada.userId)).queue).toBe("low");
  const quota = (await ada.get("/api/usage/quota")).body;
  expect(quota.queue).toEqual({
    class: "low",
    reason: "unusual_use",
    resource: null,
    until: quota.resetsAt,
  });
  await outbox.drain();
  const log = (await ada.get("/api/account/security-log")).body.items
    .filter((entry: { event: string }) => entry.event === "usage_spike");
  expect(log).toHaveLength(2); // the alert, then the answer
  expect(log[0].response).toContain("one class lower until 00:00 UTC");

  await accounts.setAdmin(admin.email, true);
  await admin.post("/api/auth/step-up", { password: "Correct-horse-7-battery" });
  const restore = () => admin.post(`/api/admin/users/${ada.userId}/restore`);
  expect((await restore()).status).toBe(204);
  expect((await entitlements.of(ada.userId)).queue).toBe("normal");
  expect((await ada.get("/api/usage/quota")).body.queue).toBeUndefined();
  // What was taken back does not come again for the same day.
  await accounts.retention.run();
  expect((await entitlements.of(ada.userId)).queue).toBe("normal");
  expect((await restore()).status).toBe(409);
});
