import { setImmediate } from "node:timers";
import { expect } from "expect";
import { CAPABILITIES, SERVICE_NAMES } from "./capabilities.ts";
import { FakeClock } from "./clock.ts";
import { seededRandom, uuidV7Source } from "./ids.ts";
import { newKeySet, staticKeyRing } from "./key_ring.ts";
import { type Log, silentLog } from "./log.ts";
import { createMetrics } from "./metrics.ts";
import { keepServiceToken } from "./service_client.ts";
import { createServiceTokens, type IssuedToken } from "./service_token.ts";

const AUDIENCE = "nova-internal:test";
const HOUR = 3_600_000;

async function setUp() {
  const clock = new FakeClock();
  const tokens = createServiceTokens({
    keys: await staticKeyRing(await newKeySet("service"), "service"),
    environment: "test",
    issuer: "https://nova.example.org",
    clock,
    ids: uuidV7Source(clock, seededRandom(1)),
  });
  /** What `POST /api/auth/service/refresh` does. */
  const renew = async (token: string): Promise<IssuedToken> => {
    const { service, scopes, chainFrom } = (await tokens.verify(token, AUDIENCE))!;
    return await tokens.issue(service, { audience: AUDIENCE, scopes, chainFrom });
  };
  return { clock, tokens, renew };
}

Deno.test("[ACC-104] every service goes 72 hours without one refused call", async () => {
  const { clock, tokens, renew } = await setUp();
  const clients = await Promise.all(SERVICE_NAMES.map(async (service) =>
    keepServiceToken(
      await tokens.issue(service, { audience: AUDIENCE, scopes: CAPABILITIES[service] }),
      { renew, clock, log: silentLog, metrics: createMetrics(), jitter: () => 0.5 },
    )
  ));
  const used = new Set<string>();
  for (let hour = 0; hour < 72; hour++) {
    for (const client of clients) {
      used.add(client.token);
      expect((await tokens.check(client.token, AUDIENCE)).ok).toBe(true);
    }
    await clock.advance(HOUR);
  }
  expect(used.size).toBeGreaterThan(SERVICE_NAMES.length * 3);
  clients.forEach((client) => client.stop());
  expect(clock.pending).toBe(0);
});

Deno.test("[ACC-104] failed renewals are tried again, and are errors in the last hour", async () => {
  const { clock, tokens, renew } = await setUp();
  const lines: string[] = [];
  const note = (level: string) => (event: string) => void lines.push(`${level} ${event}`);
  const log: Log = { ...silentLog, warn: note("warn"), error: note("error") };
  let down = true;
  const first = await tokens.issue("edge", { audience: AUDIENCE, scopes: ["read:chat"] });
  const renewed = Promise.withResolvers<void>();
  const client = keepServiceToken(first, {
    renew: async (token) => {
      if (down) throw new Error("away");
      const next = await renew(token);
      renewed.resolve();
      return next;
    },
    clock,
    log,
    metrics: createMetrics(),
    jitter: () => 0,
  });
  await clock.advance(20 * HOUR);
  expect(lines.every((line) => line === "warn service_token.renewal")).toBe(true);
  expect(lines.length).toBeGreaterThan(3);
  await clock.advance(3.5 * HOUR);
  expect(lines).toContain("error service_token.ending");
  down = false;
  await clock.advance(16 * 60_000);
  // Signing takes turns of the event loop that the clock knows nothing of.
  await renewed.promise;
  await new Promise<void>((resolve) => setImmediate(resolve));
  expect(client.token).not.toBe(first.token);
  client.stop();
});

Deno.test("a client that is stopped while it renews begins nothing more", async () => {
  const { clock, tokens } = await setUp();
  const asked = Promise.withResolvers<IssuedToken>();
  const first = await tokens.issue("edge", { audience: AUDIENCE, scopes: ["read:chat"] });
  const client = keepServiceToken(first, {
    renew: () => asked.promise,
    clock,
    log: silentLog,
    metrics: createMetrics(),
    jitter: () => 0,
  });
  await clock.advance(20 * HOUR);
  client.stop();
  asked.reject(new Error("too late"));
  await clock.advance(HOUR);
  expect(clock.pending).toBe(0);
});
