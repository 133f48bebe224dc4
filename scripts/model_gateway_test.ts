import { expect } from "expect";
import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import { FakeClock, systemClock } from "@/lib/platform/clock.ts";
import { secureRandom, uuidV7Source } from "@/lib/platform/ids.ts";
import { newKeySet, staticKeyRing } from "@/lib/platform/key_ring.ts";
import { createServiceTokens } from "@/lib/platform/service_token.ts";
import { createGateway, type GatewayOptions } from "../infra/model-gateway/gateway.ts";
import { lastingKeys, type RemoteKeys, serviceKeysOnly } from "../infra/model-gateway/keys.ts";

const ISSUER = "https://nova.example.org";

async function setUp(options: { environment?: string; clock?: FakeClock } = {}) {
  const tokens = createServiceTokens({
    keys: await staticKeyRing(await newKeySet("service"), "service"),
    environment: options.environment ?? "production",
    issuer: ISSUER,
    clock: options.clock ?? systemClock,
    ids: uuidV7Source(systemClock, secureRandom),
  });
  const calls: { url: string; headers: Headers; body: string }[] = [];
  const { handle } = createGateway({
    maxActive: 2,
    maxWaiting: 1,
    upstream: "http://ollama:11434",
    issuer: ISSUER,
    environment: "production",
    keys: serviceKeysOnly(createLocalJWKSet({ keys: tokens.publicKeys() } as JSONWebKeySet)),
    fetch: async (input, init) => {
      const body = init?.body ? await new Response(init.body).text() : "";
      calls.push({ url: String(input), headers: new Headers(init?.headers), body });
      return new Response('{"done":true}');
    },
  });
  return {
    tokens,
    calls,
    ask: (path: string, token: string | null, method = "POST") =>
      handle(
        new Request(`http://gateway${path}`, {
          method,
          headers: {
            "content-type": "application/json",
            ...(token ? { authorization: `Bearer ${token}` } : {}),
          },
          ...(method === "POST" ? { body: '{"model":"m"}' } : {}),
        }),
      ),
  };
}

Deno.test("[CHT-70] the gateway lets the product's own calls through, without their token", async () => {
  const { tokens, calls, ask } = await setUp();
  const token = await tokens.token("edge", "gpu-gateway", ["invoke:model"]);
  expect(await (await ask("/api/chat", token)).json()).toEqual({ done: true });
  const tags = await ask("/api/tags?x=1", token, "GET");
  expect([tags.status, await tags.json()]).toEqual([200, { done: true }]);
  expect(calls.map(({ url }) => url)).toEqual([
    "http://ollama:11434/api/chat",
    "http://ollama:11434/api/tags",
  ]);
  expect(calls[0]!.body).toBe('{"model":"m"}');
  expect(calls[0]!.headers.has("authorization")).toBe(false);
});

Deno.test("[CHT-70] calls without a token that counts do not reach the host", async () => {
  const { tokens, calls, ask } = await setUp();
  const other = await setUp();
  const staging = await setUp({ environment: "staging" });
  const past = await setUp({ clock: new FakeClock("2020-01-01T00:00:00.000Z") });
  const scopes = ["invoke:model"];
  const refused = [
    null,
    "x.y.z",
    await tokens.token("edge", "nova-internal:production", scopes),
    await tokens.token("metrics-scraper", "gpu-gateway", ["read:metrics"]),
    await other.tokens.token("edge", "gpu-gateway", scopes),
  ];
  const codes = [];
  for (const token of refused) {
    const answer = await ask("/api/chat", token);
    expect(answer.status).toBe(403);
    codes.push((await answer.json()).code);
  }
  expect(codes).toEqual([
    "service_token_missing",
    "service_token_invalid",
    "service_token_audience",
    "service_token_scope",
    "service_token_invalid",
  ]);
  for (const elsewhere of [staging, past]) {
    const token = await elsewhere.tokens.token("edge", "gpu-gateway", scopes);
    const answer = await elsewhere.ask("/api/chat", token);
    expect([answer.status, (await answer.json()).code]).toEqual([
      403,
      elsewhere === past ? "service_token_expired" : "service_token_audience",
    ]);
    expect(elsewhere.calls).toEqual([]);
  }
  expect(calls).toEqual([]);
});

Deno.test("[OPS-62] routes that manage models are hidden, with any token", async () => {
  const { tokens, calls, ask } = await setUp();
  const token = await tokens.token("edge", "gpu-gateway", ["invoke:model"]);
  for (const path of ["/api/pull", "/api/push", "/api/create", "/api/copy", "/", "/api/chat/"]) {
    expect((await ask(path, token)).status).toBe(404);
  }
  expect((await ask("/api/delete", token, "DELETE")).status).toBe(404);
  expect((await ask("/api/chat", token, "GET")).status).toBe(404);
  expect(calls).toEqual([]);
});

