import { errors, jwtVerify, SignJWT } from "jose";
import type { Clock } from "@/lib/platform/clock.ts";
import type { IdSource } from "@/lib/platform/ids.ts";
import type { KeyRing } from "@/lib/platform/key_ring.ts";

/** What an access token says. Nothing of it is trusted for rights: those come from the database. */
export interface AccessClaims {
  userId: string;
  /** The token family. */
  familyId: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

/** What a check of an access token comes to. */
export type AccessCheck =
  | { ok: true; claims: AccessClaims }
  | { ok: false; code: "token_invalid" | "token_expired" };

/** Signs and verifies the access tokens of API clients (ACC-30, ACC-31). */
export interface AccessTokens {
  sign(
    claims: { userId: string; familyId: string; role: string; emailVerified: boolean },
  ): Promise<string>;
  check(token: string): Promise<AccessCheck>;
}

/** Life of an access token, seconds. */
export const ACCESS_SECONDS = 15 * 60;
const SKEW_SECONDS = 30;
const MAX_TOKEN = 4096;
/** Verified tokens that are remembered, so that a signature is checked once. */
const MAX_KNOWN = 10_000;

/** Access tokens over the ring of user keys. */
export function createAccessTokens(options: {
  keys: KeyRing;
  issuer: string;
  clock: Clock;
  ids: IdSource;
  /** Verified tokens that are remembered; default 10,000. */
  maxKnown?: number;
}): AccessTokens {
  const { keys, clock } = options;
  const known = new Map<string, AccessClaims>();
  const audience = "nova-api";

  async function read(token: string): Promise<AccessCheck> {
    try {
      const { payload } = await jwtVerify(
        token,
        async (header) => {
          const key = await keys.verifying(header.kid);
          if (!key) throw new errors.JWKSNoMatchingKey();
          return key;
        },
        {
          algorithms: ["EdDSA"],
          typ: "at+jwt",
          audience,
          issuer: options.issuer,
          requiredClaims: ["sub", "sid", "jti", "role", "ev", "iat", "exp"],
          maxTokenAge: ACCESS_SECONDS,
          clockTolerance: SKEW_SECONDS,
          currentDate: clock.now(),
        },
      );
      const claims = {
        userId: String(payload.sub),
        familyId: String(payload.sid),
        expiresAt: payload.exp! * 1000,
      };
      if (known.size >= (options.maxKnown ?? MAX_KNOWN)) known.clear();
      known.set(token, claims);
      return { ok: true, claims };
    } catch (error) {
      const expired = error instanceof errors.JWTExpired;
      return { ok: false, code: expired ? "token_expired" : "token_invalid" };
    }
  }

  return {
    async sign({ userId, familyId, role, emailVerified }) {
      const now = Math.floor(clock.now().getTime() / 1000);
      const signing = await keys.signing();
      return await new SignJWT({ sid: familyId, role, ev: emailVerified })
        .setProtectedHeader({ alg: "EdDSA", typ: "at+jwt", kid: signing.kid })
        .setIssuer(options.issuer).setAudience(audience).setSubject(userId).setJti(options.ids())
        .setIssuedAt(now).setExpirationTime(now + ACCESS_SECONDS)
        .sign(signing.key);
    },
    async check(token) {
      if (token.length > MAX_TOKEN) return { ok: false, code: "token_invalid" };
      const claims = known.get(token);
      if (!claims) return await read(token);
      if (clock.now().getTime() < claims.expiresAt + SKEW_SECONDS * 1000) {
        return { ok: true, claims };
      }
      known.delete(token);
      return { ok: false, code: "token_expired" };
    },
  };
}
