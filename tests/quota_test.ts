import { expect } from "expect";
import { startTestApp, type TestApp } from "./support/app.ts";
import { FakeClock } from "@/lib/platform/clock.ts";
import { sqlState } from "@/lib/platform/database/mod.ts";
import { secureRandom, uuidV7Source } from "@/lib/platform/ids.ts";
import { cappedAnswer } from "@/lib/usage/mod.ts";
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

Deno.test("[USE-31] each threshold is told once per resource and day, and by mail to those who asked", async () => {
  const app = await startTestApp({
    env: { PLAN_FREE_TRIAL_MESSAGES_PER_DAY: "5", PLAN_EXPIRED_MESSAGES_PER_DAY: "1" },
  });
  try {
    const ada = await app.person();
    const bela = await app.person("bela");
    await app.services.db.asSystem(
      "test",
      (tx) =>
        tx`update users set settings = settings || '{"usageMails": true}' where id = ${ada.userId}`,
    );
    for (const person of [ada, bela]) {
      for (let n = 0; n < 5; n++) await person.say("Hello");
      for (let n = 0; n < 3; n++) await person.get("/api/usage/quota");
    }
    const told = async (userId: string) => {
      const rows = await app.services.db.asSystem(
        "test",
        (tx) =>
          tx<{ kind: string }[]>`select kind from notices where user_id = ${userId}
          and cause like 'messages:%' order by kind`,
      );
      return rows.map(({ kind }) => kind);
    };
    const all = ["usage_blocked", "usage_notice", "usage_strong"];
    while ((await told(bela.userId)).length < 3) await app.services.db.ping();
    expect([await told(ada.userId), await told(bela.userId)]).toEqual([all, all]);
    for (let n = 0; n < 2; n++) await app.services.outbox.drain();
    const mails = (await app.services.mailer.kept()).filter(({ subject }) => /used/.test(subject));
    expect(mails.map(({ to, subject }) => [to, subject]).sort()).toEqual([
      [ada.email, "80% of your messages of today are used"],
      [ada.email, "Your messages of today are used up"],
    ]);
  } finally {
    await app.close();
  }
});

Deno.test("[PLN-9] a change in another process is in force within a second, and what is remembered is counted", async () => {
  const here = usageOver({ db: test.db, clock, ids });
  const there = usageOver({ db: test.db, clock, ids });
  const userId = await newUser();
  const messages = async () => (await here.entitlements.of(userId)).limits.messagesPerDay;
  expect(await messages()).toBe(100);
  expect(await messages()).toBe(100);
  const request = { userId, resource: "messages" as const, limit: 7, from: null, until: null };
  await there.entitlements.setOverride({ ...request, reason: "A test", actorId: ids() });
  await here.entitlements.poll();
  expect(await messages()).toBe(7);
  // Not asked again for what was seen.
  await here.entitlements.poll();
  const text = await here.metrics.text();
  expect(text).toMatch(/cache_requests_total\{cache="effective_plan",result="hit"\} 1/);
  expect(text).toMatch(/cache_requests_total\{cache="effective_plan",result="miss"\} 2/);
});

Deno.test("[PLN-9] a change while the row is being read is not forgotten", async () => {
  const { entitlements } = usageOver({ db: test.db, clock, ids });
  const userId = await newUser();
  const reading = entitlements.of(userId);
  const request = { userId, resource: "messages" as const, limit: 7, from: null, until: null };
  await entitlements.setOverride({ ...request, reason: "A test", actorId: ids() });
  await reading;
  expect((await entitlements.of(userId)).limits.messagesPerDay).toBe(7);
});

Deno.test("[PLN-14] three accounts on three plans observe three limits", async () => {
  const app = await startTestApp({
    env: { PLAN_FREE_TRIAL_TOKENS_PER_DAY: "10000", PLAN_FREE_TRIAL_MESSAGES_PER_DAY: "100" },
  });
  try {
    const limits = [];
    for (
      const [plan, status] of [["free_trial", "none"], ["basic", "active"], [
        "pro",
        "active",
      ]] as const
    ) {
      const person = await app.person();
      await app.services.db.asSystem(
        "test",
        (tx) =>
          tx`update users set plan = ${plan}, subscription_status = ${status} where id = ${person.userId}`,
      );
      app.services.entitlements.forget(person.userId);
      limits.push((await person.get("/api/usage/quota")).body.resources.llm_tokens.limit);
    }
    expect(limits).toEqual([10_000, 50_000, null]);
  } finally {
    await app.close();
  }
});

