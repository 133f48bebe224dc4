import { expect } from "expect";
import { type JWK, SignJWT } from "jose";
import { FakeClock } from "@/lib/platform/clock.ts";
import { silentLog } from "@/lib/platform/log.ts";
import { systemClock } from "@/lib/platform/clock.ts";
import { importKey, newKeyPair } from "@/lib/platform/key_ring.ts";
import { startStandIn } from "@/lib/model/standin/mod.ts";
import { startTestApp, type TestApp } from "./support/app.ts";

const AUDIENCE = "nova-internal:test";
const HOUR = 3_600_000;

let app: TestApp;
let clock: FakeClock;
Deno.test.beforeAll(async () => {
  clock = new FakeClock(new Date());
  app = await startTestApp({ clock });
});
Deno.test.afterAll(() => app.close());

const later = (ms: number) => clock.jumpTo(new Date(clock.now().getTime() + ms));
const scrape = (token: string | null, path = "/metrics", method = "GET") =>
  app.client().send(method, path, undefined, token === null ? {} : { "x-service-token": token });
const minted = async () =>
  (await app.services.accounts.serviceAccess.mint("metrics-scraper", {
    scopes: ["read:metrics"],
    actor: { kind: "host" },
  })).token;

/** A token like ours, but for what is changed. */
async function forged(change: {
  claims?: Record<string, unknown>;
  header?: Record<string, string>;
  key?: JWK;
}): Promise<string> {
  const now = Math.floor(clock.now().getTime() / 1000);
  const signing = await app.services.serviceKeys.signing();
  return await new SignJWT({
    iss: app.running.config.baseUrl,
    sub: "metrics-scraper",
    aud: AUDIENCE,
    jti: crypto.randomUUID(),
    iat: now,
    exp: now + 3600,
    env: "test",
    scope: ["read:metrics"],
    ...change.claims,
  }).setProtectedHeader({ alg: "EdDSA", typ: "svc+jwt", kid: signing.kid, ...change.header })
    .sign(change.key ? await importKey(change.key) : signing.key);
}

Deno.test("[ACC-114] each wrong token gets 403 with its code, and one entry of the log", async () => {
  const ada = await app.person();
  await app.services.accounts.administration.verifyByHost(ada.email);
  const key =
    (await ada.post("/api/account/keys", { name: "k", scopes: ["memory:read"] })).body.key;
  const api = await app.client().post("/api/auth/login", {
    email: ada.email,
    password: "Correct-horse-7-battery",
  }, { "x-nova-client": "api" });
  const right = await minted();
  const [head, body, signature] = right.split(".") as [string, string, string];
  const revoked = await minted();
  const { tokenId } = (await app.services.tokens.verify(revoked, AUDIENCE))!;
  await app.services.accounts.serviceAccess.revoke(
    app.services.revocations,
    { service: "metrics-scraper", tokenId },
    { kind: "host" },
  );
  const now = Math.floor(clock.now().getTime() / 1000);
  const other = await newKeyPair("service");
  const cases: Record<string, [string | null, string]> = {
    "none": [null, "service_token_missing"],
    "empty": ["", "service_token_missing"],
    "malformed": ["a.b.c", "service_token_invalid"],
    "huge": ["x".repeat(9_000), "service_token_invalid"],
    "altered payload": [`${head}.${body.slice(0, -2)}AA.${signature}`, "service_token_invalid"],
    "altered signature": [`${head}.${body}.${"A".repeat(86)}`, "service_token_invalid"],
    "unknown kid": [await forged({ header: { kid: "svc-unknown" } }), "service_token_invalid"],
    "odd kid": [await forged({ header: { kid: "../../etc" } }), "service_token_invalid"],
    "another key": [await forged({ key: other.privateJwk }), "service_token_invalid"],
    "another typ": [await forged({ header: { typ: "at+jwt" } }), "service_token_invalid"],
    "expired": [
      await forged({ claims: { iat: now - 9_000, exp: now - 60 } }),
      "service_token_expired",
    ],
    "too old": [
      await forged({ claims: { iat: now - 90_000, exp: now + 60 } }),
      "service_token_expired",
    ],
    "not yet": [await forged({ claims: { nbf: now + 300 } }), "service_token_invalid"],
    "from the future": [await forged({ claims: { iat: now + 300 } }), "service_token_invalid"],
    "environment": [await forged({ claims: { env: "production" } }), "service_token_audience"],
    "audience": [await forged({ claims: { aud: "gpu-gateway" } }), "service_token_audience"],
    "no such service": [await forged({ claims: { sub: "root" } }), "service_token_invalid"],
    "odd scopes": [await forged({ claims: { scope: "read:metrics" } }), "service_token_invalid"],
    "revoked": [revoked, "service_token_revoked"],
    "a person's": [api.body.tokens.accessToken, "service_token_invalid"],
    "a key": [key, "service_token_invalid"],
    "scope": [await forged({ claims: { scope: ["read:policy"] } }), "service_token_scope"],
    "scope beyond the matrix": [
      await forged({ claims: { sub: "edge", scope: ["read:metrics"] } }),
      "service_token_scope",
    ],
  };
  const refusals = async () =>
    (await app.services.db.asSystem(
      "test",
      (tx) =>
        tx`select count(*)::integer as n from security_audit_log where event = 'service_refused'`,
    ))[0]!
      .n as number;
  for (const [name, [token, code]] of Object.entries(cases)) {
    const onlyScope = code === "service_token_scope";
    const before = await refusals();
    if (!onlyScope) {
      const refresh = await scrape(token, "/api/auth/service/refresh", "POST");
      expect({ name, status: refresh.status, code: refresh.body.code })
        .toEqual({ name, status: 403, code });
      expect(await refusals()).toBe(before + 1);
    }
    // Without any token the metrics are simply not public.
    if (!token) continue;
    const metrics = await scrape(token);
    expect({ name, status: metrics.status, code: metrics.body?.code })
      .toEqual({ name, status: 403, code });
    expect(metrics.body.detail).toContain("read:metrics");
  }
  expect((await scrape(right)).status).toBe(200);
  expect((await ada.get("/api/memory", { authorization: `Bearer ${right}` })).status).toBe(401);
});

