import type { Clock } from "./clock.ts";

/** Random bytes from the system's secure source, or from a seed in tests. */
export type Random = (length: number) => Uint8Array<ArrayBuffer>;

/** The system's secure random source. */
export const secureRandom: Random = (length) => crypto.getRandomValues(new Uint8Array(length));

/** A repeatable random source for tests (mulberry32). Never for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 24) & 0xff;
  };
  return (length) => Uint8Array.from({ length }, next);
}

/** Makes ids: UUID version 7 (RFC 9562), ascending within one process. */
export type IdSource = () => string;

/**
 * UUIDv7: 48 bits of Unix milliseconds, a 12-bit counter that keeps ids of one millisecond in
 * order (RFC 9562, section 6.2, method 1), 62 random bits. When the clock runs backwards or the
 * counter overflows, the last time is carried on, so that ids never descend.
 */
export function uuidV7Source(clock: Clock, random: Random): IdSource {
  let last = 0;
  let counter = 0;
  return () => {
    const now = clock.now().getTime();
    if (now > last) {
      last = now;
      counter = random(1)[0]!; // a small random start leaves room to count upwards
    } else if (++counter > 0xfff) {
      last++;
      counter = 0;
    }
    const bytes = new Uint8Array(16);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(last) << 16n);
    bytes[6] = 0x70 | (counter >>> 8);
    bytes[7] = counter & 0xff;
    bytes.set(random(8), 8);
    bytes[8] = 0x80 | (bytes[8]! & 0x3f);
    return formatUuid(bytes);
  };
}

function formatUuid(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)]
    .join("-");
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Whether `text` is a UUID in its lower-case form. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}