Deno.test("[USE-8] a balance that differs from the ledger is found, counted and put right", async () => {
  const { usage, metrics } = usageOver({ db: test.db, clock, ids });
  const userId = await newUser();
  const reservation = await usage.reserveAlone({
    userId,
    plan: "free_trial",
    operationId: ids(),
    promptTokens: 10,
    answerTokens: 64,
  });
  const settlement = {
    promptTokens: 10,
    completionTokens: 5,
    messages: 1,
    metadata: {},
    plan: "free_trial" as const,
  };
  await test.db.asUser(userId, (tx) => usage.settle(tx, reservation, settlement));
  // What another test bent is put right by another process.
  await usageOver({ db: test.db, clock, ids }).usage.checkBalances();
  await test.db.asSystem("test", (tx) =>
    tx`update usage_daily set used = used + 7 where user_id = ${userId} and resource = 'llm_tokens'`);
  expect(await usage.checkBalances()).toBe(1);
  expect(await usage.checkBalances()).toBe(0);
  expect((await usage.quota(holder(userId))).resources.llm_tokens.used).toBe(15);
  expect(await metrics.text()).toMatch(/usage_ledger_mismatch_total 1/);
});

Deno.test("[USE-2] amounts that are no amounts never reach the ledger, and a correction is a further entry", async () => {
  const usage = usageWith({});
  const userId = await newUser();
  const request = {
    userId,
    plan: "free_trial" as const,
    operationId: ids(),
    promptTokens: 10,
    answerTokens: 64,
  };
  for (const bad of [-1, NaN, Infinity, 1e309]) {
    await expect(usage.reserveAlone({ ...request, promptTokens: bad })).rejects.toThrow(RangeError);
    await expect(usage.reserveAlone({ ...request, answerTokens: bad })).rejects.toThrow(RangeError);
  }
  const reservation = await usage.reserveAlone(request);
  const settle = (completionTokens: number) =>
    test.db.asUser(
      userId,
      (tx) =>
        usage.settle(tx, reservation, {
          promptTokens: 10,
          completionTokens,
          messages: 1,
          metadata: {},
          plan: "free_trial",
        }),
    );
  for (const bad of [0.5, -20, NaN, 2 ** 53]) await expect(settle(bad)).rejects.toThrow(RangeError);
  await settle(5);
  const correction = {
    userId,
    operationId: ids(),
    resource: "llm_tokens" as const,
    amount: -15,
    dayUtc: "2026-03-02",
    reason: "Counted wrongly",
    actorId: ids(),
  };
  expect(await usage.adjust(correction)).toEqual(["llm_tokens"]);
  expect(await usage.adjust(correction)).toEqual([]);
  expect(await usage.verify(userId)).toMatchObject({ valid: true, rows: 3 });
});

Deno.test("[USE-42] [USE-43] [USE-44] chart, entries and parts say what the ledger says", async () => {
  const { usage } = usageOver({ db: test.db, clock, ids });
  const userId = await newUser();
  const turn = async (feature: string, tokens: number) => {
    const reservation = await usage.reserveAlone({
      userId,
      plan: "pro",
      operationId: ids(),
      promptTokens: 1,
      answerTokens: 64,
    });
    await test.db.asUser(
      userId,
      (tx) =>
        usage.settle(tx, reservation, {
          promptTokens: tokens,
          completionTokens: 0,
          messages: 1,
          metadata: { feature, model: "practice" },
          plan: "pro",
        }),
    );
  };
  await turn("chat", 30);
  await turn("tutor", 12);
  await test.db.asUser(
    userId,
    (tx) =>
      usage.recordSystem(tx, {
        userId,
        operationId: ids(),
        tokens: 9,
        metadata: { feature: "title" },
      }),
  );
  const day = await usage.timeseries(userId, { resource: "llm_tokens", days: 3, bucket: "day" });
  expect(day.points.map(({ amount }) => amount)).toEqual([0, 0, 42]);
  const hours = await usage.timeseries(userId, { resource: "llm_tokens", days: 1, bucket: "hour" });
  expect(hours.points).toHaveLength(24);
  expect(hours.points.at(-1)).toMatchObject({ amount: 42, count: 2 });
  const parts = await usage.breakdown(userId, 7);
  expect(parts.byFeature.map(({ name, tokens }) => [name, tokens])).toEqual([["chat", 30], [
    "tutor",
    12,
  ], ["title", 9]]);
  expect(parts.byModel).toMatchObject([{ name: "practice", tokens: 42, messages: 2 }]);
  const first = await usage.ledger(userId, { limit: 3 });
  const second = await usage.ledger(userId, { limit: 3, cursor: first.nextCursor! });
  expect([...first.items, ...second.items].map(({ sequence }) => sequence)).toEqual([
    5,
    4,
    3,
    2,
    1,
  ]);
  expect(second.nextCursor).toBeNull();
  await expect(usage.ledger(await newUser(), { limit: 3, cursor: first.nextCursor! })).rejects
    .toThrow("cursor");
  const all = await Array.fromAsync(usage.allEntries(userId));
  expect(all.flat()).toHaveLength(5);
});

