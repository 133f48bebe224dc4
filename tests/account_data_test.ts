import { expect } from "expect";
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import { FakeClock } from "@/lib/platform/clock.ts";
import { userKey } from "@/lib/platform/kv.ts";
import { administrator, verifiedPerson } from "./support/people.ts";
import { startTestApp, type TestApp, type TestClient } from "./support/app.ts";
import { unzip } from "./support/zip.ts";

const PASSWORD = "Correct-horse-7-battery";
const DAY = 24 * 3600_000;

let app: TestApp;
let clock: FakeClock;
Deno.test.beforeAll(async () => {
  clock = new FakeClock(new Date());
  app = await startTestApp({
    clock,
    env: { PLAN_FREE_TRIAL_API_REQUESTS_PER_MINUTE: "100000" },
  });
});
Deno.test.afterAll(() => app.close());

const later = (ms: number) => clock.jumpTo(new Date(clock.now().getTime() + ms));
const sql = (query: string) => app.services.db.asSystem("test", (tx) => tx.unsafe(query));

const verified = (name?: string) => verifiedPerson(app, name);
const admin = () => administrator(app);

const mailsTo = async (email: string) => {
  await app.services.outbox.drain();
  return (await app.services.mailer.kept()).filter(({ to }) => to === email);
};

/** Has an archive made and reads it. */
async function archiveOf(client: TestClient): Promise<Map<string, string>> {
  const asked = await client.post("/api/account/export");
  expect(asked.status).toBe(202);
  await app.services.outbox.drain();
  const { downloadUrl } = (await client.get(`/api/account/export/${asked.body.id}`)).body;
  const answer = await client.fetch(downloadUrl);
  return await unzip(new Uint8Array(await answer.arrayBuffer()));
}

Deno.test("[ACC-131] an archive is whole however much there is, holds nobody else, and comes on every plan, once a day, to the suspended too", async () => {
  const own = await startTestApp({ clock, env: { RATE_EXPORT: "1/d" } });
  try {
    const ada = await own.person();
    expect((await ada.post("/api/account/export")).status).toBe(202);
    const again = await ada.post("/api/account/export");
    expect([again.status, again.body.policy]).toEqual([429, "export"]);
  } finally {
    await own.close();
  }
  const ada = await verified();
  const root = await admin();
  await ada.say("My sister Maren lives in Tromsø.");
  // More rows than are read at once, some of one moment.
  await sql(`insert into notices (id, user_id, kind, cause, data, created_at)
    select gen_random_uuid(), '${ada.userId}', 'test', 'n' || n, '{}',
      '2026-01-01'::timestamptz + (n / 10) * interval '1 second'
    from generate_series(1, 1203) n`);
  await root.send("PUT", `/api/admin/users/${ada.userId}/limits`, {
    resource: "messages",
    limit: 7,
    reason: "Kindness",
  });
  await sql(`update users set trial_ends_at = '2020-01-01' where id = '${ada.userId}'`);
  app.services.entitlements.forget(ada.userId);
  await root.post(`/api/admin/users/${ada.userId}/suspend`, { reason: "Spam" });
  const files = await archiveOf(ada);
  const notices =
    (JSON.parse(files.get("data/notices.json")!).rows as { id: string; kind: string }[])
      .filter(({ kind }) => kind === "test");
  expect(notices).toHaveLength(1203);
  expect(new Set(notices.map(({ id }) => id)).size).toBe(1203);
  const whole = [...files.values()].join("\n");
  expect(whole).toContain("Tromsø");
  expect(whole).toContain("Kindness");
  for (const foreign of [root.userId, root.email]) expect(whole).not.toContain(foreign);

  // Without a fresh proof nobody asks for an archive or fetches one.
  later(16 * 60_000);
  expect((await ada.post("/api/account/export")).body.code).toBe("step_up_required");
  const [made] = await sql(`select id from account_exports where user_id = '${ada.userId}'`);
  const id: string = made!.id;
  expect((await ada.get(`/api/account/export/${id}?download=true`)).body.code)
    .toBe("step_up_required");
  expect((await (await verified("eve")).get(`/api/account/export/${id}`)).status).toBe(404);
  await ada.post("/api/auth/step-up", { password: PASSWORD });
  later(7 * DAY);
  await app.services.accounts.retention.run();
  expect((await sql(`select 1 from account_export_parts where export_id = '${id}'`)).length).toBe(
    0,
  );
});

