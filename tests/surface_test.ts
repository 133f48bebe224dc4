import { expect } from "expect";
import { createHealth } from "@/lib/api/mod.ts";
import { apiOf } from "@/lib/boot/api.ts";
import { VERSION } from "@/lib/boot/version.ts";
import { FakeClock } from "@/lib/platform/clock.ts";
import { startTestApp, type TestApp } from "./support/app.ts";
import { builtPages } from "./support/browser.ts";

const FRIEND = "https://friend.example.org";
const METRICS = "metrics-token-of-more-than-32-characters";

let app: TestApp;
let clock: FakeClock;
Deno.test.beforeAll(async () => {
  clock = new FakeClock(new Date());
  app = await startTestApp({
    clock,
    pages: builtPages,
    env: {
      ALLOWED_ORIGINS: FRIEND,
      AUTO_VERIFY_EMAIL: "true",
      RATE_WEB_READ: "240/m",
      RATE_WEB_WRITE: "60/m",
      RATE_ANONYMOUS: "60/m",
      RATE_INSTANCE_PER_IP: "600/m",
      RATE_RESET: "5/15m",
      TRUSTED_PROXIES: "",
      STRIPE_WEBHOOK_SECRET: "",
      METRICS_TOKEN: METRICS,
    },
  });
});
Deno.test.afterAll(() => app.close());

const later = (ms: number) => clock.jumpTo(new Date(clock.now().getTime() + ms));
const routes = () =>
  apiOf(app.services, { health: createHealth(), commit: "test", startedAt: new Date() }).api.routes;
const raw = (path: string, init: RequestInit = {}) => fetch(app.url + path, init);

async function headersOf(path: string, init: RequestInit = {}) {
  const response = await raw(path, init);
  await response.body?.cancel();
  return { status: response.status, headers: response.headers };
}

/** Somebody on a plan, with an access token and a key. */
async function caller(plan: "free_trial" | "basic" | "pro") {
  const person = await app.person();
  if (plan !== "free_trial") {
    await app.services.db.asSystem(
      "test",
      (tx) =>
        tx`update users set plan = ${plan}, subscription_status = 'active' where id = ${person.userId}`,
    );
    app.services.entitlements.forget(person.userId);
  }
  const { body } = await person.post("/api/account/keys", { name: "k", scopes: ["usage:read"] });
  const call = async (key = body.key) =>
    await headersOf("/api/usage/quota", { headers: { authorization: `Bearer ${key}` } });
  return { person, call };
}

Deno.test("[API-7] answers for a person are kept by no cache, public ones say for how long", async () => {
  const ada = await app.person();
  const aged: string[] = [];
  for (const { path, meta } of routes().filter(({ method }) => method === "GET")) {
    if (/stream|events/.test(path)) continue;
    const address = path.replaceAll(/:\w+/g, crypto.randomUUID());
    const { status, headers } = await ada.get(address);
    const cache = headers.get("cache-control") ?? "";
    if (meta.auth === "public" && status === 200 && /max-age=\d+/.test(cache)) aged.push(path);
    else expect([path, status, cache.includes("no-store")]).toEqual([path, status, true]);
    later(1_000); // the reads of one session are limited
  }
  for (const path of ["/api/plans", "/api/openapi.json", "/.well-known/jwks.json", "/api/status"]) {
    expect(aged).toContain(path);
  }
});

Deno.test("[API-1] every answer names the version served, and JSON its charset", async () => {
  for (
    const [path, status] of [
      ["/api/plans", 200],
      ["/api/usage/quota", 401],
      ["/api/nothing", 404],
      ["/api/auth/login", 405],
    ] as const
  ) {
    const answer = await headersOf(path);
    expect([path, answer.status]).toEqual([path, status]);
    expect([path, answer.headers.get("x-nova-api-version")])
      .toEqual([path, VERSION]);
    expect(answer.headers.get("content-type")).toMatch(/json; charset=utf-8$/);
  }
});

