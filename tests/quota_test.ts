import { expect } from "expect";
import { startTestApp, type TestApp } from "./support/app.ts";
import { FakeClock } from "@/lib/platform/clock.ts";
import { secureRandom, uuidV7Source } from "@/lib/platform/ids.ts";
import { insertPerson, usageOver } from "./support/usage.ts";
import { openTestDatabase, type TestDatabase } from "./support/database.ts";

let test: TestDatabase;
const clock = new FakeClock("2026-03-01T23:59:00.000Z");
const ids = uuidV7Source(clock, secureRandom);

Deno.test.beforeAll(async () => {
  test = await openTestDatabase();
});
Deno.test.afterAll(() => test.close());

const usageWith = (env: Record<string, string>) =>
  usageOver({ db: test.db, clock, ids, env }).usage;
const newUser = () =>
  insertPerson(test.db, { id: ids(), at: clock.now(), trialEndsAt: new Date("2027-01-01") });

const holder = (userId: string) => ({
  userId,
  plan: "free_trial" as const,
  effectivePlan: "free_trial" as const,
  trialEndsAt: new Date("2027-01-01"),
});

Deno.test("[USE-20] 200 parallel holds against an allowance for seven admit exactly seven", async () => {
  const usage = usageWith({
    PLAN_FREE_TRIAL_TOKENS_PER_DAY: "700",
    PLAN_FREE_TRIAL_MESSAGES_PER_DAY: "1000",
  });
  const userId = await newUser();
  const hold = () =>
    test.db.asUser(userId, (tx) =>
      // 32 * 1.15 rounds up to 37 tokens of prompt, with 63 below the least answer: 100 each
      usage.reserve(tx, {
        userId,
        plan: "free_trial",
        operationId: ids(),
        promptTokens: 31,
        answerTokens: 64,
      }))
      .then(() => "granted", (error) => error.code as string);
  const results = await Promise.all(Array.from({ length: 200 }, hold));
  const granted = results.filter((result) => result === "granted").length;
  expect(granted).toBe(Math.floor(700 / (36 + 64)));
  expect(results.filter((result) => result === "quota_exceeded")).toHaveLength(200 - granted);
  const { llm_tokens } = (await usage.quota(holder(userId))).resources;
  expect(llm_tokens.used + llm_tokens.reserved).toBeLessThanOrEqual(700);
});

Deno.test("[USE-3] settling twice writes once, and the chain verifies", async () => {
  const usage = usageWith({});
  const userId = await newUser();
  const reservation = await test.db.asUser(
    userId,
    (tx) =>
      usage.reserve(tx, {
        userId,
        plan: "free_trial",
        operationId: ids(),
        promptTokens: 100,
        answerTokens: 200,
      }),
  );
  const settle = () =>
    test.db.asUser(
      userId,
      (tx) =>
        usage.settle(tx, reservation, {
          promptTokens: 90,
          completionTokens: 10,
          messages: 1,
          metadata: { feature: "chat" },
          plan: "free_trial",
        }),
    );
  await settle();
  await settle();
  const { llm_tokens, messages } = (await usage.quota(holder(userId))).resources;
  expect([llm_tokens.used, llm_tokens.reserved, messages.used]).toEqual([100, 0, 1]);
  expect(await usage.verify(userId)).toMatchObject({ valid: true, rows: 2, firstBad: null });
});

Deno.test("[USE-1] the product's roles can neither change nor delete a ledger row", async () => {
  const usage = usageWith({});
  const userId = await newUser();
  await test.db.asUser(
    userId,
    (tx) => usage.recordStorage(tx, { userId, operationId: ids(), bytes: 10 }),
  );
  for (const statement of ["update usage_ledger set amount = 0", "delete from usage_ledger"]) {
    for (const role of ["asUser", "asSystem"] as const) {
      const run = test.db[role](userId, (tx) => tx.unsafe(statement));
      expect(await run.then(() => "done", (error) => error.code)).toBe("42501");
    }
  }
});

