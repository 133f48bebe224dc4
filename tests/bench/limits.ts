/**
 * Measures what the limiter and the endpoint for events cost:
 *
 *   deno run -A tests/bench/limits.ts [--quick]
 *
 * The share of requests per second that a route keeps with its limits, taken in turns, and how long
 * a signed event waits for its answer.
 */
import { startTestApp, type TestApp } from "../support/app.ts";
import { signEvent } from "@/lib/billing/signature.ts";

const quick = Deno.args.includes("--quick");
const SECONDS = quick ? 2 : 5;
const ROUNDS = quick ? 2 : 4;
const CALLERS = 16;
const LARGE = "999999999/m";

const limited = await startTestApp({
  env: {
    RATE_ANONYMOUS: LARGE,
    RATE_INSTANCE_PER_IP: LARGE,
    RATE_PUBLIC: LARGE,
    RATE_WEBHOOK: "-1",
    RATE_WEBHOOK_HOURLY: "-1",
    LOG_LEVEL: "error",
  },
});
const free = await startTestApp({ env: { LOG_LEVEL: "error", AUTO_VERIFY_EMAIL: "true" } });

/** Requests per second of a public route. */
async function perSecond(app: TestApp): Promise<number> {
  let done = 0;
  const until = performance.now() + SECONDS * 1000;
  await Promise.all(Array.from({ length: CALLERS }, async () => {
    while (performance.now() < until) {
      const response = await fetch(`${app.url}/api/plans`);
      await response.body?.cancel();
      if (response.status !== 200) throw new Error(`The route answered ${response.status}`);
      done++;
    }
  }));
  return Math.round(done / SECONDS);
}

const middle = (list: number[], share = 0.5) =>
  list.toSorted((a, b) => a - b)[Math.floor(list.length * share)]!;

/** Milliseconds until an event is answered, one after the other. */
async function eventTimes(app: TestApp, count: number): Promise<number[]> {
  const secret = app.services.billing.provider.webhookSecrets[0]!;
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const body = JSON.stringify({
      id: `evt_bench_${i}`,
      object: "event",
      created: Math.floor(Date.now() / 1000),
      livemode: false,
      type: "customer.subscription.updated",
      data: { object: { id: `sub_${i}`, customer: `cus_${i}` } },
    });
    const signature = await signEvent(body, { secret, at: new Date() });
    const started = performance.now();
    const response = await fetch(`${app.url}/api/billing/webhook`, {
      method: "POST",
      headers: { "stripe-signature": signature },
      body,
    });
    await response.body?.cancel();
    if (response.status !== 200) throw new Error(`The endpoint answered ${response.status}`);
    times.push(performance.now() - started);
  }
  return times;
}

await perSecond(limited);
await perSecond(free);
const rounds: { with: number; without: number }[] = [];
for (let i = 0; i < ROUNDS; i++) {
  // The order changes, so that warming up favours nobody.
  const first = i % 2 === 0 ? await perSecond(limited) : await perSecond(free);
  const second = i % 2 === 0 ? await perSecond(free) : await perSecond(limited);
  rounds.push(i % 2 === 0 ? { with: first, without: second } : { with: second, without: first });
}
const times = await eventTimes(limited, quick ? 50 : 300);
const figures = {
  withLimits: middle(rounds.map((round) => round.with)),
  withoutLimits: middle(rounds.map((round) => round.without)),
  share: Number(middle(rounds.map((round) => round.with / round.without)).toFixed(3)),
  eventMsP50: Number(middle(times).toFixed(1)),
  eventMsP95: Number(middle(times, 0.95).toFixed(1)),
};
Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(figures, null, 1)}\n`));
await limited.close();
await free.close();
