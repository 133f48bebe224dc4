import { expect } from "expect";
import { FakeClock } from "@/lib/platform/clock.ts";
import { parseConfig } from "@/lib/platform/config.ts";
import { newKeySet } from "@/lib/platform/key_ring.ts";
import { redactText } from "@/lib/platform/redact.ts";
import { codeOf, stepOf } from "@/lib/accounts/totp.ts";
import { startTestApp, type TestApp, type TestClient } from "./support/app.ts";

const PASSWORD = "Correct-horse-7-battery";
const NEXT = "Another-horse-8-battery";
const HOUR = 3600_000;
const DAY = 24 * HOUR;

let app: TestApp;
let clock: FakeClock;
Deno.test.beforeAll(async () => {
  clock = new FakeClock(new Date());
  app = await startTestApp({
    clock,
    env: {
      RATE_REGISTER: "3/h",
      RATE_RESEND: "3/h",
      RATE_VERIFY: "5/15m",
      TRUSTED_PROXIES: "127.0.0.1",
      PLAN_FREE_TRIAL_API_REQUESTS_PER_MINUTE: "100000",
    },
  });
});
Deno.test.afterAll(() => app.close());

const later = (ms: number) => clock.jumpTo(new Date(clock.now().getTime() + ms));
const sql = (query: string) => app.services.db.asSystem("test", (tx) => tx.unsafe(query));

/** A network of its own for each test, so that their limits do not mix. */
let networks = 0;
const network = () => ({ "x-forwarded-for": `198.51.${100 + (networks++ % 100)}.7` });

async function person(name = "ada") {
  const client = app.client();
  const email = `${name}-${crypto.randomUUID().slice(0, 8)}@example.org`;
  const from = network();
  const made = await client.post("/api/auth/register", {
    email,
    password: PASSWORD,
    displayName: name,
    acceptTerms: true,
    ageConfirmed: true,
  }, from);
  expect(made.status).toBe(201);
  return Object.assign(client, { email, userId: made.body.user.id as string, from });
}

async function verified(name = "ada") {
  const one = await person(name);
  await app.services.accounts.administration.verifyByHost(one.email);
  return one;
}

async function mailsTo(email: string) {
  await app.services.outbox.drain();
  return (await app.services.mailer.kept()).filter(({ to }) => to === email);
}

