import { expect } from "expect";
import { type JWK, SignJWT, UnsecuredJWT } from "jose";
import { FakeClock } from "@/lib/platform/clock.ts";
import { seededRandom, uuidV7Source } from "@/lib/platform/ids.ts";
import { importKey, newKeySet, readKeySet, staticKeyRing } from "@/lib/platform/key_ring.ts";
import { createAccessTokens } from "./access_token.ts";

const ISSUER = "https://nova.example.org";
const WHO = { userId: "u", familyId: "f", role: "learner", emailVerified: true };

async function setUp(more: { maxKnown?: number } = {}) {
  const clock = new FakeClock();
  const keySet = await newKeySet("user");
  const keys = await staticKeyRing(keySet, "user");
  const ids = uuidV7Source(clock, seededRandom(1));
  const tokens = createAccessTokens({ keys, issuer: ISSUER, clock, ids, ...more });
  const [pair] = readKeySet(keySet, "user");
  const forge = async (
    claims: Record<string, unknown>,
    header: Record<string, unknown> = {},
    key?: CryptoKey | Uint8Array,
  ) => {
    const now = Math.floor(clock.now().getTime() / 1000);
    return await new SignJWT({
      iss: ISSUER,
      aud: "nova-api",
      sub: "u",
      sid: "f",
      jti: "j",
      role: "learner",
      ev: true,
      iat: now,
      exp: now + 900,
      ...claims,
    }).setProtectedHeader({ alg: "EdDSA", typ: "at+jwt", kid: pair!.kid, ...header })
      .sign(key ?? await importKey(pair!.privateJwk));
  };
  return { clock, tokens, forge, pair: pair! };
}

Deno.test("[ACC-31] a token like ours counts; every deviation is refused", async () => {
  const { clock, tokens, forge, pair } = await setUp();
  expect((await tokens.check(await forge({}))).ok).toBe(true);
  const now = Math.floor(clock.now().getTime() / 1000);
  const other = readKeySet(await newKeySet("user"), "user")[0]!;
  const publicBytes = new TextEncoder().encode(JSON.stringify(pair.publicJwk));
  const wrong: Record<string, string> = {
    "empty": "",
    "huge": "a".repeat(10_240),
    "alg none": new UnsecuredJWT({ sid: "f", role: "learner", ev: true }).setIssuer(ISSUER)
      .setAudience("nova-api").setSubject("u").setJti("j").setIssuedAt(now)
      .setExpirationTime(now + 60).encode(),
    "HS256 with the public key": await forge({}, { alg: "HS256" }, publicBytes),
    "HS384": await forge({}, { alg: "HS384" }, publicBytes),
    "typ": await forge({}, { typ: "JWT" }),
    "service typ": await forge({}, { typ: "svc+jwt" }),
    "issuer": await forge({ iss: "https://evil.example" }),
    "audience": await forge({ aud: "gpu-gateway" }),
    "unknown kid": await forge({}, { kid: "user-unknown" }),
    "service kid": await forge({}, { kid: "svc-unknown" }),
    "kid with a path": await forge({}, { kid: "user-../../etc/passwd" }),
    "kid as SQL": await forge({}, { kid: "user-' or 1=1 --" }),
    "long kid": await forge({}, { kid: `user-${"a".repeat(3_000)}` }),
    "kid of no text": await forge({}, { kid: 7 }),
    "another key": await forge({}, {}, await importKey(other.privateJwk)),
    "embedded key": await forge(
      {},
      { jwk: other.publicJwk as JWK, kid: other.kid },
      await importKey(other.privateJwk),
    ),
    "key by address": await forge({}, { jku: "https://evil.example/jwks", kid: "user-x" }),
    "from the future": await forge({ iat: now + 300 }),
    "not yet": await forge({ nbf: now + 300 }),
  };
  for (const claim of ["sub", "sid", "jti", "role", "ev", "iat", "exp"]) {
    wrong[`no ${claim}`] = await forge({ [claim]: undefined });
  }
  for (const [name, token] of Object.entries(wrong)) {
    expect({ name, result: await tokens.check(token) })
      .toEqual({ name, result: { ok: false, code: "token_invalid" } });
  }
});

Deno.test("[ACC-31] clocks may differ by thirty seconds, not by five minutes", async () => {
  const { clock, tokens, forge } = await setUp();
  const token = await tokens.sign(WHO);
  clock.jumpTo(new Date(clock.now().getTime() - 29_000));
  expect((await tokens.check(token)).ok).toBe(true);
  const late = await forge({});
  clock.jumpTo(new Date(clock.now().getTime() + 15 * 60_000 + 29_000));
  expect((await tokens.check(late)).ok).toBe(true);
  clock.jumpTo(new Date(clock.now().getTime() + 5 * 60_000));
  expect(await tokens.check(late)).toEqual({ ok: false, code: "token_expired" });
});

Deno.test("[ACC-30] a token that was checked before still ends, to the second of its leeway", async () => {
  const { clock, tokens } = await setUp();
  const token = await tokens.sign(WHO);
  const first = await tokens.check(token);
  expect(first).toMatchObject({ ok: true, claims: { userId: "u", familyId: "f" } });
  expect(await tokens.check(token)).toEqual(first);
  clock.jumpTo(new Date(clock.now().getTime() + 15 * 60_000 + 30_000));
  expect(await tokens.check(token)).toEqual({ ok: false, code: "token_expired" });
  expect(await tokens.check(token)).toEqual({ ok: false, code: "token_expired" });
});

Deno.test("however many tokens come, few are remembered and all are checked", async () => {
  const { tokens } = await setUp({ maxKnown: 2 });
  const made = await Promise.all(Array.from({ length: 5 }, () => tokens.sign(WHO)));
  for (const token of [...made, ...made]) expect((await tokens.check(token)).ok).toBe(true);
});

Deno.test("[ACC-32] a set of keys that is none of ours is refused without telling what it held", () => {
  for (const text of ["", "{}", '{"keys":[]}', '{"keys":[{"kty":"OKP","d":"secret-value"}]}']) {
    expect(() => readKeySet(text, "user")).toThrow(/AUTH_SIGNING_KEYS is not a JWK set/);
    expect(() => readKeySet(text, "service")).toThrow(/SERVICE_SIGNING_KEYS is not/);
    expect(() => readKeySet(text, "user")).not.toThrow(/secret-value/);
  }
});