Deno.test("[USE-7] [USE-28] the last millisecond of a day belongs to it, on leap days too", async () => {
  const own = new FakeClock("2028-02-28T23:59:59.999Z");
  const { usage } = usageOver({
    db: test.db,
    clock: own,
    ids,
    env: { PLAN_FREE_TRIAL_MESSAGES_PER_DAY: "1" },
  });
  const userId = await insertPerson(test.db, { id: ids(), at: own.now() });
  const hold = () =>
    usage.reserveAlone({
      userId,
      plan: "free_trial",
      operationId: ids(),
      promptTokens: 1,
      answerTokens: 64,
    })
      .then(({ dayUtc }) => dayUtc, (error) => error.extra.resetsAt);
  expect([await hold(), await hold()]).toEqual(["2028-02-28", "2028-02-29T00:00:00.000Z"]);
  await own.advance(1);
  expect([await hold(), await hold()]).toEqual(["2028-02-29", "2028-03-01T00:00:00.000Z"]);
  await own.advance(86_400_000 - 1);
  expect(await hold()).toBe("2028-03-01T00:00:00.000Z");
  await own.advance(1);
  expect(await hold()).toBe("2028-03-01");
});

Deno.test("[ACC-92] a key's own budget of a day is kept by fifty turns at once, and frees what was not used", async () => {
  const usage = usageWith({
    PLAN_FREE_TRIAL_TOKENS_PER_DAY: "100000",
    PLAN_FREE_TRIAL_MESSAGES_PER_DAY: "1000",
  });
  const userId = await newUser();
  const keyId = ids();
  await test.db.asSystem("test", (tx) =>
    tx`insert into api_keys (id, user_id, name, prefix, secret_hash, scopes, created_at, expires_at)
      values (${keyId}, ${userId}, 'Script', ${keyId.slice(-8)}, ${new Uint8Array(
      32,
    )}, '{chat:write}',
        ${clock.now()}, ${clock.now()})`);
  const hold = (key: { id: string; dailyTokens: number | null } | undefined, promptTokens = 100) =>
    test.db.asUser(userId, (tx) =>
      usage.reserve(tx, {
        userId,
        plan: "free_trial",
        operationId: ids(),
        promptTokens,
        answerTokens: 200,
        ...(key ? { key } : {}),
      }));
  const key = { id: keyId, dailyTokens: 1_000 };
  // 115 of the prompt and 200 of the answer: three fit, and the 55 that are left are not worth one.
  const results = await Promise.allSettled(Array.from({ length: 50 }, () => hold(key)));
  const granted = results.filter((one) => one.status === "fulfilled").map((one) => one.value);
  expect(granted.map(({ tokens }) => tokens)).toEqual([315, 315, 315]);
  for (const one of results) {
    if (one.status === "fulfilled") continue;
    expect(one.reason).toMatchObject({
      code: "quota_exceeded",
      extra: { resource: "llm_tokens", limit: 1_000, upgradeUrl: "/settings/keys" },
    });
  }
  // A refused turn holds nothing, and the person's own turns are not touched by the key's budget.
  const balance = async () => (await usage.quota(holder(userId))).resources.llm_tokens;
  expect((await balance()).reserved).toBe(945);
  expect((await hold(undefined)).tokens).toBe(315);
  // What was held and not used is free for the key again; an answer shrinks to what is left.
  const [first, second] = granted;
  await test.db.asUser(userId, (tx) =>
    usage.settle(tx, first!, {
      promptTokens: 10,
      completionTokens: 5,
      messages: 1,
      metadata: { apiKeyId: keyId, feature: "api" },
      plan: "free_trial",
    }));
  await test.db.asUser(userId, (tx) => usage.release(tx, second!));
  expect(await test.db.asUser(userId, (tx) => usage.keyOf(tx, first!.id))).toBe(keyId);
  expect((await hold(key)).tokens).toBe(315);
  // 1,000 - 15 used - 630 held leaves 355: 230 of a longer prompt and an answer of 125.
  expect(await hold(key, 200)).toMatchObject({ tokens: 355, answerCap: 125 });
  await expect(hold(key, 1)).rejects.toMatchObject({ code: "quota_exceeded" });
  // Without a budget of its own a key is bound by its owner's plan alone, and is still named.
  expect((await hold({ id: keyId, dailyTokens: null })).tokens).toBe(315);
  const { byKey } = await usage.breakdown(userId, 1);
  expect(byKey).toEqual([{ name: keyId, label: "Script", tokens: 15, messages: 1, entries: 2 }]);
});

