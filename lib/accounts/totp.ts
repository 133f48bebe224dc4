import { createHmac } from "node:crypto";

/** Seconds of a step, digits of a code (RFC 6238 as every authenticator app has it: SHA-1, 6, 30). */
const STEP_SECONDS = 30;
const DIGITS = 6;
/** Steps before and after the present one whose codes are accepted. */
const WINDOW = 1;
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** Bytes as RFC 4648 base32 without padding, the form apps take a secret in. */
export function base32(bytes: Uint8Array): string {
  let bits = 0;
  let value = 0;
  let out = "";
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      out += BASE32[(value >>> (bits - 5)) & 31];
      bits -= 5;
    }
    value &= (1 << bits) - 1;
  }
  return bits > 0 ? out + BASE32[(value << (5 - bits)) & 31] : out;
}

/** The code of one step (RFC 4226, section 5.3). */
export function codeOf(secret: Uint8Array, step: number): string {
  const counter = new Uint8Array(8);
  new DataView(counter.buffer).setBigUint64(0, BigInt(step));
  const hash = createHmac("sha1", secret).update(counter).digest();
  const offset = hash[hash.length - 1]! & 0xf;
  const number = hash.readUInt32BE(offset) & 0x7fffffff;
  return String(number % 10 ** DIGITS).padStart(DIGITS, "0");
}

/** The step of a moment. */
export function stepOf(at: Date): number {
  return Math.floor(at.getTime() / 1000 / STEP_SECONDS);
}

/**
 * The step whose code this is, or null. Steps up to `lastStep` were used: their codes are worth
 * nothing any more (ACC-66).
 */
export function matchingStep(
  secret: Uint8Array,
  code: string,
  moment: { at: Date; lastStep: number | null },
): number | null {
  const now = stepOf(moment.at);
  let found: number | null = null;
  // Every step is computed, so that the time tells nothing.
  for (let step = now - WINDOW; step <= now + WINDOW; step++) {
    const same = codeOf(secret, step) === code;
    if (same && (moment.lastStep === null || step > moment.lastStep)) found ??= step;
  }
  return found;
}

/** The address an app reads from the QR code. */
export function otpauthUrl(secret: Uint8Array, account: { issuer: string; email: string }): string {
  const label = `${encodeURIComponent(account.issuer)}:${encodeURIComponent(account.email)}`;
  const query = new URLSearchParams({
    secret: base32(secret),
    issuer: account.issuer,
    algorithm: "SHA1",
    digits: String(DIGITS),
    period: String(STEP_SECONDS),
  });
  return `otpauth://totp/${label}?${query}`;
}
