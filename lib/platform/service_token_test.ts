import { expect } from "expect";
import { importJWK, type JWK, SignJWT, UnsecuredJWT } from "jose";
import { FakeClock } from "./clock.ts";
import { seededRandom, uuidV7Source } from "./ids.ts";
import { newKeySet, staticKeyRing } from "./key_ring.ts";
import { createServiceTokens } from "./service_token.ts";

const AUDIENCE = "gpu-gateway";
const HOUR = 3_600_000;

async function issuer(options: { keySet?: string; environment?: string; clock?: FakeClock } = {}) {
  const clock = options.clock ?? new FakeClock();
  const keySet = options.keySet ?? await newKeySet("service");
  const tokens = createServiceTokens({
    keys: await staticKeyRing(keySet, "service"),
    environment: options.environment ?? "test",
    issuer: "https://nova.example.org",
    clock,
    ids: uuidV7Source(clock, seededRandom(1)),
  });
  const [key] = (JSON.parse(keySet) as { keys: (JWK & { kid: string })[] }).keys;
  return { tokens, clock, keySet, key: key! };
}

/** A token like ours in everything but what is changed. */
async function forge(
  { key, clock }: Awaited<ReturnType<typeof issuer>>,
  change: { header?: Record<string, string>; claims?: Record<string, unknown>; key?: Uint8Array },
): Promise<string> {
  const now = Math.floor(clock.now().getTime() / 1000);
  const claims = {
    iss: "https://nova.example.org",
    sub: "edge",
    aud: AUDIENCE,
    jti: "a-token",
    iat: now,
    exp: now + 3600,
    env: "test",
    scope: ["invoke:model"],
    ...change.claims,
  };
  return await new SignJWT(claims)
    .setProtectedHeader({ alg: "EdDSA", typ: "svc+jwt", kid: key.kid, ...change.header })
    .sign(change.key ?? await importJWK(key, "EdDSA"));
}

Deno.test("[ACC-100] a token names service, audience, environment and scopes, for 24 hours", async () => {
  const { tokens, key } = await issuer();
  const token = await tokens.token("edge", AUDIENCE, ["invoke:model"]);
  const [header, claims] = token.split(".").slice(0, 2).map((part) =>
    JSON.parse(new TextDecoder().decode(Uint8Array.fromBase64(part, { alphabet: "base64url" })))
  );
  expect(header).toEqual({ alg: "EdDSA", typ: "svc+jwt", kid: key.kid });
  expect(key.kid).toMatch(/^svc-/);
  expect(claims).toMatchObject({
    iss: "https://nova.example.org",
    sub: "edge",
    aud: AUDIENCE,
    env: "test",
    scope: ["invoke:model"],
  });
  expect(claims.exp - claims.iat).toBe(24 * 3600);
  expect(await tokens.verify(token, AUDIENCE)).toMatchObject({
    actor: null,
    service: "edge",
    tokenId: claims.jti,
    scopes: ["invoke:model"],
  });
});

Deno.test("[ACC-102] a token like ours verifies; every single deviation is refused", async () => {
  const own = await issuer();
  const { verify } = own.tokens;
  expect(await verify(await forge(own, {}), AUDIENCE)).not.toBeNull();
  const publicBytes = new TextEncoder().encode(JSON.stringify(own.tokens.publicKeys()[0]));
  const valid = await forge(own, {});
  const [head, body, signature] = valid.split(".") as [string, string, string];
  const refused: Record<string, string | null> = {
    "missing": null,
    "empty": "",
    "malformed": "a.b.c",
    "alg none": new UnsecuredJWT({ env: "test" }).setSubject("edge").setAudience(AUDIENCE)
      .setIssuer("https://nova.example.org").setJti("x").setIssuedAt(own.clock.now())
      .setExpirationTime("1h").encode(),
    "HS256 with the public key": await forge(own, {
      header: { alg: "HS256" },
      key: publicBytes,
    }),
    "another audience": await forge(own, { claims: { aud: "nova-internal:test" } }),
    "another environment": await forge(own, { claims: { env: "production" } }),
    "no environment": await forge(own, { claims: { env: undefined } }),
    "another issuer": await forge(own, { claims: { iss: "https://evil.example" } }),
    "unknown kid": await forge(own, { header: { kid: "svc-unknown" } }),
    "typ JWT": await forge(own, { header: { typ: "JWT" } }),
    "no end": await forge(own, { claims: { exp: undefined } }),
    "no subject": await forge(own, { claims: { sub: undefined } }),
    "no id": await forge(own, { claims: { jti: undefined } }),
    "altered claims": [head, body.replace(/.$/, (c) => c === "A" ? "B" : "A"), signature].join("."),
    "no signature": `${head}.${body}.`,
    "key of another installation": await forge(
      { ...await issuer(), clock: own.clock },
      { header: { kid: own.key.kid } },
    ),
  };
  for (const [name, token] of Object.entries(refused)) {
    expect({ name, caller: await verify(token, AUDIENCE) }).toEqual({ name, caller: null });
  }
});

Deno.test("[ACC-100] a token ends after 24 hours and a leeway of less than a minute", async () => {
  const { tokens, clock } = await issuer();
  const token = await tokens.token("edge", AUDIENCE, []);
  await clock.advance(24 * HOUR + 29_000);
  expect(await tokens.verify(token, AUDIENCE)).not.toBeNull();
  await clock.advance(1_000);
  expect(await tokens.verify(token, AUDIENCE)).toBeNull();
});

