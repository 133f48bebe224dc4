import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from "jose";
import { z } from "zod";

/** What a key signs: access tokens of people, or tokens of services. */
export type KeyUse = "user" | "service";

/** A key pair as JWK, with its name. */
export interface KeyPair {
  kid: string;
  publicJwk: JWK;
  privateJwk: JWK;
}

/** The keys of one use: one signs, several verify. */
export interface KeyRing {
  /** The key that signs now. */
  signing(): Promise<{ kid: string; key: CryptoKey }>;
  /** The public key of a name, or null when no such key counts now. Names of others cost nothing. */
  verifying(kid: unknown): Promise<CryptoKey | null>;
  /** The public halves, as members of the JWKS document (ACC-32). */
  publicKeys(): JWK[];
}

const PREFIX: Record<KeyUse, string> = { user: "user-", service: "svc-" };

/** Whether a name has the form of a key's name of this use; anything else is never looked up. */
export function isKeyName(kid: unknown, use: KeyUse): kid is string {
  return typeof kid === "string" && kid.startsWith(PREFIX[use]) &&
    /^[a-z]+-[A-Za-z0-9_-]{1,43}$/.test(kid);
}

const okp = {
  kty: z.literal("OKP"),
  crv: z.literal("Ed25519"),
  d: z.string(),
  x: z.string(),
};

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A new key pair, named by its use and thumbprint (RFC 7638). */
export async function newKeyPair(use: KeyUse): Promise<KeyPair> {
  const { privateKey } = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
  const jwk = await exportJWK(privateKey);
  return pairOf(
    { ...jwk, kid: `${PREFIX[use]}${(await calculateJwkThumbprint(jwk)).slice(0, 16)}` } as never,
  );
}

function pairOf(jwk: { kid: string; x: string; d: string }): KeyPair {
  const common = { kty: "OKP", crv: "Ed25519", x: jwk.x, kid: jwk.kid, alg: "EdDSA", use: "sig" };
  return { kid: jwk.kid, publicJwk: common, privateJwk: { ...common, d: jwk.d } };
}

/** A new private key as a JWK set, as `AUTH_SIGNING_KEYS` and `SERVICE_SIGNING_KEYS` hold it. */
export async function newKeySet(use: KeyUse): Promise<string> {
  return JSON.stringify({ keys: [(await newKeyPair(use)).privateJwk] });
}

/**
 * Reads a private JWK set; its first key is the one that signs.
 *
 * @throws Error when `keySet` is not such a set; the message holds none of it
 */
export function readKeySet(keySet: string, use: KeyUse): KeyPair[] {
  const schema = z.strictObject({
    keys: z.array(z.object({
      ...okp,
      kid: z.string().refine((kid) => isKeyName(kid, use)),
    })).min(1),
  });
  const parsed = schema.safeParse(parseJson(keySet));
  if (!parsed.success) {
    const name = use === "user" ? "AUTH_SIGNING_KEYS" : "SERVICE_SIGNING_KEYS";
    throw new Error(`${name} is not a JWK set of Ed25519 private keys named ${PREFIX[use]}…`);
  }
  return parsed.data.keys.map(pairOf);
}

/** The member of a JWKS document for a key. */
export function published(jwk: JWK, use: KeyUse): JWK {
  // A member of our own, which the type of a JWK does not list.
  const division: Record<string, string> = { nova_use: use };
  return { ...jwk, ...division };
}

/** A ring that never changes, from a private JWK set. @throws Error as {@link readKeySet} */
export async function staticKeyRing(keySet: string, use: KeyUse): Promise<KeyRing> {
  const pairs = readKeySet(keySet, use);
  const keys = new Map<string, CryptoKey>();
  for (const { kid, publicJwk } of pairs) keys.set(kid, await importKey(publicJwk));
  const first = pairs[0]!;
  const signing = { kid: first.kid, key: await importKey(first.privateJwk) };
  return {
    signing: () => Promise.resolve(signing),
    verifying: (kid) => Promise.resolve(isKeyName(kid, use) ? keys.get(kid) ?? null : null),
    publicKeys: () => pairs.map(({ publicJwk }) => published(publicJwk, use)),
  };
}

/** A JWK as a key for signing or verifying. */
export async function importKey(jwk: JWK): Promise<CryptoKey> {
  const key = await importJWK(jwk, "EdDSA");
  if (key instanceof Uint8Array) throw new TypeError("The key is a secret, not one of a pair");
  return key;
}
