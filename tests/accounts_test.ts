import { expect } from "expect";
import { startTestApp, type TestApp } from "./support/app.ts";
import { FakeClock } from "@/lib/platform/clock.ts";
import { createLoginThrottle } from "@/lib/accounts/mod.ts";
import { createMetrics } from "@/lib/platform/metrics.ts";
import { openKv } from "@/lib/platform/kv.ts";
import { silentLog } from "@/lib/platform/log.ts";

let app: TestApp;
Deno.test.beforeAll(async () => {
  app = await startTestApp();
});
Deno.test.afterAll(() => app.close());

const PASSWORD = "Correct-horse-7-battery";
const form = (email: string, more: Record<string, unknown> = {}) => ({
  email,
  password: PASSWORD,
  acceptTerms: true,
  ageConfirmed: true,
  ...more,
});
const address = () => `ada-${crypto.randomUUID().slice(0, 8)}@example.org`;

Deno.test("[ACC-1] registering signs in at once, with the trial running", async () => {
  const client = app.client();
  const email = address();
  const made = await client.post("/api/auth/register", form(email));
  expect(made.status).toBe(201);
  expect(made.body.user).toMatchObject({
    email,
    displayName: email.split("@")[0],
    effectivePlan: "free_trial",
    level: 1,
    xp: 0,
    emailVerified: false,
  });
  const days = (Date.parse(made.body.user.trialEndsAt) - Date.parse(made.body.user.createdAt)) /
    86_400_000;
  expect(days).toBe(7);
  expect((await client.get("/api/auth/me")).body.user.id).toBe(made.body.user.id);
});

Deno.test("[ACC-2] one address is one account, in whatever case or Unicode form", async () => {
  const id = crypto.randomUUID().slice(0, 8);
  const composed = `ren\u00e9-${id}@example.org`;
  const decomposed = `  Rene\u0301-${id}@Example.ORG `;
  expect((await app.client().post("/api/auth/register", form(composed))).status).toBe(201);
  const again = await app.client().post("/api/auth/register", form(decomposed));
  expect([again.status, again.body.code]).toEqual([409, "email_taken"]);
  expect(
    (await app.client().post("/api/auth/login", { email: decomposed, password: PASSWORD })).status,
  ).toBe(200);
});

Deno.test("[ACC-2] twenty registrations of one address at once make one account", async () => {
  const email = address();
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => app.client().post("/api/auth/register", form(email))),
  );
  expect(answers.filter((answer) => answer.status === 201)).toHaveLength(1);
  expect(answers.filter((answer) => answer.status === 409)).toHaveLength(19);
});

Deno.test("[ACC-3] where addresses are not disclosed, known and new ones get the same answer", async () => {
  const own = await startTestApp({ env: { REGISTRATION_ENUMERATION: "deny" } });
  try {
    const email = address();
    const first = await own.client().post("/api/auth/register", form(email));
    const second = await own.client().post("/api/auth/register", form(email));
    expect([first.status, first.body]).toEqual([202, { status: "accepted" }]);
    expect([second.status, second.body]).toEqual([first.status, first.body]);
    expect(first.headers.get("set-cookie")).toBeNull();
  } finally {
    await own.close();
  }
});

Deno.test("[ACC-10] passwords that are guessed first, short, long or like the account are refused", async () => {
  const email = "walter.smith@example.org";
  for (
    const password of [
      "short1A",
      "password123",
      "Qwerty12345",
      "walter.smith",
      "walter.smith1",
      "x".repeat(129),
      "aaaaaaaa",
      "NovaCore1",
    ]
  ) {
    const answer = await app.client().post("/api/auth/register", form(email, { password }));
    expect({ password: password.slice(0, 20), status: answer.status }).toEqual({
      password: password.slice(0, 20),
      status: 400,
    });
    expect(answer.body.errors[0].path).toBe("password");
  }
  const phrase = "σωστό άλογο μπαταρία συνδετήρας τέσσερις λέξεις εδώ τώρα ναι όχι";
  expect(
    (await app.client().post("/api/auth/register", form(address(), { password: phrase }))).status,
  ).toBe(201);
});

Deno.test("a browser's odd language header never becomes an account's language", async () => {
  for (
    const [header, locale] of [["*", "en"], ["de-AT,de;q=0.9", "de"], ["../../x", "en"], [
      "",
      "en",
    ]] as const
  ) {
    const made = await app.client().post("/api/auth/register", form(address()), {
      "accept-language": header,
    });
    expect(made.body.user.locale).toBe(locale);
  }
});