async function linkTo(email: string, path: string): Promise<string> {
  const mails = await mailsTo(email);
  return mails.map(({ text }) => text.match(new RegExp(`${path}\\?token=([0-9a-f]{64})`))?.[1])
    .find((token) => token !== undefined)!;
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

Deno.test("[ACC-6] of an age only the time of its confirmation is stored, and without it nothing is", async () => {
  const client = app.client();
  const form = { email: "young@example.org", password: PASSWORD, acceptTerms: true };
  for (const ageConfirmed of [false, undefined, "yes", 13]) {
    const answer = await client.post("/api/auth/register", { ...form, ageConfirmed }, network());
    expect([answer.status, answer.body.errors[0].path]).toEqual([400, "ageConfirmed"]);
  }
  const born = { ...form, ageConfirmed: true, dateOfBirth: "2010-01-01" };
  expect((await client.post("/api/auth/register", born, network())).status).toBe(400);
  const ada = await person();
  for (const age of ["12", "19", "14.5"]) {
    expect(() => parseConfig({ MIN_AGE: age })).toThrow("MIN_AGE");
  }
  expect(parseConfig({ MIN_AGE: "18" }).minAge).toBe(18);
  const columns = await sql(`select column_name as name from information_schema.columns
    where table_schema = 'public' and column_name ~ '(birth|(^|_)age(_|$))'`);
  expect(columns.map(({ name }) => name)).toEqual(["age_confirmed_at"]);
  const [row] = await sql(`select age_confirmed_at from users where id = '${ada.userId}'`);
  expect(row!.ageConfirmedAt).toEqual(clock.now());
});

Deno.test("[ACC-7] three registrations an hour come from one network, and a closed product takes none", async () => {
  const from = network();
  const register = (headers: Record<string, string>) =>
    app.client().post("/api/auth/register", {
      email: `${crypto.randomUUID()}@example.org`,
      password: PASSWORD,
      acceptTerms: true,
      ageConfirmed: true,
    }, headers);
  const statuses = [];
  for (let i = 0; i < 4; i++) statuses.push((await register(from)).status);
  expect(statuses).toEqual([201, 201, 201, 429]);
  const refused = await register(from);
  expect(refused.body).toMatchObject({ code: "rate_limited", policy: "register", limit: 3 });
  expect(Number(refused.headers.get("retry-after"))).toBe(20 * 60);
  expect((await register(network())).status).toBe(201);
  later(20 * 60_000);
  expect((await register(from)).status).toBe(201);
  expect((await register(from)).status).toBe(429);

  const closed = await startTestApp({ env: { REGISTRATION_MODE: "closed" } });
  try {
    const answer = await closed.client().post("/api/auth/register", {
      email: "ada@example.org",
      password: PASSWORD,
      acceptTerms: true,
      ageConfirmed: true,
    });
    expect([answer.status, answer.body.code]).toEqual([403, "forbidden"]);
    expect(answer.body.detail).toContain("operator");
  } finally {
    await closed.close();
  }
  await expect(startTestApp({ env: { REGISTRATION_MODE: "invite" } })).rejects
    .toThrow("REGISTRATION_MODE");
});

Deno.test("[ACC-27] the first lock of a day is told to the owner with time, place and a way to a new password", async () => {
  const ada = await person();
  const stranger = app.client();
  const guess = () =>
    stranger.post("/api/auth/login", { email: ada.email, password: "Wrong-horse-9-battery" }, {
      "x-forwarded-for": "203.0.113.77",
    });
  for (let i = 0; i < 5; i++) await guess();
  expect((await guess()).status).toBe(429);
  const locked = async () =>
    (await mailsTo(ada.email)).filter(({ subject }) => subject === "Sign-in was paused");
  const [mail] = await locked();
  expect(mail!.text).toContain("203.0.113.0"); // the network, not the address
  expect(mail!.text).not.toContain("203.0.113.77");
  expect(mail!.text).toContain(String(clock.now().getUTCFullYear()));
  expect(mail!.text).toContain("/forgot-password");
  later(15 * 60_000 + 1_000);
  for (let i = 0; i < 5; i++) await guess(); // ten failures: the next lock
  expect(await locked()).toHaveLength(1);
  later(DAY);
  for (let i = 0; i < 5; i++) await guess();
  expect(await locked()).toHaveLength(2);
  // Of an address nobody has, nobody is told.
  const nobody = `nobody-${crypto.randomUUID()}@example.org`;
  for (let i = 0; i < 6; i++) {
    await stranger.post("/api/auth/login", { email: nobody, password: "Wrong-horse-9-battery" });
  }
  expect(await mailsTo(nobody)).toEqual([]);
});

Deno.test("[ACC-52] a confirmation is sent three times an hour to one person, and tried five times by one network", async () => {
  const ada = await person();
  const resend = (client: TestClient) => client.post("/api/auth/resend-verification");
  const statuses = [];
  for (let i = 0; i < 4; i++) statuses.push((await resend(ada)).status);
  expect(statuses).toEqual([202, 202, 202, 429]);
  expect((await resend(await person("ben"))).status).toBe(202); // counted by person
  const from = network();
  const tries = [];
  for (let i = 0; i < 6; i++) {
    const answer = await app.client().post(
      "/api/auth/verify-email",
      { token: "0".repeat(64) },
      from,
    );
    tries.push(answer.status);
  }
  expect(tries).toEqual([400, 400, 400, 400, 400, 429]);
  const cay = await person("cay");
  const token = await linkTo(cay.email, "/verify-email");
  // Another network is not held up, and a real link works there.
  expect((await app.client().post("/api/auth/verify-email", { token }, network())).status).toBe(
    200,
  );
  later(15 * 60_000);
  const again = await app.client().post("/api/auth/verify-email", { token: "0".repeat(64) }, from);
  expect(again.status).toBe(400);
});

Deno.test("[ACC-65] the second step is SHA-1 with six digits and thirty seconds, one step around, and counts after one right code", async () => {
  const ada = await person();
  const { body } = await ada.post("/api/auth/2fa/setup");
  const url = new URL(body.otpauthUrl);
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    secret: body.secret,
    algorithm: "SHA1",
    digits: "6",
    period: "30",
  });
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...body.secret as string].map((c) =>
    alphabet.indexOf(c).toString(2).padStart(5, "0")
  )
    .join("");
  const secret = Uint8Array.from(bits.match(/.{8}/g)!, (byte) => parseInt(byte, 2));
  const [stored] = await sql(`select secret from second_factors where user_id = '${ada.userId}'`);
  expect(new Uint8Array(stored!.secret).toHex()).not.toContain(secret.toHex());
  const login = () =>
    app.client().post("/api/auth/login", { email: ada.email, password: PASSWORD });
  // Not active before a code was right.
  expect((await login()).body.twoFactorRequired).toBeUndefined();
  const code = (offset: number) => codeOf(secret, stepOf(clock.now()) + offset);
  for (const offset of [-2, 2]) {
    expect((await ada.post("/api/auth/2fa/enable", { code: code(offset) })).status).toBe(401);
  }
  expect((await ada.post("/api/auth/2fa/enable", { code: code(0) })).status).toBe(200);
  for (const [offset, status] of [[-1, 200], [0, 200], [1, 200], [-2, 401], [2, 401]] as const) {
    later(5 * 30_000); // away from steps that were used
    const { challengeId } = (await login()).body;
    const answer = await app.client().post("/api/auth/2fa/verify", {
      challengeId,
      code: code(offset),
    });
    expect([offset, answer.status]).toEqual([offset, status]);
  }
});

