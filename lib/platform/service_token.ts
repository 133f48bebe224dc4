import {
  calculateJwkThumbprint,
  errors,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  jwtVerify,
  SignJWT,
} from "jose";
import { z } from "zod";
import type { Clock } from "./clock.ts";
import type { IdSource } from "./ids.ts";

/** The services that tokens are issued to. */
export const SERVICE_NAMES = [
  "edge",
  "reflection-job",
  "distillation-job",
  "gpu-gateway",
  "mcp",
  "metrics-scraper",
] as const;
export type ServiceName = (typeof SERVICE_NAMES)[number];

/** Who a verified service token speaks for. */
export interface ServiceCaller {
  service: string;
  tokenId: string;
  scopes: string[];
}

/** Signs and verifies the tokens of calls across a process boundary (EdDSA, `typ: svc+jwt`). */
export interface ServiceTokens {
  /** A token of `service` for `audience`, renewed well before its end. */
  token(service: ServiceName, audience: string, scopes: string[]): Promise<string>;
  /** Who the token speaks for, or null when it is missing, altered, expired or for another audience. */
  verify(token: string | null, audience: string): Promise<ServiceCaller | null>;
  /** The public keys, as the members of a JWKS document. */
  publicKeys(): JWK[];
}

/** How long a token is valid; the specification allows up to 24 hours. */
const LIFE_SECONDS = 24 * 3600;
/** Tokens are renewed at 80 % of their life. */
const RENEW_AFTER_SECONDS = LIFE_SECONDS * 0.8;

const keySetSchema = z.strictObject({
  keys: z.array(
    z.object({
      kty: z.literal("OKP"),
      crv: z.literal("Ed25519"),
      d: z.string(),
      x: z.string(),
      kid: z.string().startsWith("svc-"),
    }),
  )
    .min(1),
});

/** A new private key as a JWK set, as `SERVICE_SIGNING_KEYS` holds it. */
export async function newServiceKeys(): Promise<string> {
  const { privateKey } = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
  const jwk = await exportJWK(privateKey);
  const kid = `svc-${(await calculateJwkThumbprint(jwk)).slice(0, 16)}`;
  return JSON.stringify({ keys: [{ ...jwk, kid, alg: "EdDSA", use: "sig" }] });
}

/**
 * Reads a private JWK set; its first key signs, all of them verify.
 *
 * @throws Error when `keySet` is not such a set; the message holds none of it
 */
export async function createServiceTokens(options: {
  keySet: string;
  environment: string;
  issuer: string;
  clock: Clock;
  ids: IdSource;
}): Promise<ServiceTokens> {
  const { clock, ids } = options;
  const parsed = keySetSchema.safeParse(parseJson(options.keySet));
  if (!parsed.success) {
    throw new Error("SERVICE_SIGNING_KEYS is not a JWK set of Ed25519 private keys named svc-…");
  }
  const keys = await Promise.all(parsed.data.keys.map(async (jwk) => {
    const publicJwk: JWK = {
      kty: jwk.kty,
      crv: jwk.crv,
      x: jwk.x,
      kid: jwk.kid,
      alg: "EdDSA",
      use: "sig",
    };
    return {
      kid: jwk.kid,
      privateKey: await importJWK({ ...publicJwk, d: jwk.d }, "EdDSA"),
      publicKey: await importJWK(publicJwk, "EdDSA"),
      publicJwk,
    };
  }));
  const signing = keys[0]!;
  const kept = new Map<string, { token: string; renewAt: number }>();
  const now = () => Math.floor(clock.now().getTime() / 1000);

  return {
    async token(service, audience, scopes) {
      const slot = `${service} ${audience} ${scopes.join(" ")}`;
      const known = kept.get(slot);
      if (known && known.renewAt > now()) return known.token;
      const token = await new SignJWT({ scope: scopes, env: options.environment })
        .setProtectedHeader({ alg: "EdDSA", typ: "svc+jwt", kid: signing.kid })
        .setIssuer(options.issuer).setSubject(service).setAudience(audience).setJti(ids())
        .setIssuedAt(now()).setExpirationTime(now() + LIFE_SECONDS)
        .sign(signing.privateKey);
      kept.set(slot, { token, renewAt: now() + RENEW_AFTER_SECONDS });
      return token;
    },
    async verify(token, audience) {
      if (!token) return null;
      try {
        const { payload } = await jwtVerify(
          token,
          (header) => {
            const key = keys.find((candidate) => candidate.kid === header.kid);
            if (!key) throw new errors.JWKSNoMatchingKey();
            return key.publicKey;
          },
          {
            algorithms: ["EdDSA"],
            typ: "svc+jwt",
            audience,
            issuer: options.issuer,
            requiredClaims: ["sub", "jti", "iat", "exp"],
            clockTolerance: 30,
            currentDate: clock.now(),
          },
        );
        if (payload.env !== options.environment) return null;
        const scopes = Array.isArray(payload.scope) ? payload.scope.map(String) : [];
        return { service: payload.sub!, tokenId: payload.jti!, scopes };
      } catch {
        return null;
      }
    },
    publicKeys: () => keys.map((key) => ({ ...key.publicJwk, nova_use: "service" })),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