Deno.test("[ACC-131] an archive that cannot be made is told as failed, and does not keep anybody waiting", async () => {
  const ada = await verified();
  const asked = { id: crypto.randomUUID() }; // its job was lost
  await sql(`insert into account_exports (id, user_id, state, created_at)
    values ('${asked.id}', '${ada.userId}', 'queued', '${clock.now().toISOString()}')`);
  await app.services.accounts.retention.run();
  expect((await ada.get(`/api/account/export/${asked.id}`)).body.state).toBe("queued");
  later(DAY + 1_000);
  await app.services.accounts.retention.run();
  await ada.post("/api/auth/login", { email: ada.email, password: PASSWORD });
  expect((await ada.get(`/api/account/export/${asked.id}`)).body)
    .toMatchObject({ state: "failed", downloadUrl: null });
  const subjects = (await mailsTo(ada.email)).map(({ subject }) => subject);
  expect(subjects).toContain("Your data could not be put together");
});

Deno.test("[ACC-135] after a purge every table and key is searched; what is left is named, and only then signed as nothing", async () => {
  const ada = await verified();
  const { accounts, kv, outbox } = app.services;
  await ada.say("My sister Maren lives in Tromsø.");
  const erased = {
    userId: ada.userId,
    email: ada.email,
    emailNormalized: ada.email,
    name: "Ada",
    locale: "en",
    timeZone: "UTC",
  };
  // The probe finds what is there: it would not be worth much otherwise.
  const before = await accounts.erasure.probe(erased);
  const places = before.map(({ place }) => place.split(".")[0]);
  for (const table of ["users", "messages", "turns", "usage_ledger", "security_audit_log"]) {
    expect(places).toContain(table);
  }
  await ada.post("/api/account/delete", { confirm: ada.email, now: true });
  await outbox.drain();
  expect((await sql(`select 1 from users where id = '${ada.userId}'`)).length).toBe(0);
  const [mail] = (await mailsTo(ada.email)).filter((one) => /eyJ/.test(JSON.stringify(one)));
  expect(await accounts.erasure.probe(erased)).toEqual([]);
  const receipt = [mail!.text, JSON.stringify(mail)].join("\n")
    .match(/eyJ[\w-]+\.[\w-]+\.[\w-]+/)![0];
  const keys = (await app.client().get("/.well-known/jwks.json")).body as JSONWebKeySet;
  const { payload } = await jwtVerify(receipt, createLocalJWKSet(keys), {
    currentDate: clock.now(),
  });
  expect(payload.hits).toBe(0);
  const backups = Date.parse(payload.lastBackupEnds as string) - clock.now().getTime();
  expect(backups).toBeLessThanOrEqual(30 * DAY);
  expect(backups).toBeGreaterThan(29 * DAY);
  expect(JSON.stringify(payload)).not.toContain(ada.userId);
  // Something that comes late is found.
  await kv.set([{ key: userKey(ada.userId, "cache", "late"), value: 1 }], DAY);
  expect(await accounts.erasure.probe(erased)).toEqual([{ place: "kv", hits: 1 }]);
});

Deno.test("[ACC-136] what is kept of a person can be corrected by them, and what was derived corrected or erased", async () => {
  const ada = await verified();
  const profile = {
    displayName: "Ada L",
    handle: `ada_${crypto.randomUUID().slice(0, 6)}`,
    bio: "Reads",
    locale: "de",
    timeZone: "Europe/Oslo",
  };
  expect((await ada.patch("/api/account/profile", profile)).status).toBe(200);
  expect((await ada.get("/api/account/profile")).body).toMatchObject(profile);
  expect((await ada.post("/api/account/email-change", { email: `new-${ada.email}` })).status)
    .toBe(202);
  expect((await ada.patch("/api/account/profile", { handle: null, bio: "" })).body)
    .toMatchObject({ handle: null, bio: "" });

  await ada.say("My sister Maren lives in Tromsø.");
  await app.services.outbox.drain();
  const [fact] = (await ada.get("/api/memory")).body.items;
  const corrected = await ada.patch(`/api/memory/${fact.id}`, {
    text: "The user's sister Maren lives in Oslo.",
  });
  expect(corrected.status).toBe(200);
  expect((await ada.get("/api/memory")).body.items[0].text).toContain("Oslo");
  const erased = await ada.delete(`/api/memory/${corrected.body.id}?erase=true`);
  expect(erased.status).toBe(204);
  expect(
    (await sql(`select 1 from memories where user_id = '${ada.userId}'
    and id = '${corrected.body.id}'`)).length,
  ).toBe(0);
  const [session] = (await ada.get("/api/chat/sessions")).body.items;
  expect((await ada.patch(`/api/chat/sessions/${session.id}`, { title: "Mine" })).body.title)
    .toBe("Mine");
  expect((await ada.delete(`/api/chat/sessions/${session.id}`)).status).toBe(204);
});