Deno.test("[ACC-103] a token is renewed when a fifth of its life is left, for ninety days in all", async () => {
  let token = await minted();
  const early = await scrape(token, "/api/auth/service/refresh", "POST");
  expect([early.status, early.body.code]).toEqual([409, "service_token_not_due"]);
  expect(Date.parse(early.body.renewableAt) - clock.now().getTime()).toBeGreaterThan(19 * HOUR);
  for (let i = 0; i < 3; i++) {
    later(19.3 * HOUR);
    const renewed = await scrape(token, "/api/auth/service/refresh", "POST");
    expect([renewed.status, renewed.body.scopes]).toEqual([200, ["read:metrics"]]);
    // The former one goes on until it ends by itself.
    expect((await scrape(token)).status).toBe(200);
    token = renewed.body.token;
  }
  const old = Math.floor(clock.now().getTime() / 1000);
  const chain = { chain: old - 90 * 24 * 3600, iat: old - 3600, exp: old + 600 };
  const ended = await scrape(await forged({ claims: chain }), "/api/auth/service/refresh", "POST");
  expect([ended.status, ended.body.code]).toEqual([403, "service_token_expired"]);
});

Deno.test("[ACC-32] keys rotate without a refused call, and a retired one ends after 24 hours", async () => {
  const before = await minted();
  const kids = async () =>
    (await app.client().get("/.well-known/jwks.json")).body.keys.map((key: JWK) => key.kid);
  const [published] = [await kids()];
  const { kid, former } = await app.services.serviceKeys.rotate();
  // The new key was published before it signed, so that nobody is surprised by it.
  expect(published).toContain(kid);
  expect(await kids()).toEqual(expect.arrayContaining([kid, former]));
  const after = await minted();
  expect([(await scrape(before)).status, (await scrape(after)).status]).toEqual([200, 200]);
  later(24 * HOUR + 1_000);
  expect(await kids()).not.toContain(former);
  const { keys } = (await app.client().get("/.well-known/jwks.json")).body;
  for (const key of keys) {
    expect(key).toMatchObject({ kty: "OKP", crv: "Ed25519", alg: "EdDSA", use: "sig" });
    expect(key.nova_use).toBe(key.kid.startsWith("svc-") ? "service" : "user");
    expect(key).not.toHaveProperty("d");
  }
});

Deno.test("[ACC-32] keys rotate by themselves after ninety days, and are kept sealed", async () => {
  const { kid } = await app.services.userKeys.signing();
  expect((await app.services.userKeys.tend()).rotated).toBe(false);
  later(91 * 24 * HOUR);
  expect((await app.services.userKeys.tend()).rotated).toBe(true);
  expect((await app.services.userKeys.signing()).kid).not.toBe(kid);
  const [row] = await app.services.db.asSystem(
    "test",
    (tx) =>
      tx<{ text: string }[]>`select string_agg(encode(private_key, 'escape'), '') as text
      from signing_keys`,
  );
  expect(row!.text).not.toContain('"d"');
});

Deno.test("[ACC-106] taking back a service's tokens ends those there are, not later ones", async () => {
  const before = await minted();
  await app.services.accounts.serviceAccess.revoke(
    app.services.revocations,
    { service: "metrics-scraper" },
    { kind: "host" },
  );
  expect((await scrape(before)).body.code).toBe("service_token_revoked");
  later(1_000);
  expect((await scrape(await minted())).status).toBe(200);
});

Deno.test("[ACC-103] a renewed token acts for the same person; what is no service has no tokens to take back", async () => {
  const { serviceAccess } = app.services.accounts;
  const now = Math.floor(clock.now().getTime() / 1000);
  const actor = crypto.randomUUID();
  const renewed = await serviceAccess.refresh({
    service: "edge",
    tokenId: crypto.randomUUID(),
    scopes: [],
    actor,
    issuedAt: now - 900,
    expiresAt: now,
    chainFrom: now - 900,
  });
  const found = await app.services.tokens.verify(renewed.token, AUDIENCE);
  expect(found).toMatchObject({ service: "edge", actor });
  const host = { kind: "host" as const };
  const revoked = serviceAccess.revoke(app.services.revocations, { service: "root" }, host);
  expect(await revoked.then(() => "revoked", (error) => error.code)).toBe("conflict");
});

