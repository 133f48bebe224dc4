import { expect } from "expect";
import { createAccounts } from "@/lib/accounts/mod.ts";
import { secureRandom } from "@/lib/platform/ids.ts";
import { createMetrics } from "@/lib/platform/metrics.ts";
import { createPasswordHasher } from "@/lib/platform/password.ts";
import type { Principal } from "@/lib/platform/http/principal.ts";
import { startTestApp, type TestApp } from "./support/app.ts";
import { verifiedPerson } from "./support/people.ts";

let app: TestApp;
Deno.test.beforeAll(async () => {
  app = await startTestApp({ env: { PLAN_FREE_TRIAL_API_REQUESTS_PER_MINUTE: "100000" } });
});
Deno.test.afterAll(() => app.close());

const keysOf = async (person: Awaited<ReturnType<typeof verifiedPerson>>) =>
  (await person.get("/api/account/keys")).body.items;
const call = (key: string) => app.client().get("/api/models", { authorization: `Bearer ${key}` });

/** The room of accounts with a chance of its own: the next prefixes are these, then any. */
async function accountsDrawing(prefixes: string[]) {
  const { services } = app;
  const alphabet = "abcdefghijkmnpqrstuvwxyz23456789";
  const left = [...prefixes];
  const hasher = await createPasswordHasher();
  const accounts = createAccounts({
    ...services,
    metrics: createMetrics(),
    hasher,
    appSecret: services.secrets.appSecret,
    services: services.tokens,
    random: (n) => {
      const wanted = n === 8 ? left.shift() : undefined;
      return wanted ? Uint8Array.from(wanted, (char) => alphabet.indexOf(char)) : secureRandom(n);
    },
    options: {
      appEnv: "test",
      baseUrl: app.url,
      supportEmail: undefined,
      autoVerify: false,
      registration: { mode: "open", enumeration: "allow" },
      rules: {
        newDevice: true,
        usageSpike: true,
        wideReading: true,
        credentialStuffing: true,
        keyAbuse: true,
      },
    },
  });
  return { keys: accounts.apiKeys, left, close: () => hasher.close() };
}

const wanted = { name: "k", scopes: ["models:read" as const], expiresInDays: 90 };

Deno.test("[ACC-90] a prefix that another key has or had is drawn again, and nobody notices", async () => {
  const [ada, eve] = [await verifiedPerson(app), await verifiedPerson(app, "eve")];
  const as = (person: { userId: string }) => ({ userId: person.userId }) as Principal;
  const { keys, left, close } = await accountsDrawing([
    "aaaaaaaa", // the first
    "aaaaaaaa",
    "bbbbbbbb", // the second
    "bbbbbbbb",
    "cccccccc", // the first one's new secret; "aaaaaaaa" is its former now
    "aaaaaaaa",
    "dddddddd", // the third
  ]);
  try {
    const first = await keys.create(as(ada), wanted);
    const second = await keys.create(as(eve), wanted);
    const again = await keys.rotate(as(ada), first.id, 24);
    const third = await keys.create(as(eve), wanted);
    expect([first, second, again, third].map(({ prefix }) => prefix))
      .toEqual(["aaaaaaaa", "bbbbbbbb", "cccccccc", "dddddddd"].map((one) => `nova_sk_${one}`));
    expect(left).toEqual([]);
    for (const { key } of [first, second, again, third]) {
      expect((await call(key)).status).toBe(200);
    }
    expect(await keysOf(eve)).toHaveLength(2);
  } finally {
    close();
  }
  // Two at the same moment, neither of which sees the other when it looks.
  const race = await accountsDrawing(Array(20).fill("eeeeeeee"));
  try {
    const made = await Promise.all([
      race.keys.create(as(ada), wanted),
      race.keys.create(as(eve), wanted),
    ].map((one) => one.catch(() => null)));
    expect(made.filter((one) => one?.prefix === "nova_sk_eeeeeeee")).toHaveLength(1);
    // A chance that gives the same again and again is a fault, not an endless search.
    await expect(race.keys.create(as(ada), wanted)).rejects.toThrow();
  } finally {
    race.close();
  }
});

Deno.test("[ACC-124] whoever knows a key's prefix alone cannot have it paused", async () => {
  const ada = await verifiedPerson(app);
  const { body } = await ada.post("/api/account/keys", wanted);
  for (let i = 0; i < 60; i++) {
    expect((await call(`${body.key.slice(0, 17)}${"x".repeat(43)}`)).status).toBe(401);
  }
  expect((await keysOf(ada))[0].state).toBe("active");
  expect((await call(body.key)).status).toBe(200);
});

Deno.test("[ACC-91] a key that is shown from elsewhere is refused, is no use of it, and is paused in the end", async () => {
  const ada = await verifiedPerson(app);
  const { body } = await ada.post("/api/account/keys", { ...wanted, origins: ["203.0.113.0/24"] });
  for (let i = 0; i < 50; i++) expect((await call(body.key)).status).toBe(401);
  expect((await keysOf(ada))[0]).toMatchObject({ state: "active", lastUsedAt: null });
  await call(body.key);
  expect((await keysOf(ada))[0]).toMatchObject({ state: "paused", lastUsedAt: null });
  const events = (await ada.get(`/api/account/keys/${body.id}/activity`)).body.items;
  expect(events.map(({ event }: { event: string }) => event)).toEqual(["key_abuse", "key_made"]);
});
