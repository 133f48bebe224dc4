import { expect } from "expect";
import { createLocalJWKSet, type JSONWebKeySet } from "jose";
import { FakeClock, systemClock } from "@/lib/platform/clock.ts";
import { secureRandom, uuidV7Source } from "@/lib/platform/ids.ts";
import { newKeySet, staticKeyRing } from "@/lib/platform/key_ring.ts";
import { createServiceTokens } from "@/lib/platform/service_token.ts";
import { createGateway, serviceKeysOnly } from "../infra/model-gateway/gateway.ts";

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
  expect((await ask("/api/tags?x=1", token, "GET")).status).toBe(200);
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