Deno.test("a fault while a token is made is not taken for a wrong scope", async () => {
  const { tokens, accounts } = app.services;
  const { issue } = tokens;
  tokens.issue = () => Promise.reject(new Error("no key"));
  try {
    await expect(accounts.serviceAccess.mint("metrics-scraper", {
      scopes: ["read:metrics"],
      actor: { kind: "host" },
    })).rejects.toThrow("no key");
  } finally {
    tokens.issue = issue;
  }
});

Deno.test("[ACC-107] accepted uses are counted by minute and route", async () => {
  const token = await minted();
  for (let i = 0; i < 3; i++) await scrape(token);
  await app.services.accounts.serviceAccess.flushUses();
  const [row] = await app.services.db.asSystem(
    "test",
    (tx) =>
      tx<{ n: number }[]>`select sum(uses)::integer as n from service_uses
      where service = 'metrics-scraper' and route = '/metrics' and scope = 'read:metrics'`,
  );
  expect(row!.n).toBeGreaterThanOrEqual(3);
});

Deno.test("[ACC-112] no token is made with a scope beyond the matrix", async () => {
  const mint = (service: string, scopes: string[]) =>
    app.services.accounts.serviceAccess.mint(service, { scopes, actor: { kind: "host" } })
      .then(() => "made", (error) => error.code);
  expect(await mint("edge", ["write:roles"])).toBe("validation_failed");
  expect(await mint("metrics-scraper", ["read:chat"])).toBe("validation_failed");
  expect(await mint("root", ["read:chat"])).toBe("validation_failed");
});

Deno.test("[ACC-110] a conversation goes through a gateway of its own process, also across a rotation", async () => {
  const free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = free.addr;
  free.close();
  const host = startStandIn({
    port: 0,
    tokensPerSecond: 0,
    clock: systemClock,
    verifyToken: null,
    faults: true,
    embedDim: 768,
    log: silentLog,
  });
  const gateway = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--unstable-no-legacy-abort",
      "--allow-net",
      "--allow-env",
      new URL("../infra/model-gateway/main.ts", import.meta.url).pathname,
    ],
    env: {
      HOST: "127.0.0.1",
      PORT: "0",
      UPSTREAM: host.url,
      JWKS_URL: `http://127.0.0.1:${port}/.well-known/jwks.json`,
      ISSUER: `http://localhost:${port}`,
      ENVIRONMENT: "test",
    },
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines = gateway.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = await lines.read();
  const url = `http://127.0.0.1:${JSON.parse(value!.split("\n")[0]!).port}`;
  const own = await startTestApp({
    env: {
      PORT: String(port),
      OLLAMA_BASE_URL: url,
      CHAT_MODEL: "practice",
      EMBED_MODEL: "practice-embed",
    },
  });
  try {
    const ada = await own.person();
    const said = await ada.say("What is 6 times 7?");
    expect([said.status, said.body.turn.status]).toEqual([200, "complete"]);
    expect(said.body.assistantMessage.content).toContain("42");
    const events = await ada.stream("Hello");
    expect(events.at(-1)!.event).toBe("done");
    await own.services.serviceKeys.rotate();
    const token = (await own.services.tokens.issue("edge", {
      audience: "gpu-gateway",
      scopes: ["invoke:model"],
    })).token;
    const ask = async (path: string, bearer: string | null, method = "POST") => {
      const answer = await fetch(url + path, {
        method,
        headers: bearer === null ? {} : { authorization: `Bearer ${bearer}` },
        ...(method === "POST" ? { body: '{"model":"practice","messages":[],"stream":false}' } : {}),
      });
      const text = await answer.text();
      return [answer.status, /"code":"(\w+)"/.exec(text)?.[1] ?? ""];
    };
    expect((await ask("/api/tags", token, "GET"))[0]).toBe(200);
    expect(await ask("/api/chat", null)).toEqual([403, "service_token_missing"]);
    expect(await ask("/api/chat", "a.b.c")).toEqual([403, "service_token_invalid"]);
    const internal = await own.services.tokens.issue("edge", {
      audience: "nova-internal:test",
      scopes: ["invoke:model"],
    });
    expect(await ask("/api/chat", internal.token)).toEqual([403, "service_token_audience"]);
    const user = await own.client().post("/api/auth/login", {
      email: ada.email,
      password: "Correct-horse-7-battery",
    }, { "x-nova-client": "api" });
    expect(await ask("/api/chat", user.body.tokens.accessToken)).toEqual([
      403,
      "service_token_invalid",
    ]);
    expect((await ask("/api/pull", token))[0]).toBe(404);
    const health = await (await fetch(`${url}/healthz`)).json();
    expect(health).toMatchObject({ status: "ok", upstream: "online", active: 0 });
  } finally {
    await own.close();
    gateway.kill("SIGTERM");
    await lines.cancel();
    await gateway.status;
    await host.close();
  }
});