Deno.test("[USE-20] 200 callers at once over seven accounts: each is decided alone, none overspends", async () => {
  const usage = usageWith({ PLAN_FREE_TRIAL_MESSAGES_PER_DAY: "10" });
  const people = await Promise.all(Array.from({ length: 7 }, newUser));
  const outcome = (userId: string) =>
    usage.reserveAlone({
      userId,
      plan: "free_trial",
      operationId: ids(),
      promptTokens: 1,
      answerTokens: 64,
    }).then(
      (held) => held.userId === userId ? "granted" : "of another",
      (error) => `${error.code} ${error.extra.resource} ${error.extra.used}`,
    );
  const asked = Array.from({ length: 203 }, (_, i) => people[i % 7]!);
  const results = await Promise.all(asked.map(outcome));
  for (const person of people) {
    const own = results.filter((_, i) => asked[i] === person);
    expect(own.filter((one) => one === "granted")).toHaveLength(10);
    expect(own.filter((one) => one.startsWith("quota_exceeded messages"))).toHaveLength(19);
    // Of one person's requests those are granted that came first.
    expect(own.lastIndexOf("granted")).toBe(9);
    const { messages } = (await usage.quota(holder(person))).resources;
    expect(messages).toMatchObject({ used: 0, reserved: 10 });
  }
});

Deno.test("[USE-25] what is generated at one stroke is bound by the rest of the day, and refused before any call", async () => {
  // The largest answer of the trial is 600 tokens.
  const usage = usageWith({ PLAN_FREE_TRIAL_TOKENS_PER_DAY: "10000" });
  const userId = await newUser();
  const ask = (work: "lesson" | "quiz" | "tutor") =>
    usage.reserveAlone({
      userId,
      plan: "free_trial",
      operationId: ids(),
      promptTokens: 1_000,
      ...cappedAnswer(work, 600),
    }).then(({ tokens }) => tokens, ({ code, extra }) => `${code} ${extra.requested}`);
  expect(await ask("lesson")).toBe(5_150);
  // 4,850 are left: neither a lesson, nor anything shorter in its place.
  expect(await ask("lesson")).toBe("quota_exceeded 5150");
  expect(await ask("quiz")).toBe(3_198);
  expect(await ask("quiz")).toBe("quota_exceeded 3198");
  // A tutor's answer may be as short as what is left.
  expect(await ask("tutor")).toBe(1_652);
  expect((await usage.quota(holder(userId))).resources.llm_tokens.reserved).toBe(10_000);
});

Deno.test("a hold that cannot be written takes nobody else's with it", async () => {
  const usage = usageWith({});
  const userId = await newUser();
  const hold = (whose: string) =>
    usage.reserveAlone({
      userId: whose,
      plan: "free_trial",
      operationId: ids(),
      promptTokens: 1,
      answerTokens: 64,
    }).then(() => "held", (error) => sqlState(error) ?? "failed");
  const nobody = ids();
  const results = await Promise.all([userId, userId, userId, nobody, userId, userId].map(hold));
  expect(results).toEqual(["held", "held", "held", "23503", "held", "held"]);
  expect((await usage.quota(holder(userId))).resources.messages.reserved).toBe(5);
});

