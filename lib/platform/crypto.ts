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

/**
 * The bytes of unpadded base64url, or null when `text` is not that. Bytes have one text alone: spare
 * bits of the last letter, space and padding are refused.
 */
export function fromBase64url(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    const bytes = Uint8Array.fromBase64(text, { alphabet: "base64url" });
    return base64url(bytes) === text ? bytes : null;
  } catch {
    return null;
  }
}

/**
 * The app secret. While it is being replaced there are two: everything new is made with the present
 * one, and what was made with the former one still counts.
 */
export type AppSecret = string | { present: string; former: string };

const secretsOf = (secret: AppSecret): string[] =>
  typeof secret === "string" ? [secret] : [secret.present, secret.former];

/** Keyed signatures and hashes for one purpose, derived from the app secret (HKDF-SHA-256). */
export interface PurposeKey {
  /** HMAC-SHA-256 of `data`. */
  mac(data: string): Promise<Uint8Array<ArrayBuffer>>;
  /** The same with each secret that counts, the present one first: for looking up what is stored. */
  macs(data: string): Promise<Uint8Array<ArrayBuffer>[]>;
  /** Whether `mac` belongs to `data`, compared in constant time. */
  verify(data: string, mac: Uint8Array<ArrayBuffer>): Promise<boolean>;
}

/** Derives the key of one purpose; different purposes never share a key. */
export function purposeKey(secret: AppSecret, purpose: string): PurposeKey {
  const keys = secretsOf(secret).map((one) => {
    const bits = new Uint8Array(hkdfSync("sha256", one, "novacore", purpose, 32));
    return crypto.subtle.importKey("raw", bits, { name: "HMAC", hash: "SHA-256" }, false, [
      "sign",
      "verify",
    ]);
  });
  const macWith = async (key: Promise<CryptoKey>, data: string) =>
    new Uint8Array(await crypto.subtle.sign("HMAC", await key, encoder.encode(data)));
  return {
    mac: (data) => macWith(keys[0]!, data),
    macs: (data) => Promise.all(keys.map((key) => macWith(key, data))),
    async verify(data, mac) {
      for (const key of keys) {
        if (await crypto.subtle.verify("HMAC", await key, mac, encoder.encode(data))) return true;
      }
      return false;
    },
  };
}

/** What a text that was sealed once needs after a change of the app secret. */
export type Renewal =
  /** The present secret opens it. */
  | { state: "present" }
  /** Only the former secret opened it; here it is sealed with the present one. */
  | { state: "renewed"; sealed: Uint8Array<ArrayBuffer> }
  /** No secret that counts opens it. */
  | { state: "lost" };

/** Hides texts that have to be read again: AES-256-GCM with a key derived from the app secret. */
export interface Sealer {
  /** A fresh nonce of 12 bytes, then the sealed text. */
  seal(text: string): Promise<Uint8Array<ArrayBuffer>>;
  /** The text, or null when the bytes were not sealed with a key that counts. */
  open(sealed: Uint8Array): Promise<string | null>;
  /** Seals anew what the former secret had sealed. */
  renew(sealed: Uint8Array): Promise<Renewal>;
}

/** Derives the sealer of one purpose; different purposes cannot open each other's texts. */
export function sealer(secret: AppSecret, purpose: string): Sealer {
  const keys = secretsOf(secret).map((one) => {
    const bits = new Uint8Array(hkdfSync("sha256", one, "novacore", `seal ${purpose}`, 32));
    return crypto.subtle.importKey("raw", bits, "AES-GCM", false, ["encrypt", "decrypt"]);
  });

  async function seal(text: string): Promise<Uint8Array<ArrayBuffer>> {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const sealed = await crypto.subtle.encrypt(
      { name: "AES-GCM", iv },
      await keys[0]!,
      encoder.encode(text),
    );
    const whole = new Uint8Array(12 + sealed.byteLength);
    whole.set(iv);
    whole.set(new Uint8Array(sealed), 12);
    return whole;
  }

  async function openWith(key: Promise<CryptoKey>, sealed: Uint8Array): Promise<string | null> {
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
  }

  async function open(sealed: Uint8Array): Promise<string | null> {
    for (const key of keys) {
      const text = await openWith(key, sealed);
      if (text !== null) return text;
    }
    return null;
  }

  return {
    seal,
    open,
    async renew(sealed) {
      if (await openWith(keys[0]!, sealed) !== null) return { state: "present" };
      const text = await open(sealed);
      return text === null ? { state: "lost" } : { state: "renewed", sealed: await seal(text) };
    },
  };
}
