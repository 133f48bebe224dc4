import { errors } from "jose";
import type { Clock } from "@/lib/platform/clock.ts";
import type { IdSource } from "@/lib/platform/ids.ts";
import type { KeyRing } from "@/lib/platform/key_ring.ts";
import { signToken, SKEW_SECONDS, verifyToken } from "@/lib/platform/signed_token.ts";

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
const AUDIENCE = "nova-api";
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

  async function read(token: string): Promise<AccessCheck> {
    try {
      const payload = await verifyToken(token, {
        keys,
        typ: "at+jwt",
        audience: AUDIENCE,
        issuer: options.issuer,
        requiredClaims: ["sub", "sid", "jti", "role", "ev", "iat", "exp"],
        maxAgeSeconds: ACCESS_SECONDS,
        now: clock.now(),
      });
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
      return await signToken({ sid: familyId, role, ev: emailVerified }, {
        keys,
        typ: "at+jwt",
        issuer: options.issuer,
        audience: AUDIENCE,
        subject: userId,
        id: options.ids(),
        issuedAt: now,
        expiresAt: now + ACCESS_SECONDS,
      });
    },
    async check(token) {
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