Deno.test("[ACC-70] in production the rights of a role sleep until the second step is on", async () => {
  const env = {
    APP_ENV: "production",
    APP_SECRET: "0123456789abcdefghijklmnopqrstuvwxyz-ABCDEF",
    BASE_URL: "https://nova.example.org",
    TRUSTED_PROXIES: "127.0.0.1",
    SERVICE_SIGNING_KEYS: await newKeySet("service"),
  };
  const live = await startTestApp({ clock, env });
  try {
    const root = live.client();
    const email = "root@example.org";
    const api = { "x-nova-client": "api" };
    const form = { email, password: PASSWORD, acceptTerms: true, ageConfirmed: true };
    const { tokens } = (await root.post("/api/auth/register", form, api)).body;
    await live.services.accounts.setAdmin(email, true);
    const admin = (path: string) => root.get(path, bearer(tokens.accessToken));
    later(6_000);
    const asleep = await admin("/api/admin/users");
    expect([asleep.status, asleep.body.code]).toEqual([403, "forbidden"]);
    await live.services.db.asSystem(
      "test",
      (tx) => tx`update users set two_factor_at = now() where email = ${email}`,
    );
    later(6_000);
    expect((await admin("/api/admin/users")).status).toBe(200);
  } finally {
    await live.close();
  }
  // Elsewhere a role needs no second step.
  const root = await verified("root");
  await app.services.accounts.setAdmin(root.email, true);
  expect((await root.get("/api/admin/users")).status).toBe(200);
});

