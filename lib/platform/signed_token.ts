import { errors, type JWTPayload, jwtVerify, SignJWT } from "jose";
import type { KeyRing } from "./key_ring.ts";

/** Difference of clocks that is allowed, in seconds. */
export const SKEW_SECONDS = 30;
/** No token of ours is longer; what is longer is not looked into. */
const MAX_TOKEN = 4096;

/** The kinds of token: each is signed and verified with keys of its own kind alone (ACC-32). */
export type TokenType = "at+jwt" | "svc+jwt";

/** What a token has to be for a check to let it pass. */
export interface ExpectedToken {
  keys: Pick<KeyRing, "verifying">;
  typ: TokenType;
  issuer: string;
  audience: string;
  requiredClaims: string[];
  maxAgeSeconds: number;
  now: Date;
}

/**
 * Verifies a token: EdDSA alone, by a key of the ring that its `kid` names, with every claim that is
 * expected. Nothing in a token can make this look anywhere else for a key.
 *
 * @throws an error of jose that says what was wrong
 */
export async function verifyToken(token: string, expected: ExpectedToken): Promise<JWTPayload> {
  if (token.length > MAX_TOKEN) throw new errors.JWSInvalid("The token is too long");
  const { payload } = await jwtVerify(
    token,
    async (header) => {
      const key = await expected.keys.verifying(header.kid);
      if (!key) throw new errors.JWKSNoMatchingKey();
      return key;
    },
    {
      algorithms: ["EdDSA"],
      typ: expected.typ,
      audience: expected.audience,
      issuer: expected.issuer,
      requiredClaims: expected.requiredClaims,
      maxTokenAge: expected.maxAgeSeconds,
      clockTolerance: SKEW_SECONDS,
      currentDate: expected.now,
    },
  );
  return payload;
}

/** Signs claims with the present key of a ring. Times are in seconds since 1970. */
export async function signToken(
  claims: JWTPayload,
  token: {
    keys: Pick<KeyRing, "signing">;
    typ: TokenType;
    issuer: string;
    audience: string;
    subject: string;
    id: string;
    issuedAt: number;
    expiresAt: number;
  },
): Promise<string> {
  const signing = await token.keys.signing();
  return await new SignJWT(claims)
    .setProtectedHeader({ alg: "EdDSA", typ: token.typ, kid: signing.kid })
    .setIssuer(token.issuer).setSubject(token.subject).setAudience(token.audience)
    .setJti(token.id).setIssuedAt(token.issuedAt).setExpirationTime(token.expiresAt)
    .sign(signing.key);
}
