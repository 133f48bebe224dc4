import { expect } from "expect";
import { FakeClock } from "@/lib/platform/clock.ts";
import { sealer } from "@/lib/platform/crypto.ts";
import { secureRandom, uuidV7Source } from "@/lib/platform/ids.ts";
import { importKey, newKeySet } from "@/lib/platform/key_ring.ts";
import { openKeyRing } from "@/lib/accounts/mod.ts";
import { startTestApp, type TestApp } from "./support/app.ts";
import { openTestDatabase, type TestDatabase } from "./support/database.ts";
import { insertPerson, usageOver } from "./support/usage.ts";

const DAY = 24 * 3600_000;
const options = { sanitizeOps: false, sanitizeResources: false };

let app: TestApp;
let test: TestDatabase;
const clock = new FakeClock("2026-03-10T10:00:00.000Z");
const ids = uuidV7Source(clock, secureRandom);
Deno.test.beforeAll(async () => {
  app = await startTestApp({ env: { PLAN_FREE_TRIAL_API_REQUESTS_PER_MINUTE: "1000" } });
  test = await openTestDatabase();
});
Deno.test.afterAll(async () => {
  await app.close();
  await test.close();
});

Deno.test(
  "[PLN-7] each resource beyond fair use is told with its end, and a teller that fails holds up nothing",
  options,
  async () => {
    const told: string[] = [];
    const { usage } = usageOver({
      db: test.db,
      clock,
      ids,
      onWarning: ({ resource, level, period }) => {
        told.push(`${level} ${resource} ${period}`);
        return Promise.reject(new Error("away"));
      },
    });
    const userId = await insertPerson(test.db, { id: ids(), at: clock.now() });
    const set = (resource: string, amount: number) =>
      test.db.asSystem("test", (tx) =>
        tx`insert into usage_daily (user_id, day_utc, resource, used, reserved)
        values (${userId}, '2026-03-10', ${resource}, ${amount}, 0)
        on conflict (user_id, day_utc, resource) do update set used = excluded.used`);
    await test.db.asSystem("test", (tx) =>
      tx`update users set plan = 'pro', subscription_status = 'active' where id = ${userId}`);
    const queue = async () =>
      (await usage.quota({
        userId,
        plan: "pro",
        effectivePlan: "pro",
        trialEndsAt: clock.now(),
      })).queue;
    expect(await queue()).toBeUndefined();
    await set("memory_storage", 101 * 1024 ** 3);
    expect(await queue()).toMatchObject({ resource: "memory_storage", until: null });
    await set("memory_storage", 0);
    await set("agent_minutes", 3_001);
    expect(await queue()).toMatchObject({
      resource: "agent_minutes",
      until: "2026-04-01T00:00:00.000Z",
    });
    expect(told).toContain("fair memory_storage 2026-03");
    expect(told).toContain("fair agent_minutes 2026-03");
  },
);

Deno.test(
  "[PLN-11] an override has its times, begins later where it says so, and its end is kept",
  options,
  async () => {
    const root = await app.person("root");
    const ada = await app.person();
    await app.services.accounts.setAdmin(root.email, true);
    const at = (ms: number) => new Date(Date.now() + ms).toISOString();
    const path = `/api/admin/users/${ada.userId}/limits`;
    const order = { resource: "messages", limit: 5, reason: "Trial of limits" };
    const wrong = await root.send("PUT", path, { ...order, from: at(2 * DAY), until: at(DAY) });
    expect([wrong.status, wrong.body.errors[0].path]).toEqual([400, "until"]);
    const later = await root.send("PUT", path, { ...order, from: at(DAY), until: at(2 * DAY) });
    expect(later.status).toBe(200);
    expect((await ada.get("/api/usage/quota")).body.resources.messages.limit).not.toBe(5);
    expect((await root.delete(`/api/admin/limits/${later.body.id}`)).status).toBe(204);
    const [kept] = (await root.get(path)).body.items;
    expect(kept).toMatchObject({ id: later.body.id, until: later.body.until });
    expect(kept.revokedAt).not.toBeNull();
  },
);

Deno.test(
  "[ACC-33] a refresh token of another form is none, and a family is looked up once in a while",
  options,
  async () => {
    const api = { "x-nova-client": "api" };
    for (const refreshToken of ["!!!", "short", "a".repeat(43), "A".repeat(43), "a".repeat(500)]) {
      const answer = await app.client().post("/api/auth/refresh", { refreshToken }, api);
      expect([refreshToken.length, answer.body.code]).toEqual([
        refreshToken.length,
        refreshToken.length > 200 ? answer.body.code : "token_invalid",
      ]);
      expect(answer.status).toBeLessThan(402);
    }
    const ada = await app.person();
    const { tokens } = (await app.client().post("/api/auth/login", {
      email: ada.email,
      password: "Correct-horse-7-battery",
    }, api)).body;
    for (let i = 0; i < 2; i++) {
      const headers = { authorization: `Bearer ${tokens.accessToken}` };
      expect((await app.client().get("/api/auth/me", headers)).status).toBe(200);
    }
  },
);

Deno.test(
  "[ACC-32] keys that are configured sign, former ones of the list verify, and another secret is noticed",
  options,
  async () => {
    await expect(importKey({ kty: "oct", k: "c2VjcmV0" })).rejects.toThrow("pair");
    const seal = (secret: string) => sealer(secret, "signing-keys");
    const sets = await Promise.all([newKeySet("service"), newKeySet("service")]);
    const both = JSON.stringify({
      keys: sets.flatMap((set) => JSON.parse(set).keys ?? JSON.parse(set)),
    });
    const open = (secret: string, configured?: string) =>
      openKeyRing({
        db: test.db,
        clock,
        seal: seal(secret),
        use: "service",
        ...(configured ? { configured } : {}),
      });
    const first = await open("a".repeat(32), sets[0]);
    const again = await open("a".repeat(32), both);
    expect((await again.signing()).kid).toBe((await first.signing()).kid);
    expect(again.publicKeys().length).toBeGreaterThan(first.publicKeys().length);
    // The same keys, at rest under another secret: they are sealed anew and go on.
    const moved = await open("b".repeat(32), both);
    expect((await moved.signing()).kid).toBe((await first.signing()).kid);
    await expect(first.reload()).rejects.toThrow("APP_SECRET");
  },
);
