import { createHash, hkdfSync } from "node:crypto";

const encoder = new TextEncoder();

/** SHA-256 as bytes. */
export function sha256(data: string | Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash("sha256").update(data).digest());
}

/** SHA-256 as 64 lower-case hex digits. */
export function sha256Hex(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** Unpadded base64url. */
export function base64url(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

/** The bytes of unpadded base64url, or null when `text` is not that. */
export function fromBase64url(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.fromBase64(text, { alphabet: "base64url" });
  } catch {
    return null;
  }
}

/** Keyed signatures and hashes for one purpose, derived from the app secret (HKDF-SHA-256). */
export interface PurposeKey {
  /** HMAC-SHA-256 of `data`. */
  mac(data: string): Promise<Uint8Array<ArrayBuffer>>;
  /** Whether `mac` belongs to `data`, compared in constant time. */
  verify(data: string, mac: Uint8Array<ArrayBuffer>): Promise<boolean>;
}

/** Derives the key of one purpose; different purposes never share a key. */
export function purposeKey(secret: string, purpose: string): PurposeKey {
  const bits = new Uint8Array(hkdfSync("sha256", secret, "novacore", purpose, 32));
  const key = crypto.subtle.importKey("raw", bits, { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
    "verify",
  ]);
  return {
    mac: async (data) =>
      new Uint8Array(await crypto.subtle.sign("HMAC", await key, encoder.encode(data))),
    verify: async (data, mac) =>
      await crypto.subtle.verify("HMAC", await key, mac, encoder.encode(data)),
  };
}
