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

/** Hides texts that have to be read again: AES-256-GCM with a key derived from the app secret. */
export interface Sealer {
  /** A fresh nonce of 12 bytes, then the sealed text. */
  seal(text: string): Promise<Uint8Array<ArrayBuffer>>;
  /** The text, or null when the bytes were not sealed with this key. */
  open(sealed: Uint8Array): Promise<string | null>;
}

/** Derives the sealer of one purpose; different purposes cannot open each other's texts. */
export function sealer(secret: string, purpose: string): Sealer {
  const bits = new Uint8Array(hkdfSync("sha256", secret, "novacore", `seal ${purpose}`, 32));
  const key = crypto.subtle.importKey("raw", bits, "AES-GCM", false, ["encrypt", "decrypt"]);
  return {
    async seal(text) {
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const sealed = await crypto.subtle.encrypt(
        { name: "AES-GCM", iv },
        await key,
        encoder.encode(text),
      );
      const whole = new Uint8Array(12 + sealed.byteLength);
      whole.set(iv);
      whole.set(new Uint8Array(sealed), 12);
      return whole;
    },
    async open(sealed) {
      try {
        const bytes = new Uint8Array(sealed);
        const text = await crypto.subtle.decrypt(
          { name: "AES-GCM", iv: bytes.subarray(0, 12) },
          await key,
          bytes.subarray(12),
        );
        return new TextDecoder().decode(text);
      } catch {
        return null;
      }
    },
  };
}