Deno.test("a hold that came to nothing for its caller's own reason is no decision about a quota", async () => {
  const { usage, metrics } = usageOver({ db: test.db, clock, ids });
  const request = {
    userId: await newUser(),
    plan: "free_trial" as const,
    operationId: ids(),
    promptTokens: 10,
    answerTokens: 64,
  };
  expect(await usage.reserveBy(request, () => Promise.resolve(null))).toBeNull();
  expect(await metrics.text()).not.toMatch(/usage_quota_checks_total\{/);
});

Deno.test("[USE-3] an operation that was settled is written once, though it is held and settled again", async () => {
  const usage = usageWith({});
  const userId = await newUser();
  const operationId = ids();
  for (let n = 0; n < 2; n++) {
    const held = await usage.reserveAlone({
      userId,
      plan: "free_trial",
      operationId,
      promptTokens: 10,
      answerTokens: 64,
    });
    await test.db.asUser(userId, (tx) =>
      usage.settle(tx, held, {
        promptTokens: 10,
        completionTokens: 5,
        messages: 1,
        plan: "free_trial",
      }));
  }
  const { llm_tokens, messages } = (await usage.quota(holder(userId))).resources;
  expect([llm_tokens.used, llm_tokens.reserved]).toEqual([15, 0]);
  expect([messages.used, messages.reserved]).toEqual([1, 0]);
  expect(await usage.verify(userId)).toMatchObject({ valid: true, rows: 2 });
});

Deno.test("an ended hold is gone at once; one of a key is kept for a month, an open one for ever", async () => {
  const usage = usageWith({ PLAN_FREE_TRIAL_TOKENS_PER_DAY: "100000" });
  const userId = await newUser();
  const hold = (key?: { id: string; dailyTokens: number | null }) =>
    test.db.asUser(userId, (tx) =>
      usage.reserve(tx, {
        userId,
        plan: "free_trial",
        operationId: ids(),
        promptTokens: 1,
        answerTokens: 64,
        ...(key ? { key } : {}),
      }));
  const [ended, ofKey, open] = [
    await hold(),
    await hold({ id: ids(), dailyTokens: null }),
    await hold(),
  ];
  const release = (one: { id: string }) => test.db.asUser(userId, (tx) => usage.release(tx, one));
  await release(ended);
  await release(ofKey);
  // Once more changes nothing.
  await release(ended);
  await release(ofKey);
  expect((await usage.quota(holder(userId))).resources.messages.reserved).toBe(1);
  const left = async () =>
    (await test.db.asSystem("test", (tx) =>
      tx<{ id: string }[]>`select id from usage_reservations where user_id = ${userId}`))
      .map(({ id }) => id);
  await clock.advance(30 * 86_400_000);
  await usage.forgetEnded();
  expect((await left()).toSorted()).toEqual([ofKey.id, open.id].toSorted());
  await clock.advance(1);
  await usage.forgetEnded();
  expect(await left()).toEqual([open.id]);
});

Deno.test("[USE-6] the product's own tokens of a day have a cap for everybody together, until midnight", async () => {
  const { usage } = usageOver({ db: test.db, clock, ids, systemTokensPerDay: 1_000 });
  const unlimited = usageOver({ db: test.db, clock, ids }).usage;
  // A day of its own: other tests of this file have written some.
  await clock.advance(nextMidnight() - clock.now().getTime() + 3_600_000);
  const spend = async (tokens: number) => {
    const userId = await newUser();
    await test.db.asUser(userId, (tx) =>
      usage.recordSystem(tx, {
        userId,
        operationId: ids(),
        tokens,
        metadata: { feature: "extraction" },
      }));
  };
  expect(await usage.systemWaitMs()).toBe(0);
  await spend(600);
  await spend(399);
  await clock.advance(5_000);
  expect(await usage.systemWaitMs()).toBe(0);
  await spend(1);
  // The sum is read again after five seconds.
  expect(await usage.systemWaitMs()).toBe(0);
  await clock.advance(5_000);
  expect(await usage.systemWaitMs()).toBe(nextMidnight() - clock.now().getTime());
  expect(await unlimited.systemWaitMs()).toBe(0);
  // No person is refused anything for it, and the next day begins with nothing.
  const userId = await newUser();
  const held = await test.db.asUser(userId, (tx) =>
    usage.reserve(tx, {
      userId,
      plan: "free_trial",
      operationId: ids(),
      promptTokens: 1,
      answerTokens: 64,
    }));
  expect(held.answerCap).toBe(64);
  await clock.advance(nextMidnight() - clock.now().getTime());
  expect(await usage.systemWaitMs()).toBe(0);
});

const nextMidnight = () => Math.floor(clock.now().getTime() / 86_400_000 + 1) * 86_400_000;