/** A gateway whose clock, keys and host are the test's. */
async function controlled(options: Partial<GatewayOptions> = {}) {
  const { tokens } = await setUp();
  const token = await tokens.token("edge", "gpu-gateway", ["invoke:model"]);
  const timers = new Set<() => void>();
  const gateway = createGateway({
    maxActive: 1,
    maxWaiting: 1,
    upstream: "http://ollama:11434",
    issuer: ISSUER,
    environment: "production",
    keys: serviceKeysOnly(createLocalJWKSet({ keys: tokens.publicKeys() } as JSONWebKeySet)),
    fetch: () => Promise.resolve(new Response('{"done":true}')),
    after: (_ms, work) => {
      timers.add(work);
      return () => void timers.delete(work);
    },
    ...options,
  });
  const request = (init: RequestInit = {}) =>
    new Request("http://gateway/api/chat", {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      body: '{"model":"m"}',
      ...init,
    });
  return { gateway, timers, request };
}

Deno.test("[ACC-110] who sends slowly, or too much, takes no place of those who call", async () => {
  const { gateway, timers, request } = await controlled({ maxBody: 1_000 });
  // Bodies that begin and never end: as many as there are places, and more.
  const endless = () => new ReadableStream({ start: (c) => c.enqueue(new Uint8Array(10)) });
  const slow = Array.from({ length: 3 }, () => gateway.handle(request({ body: endless() })));
  const quick = await gateway.handle(request());
  expect(await quick.json()).toEqual({ done: true });
  timers.forEach((ring) => ring());
  for (const answer of await Promise.all(slow)) expect(answer.status).toBe(408);
  const big = await gateway.handle(request({ body: new Uint8Array(1_001) }));
  expect(big.status).toBe(413);
  const growing = new ReadableStream({ pull: (c) => c.enqueue(new Uint8Array(400)) });
  expect((await gateway.handle(request({ body: growing }))).status).toBe(413);
  expect(timers.size).toBe(0);
  expect(gateway.load()).toEqual({ active: 0, waiting: 0 });
});

Deno.test("[ACC-110] a reader who stalls or goes away frees the place, and the host is told", async () => {
  let ended = 0;
  const { gateway, timers, request } = await controlled({
    fetch: () =>
      Promise.resolve(
        new Response(
          new ReadableStream({
            pull: (c) => c.enqueue(new TextEncoder().encode('{"x":1}\n')),
            cancel: () => void ended++,
          }),
        ),
      ),
  });
  const stalled = await gateway.handle(request());
  expect(gateway.load().active).toBe(1);
  const next = gateway.handle(request());
  while (gateway.load().waiting === 0) await new Promise((resolve) => setTimeout(resolve));
  // Beyond the line there is no place, and that is said at once.
  const beyond = await gateway.handle(request());
  expect([beyond.status, beyond.headers.get("retry-after")]).toEqual([503, "2"]);
  timers.forEach((ring) => ring());
  await next.then((answer) => answer.body?.cancel());
  await expect(stalled.text()).rejects.toBeDefined();
  expect(ended).toBe(2);
  expect([gateway.load(), timers.size]).toEqual([{ active: 0, waiting: 0 }, 0]);
  // A call that was given up before its turn never begins.
  const gone = await gateway.handle(request({ signal: AbortSignal.abort() })).catch(() => null);
  expect(gone === null || gone.status >= 400).toBe(true);
  expect(gateway.load()).toEqual({ active: 0, waiting: 0 });
});

Deno.test("[ACC-32] the gateway goes on with the keys it had while they cannot be fetched, for an hour", async () => {
  const source = await setUp();
  const keys = { keys: source.tokens.publicKeys() } as JSONWebKeySet;
  const local = createLocalJWKSet(keys);
  let now = 0;
  let down = true;
  let asked = 0;
  const remote: RemoteKeys = Object.assign(
    ((header, token) => {
      asked++;
      if (down) throw new TypeError("fetch failed");
      return local(header, token);
    }) as JWTVerifyGetKey,
    { jwks: () => keys },
  );
  const failures: unknown[] = [];
  const { gateway } = await controlled({
    keys: serviceKeysOnly(
      lastingKeys(remote, { now: () => now, failed: (error) => failures.push(error) }),
    ),
  });
  const ask = async (tokens = source.tokens) => {
    const token = await tokens.token("edge", "gpu-gateway", ["invoke:model"]);
    const headers = { authorization: `Bearer ${token}` };
    const answer = await gateway.handle(
      new Request("http://gateway/api/tags", { headers }),
    );
    await answer.body?.cancel();
    return answer.status;
  };
  // Without any keys it cannot judge: that is no refusal, and not asked again for each call.
  expect([await ask(), await ask(), asked]).toEqual([503, 503, 1]);
  down = false;
  now += 5_000;
  expect(await ask()).toBe(200);
  down = true;
  now += 300_000;
  expect(await ask()).toBe(200);
  expect(await ask((await setUp()).tokens)).toBe(403);
  now += 3_600_000;
  expect(await ask()).toBe(503);
  down = false;
  now += 5_000;
  expect(await ask()).toBe(200);
  expect(failures.length).toBeGreaterThan(1);
});