Deno.test("[ACC-90] [ACC-91] a key has its form, ends after 90 days, is told whole once, and there are twenty", async () => {
  const ada = await verified();
  const make = (more: Record<string, unknown> = {}) =>
    ada.post("/api/account/keys", { name: "Notebook", scopes: ["usage:read"], ...more });
  const made = (await make()).body;
  expect(made.key).toMatch(/^nova_sk_[a-z0-9]{8}_[A-Za-z0-9_-]{43}$/);
  expect(made.key.startsWith(`${made.prefix}_`)).toBe(true);
  expect(Date.parse(made.expiresAt) - Date.parse(made.createdAt)).toBe(90 * DAY);
  const stored = JSON.stringify(await sql(`select * from api_keys where id = '${made.id}'`));
  expect(stored).not.toContain(made.key.slice(made.prefix.length + 1));
  for (const path of ["/api/account/keys", `/api/account/keys/${made.id}/activity`]) {
    expect((await ada.get(path)).text).not.toContain(made.key.slice(17));
  }
  const limits = await make({
    expiresInDays: 365,
    dailyTokens: 5_000,
    origins: ["198.51.100.0/24"],
  });
  expect(limits.body).toMatchObject({ dailyTokens: 5_000, origins: ["198.51.100.0/24"] });
  for (
    const wrong of [
      { expiresInDays: 366 },
      { expiresInDays: 0 },
      { scopes: [] },
      { scopes: ["admin"] },
      { origins: ["everywhere"] },
      { dailyTokens: -1 },
      { name: "" },
    ]
  ) expect([wrong, (await make(wrong)).status]).toEqual([wrong, 400]);
  // From a network that is not listed the key is as good as unknown.
  const call = (from: string) =>
    app.client().get("/api/usage/quota", { ...bearer(limits.body.key), "x-forwarded-for": from });
  expect((await call("198.51.100.9")).status).toBe(200);
  expect((await call("203.0.113.9")).body.code).toBe("token_invalid");
  const used = (await ada.get("/api/account/keys")).body.items
    .find(({ id }: { id: string }) => id === limits.body.id);
  expect(used.lastUsedAt).toBe(clock.now().toISOString());
  const more = await Promise.all(Array.from({ length: 25 }, () => make()));
  expect(more.filter(({ status }) => status === 201)).toHaveLength(18);
  expect(more.find(({ status }) => status !== 201)!.body.code).toBe("conflict");
  later(90 * DAY);
  const late = await app.client().get("/api/usage/quota", bearer(made.key));
  expect([late.status, late.body.code]).toEqual([401, "token_expired"]);
});

Deno.test("[ACC-93] a key may what its owner may: plan, password and suspension hold for it as they do", async () => {
  const ada = await verified();
  const root = await verified("root");
  await app.services.accounts.setAdmin(root.email, true);
  const made = await ada.post("/api/account/keys", {
    name: "Bot",
    scopes: ["memory:read", "memory:write", "mcp"],
  });
  const call = (method: "GET" | "POST", path: string, body?: unknown) =>
    app.client().send(method, path, body, bearer(made.body.key));
  expect((await call("POST", "/api/memory", { text: "Tea at five" })).status).toBe(201);
  await ada.post("/api/auth/change-password", { current: PASSWORD, next: NEXT });
  later(6_000);
  expect((await call("GET", "/api/memory")).status).toBe(200);
  await sql(`update users set trial_ends_at = '2020-01-01' where id = '${ada.userId}'`);
  app.services.entitlements.forget(ada.userId);
  later(6_000);
  expect((await call("GET", "/api/memory")).status).toBe(200);
  expect((await call("POST", "/api/memory", { text: "Tea at six" })).body.code).toBe(
    "plan_required",
  );
  await root.post(`/api/admin/users/${ada.userId}/suspend`, { reason: "Spam" });
  expect((await call("GET", "/api/memory")).body.code).toBe("suspended");
  await root.post(`/api/admin/users/${ada.userId}/restore`);
  expect((await call("GET", "/api/memory")).status).toBe(200);
  await ada.post("/api/auth/login", { email: ada.email, password: NEXT });
  expect((await ada.post("/api/account/delete", { confirm: ada.email })).status).toBe(202);
  expect((await call("GET", "/api/memory")).body.code).toBe("token_invalid");
  // Taking the deletion back does not bring the key back.
  await ada.post("/api/auth/login", { email: ada.email, password: NEXT });
  expect((await ada.post("/api/account/restore")).status).toBe(204);
  expect((await call("GET", "/api/memory")).body.code).toBe("token_invalid");
});