Deno.test("[USE-3] a row altered behind the product's back is named by the check", async () => {
  const usage = usageWith({});
  const userId = await newUser();
  for (const bytes of [10, 20, 30]) {
    await test.db.asUser(
      userId,
      (tx) => usage.recordStorage(tx, { userId, operationId: ids(), bytes }),
    );
  }
  const owner = test.db.owner(
    test.url
      ? Deno.env.get("TEST_DATABASE_URL")!.replace(/\/[^/]*$/, new URL(test.url).pathname)
      : undefined,
  );
  const [row] =
    await owner`update usage_ledger set amount = 21 where user_id = ${userId} and sequence = 2 returning id`;
  await owner.end();
  expect(await usage.verify(userId)).toMatchObject({
    valid: false,
    firstBad: { id: row!.id, reason: "hash" },
  });
});

Deno.test("[USE-28] the allowance starts anew at midnight UTC, and a turn counts for the day it began", async () => {
  const usage = usageWith({ PLAN_FREE_TRIAL_TOKENS_PER_DAY: "500" });
  const userId = await newUser();
  const reserve = () =>
    test.db.asUser(
      userId,
      (tx) =>
        usage.reserve(tx, {
          userId,
          plan: "free_trial",
          operationId: ids(),
          promptTokens: 100,
          answerTokens: 300,
        }),
    );
  const first = await reserve();
  expect(await reserve().then(() => "granted", (error) => error.extra.resetsAt)).toBe(
    "2026-03-02T00:00:00.000Z",
  );
  await clock.advance(60_000);
  await reserve();
  await test.db.asUser(
    userId,
    (tx) =>
      usage.settle(tx, first, {
        promptTokens: 100,
        completionTokens: 50,
        messages: 1,
        metadata: {},
        plan: "free_trial",
      }),
  );
  const [today, yesterday] = await usage.history(userId, 2);
  expect([today!.day, today!.resources.llm_tokens.amount]).toEqual(["2026-03-02", 0]);
  expect([yesterday!.day, yesterday!.resources.llm_tokens.amount]).toEqual(["2026-03-01", 150]);
});

Deno.test("[USE-24] a hold whose turn is gone is given back after ten minutes", async () => {
  const usage = usageWith({});
  const userId = await newUser();
  await test.db.asUser(
    userId,
    (tx) =>
      usage.reserve(tx, {
        userId,
        plan: "free_trial",
        operationId: ids(),
        promptTokens: 100,
        answerTokens: 300,
      }),
  );
  await usage.releaseLost();
  expect((await usage.quota(holder(userId))).resources.llm_tokens.reserved).toBeGreaterThan(0);
  await clock.advance(10 * 60_000 + 1);
  expect(await usage.releaseLost()).toBeGreaterThan(0);
  expect((await usage.quota(holder(userId))).resources.llm_tokens.reserved).toBe(0);
});

Deno.test("[USE-29] over the allowance the answer is 429 with what to do, and nothing is stored", async () => {
  const app: TestApp = await startTestApp({
    env: { PLAN_FREE_TRIAL_TOKENS_PER_DAY: "800", PLAN_EXPIRED_TOKENS_PER_DAY: "1" },
  });
  try {
    const ada = await app.person();
    let answer = await ada.say("Hello there");
    for (let i = 0; answer.status === 200 && i < 10; i++) answer = await ada.say("Hello again");
    expect(answer.status).toBe(429);
    expect(answer.body).toMatchObject({
      code: "quota_exceeded",
      resource: "llm_tokens",
      limit: 800,
      plan: "free_trial",
      upgradeUrl: "/billing",
    });
    expect(answer.body.resetsAt).toMatch(/T00:00:00\.000Z$/);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    const sessions = (await ada.get("/api/chat/sessions")).body.items.length;
    await ada.say("Hello once more");
    expect((await ada.get("/api/chat/sessions")).body.items).toHaveLength(sessions);
    const { llm_tokens } = (await ada.get("/api/usage/quota")).body.resources;
    expect(llm_tokens.used).toBeLessThanOrEqual(800);
  } finally {
    await app.close();
  }
});