Deno.test("[ACC-80] who changes nothing has memory on, sharing and showing off, and conversations kept for ever", async () => {
  const ada = await app.person();
  const { body } = await ada.get("/api/account/settings");
  expect(body).toMatchObject({
    memory: true,
    reflection: true,
    distillation: true,
    searchConversations: true,
    reviewSharing: false,
    analytics: false,
    leaderboard: false,
    publicProfile: false,
    retentionDays: null,
  });
  for (const retentionDays of [30, 90, 365, null]) {
    expect((await ada.patch("/api/account/settings", { retentionDays })).body.retentionDays)
      .toBe(retentionDays);
  }
  for (const retentionDays of [0, 1, 31, -30, "30"]) {
    expect((await ada.patch("/api/account/settings", { retentionDays })).status).toBe(400);
  }
});

Deno.test("[ACC-39] one door for every credential: each restriction meets each kind", async () => {
  const root = await admin();
  const api = { "x-nova-client": "api" };
  async function credentials() {
    const ada = await verified();
    const { tokens } =
      (await app.client().post("/api/auth/login", { email: ada.email, password: PASSWORD }, api))
        .body;
    const key = (await ada.post("/api/account/keys", {
      name: "k",
      scopes: ["memory:read", "memory:write", "usage:read"],
    })).body.key;
    const call = {
      session: (method: "GET" | "POST", path: string, body?: unknown) =>
        ada.send(method, path, body),
      access: (method: "GET" | "POST", path: string, body?: unknown) =>
        app.client().send(method, path, body, { authorization: `Bearer ${tokens.accessToken}` }),
      key: (method: "GET" | "POST", path: string, body?: unknown) =>
        app.client().send(method, path, body, { authorization: `Bearer ${key}` }),
    };
    return { ada, call };
  }
  const restrictions: Record<string, (userId: string) => Promise<unknown>> = {
    none: () => Promise.resolve(),
    suspended: (id) => root.post(`/api/admin/users/${id}/suspend`, { reason: "Spam" }),
    expired: (id) =>
      sql(`update users set trial_ends_at = '2020-01-01' where id = '${id}'`)
        .then(() => app.services.entitlements.forget(id)),
    unverified: (id) => root.send("PUT", `/api/admin/users/${id}/verified`, { verified: false }),
    deleted: (id) => root.delete(`/api/admin/users/${id}`),
  };
  const found: Record<string, Record<string, (string | number)[]>> = {};
  for (const [name, restrict] of Object.entries(restrictions)) {
    const { ada, call } = await credentials();
    await restrict(ada.userId);
    later(6_000);
    const row: Record<string, (string | number)[]> = {};
    for (const [kind, send] of Object.entries(call)) {
      const read = await send("GET", "/api/memory");
      const write = await send("POST", "/api/memory", { text: `Tea for ${kind}` });
      const pay = await send("POST", "/api/billing/portal");
      row[kind] = [read, write, pay].map(({ status, body }) => body?.code ?? status);
    }
    found[name] = row;
  }
  // A personal key never pays, a deletion ends every kind, an expired plan lets keys read alone.
  const [people, keys] = [["session", "access"], ["key"]];
  const expected = (person: (string | number)[], key: (string | number)[]) =>
    Object.fromEntries([
      ...people!.map((kind) => [kind, person]),
      ...keys!.map((kind) => [kind, key]),
    ]);
  expect(found).toEqual({
    none: expected([200, 201, "not_found"], [200, 201, "scope_missing"]),
    suspended: expected(
      ["suspended", "suspended", "suspended"],
      ["suspended", "suspended", "suspended"],
    ),
    expired: expected([200, 201, "not_found"], [200, "plan_required", "scope_missing"]),
    unverified: expected([200, 201, "email_unverified"], [200, 201, "scope_missing"]),
    deleted: expected(
      ["token_invalid", "token_invalid", "token_invalid"],
      ["token_invalid", "token_invalid", "token_invalid"],
    ),
  });
  // The fourth kind has routes of its own and is no person's.
  const service = (await app.services.accounts.serviceAccess.mint("metrics-scraper", {
    scopes: ["read:metrics"],
    actor: { kind: "host" },
  })).token;
  const as = (headers: Record<string, string>) => app.client().get("/api/memory", headers);
  expect((await as({ "x-service-token": service })).body.code).toBe("token_missing");
  expect((await as({ authorization: `Bearer ${service}` })).body.code).toBe("token_invalid");
});