Deno.test("[ACC-94] a week before a key ends its owner is told once; unused ones are pointed out; none is ever logged", async () => {
  const ada = await verified();
  const made = await ada.post("/api/account/keys", { name: "Notebook", scopes: ["memory:read"] });
  const long = await ada.post("/api/account/keys", {
    name: "Server",
    scopes: ["memory:read"],
    expiresInDays: 365,
  });
  const told = async () =>
    (await mailsTo(ada.email)).filter(({ subject }) => /end|run out|soon/i.test(subject))
      .filter(({ text }) => text.includes("Notebook"));
  const { retention } = app.services.accounts;
  later(83 * DAY - 1_000);
  await retention.run();
  expect(await told()).toHaveLength(0);
  later(2_000);
  await retention.run();
  await retention.run();
  expect(await told()).toHaveLength(1);
  later(8 * DAY);
  await ada.post("/api/auth/login", { email: ada.email, password: PASSWORD });
  const states = new Map(
    (await ada.get("/api/account/keys")).body.items.map((
      key: { name: string; state: string; unused: boolean },
    ) => [key.name, [key.state, key.unused]]),
  );
  expect(states.get("Server")).toEqual(["active", true]);
  expect(states.get("Notebook")).toEqual(["expired", false]);
  const shown = `My key ${made.body.key} and ${long.body.key}.`;
  expect(redactText(shown)).not.toContain(made.body.key.slice(17));
  expect(app.logs.some((line) => line.includes(made.body.key.slice(17)))).toBe(false);
});

Deno.test("[ACC-105] nobody is given a service token but by the host, an administrator with a proof, or its own key", async () => {
  const root = await verified("root");
  await app.services.accounts.setAdmin(root.email, true);
  const mint = (client: TestClient, headers = {}) =>
    client.post(
      "/api/admin/services/metrics-scraper/tokens",
      { scopes: ["read:metrics"] },
      headers,
    );
  expect((await mint(app.client())).status).toBe(401);
  expect((await mint(await verified("eve"))).body.code).toBe("forbidden");
  later(16 * 60_000); // the proof of the sign-in has run out
  expect((await mint(root)).body.code).toBe("step_up_required");
  await root.post("/api/auth/step-up", { password: PASSWORD });
  const made = await mint(root);
  expect(made.status).toBe(201);
  const token = made.body.token;
  // A service cannot have a token made, for itself or another.
  expect((await mint(app.client(), { "x-service-token": token })).status).toBe(401);
  const refresh = (value: string) =>
    app.client().post("/api/auth/service/refresh", undefined, { "x-service-token": value });
  // Renewal ends ninety days after the first token of the chain.
  let current = token;
  let renewals = 0;
  for (let hours = 0; hours < 95 * 24; hours += 20) {
    later(20 * HOUR);
    const renewed = await refresh(current);
    if (renewed.status !== 200) break;
    current = renewed.body.token;
    renewals++;
  }
  expect(renewals * 20 / 24).toBeLessThanOrEqual(90);
  expect(renewals * 20 / 24).toBeGreaterThan(88);
});

Deno.test("[ACC-111] service keys rotate after ninety days with a day of overlap, and their age is told", async () => {
  const { serviceKeys: ring, tokens } = app.services;
  const age = async () => {
    const text = await app.services.metrics.text();
    return Number(text.match(/secret_age_days\{secret="service_keys"\} ([\d.e-]+)/)![1]);
  };
  await ring.rotate();
  expect(await age()).toBeLessThan(0.01);
  const issue = async () =>
    (await tokens.issue("metrics-scraper", {
      audience: "nova-internal:test",
      scopes: ["read:metrics"],
    })).token;
  const token = await issue();
  later(89 * DAY);
  expect((await ring.tend()).rotated).toBe(false);
  expect(Math.round(await age())).toBe(89);
  const before = ring.publicKeys().length;
  later(DAY);
  const fresh = await issue();
  expect((await ring.tend()).rotated).toBe(true);
  expect(await age()).toBeLessThan(0.01);
  expect(ring.publicKeys().length).toBeGreaterThanOrEqual(before);
  const check = (value: string) => tokens.check(value, "nova-internal:test");
  expect((await check(fresh)).ok).toBe(true); // signed by the former key
  later(DAY - 60_000);
  expect((await check(fresh)).ok).toBe(true);
  expect((await check(token)).ok).toBe(false);
});