Deno.test("[ACC-1] consent and unknown fields are checked, all faults at once", async () => {
  const answer = await app.client().post("/api/auth/register", {
    email: "no",
    password: PASSWORD,
    acceptTerms: false,
    role: "admin",
  });
  expect(answer.status).toBe(400);
  const paths = answer.body.errors.map((error: { path: string }) => error.path).sort();
  expect(paths).toEqual(["acceptTerms", "ageConfirmed", "email", "role"]);
});

Deno.test("[CON-5] a wrong password and an unknown account get the same answer", async () => {
  const ada = await app.person();
  const told = ({ correlationId: _, ...rest }: Record<string, unknown>) => rest;
  const wrong = await app.client().post("/api/auth/login", {
    email: ada.email,
    password: "not it",
  });
  const unknown = await app.client().post("/api/auth/login", {
    email: address(),
    password: "not it",
  });
  expect([wrong.status, wrong.body.code]).toEqual([401, "credentials_invalid"]);
  expect(told(wrong.body)).toEqual(told(unknown.body));
});

Deno.test("[ACC-22] fifty wrong attempts at once make exactly five checks, and the right one waits too", async () => {
  const ada = await app.person();
  const attempts = await Promise.all(
    Array.from(
      { length: 50 },
      () => app.client().post("/api/auth/login", { email: ada.email, password: "wrong" }),
    ),
  );
  expect(attempts.filter((answer) => answer.status === 401)).toHaveLength(5);
  expect(attempts.filter((answer) => answer.status === 429)).toHaveLength(45);
  const right = await app.client().post("/api/auth/login", {
    email: ada.email,
    password: PASSWORD,
  });
  expect([right.status, right.body.code]).toEqual([429, "login_throttled"]);
  expect(Number(right.headers.get("retry-after"))).toBeGreaterThan(800);
});

Deno.test("[ACC-20] the block ends fifteen minutes after the fifth failure, to the second", async () => {
  const clock = new FakeClock();
  const kv = await openKv({
    path: ":memory:",
    now: clock.now.bind(clock),
    log: silentLog,
    metrics: createMetrics(),
  });
  const throttle = createLoginThrottle({ kv, clock });
  const keys = { account: "a", network: "n" };
  for (let i = 0; i < 5; i++) await (await throttle.begin(keys)).failed();
  await clock.advance(15 * 60_000 - 1_000);
  expect(await throttle.begin(keys).then(() => "open", (error) => error.code)).toBe(
    "login_throttled",
  );
  await clock.advance(1_000);
  await (await throttle.begin(keys)).succeeded();
  for (let i = 0; i < 4; i++) await (await throttle.begin(keys)).failed();
  await (await throttle.begin(keys)).succeeded();
  kv.close();
});

Deno.test("[ACC-21] ten failures in a day lock for an hour, and a restart does not forget them", async () => {
  const clock = new FakeClock();
  const kv = await openKv({
    path: ":memory:",
    now: clock.now.bind(clock),
    log: silentLog,
    metrics: createMetrics(),
  });
  const keys = { account: "b", network: "n" };
  const first = createLoginThrottle({ kv, clock });
  for (let i = 0; i < 5; i++) await (await first.begin(keys)).failed();
  await clock.advance(16 * 60_000);
  const restarted = createLoginThrottle({ kv, clock });
  for (let i = 0; i < 5; i++) await (await restarted.begin(keys)).failed();
  await clock.advance(59 * 60_000);
  expect(await restarted.begin(keys).then(() => "open", (error) => error.code)).toBe(
    "login_throttled",
  );
  await clock.advance(60_000);
  (await restarted.begin(keys)).abandoned();
  kv.close();
});

Deno.test("[ACC-35] the session is an opaque cookie scripts cannot read, new at each sign-in", async () => {
  const ada = await app.person();
  const response = await app.client().fetch("/api/auth/login", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: ada.email, password: PASSWORD }),
  });
  const [cookie] = response.headers.getSetCookie();
  await response.body?.cancel();
  expect(cookie).toMatch(
    /^nova_session=[A-Za-z0-9_-]{43}; Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax$/,
  );
  expect(cookie).not.toContain([...ada.cookies.values()][0]!);
});