Deno.test("[ACC-104] a token is kept until 80 % of its life, then renewed", async () => {
  const { tokens, clock } = await issuer();
  const first = await tokens.token("edge", AUDIENCE, ["invoke:model"]);
  await clock.advance(19.2 * HOUR - 1_000);
  expect(await tokens.token("edge", AUDIENCE, ["invoke:model"])).toBe(first);
  await clock.advance(1_000);
  const second = await tokens.token("edge", AUDIENCE, ["invoke:model"]);
  expect(second).not.toBe(first);
  expect(await tokens.verify(first, AUDIENCE)).not.toBeNull();
  expect(await tokens.verify(second, AUDIENCE)).not.toBeNull();
});

Deno.test("[ACC-104] 72 hours pass without one rejected call", async () => {
  const { tokens, clock } = await issuer();
  for (let quarter = 0; quarter < 72 * 4; quarter++) {
    const token = await tokens.token("edge", AUDIENCE, ["invoke:model"]);
    expect(await tokens.verify(token, AUDIENCE)).not.toBeNull();
    await clock.advance(HOUR / 4);
  }
});

Deno.test("other services, audiences and scopes have tokens of their own", async () => {
  const { tokens } = await issuer();
  const all = await Promise.all([
    tokens.token("edge", AUDIENCE, ["read:memory"]),
    tokens.token("mcp", AUDIENCE, ["read:memory"]),
    tokens.token("edge", "other", ["read:memory"]),
    tokens.token("edge", AUDIENCE, ["read:usage"]),
  ]);
  expect(new Set(all).size).toBe(4);
});

Deno.test("[OPS-84] after a rotation the first key signs and the former one still verifies", async () => {
  const clock = new FakeClock();
  const before = await issuer({ clock });
  const old = await before.tokens.token("edge", AUDIENCE, []);
  const fresh = JSON.parse(await newKeySet("service"));
  const both = JSON.stringify({ keys: [...fresh.keys, ...JSON.parse(before.keySet).keys] });
  const after = await issuer({ clock, keySet: both });
  expect(await after.tokens.verify(old, AUDIENCE)).not.toBeNull();
  const token = await after.tokens.token("edge", AUDIENCE, []);
  expect(await before.tokens.verify(token, AUDIENCE)).toBeNull();
});

Deno.test("[ACC-32] published keys hold nothing private", async () => {
  const { tokens, key } = await issuer();
  const [published] = tokens.publicKeys();
  expect(Object.keys(published!).sort()).toEqual(
    ["alg", "crv", "kid", "kty", "nova_use", "use", "x"],
  );
  expect(published).toMatchObject({ kid: key.kid, x: key.x, nova_use: "service" });
});

Deno.test("a key set of another form is refused without being shown", async () => {
  const { keySet } = await issuer();
  const parsed = JSON.parse(keySet);
  const wrong = [
    "not json",
    "{}",
    '{"keys":[]}',
    JSON.stringify({ keys: [{ ...parsed.keys[0], kid: "user-1" }] }),
    JSON.stringify({ keys: [{ ...parsed.keys[0], d: undefined }] }),
  ];
  for (const text of wrong) {
    const error = await issuer({ keySet: text }).catch((e) => e);
    expect(error).toBeInstanceOf(Error);
    if (parsed.keys[0].d) expect(error.message).not.toContain(parsed.keys[0].d);
  }
});

Deno.test("[ACC-109] a token names the person it acts for, and one of odd members is none", async () => {
  const own = await issuer();
  const { token } = await own.tokens.issue("mcp", {
    audience: AUDIENCE,
    scopes: ["read:memory"],
    actor: "somebody",
  });
  expect(await own.tokens.verify(token, AUDIENCE)).toMatchObject({ actor: "somebody" });
  const odd = { act: { sub: 7 }, chain: "long ago" };
  expect(await own.tokens.verify(await forge(own, { claims: odd }), AUDIENCE)).toMatchObject({
    actor: null,
  });
  for (const claims of [{ scope: [1] }, { scope: undefined }, { sub: "nobody" }, { sub: "" }]) {
    expect(await own.tokens.check(await forge(own, { claims }), AUDIENCE))
      .toEqual({ ok: false, code: "service_token_invalid" });
  }
});

Deno.test("[ACC-102] a check says why: what is missing, and what is for another place", async () => {
  const own = await issuer();
  const code = async (token: string | null) => {
    const result = await own.tokens.check(token, AUDIENCE);
    return result.ok ? "ok" : result.code;
  };
  expect(await code(null)).toBe("service_token_missing");
  expect(await code(await forge(own, { claims: { aud: "x" } }))).toBe("service_token_audience");
  expect(await code(await forge(own, { claims: { env: "x" } }))).toBe("service_token_audience");
  expect(await code("x".repeat(5_000))).toBe("service_token_invalid");
  expect(await code(await forge(own, { header: { kid: "user-abc" } }))).toBe(
    "service_token_invalid",
  );
});

Deno.test("[ACC-106] a token that was taken back is refused, and a scope beyond the matrix never made", async () => {
  const clock = new FakeClock();
  const taken = new Set<string>();
  const tokens = createServiceTokens({
    keys: await staticKeyRing(await newKeySet("service"), "service"),
    environment: "test",
    issuer: "https://nova.example.org",
    clock,
    ids: uuidV7Source(clock, seededRandom(1)),
    isRevoked: ({ tokenId }) => Promise.resolve(taken.has(tokenId)),
  });
  const { token, tokenId } = await tokens.issue("edge", {
    audience: AUDIENCE,
    scopes: ["read:chat"],
  });
  expect((await tokens.check(token, AUDIENCE)).ok).toBe(true);
  taken.add(tokenId);
  expect(await tokens.check(token, AUDIENCE)).toEqual({ ok: false, code: "service_token_revoked" });
  const beyond = tokens.issue("edge", { audience: AUDIENCE, scopes: ["write:roles"] });
  await expect(beyond).rejects.toThrow(/edge may not hold the scope write:roles/);
});