Deno.test("[API-22] pages of listed origins may call with credentials, others are told nothing", async () => {
  const ask = (origin: string) =>
    headersOf("/api/usage/quota", {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": "GET",
        "access-control-request-headers": "authorization",
      },
    });
  const allowed = await ask(FRIEND);
  expect(allowed.status).toBe(204);
  expect(Object.fromEntries(allowed.headers)).toMatchObject({
    "access-control-allow-origin": FRIEND,
    "access-control-allow-credentials": "true",
    "access-control-allow-headers": "authorization",
  });
  for (const path of ["/api/plans", "/api/usage/quota", "/api/nothing"]) {
    const friend = (await headersOf(path, { headers: { origin: FRIEND } })).headers;
    expect(friend.get("access-control-allow-origin")).toBe(FRIEND);
    expect(friend.get("vary")).toContain("Origin");
    for (const origin of ["https://evil.example.org", "null", `${FRIEND}.evil.org`, "*"]) {
      const { headers } = await headersOf(path, { headers: { origin } });
      expect([...headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
      expect(headers.get("vary")).toContain("Origin");
    }
  }
  expect((await ask("https://evil.example.org")).status).toBe(405);
  // By default there is no other origin at all.
  const closed = await startTestApp();
  try {
    const answer = await fetch(`${closed.url}/api/plans`, { headers: { origin: FRIEND } });
    await answer.body?.cancel();
    expect(answer.headers.has("access-control-allow-origin")).toBe(false);
  } finally {
    await closed.close();
  }
});

Deno.test("[API-11] the plan's requests bind keys and Bearer clients; the screens have room of their own", async () => {
  const limits = { free_trial: 10, basic: 50, pro: 100 };
  for (const [plan, limit] of Object.entries(limits)) {
    const { person, call } = await caller(plan as keyof typeof limits);
    const first = await call();
    expect(first.headers.get("ratelimit-policy")).toContain(`"api";q=${limit};w=60`);
    let granted = 1;
    while ((await call()).status === 200) granted++;
    expect([plan, granted]).toEqual([plan, Math.floor(limit * 1.5)]);
    // The same person's browser is not held up by it.
    const screen = await person.get("/api/usage/quota");
    expect(screen.status).toBe(200);
    expect(screen.headers.get("ratelimit-policy")).toContain(`"web_read";q=240;w=60`);
    later(60_000); // the address as a whole has a limit too
  }
});

Deno.test("[API-15] buckets are kept by principal; headers of an untrusted peer make no new ones", async () => {
  const { call, person } = await caller("free_trial");
  let i = 0;
  const spoofed = () =>
    headersOf("/api/usage/quota", { headers: { "x-forwarded-for": `203.0.113.${++i}` } });
  let anonymous = 0;
  while ((await spoofed()).status === 401) anonymous++;
  expect(anonymous).toBeLessThanOrEqual(120);
  expect((await spoofed()).status).toBe(429);
  // Somebody who is signed in is counted by themselves, not by the address that is used up.
  expect((await call()).status).toBe(200);
  expect((await person.get("/api/usage/quota")).status).toBe(200);
  later(60_000);
});

Deno.test("[API-16] a refused request takes nothing from other buckets", async () => {
  const { call } = await caller("free_trial");
  while ((await call()).status === 200);
  const left = async () =>
    Number((await call()).headers.get("ratelimit")!.match(/"instance_per_ip";r=(\d+)/)?.[1]);
  const before = await left();
  for (let i = 0; i < 20; i++) expect((await call()).status).toBe(429);
  expect(await left()).toBe(before);
  later(60_000);
});

Deno.test("[API-17] a changed plan has its limits with the next request", async () => {
  const { person, call } = await caller("free_trial");
  while ((await call()).status === 200);
  await app.services.db.asSystem("test", async (tx) => {
    await tx`update users set plan = 'pro', subscription_status = 'active' where id = ${person.userId}`;
    await app.services.entitlements.markChanged(tx, person.userId);
  });
  await app.services.entitlements.poll();
  const next = await call();
  expect(next.headers.get("ratelimit-policy")).toContain(`"api";q=100;w=60`);
  expect(next.status).toBe(200);
  later(60_000);
});

Deno.test("[API-18] probes stand outside all limits and never touch the store of the buckets", async () => {
  const { kv } = app.services;
  let touched = 0;
  const { set, get } = kv;
  for (let i = 0; i < 20; i++) await headersOf("/api/plans");
  kv.set = (...args) => (touched++, set.apply(kv, args));
  kv.get = ((...args: Parameters<typeof get>) => (touched++, get.apply(kv, args))) as typeof get;
  try {
    for (let i = 0; i < 700; i++) {
      expect((await headersOf(i % 2 ? "/healthz" : "/readyz")).status).toBe(200);
    }
    const { headers } = await headersOf("/healthz");
    expect(headers.has("ratelimit")).toBe(false);
    expect(touched).toBe(0);
  } finally {
    Object.assign(kv, { set, get });
  }
});

/** Rows of the specification's table: method and path, who may, and the gates. */
const TABLE: Record<string, string[]> = {
  "API-30": [
    "POST /api/auth/register public",
    "POST /api/auth/login public",
    "POST /api/auth/refresh public",
    "POST /api/auth/2fa/verify public",
    "POST /api/auth/logout user",
    "POST /api/auth/logout-all user",
    "POST /api/auth/resend-verification user",
    "POST /api/auth/step-up user",
    "POST /api/auth/verify-email public",
    "POST /api/auth/request-password-reset public",
    "POST /api/auth/reset-password public",
    "GET /api/auth/me user",
    "POST /api/auth/change-password user",
    "POST /api/auth/2fa/setup user T",
    "POST /api/auth/2fa/enable user T",
    "POST /api/auth/2fa/disable user T",
    "POST /api/auth/2fa/backup-codes user T",
  ],
  "API-31": ["POST /api/auth/service/refresh service"],
  "API-33": ["quota", "history", "timeseries", "ledger", "breakdown", "verify"]
    .map((name) => `GET /api/usage/${name} user usage:read`),
  "API-34": [
    "GET /api/plans public",
    ...["checkout", "portal", "change", "cancel", "reactivate"]
      .map((name) => `POST /api/billing/${name} user V`),
    "GET /api/billing/subscription user V",
    "GET /api/billing/invoices user V",
    "POST /api/billing/webhook public",
  ],
};

/** Each route of a row is there, for whom and with what the table says. */
function holds(id: string): void {
  const found = routes().map(({ method, path, meta }) =>
    [
      method,
      path,
      meta.auth,
      ...(meta.scopes ?? []),
      ...(meta.verified ? ["V"] : []),
      ...(meta.stepUp ? ["T"] : []),
    ].join(" ")
  );
  for (const row of TABLE[id]!) expect(found).toContain(row);
}

Deno.test("[API-30] the routes of signing in are those of the table", () => holds("API-30"));
Deno.test("[API-31] services renew their tokens at the route of the table", () => holds("API-31"));
Deno.test("[API-34] the routes of plans and payments are those of the table, and the webhook is signed", async () => {
  holds("API-34");
  const ada = await app.person();
  expect((await app.client().get("/api/plans")).status).toBe(200);
  expect((await ada.get("/api/billing/subscription")).status).toBe(200);
  expect((await ada.get("/api/billing/invoices")).body.items).toEqual([]);
  const unsigned = await app.client().post("/api/billing/webhook", { id: "evt_1" });
  expect([unsigned.status, unsigned.body.code]).toEqual([400, "webhook_signature_invalid"]);
  const stranger = await app.client().post("/api/billing/checkout", { plan: "basic" });
  expect([stranger.status, stranger.body.code]).toEqual([401, "token_missing"]);
});

Deno.test("[API-47] what is public of the system answers everybody, and the metrics only who may read them", async () => {
  const stranger = app.client();
  expect((await stranger.get("/healthz")).body).toEqual({ status: "ok" });
  expect((await stranger.get("/readyz")).body.status).toBe("ready");
  expect((await stranger.get("/api/status")).body.components.web.state).toBe("online");
  const { keys } = (await stranger.get("/.well-known/jwks.json")).body;
  expect(keys.map(({ kty, alg, use }: Record<string, string>) => [kty, alg, use]))
    .toEqual(keys.map(() => ["OKP", "EdDSA", "sig"]));
  expect((await stranger.get("/.well-known/security.txt")).text).toContain("Contact: ");
  const document = (await stranger.get("/api/openapi.json")).body;
  expect([document.openapi, document.info.version]).toEqual(["3.1.0", VERSION]);
  const problem = await stranger.get("/problems/login_throttled");
  expect([problem.status, problem.headers.get("content-type")])
    .toEqual([200, "text/html; charset=utf-8"]);
  expect(problem.text).toContain("login_throttled");
  expect((await stranger.get("/problems/no_such_code")).status).toBe(404);
  expect((await stranger.get("/problems/__proto__")).status).toBe(404);
  // Metrics: nobody, a person, a wrong token; then the token, and a service that may.
  const ada = await app.person();
  const metrics = (headers: Record<string, string> = {}, client = stranger) =>
    client.get("/metrics", headers);
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  expect((await metrics()).status).toBe(403);
  expect((await metrics({}, ada)).status).toBe(403);
  expect((await metrics(bearer("x".repeat(40)))).status).toBe(403);
  const open = await metrics(bearer(METRICS));
  expect([open.status, open.headers.get("content-type")])
    .toEqual([200, "text/plain; version=0.0.4; charset=utf-8"]);
  expect(open.text).toContain("gateway_requests_total");
  const { token } = await app.services.accounts.serviceAccess.mint("metrics-scraper", {
    scopes: ["read:metrics"],
    actor: { kind: "host" },
  });
  expect((await metrics({ "x-service-token": token })).status).toBe(200);
  expect((await metrics(bearer(token))).status).toBe(200);
  const other = await app.services.accounts.serviceAccess.mint("edge", {
    scopes: ["read:policy"],
    actor: { kind: "host" },
  });
  expect((await metrics({ "x-service-token": other.token })).body.code)
    .toBe("service_token_scope");
});

Deno.test("[API-33] the routes of usage are those of the table", () => holds("API-33"));