Deno.test("[ACC-38] after signing out the old cookie is worth nothing, also everywhere", async () => {
  const ada = await app.person();
  const phone = app.client();
  await phone.post("/api/auth/login", { email: ada.email, password: PASSWORD });
  const old = new Map(ada.cookies);
  const out = await ada.post("/api/auth/logout");
  expect([out.status, out.headers.get("clear-site-data")]).toEqual([204, '"cache", "storage"']);
  const thief = app.client();
  for (const [name, value] of old) thief.cookies.set(name, value);
  expect((await thief.get("/api/auth/me")).status).toBe(401);
  expect((await phone.get("/api/auth/me")).status).toBe(200);
  await phone.post("/api/auth/logout-all");
  expect(phone.cookies.has("nova_session")).toBe(false);
});

Deno.test("[API-23] a request from another site with the cookie is refused, by whatever way it comes", async () => {
  const ada = await app.person();
  const send = (headers: Record<string, string>, type = "application/json") =>
    fetch(`${app.url}/api/memory`, {
      method: "POST",
      headers: {
        cookie: [...ada.cookies].map(([n, v]) => `${n}=${v}`).join("; "),
        "content-type": type,
        ...headers,
      },
      body: JSON.stringify({ text: "The user was tricked" }),
    }).then(async (response) => [response.status, (await response.json()).code]);
  expect(await send({ "sec-fetch-site": "cross-site" })).toEqual([403, "csrf_failed"]);
  expect(await send({ "sec-fetch-site": "same-site" })).toEqual([403, "csrf_failed"]);
  expect(await send({ origin: "https://evil.example" })).toEqual([403, "csrf_failed"]);
  expect(await send({})).toEqual([403, "csrf_failed"]);
  expect((await ada.get("/api/memory")).body.items).toEqual([]);
  expect(await send({ origin: new URL(app.running.config.baseUrl).origin })).toEqual([
    201,
    undefined,
  ]);
});

Deno.test("[API-20] every answer carries the security headers and a correlation id", async () => {
  const ada = await app.person();
  for (
    const path of ["/healthz", "/api/status", "/api/auth/me", "/api/nothing", "/api/openapi.json"]
  ) {
    const { headers } = await ada.get(path, { "x-correlation-id": "trace-12345678" });
    expect(headers.get("x-correlation-id")).toBe("trace-12345678");
    expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    expect(headers.get("content-security-policy")).not.toContain("unsafe-inline");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("x-frame-options")).toBe("DENY");
    expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
  }
  expect((await ada.get("/api/auth/me")).headers.get("cache-control")).toBe("no-store");
  expect(
    (await ada.get("/api/auth/me", { "x-correlation-id": 'bad id"' })).headers.get(
      "x-correlation-id",
    ),
  ).toMatch(/^[0-9a-f-]{36}$/);
});

Deno.test("[API-13] a limited answer tells its limits, and beyond them says when to come again", async () => {
  const own = await startTestApp({ env: { RATE_WEB_READ: "3/m", RATE_REGISTER: "2/h" } });
  try {
    const ada = await own.person();
    const first = await ada.get("/api/auth/me");
    expect(first.headers.get("ratelimit-policy")).toContain('"web_read";q=3;w=60');
    expect(first.headers.get("ratelimit")).toMatch(/"web_read";r=\d+;t=\d+/);
    let last = first;
    for (let i = 0; i < 8; i++) last = await ada.get("/api/auth/me");
    expect([last.status, last.body.code, last.body.policy]).toEqual([
      429,
      "rate_limited",
      "web_read",
    ]);
    expect(Number(last.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    await own.person("eve");
    const third = await own.client().post("/api/auth/register", form(address()));
    expect([third.status, third.body.policy]).toEqual([429, "register"]);
  } finally {
    await own.close();
  }
});

Deno.test("[ACC-82] the operator's command makes the first administrator, and the last one stays", async () => {
  const own = await startTestApp();
  try {
    const ada = await own.person();
    expect(await own.services.accounts.setAdmin(ada.email, true)).toMatchObject({
      id: ada.userId,
      role: "admin",
    });
    const revoked = await own.services.accounts.setAdmin(ada.email, false).then(
      () => "done",
      (error) => error.code,
    );
    expect(revoked).toBe("conflict");
    const unknown = await own.services.accounts.setAdmin("nobody@example.org", true).then(
      () => "done",
      (error) => error.code,
    );
    expect(unknown).toBe("not_found");
  } finally {
    await own.close();
  }
});
