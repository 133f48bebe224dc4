import { Problem } from "@/lib/platform/problem.ts";
import { readEvent } from "./shapes.ts";
import type { PaymentEvent } from "./types.ts";

/** Events older or newer than this, in seconds, are refused (BIL-21). */
export const TOLERANCE_SECONDS = 300;

function invalid(): Problem {
  return new Problem(
    "webhook_signature_invalid",
    400,
    "The signature does not fit",
    "The event was not taken. Check the endpoint's signing secret and clock",
  );
}

/**
 * Checks the raw bytes of an event before anything is made of them, with each of the secrets in
 * turn, and then reads it.
 *
 * @param now the moment of arrival
 * @throws Problem 400 `webhook_signature_invalid`
 */
export async function verifiedEvent(
  body: Uint8Array,
  options: { header: string | null; secrets: readonly string[]; now: Date },
): Promise<PaymentEvent> {
  const { header, now } = options;
  if (!header) throw invalid();
  // The library refuses old timestamps and takes ones of the future.
  const age = now.getTime() / 1000 - timestampOf(header);
  if (!(Math.abs(age) <= TOLERANCE_SECONDS)) throw invalid();
  let payload: string;
  try {
    payload = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    throw invalid();
  }
  const { webhooks, cryptoProvider } = await stripeParts();
  for (const secret of options.secrets) {
    const event = await webhooks.constructEventAsync(
      payload,
      header,
      secret,
      // Checked above, in both directions and by our clock.
      Number.MAX_SAFE_INTEGER,
      cryptoProvider,
      now.getTime(),
    ).catch(() => null);
    if (!event) continue;
    try {
      return readEvent(event);
    } catch {
      break; // signed, but not an event
    }
  }
  throw invalid();
}

/** The timestamp of `t=…,v1=…`; NaN without one. */
function timestampOf(header: string): number {
  const found = header.split(",").map((part) => part.trim()).filter((part) =>
    part.startsWith("t=")
  );
  return found.length === 1 && /^t=\d{1,12}$/.test(found[0]!) ? Number(found[0]!.slice(2)) : NaN;
}

async function stripeParts() {
  const { default: Stripe } = await import("stripe");
  return {
    webhooks: Stripe.webhooks!,
    cryptoProvider: Stripe.createSubtleCryptoProvider(),
  };
}

/** The header with which a provider signs an event, in Stripe's scheme (HMAC-SHA-256). */
export async function signEvent(
  payload: string,
  options: { secret: string; at: Date },
): Promise<string> {
  const seconds = Math.floor(options.at.getTime() / 1000);
  const encoder = new TextEncoder();
  const key = await crypto.subtle.importKey(
    "raw",
    encoder.encode(options.secret),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign"],
  );
  const mac = await crypto.subtle.sign("HMAC", key, encoder.encode(`${seconds}.${payload}`));
  return `t=${seconds},v1=${new Uint8Array(mac).toHex()}`;
}
