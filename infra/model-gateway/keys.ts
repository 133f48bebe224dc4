import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";

/** The product's published keys, as they are fetched. */
export type RemoteKeys = JWTVerifyGetKey & { jwks(): JSONWebKeySet | undefined };

/** The keys cannot be fetched, and none of a former time counts any more. */
export class KeysUnavailable extends Error {
  override readonly name = "KeysUnavailable";
}

/** How long keys that were fetched count while they cannot be fetched anew. */
const KEPT_MS = 3600_000;
/** How long nobody asks again after a fetch that failed. */
const PAUSE_MS = 5_000;

/** A key of a service is named `svc-…`; others are not looked up. */
export function serviceKeysOnly(keys: JWTVerifyGetKey): JWTVerifyGetKey {
  return (header, token) => {
    if (!/^svc-[A-Za-z0-9_-]{1,43}$/.test(header?.kid ?? "")) throw new errors.JWKSNoMatchingKey();
    return keys(header, token);
  };
}

/**
 * Keys that outlive an outage of the product: those that were fetched last go on for an hour. A
 * gateway that cannot ask is not one that refuses.
 *
 * @param options.now milliseconds since 1970
 * @throws KeysUnavailable when there are none, from the returned function
 */
export function lastingKeys(
  remote: RemoteKeys,
  options: { now: () => number; failed?: (error: unknown) => void },
): JWTVerifyGetKey {
  let kept: { keys: JWTVerifyGetKey; text: string; at: number } | null = null;
  let pausedUntil = 0;
  const former: JWTVerifyGetKey = (header, token) => {
    if (!kept || kept.at + KEPT_MS <= options.now()) throw new KeysUnavailable();
    return kept.keys(header, token);
  };
  const keep = () => {
    const jwks = remote.jwks();
    if (!jwks) return;
    const text = JSON.stringify(jwks);
    const keys = kept?.text === text ? kept.keys : createLocalJWKSet(jwks);
    kept = { keys, text, at: options.now() };
  };
  return async (header, token) => {
    if (pausedUntil > options.now()) return await former(header, token);
    try {
      const key = await remote(header, token);
      keep();
      pausedUntil = 0;
      return key;
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JOSENotSupported) {
        throw error;
      }
      options.failed?.(error);
      pausedUntil = options.now() + PAUSE_MS;
      return await former(header, token);
    }
  };
}
