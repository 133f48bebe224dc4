import { errors, type JWK } from "jose";
import { isService, mayHold, SERVICE_NAMES, type ServiceName } from "./capabilities.ts";
import type { Clock } from "./clock.ts";
import type { IdSource } from "./ids.ts";
import type { KeyRing } from "./key_ring.ts";
import { signToken, verifyToken } from "./signed_token.ts";

export { SERVICE_NAMES, type ServiceName };

/** Who a verified service token speaks for. */
export interface ServiceCaller {
  service: ServiceName;
  tokenId: string;
  scopes: string[];
  /** The person it acts for, if any: rights are those of both (ACC-109). */
  actor: string | null;
  /** Seconds since 1970. */
  issuedAt: number;
  expiresAt: number;
  /** When the first token of its chain of renewals was made. */
  chainFrom: number;
}

/** Why a token is refused (ACC-102). */
export type ServiceTokenFault =
  | "service_token_missing"
  | "service_token_invalid"
  | "service_token_expired"
  | "service_token_revoked"
  | "service_token_audience";

/** What a check comes to. */
export type ServiceCheck =
  | { ok: true; caller: ServiceCaller }
  | { ok: false; code: ServiceTokenFault };

/** A token and what whoever carries it needs to know. */
export interface IssuedToken {
  token: string;
  tokenId: string;
  service: ServiceName;
  scopes: string[];
  /** Seconds since 1970. */
  issuedAt: number;
  expiresAt: number;
  renewableAt: number;
}

/** Signs and verifies the tokens of calls across a process boundary (EdDSA, `typ: svc+jwt`). */
export interface ServiceTokens {
  /** A token of `service` for `audience`, kept and made anew well before its end. */
  token(service: ServiceName, audience: string, scopes: string[]): Promise<string>;
  /**
   * A new token, valid 24 hours at most.
   *
   * @throws ScopeError for a scope that the matrix does not let the service hold
   */
  issue(
    service: ServiceName,
    options: { audience: string; scopes: readonly string[]; chainFrom?: number; actor?: string },
  ): Promise<IssuedToken>;
  /** Whom a token speaks for, or why it does not count. */
  check(token: string | null, audience: string): Promise<ServiceCheck>;
  /** The same for callers that need no reason. */
  verify(token: string | null, audience: string): Promise<ServiceCaller | null>;
  /** The public keys, as the members of a JWKS document. */
  publicKeys(): JWK[];
}

/** A scope was asked for that the service must not hold. */
export class ScopeError extends Error {
  override readonly name = "ScopeError";
}

/** How long a token is valid, in seconds; the specification allows up to 24 hours. */
export const LIFE_SECONDS = 24 * 3600;
/** Tokens are renewed when a fifth of their life is left. */
export const RENEW_AFTER_SECONDS = LIFE_SECONDS * 0.8;
/** A chain of renewals ends after this long; then a person makes a new token. */
export const CHAIN_SECONDS = 90 * 24 * 3600;

/** Tokens over a ring of keys. */
export function createServiceTokens(options: {
  keys: KeyRing;
  environment: string;
  issuer: string;
  clock: Clock;
  ids: IdSource;
  /** Whether somebody took a token back; asked with every check. */
  isRevoked?: (caller: ServiceCaller) => Promise<boolean>;
}): ServiceTokens {
  const { clock, ids, keys } = options;
  const kept = new Map<string, IssuedToken>();
  const now = () => Math.floor(clock.now().getTime() / 1000);

  const issue: ServiceTokens["issue"] = async (service, wanted) => {
    const denied = wanted.scopes.filter((scope) => !mayHold(service, scope));
    if (denied.length > 0) {
      throw new ScopeError(`${service} may not hold the scope ${denied.join(", ")}`);
    }
    const issuedAt = now();
    const chainFrom = wanted.chainFrom ?? issuedAt;
    const expiresAt = Math.min(issuedAt + LIFE_SECONDS, chainFrom + CHAIN_SECONDS);
    const tokenId = ids();
    const claims = {
      scope: wanted.scopes,
      env: options.environment,
      chain: chainFrom,
      ...(wanted.actor ? { act: { sub: wanted.actor } } : {}),
    };
    const token = await signToken(claims, {
      keys,
      typ: "svc+jwt",
      issuer: options.issuer,
      audience: wanted.audience,
      subject: service,
      id: tokenId,
      issuedAt,
      expiresAt,
    });
    return {
      token,
      tokenId,
      service,
      scopes: [...wanted.scopes],
      issuedAt,
      expiresAt,
      renewableAt: issuedAt + Math.floor((expiresAt - issuedAt) * 0.8),
    };
  };

  async function check(token: string | null, audience: string): Promise<ServiceCheck> {
    if (!token) return { ok: false, code: "service_token_missing" };
    const read = await readToken(token, audience);
    if ("code" in read) return { ok: false, code: read.code };
    if (await options.isRevoked?.(read)) return { ok: false, code: "service_token_revoked" };
    return { ok: true, caller: read };
  }

  async function readToken(
    token: string,
    audience: string,
  ): Promise<ServiceCaller | { code: ServiceTokenFault }> {
    try {
      const payload = await verifyToken(token, {
        keys,
        typ: "svc+jwt",
        audience,
        issuer: options.issuer,
        requiredClaims: ["sub", "jti", "iat", "exp"],
        maxAgeSeconds: LIFE_SECONDS,
        now: clock.now(),
      });
      if (payload.env !== options.environment) return { code: "service_token_audience" };
      return callerOf(payload) ?? { code: "service_token_invalid" };
    } catch (error) {
      return { code: faultOf(error) };
    }
  }

  return {
    async token(service, audience, scopes) {
      const slot = `${service} ${audience} ${scopes.join(" ")}`;
      const known = kept.get(slot);
      if (known && known.renewableAt > now()) return known.token;
      const made = await issue(service, { audience, scopes });
      kept.set(slot, made);
      return made.token;
    },
    issue,
    check,
    async verify(token, audience) {
      const result = await check(token, audience);
      return result.ok ? result.caller : null;
    },
    publicKeys: () => keys.publicKeys(),
  };
}

function callerOf(payload: Record<string, unknown>): ServiceCaller | null {
  const { sub, jti, scope, iat, exp, chain, act } = payload;
  if (typeof sub !== "string" || !isService(sub) || typeof jti !== "string") return null;
  if (!Array.isArray(scope) || !scope.every((item) => typeof item === "string")) return null;
  const actor = (act as { sub?: unknown } | undefined)?.sub;
  return {
    service: sub,
    tokenId: jti,
    scopes: scope as string[],
    actor: typeof actor === "string" ? actor : null,
    issuedAt: iat as number,
    expiresAt: exp as number,
    chainFrom: typeof chain === "number" ? chain : iat as number,
  };
}

/** What of a token was wrong; the signature is checked before any claim is. */
function faultOf(error: unknown): ServiceTokenFault {
  if (error instanceof errors.JWTExpired) return "service_token_expired";
  const claim = error instanceof errors.JWTClaimValidationFailed ? error.claim : "";
  return claim === "aud" ? "service_token_audience" : "service_token_invalid";
}
