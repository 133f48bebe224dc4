import { expect } from "expect";
import { readEvents, startTestApp, type TestApp } from "./support/app.ts";

const PASSWORD = "Correct-horse-7-battery";

let app: TestApp;
Deno.test.beforeAll(async () => {
  app = await startTestApp();
});
Deno.test.afterAll(() => app.close());

const address = () => `ada-${crypto.randomUUID().slice(0, 8)}@example.org`;
const register = (more: Record<string, unknown>) =>
  app.client().post("/api/auth/register", {
    email: address(),
    password: PASSWORD,
    acceptTerms: true,
    ageConfirmed: true,
    ...more,
  });
const codes = (answer: { body: { errors: { path: string; code: string }[] } }) =>
  answer.body.errors.map(({ path, code }) => `${path} ${code}`);

Deno.test("[ACC-10] a password is taken exactly as typed, from 8 to 128 characters", async () => {
  expect(codes(await register({ password: "" }))).toEqual(["password too_short"]);
  expect(codes(await register({ password: "Short-7" }))).toEqual(["password too_short"]);
  const letters = "abcdefghijkmABCDEFGHJK23456789 ";
  const long = Array.from({ length: 128 }, (_, i) => letters[(i * i + 7 * i) % 31]).join("");
  expect((await register({ password: long })).status).toBe(201);
  expect(codes(await register({ password: `${long}x` }))).toEqual(["password too_long"]);
  expect(codes(await register({ password: "password123" }))).toEqual(["password common"]);
  const email = address();
  expect(codes(await register({ email, password: `${email.split("@")[0]}1` }))).toEqual([
    "password like_account",
  ]);
  const spaced = "  pasted With 1 space  ";
  const spacedMail = address();
  expect((await register({ email: spacedMail, password: spaced })).status).toBe(201);
  const login = (password: string) =>
    app.client().post("/api/auth/login", { email: spacedMail, password });
  expect((await login(spaced.trim())).status).toBe(401);
  expect((await login(spaced)).status).toBe(200);
  const unicode = "пароль из многих слов и пробелов — 日本語 ñ";
  expect((await register({ password: unicode })).status).toBe(201);
});

Deno.test("[ACC-5] names with controls or bidirectional overrides are refused", async () => {
  for (const displayName of ["", "   ", "a\u0000b", "a\u202eb", "a\u2066b", "x".repeat(101)]) {
    const answer = await register({ displayName });
    expect([displayName, answer.status, answer.body.code]).toEqual([
      displayName,
      400,
      "validation_failed",
    ]);
  }
  expect((await register({ displayName: "Zoë 李 🦊" })).status).toBe(201);
});

Deno.test("[B1] huge and malformed credentials are refused without a fault", async () => {
  const shown = ["", "x", "a.b.c", "nova_sk_", "x".repeat(20_000), "Ünïcödé"];
  for (const token of shown) {
    const headers = { authorization: `Bearer ${encodeURIComponent(token)}` };
    const answer = await app.client().get("/api/auth/me", headers);
    expect([token.slice(0, 9), answer.status]).toEqual([token.slice(0, 9), 401]);
  }
  for (const authorization of ["Basic YTpi", "Bearer", "Bearer  two words", "nonsense"]) {
    const answer = await app.client().get("/api/auth/me", { authorization });
    expect([authorization, answer.status, answer.body.code]).toEqual([
      authorization,
      401,
      "token_invalid",
    ]);
  }
  for (const cookie of ["nova_session=", "nova_session=%00", `nova_session=${"a".repeat(5_000)}`]) {
    const answer = await app.client().get("/api/auth/me", { cookie });
    expect(answer.status).toBe(401);
  }
});

Deno.test("[ACC-26] signing in works while the key-value store is away, and stays limited", async () => {
  const { kv } = app.services;
  const update = kv.update;
  kv.update = () => Promise.resolve(null);
  try {
    const ada = await app.person();
    const login = (password: string) =>
      app.client().post("/api/auth/login", { email: ada.email, password });
    expect((await login(PASSWORD)).status).toBe(200);
    const wrong = await Promise.all(Array.from({ length: 50 }, () => login("wrong")));
    expect(wrong.filter(({ status }) => status === 401)).toHaveLength(5);
    expect((await login(PASSWORD)).status).toBe(429);
  } finally {
    kv.update = update;
  }
});

Deno.test("[ACC-85] a stream ends within five seconds of a suspension", async () => {
  const own = await startTestApp({ env: { STANDIN_TOKENS_PER_SECOND: "4" } });
  try {
    const root = await own.person("root");
    await own.services.accounts.setAdmin(root.email, true);
    const ada = await own.person();
    const response = await ada.fetch("/api/chat/messages", {
      method: "POST",
      headers: { "content-type": "application/json", accept: "text/event-stream" },
      body: JSON.stringify({
        content: "Write a long text about walnuts, as long as you can",
        clientMessageId: crypto.randomUUID(),
      }),
    });
    const events = readEvents(response);
    expect((await events.next()).value!.event).toBe("turn");
    await root.post(`/api/admin/users/${ada.userId}/suspend`, { reason: "Spam" });
    const before = performance.now();
    for await (const _ of events) { /* until it ends */ }
    expect(performance.now() - before).toBeLessThan(5_000);
    expect((await ada.get("/api/chat/sessions")).body.code).toBe("suspended");
  } finally {
    await own.close();
  }
});

Deno.test("[API-20] security.txt says where weaknesses are told", async () => {
  const answer = await app.client().get("/.well-known/security.txt");
  expect(answer.status).toBe(200);
  expect(answer.text).toMatch(/^Contact: .+\nExpires: \d{4}-\d{2}-\d{2}T00:00:00Z\n/);
});
