/**
 * Sends fixtures of every event that is acted upon to a running instance, valid and tampered, and
 * says whether each was answered as it should be. Nothing beyond that instance is called:
 *
 *   STRIPE_WEBHOOK_SECRET=whsec_… deno run --allow-net --allow-env scripts/replay_events.ts \\
 *     [http://localhost:8000] [customer id] [subscription id] [account id]
 */
import { signEvent } from "@/lib/billing/signature.ts";
import { fixtures } from "@/lib/billing/testdata/events.ts";

const [base = "http://localhost:8000", customer, subscription, userId] = Deno.args;
const secret = Deno.env.get("STRIPE_WEBHOOK_SECRET")?.split(",")[0];
const say = (text: string) => void Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
if (!secret) {
  say("Set STRIPE_WEBHOOK_SECRET to the secret of that instance");
  Deno.exit(2);
}

const now = new Date();
let wrong = 0;

/** Sends one delivery and compares the answer. */
async function send(name: string, body: string, signature: string, expected: number) {
  const response = await fetch(`${base}/api/billing/webhook`, {
    method: "POST",
    headers: { "content-type": "application/json", "stripe-signature": signature },
    body,
  });
  await response.body?.cancel();
  const fits = response.status === expected;
  if (!fits) wrong++;
  say(`${fits ? "ok   " : "WRONG"} ${response.status} ${name}`);
}

for (const { type, body } of fixtures({ customer, subscription, userId, at: now })) {
  const signature = await signEvent(body, { secret, at: now });
  await send(type, body, signature, 200);
  await send(`${type}, again`, body, signature, 200);
  await send(
    `${type}, altered`,
    body.replace('"object":"event"', '"object":"Event"'),
    signature,
    400,
  );
  const early = await signEvent(body, { secret, at: new Date(now.getTime() - 301_000) });
  await send(`${type}, 301 seconds old`, body, early, 400);
}
Deno.exit(wrong === 0 ? 0 : 1);
