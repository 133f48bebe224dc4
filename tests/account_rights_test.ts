import { expect } from "expect";
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import { FakeClock } from "@/lib/platform/clock.ts";
import { userKey } from "@/lib/platform/kv.ts";
import { startTestApp, type TestApp } from "./support/app.ts";
import { unzip } from "./support/zip.ts";

const DAY = 24 * 3600_000;
const PASSWORD = "Correct-horse-7-battery";

let app: TestApp;
let clock: FakeClock;
Deno.test.beforeAll(async () => {
  clock = new FakeClock(new Date());
  app = await startTestApp({ clock });
});
Deno.test.afterAll(() => app.close());

const later = (ms: number) => clock.jumpTo(new Date(clock.now().getTime() + ms));
const rows = (query: string) => app.services.db.asSystem("test", (tx) => tx.unsafe(query));

async function mailsTo(email: string) {
  await app.services.outbox.drain();
  return (await app.services.mailer.kept()).filter(({ to }) => to === email);
}

Deno.test("[ACC-130] an archive holds every table with rows of the person, and nobody else's", async () => {
  const ada = await app.person("ada");
  const eve = await app.person("eve");
  await ada.say("My sister Maren lives in Tromsø.");
  await eve.say("The periwinkle is mine alone.");
  await app.services.outbox.drain();
  const asked = await ada.post("/api/account/export");
  expect([asked.status, asked.body.state]).toEqual([202, "queued"]);
  await app.services.outbox.drain();
  const ready = (await ada.get(`/api/account/export/${asked.body.id}`)).body;
  expect(ready.state).toBe("ready");
  const answer = await ada.fetch(ready.downloadUrl);
  expect(answer.headers.get("content-type")).toBe("application/zip");
  expect(answer.headers.get("content-disposition")).toContain("attachment");
  const bytes = new Uint8Array(await answer.arrayBuffer());
  expect(bytes.length).toBe(ready.bytes);
  const files = await unzip(bytes);
  const tables = await rows(`select table_name from information_schema.columns
    where table_schema = 'public' and column_name = 'user_id' and table_name <> 'account_export_parts'`);
  for (const { tableName } of tables) {
    expect({ tableName, there: files.has(`data/${tableName}.json`) })
      .toEqual({ tableName, there: true });
  }
  const whole = [...files.values()].join("\n");
  expect(whole).toContain("Tromsø");
  expect(whole).not.toContain("periwinkle");
  expect(whole).not.toContain(eve.userId);
  expect(whole).not.toContain("$argon2id$");
  const messages = JSON.parse(files.get("data/messages.json")!);
  expect(messages).toMatchObject({ schemaVersion: 1, table: "messages" });
  expect([...files.keys()].filter((name) => name.startsWith("conversations/"))).toHaveLength(1);
  expect((await mailsTo(ada.email)).map(({ subject }) => subject)).toContain("Your data is ready");
  later(7 * DAY + 1_000);
  await ada.post("/api/auth/login", { email: ada.email, password: PASSWORD });
  expect((await ada.get(ready.downloadUrl)).body.code).toBe("gone");
});

Deno.test("[ACC-133] a deletion needs the e-mail typed, ends everything at once and can be taken back", async () => {
  const ada = await app.person("ada");
  const phone = app.client();
  await phone.post("/api/auth/login", { email: ada.email, password: PASSWORD });
  const wrong = await ada.post("/api/account/delete", { confirm: "delete" });
  expect([wrong.status, wrong.body.errors[0].path]).toEqual([400, "confirm"]);
  const done = await ada.post("/api/account/delete", { confirm: ada.email.toUpperCase() });
  expect([done.status, done.body.status]).toEqual([202, "closing"]);
  expect(Date.parse(done.body.deleteAfter) - clock.now().getTime()).toBe(30 * DAY);
  expect((await phone.get("/api/auth/me")).status).toBe(401);
  const back = await phone.post("/api/auth/login", { email: ada.email, password: PASSWORD });
  expect(back.status).toBe(200);
  expect((await phone.get("/api/memory")).body.code).toBe("suspended");
  expect((await phone.post("/api/account/restore")).status).toBe(204);
  expect((await phone.get("/api/memory")).status).toBe(200);
});

Deno.test("[ACC-82] the last administrator can be neither deleted, demoted nor suspended", async () => {
  const own = await startTestApp();
  try {
    const root = await own.person("root");
    await own.services.accounts.setAdmin(root.email, true);
    const codes = [
      await root.post("/api/account/delete", { confirm: root.email }),
      await root.send("PUT", `/api/admin/users/${root.userId}/role`, { role: "learner" }),
      await root.post(`/api/admin/users/${root.userId}/suspend`, { reason: "Myself" }),
      await root.delete(`/api/admin/users/${root.userId}`),
    ].map(({ body }) => body.code);
    expect(codes).toEqual(["conflict", "conflict", "conflict", "conflict"]);
  } finally {
    await own.close();
  }
});

Deno.test("[ACC-134] after the grace nothing of a person is left, and the ledger's sums stay", async () => {
  const ada = await app.person("ada");
  await ada.say("My sister Maren lives in Tromsø.");
  await app.services.outbox.drain();
  await ada.post("/api/account/export");
  await app.services.outbox.drain();
  await app.services.kv.set([{ key: userKey(ada.userId, "cache", "x"), value: 1 }], DAY);
  const sums = () =>
    rows(`select day_utc, resource, sum(amount)::text as total from (
        select day_utc, resource, amount from usage_ledger
        union all select day_utc, resource, amount from usage_ledger_archive) l
      group by 1, 2 order by 1, 2`);
  const before = await sums();
  expect(before.length).toBeGreaterThan(0);
  await ada.post("/api/account/delete", { confirm: ada.email });
  expect(await app.services.accounts.erasure.queueDue()).toBe(0);
  later(30 * DAY + 1_000);
  expect(await app.services.accounts.erasure.queueDue()).toBe(1);
  await app.services.outbox.drain();
  expect(await rows(`select id from users where id = '${ada.userId}'`)).toHaveLength(0);
  expect(await sums()).toEqual(before);
  const hits = await app.services.accounts.erasure.probe({
    userId: ada.userId,
    email: ada.email,
    emailNormalized: ada.email,
    name: "Ada",
    locale: "en",
    timeZone: "UTC",
  });
  expect(hits).toEqual([]);
  const audit = await app.services.accounts.audit.verify();
  expect(audit.every(({ valid }) => valid)).toBe(true);
  const receipt = (await mailsTo(ada.email)).find(({ subject }) =>
    subject.includes("was deleted")
  )!;
  const signed = receipt.text.match(/eyJ[\w-]+\.[\w-]+\.[\w-]+/)![0];
  const keys = (await app.client().get("/.well-known/jwks.json")).body as JSONWebKeySet;
  const { payload } = await jwtVerify(signed, createLocalJWKSet(keys), {
    currentDate: clock.now(),
  });
  expect(payload.hits).toBe(0);
});

Deno.test("[ACC-134] a purge that was cut half way is finished by its next run", async () => {
  const ada = await app.person("ada");
  await app.services.kv.set([{ key: userKey(ada.userId, "cache", "x"), value: 1 }], DAY);
  await ada.post("/api/account/delete", { confirm: ada.email, now: true });
  const { kv } = app.services;
  const clear = kv.clear;
  let cut = 0;
  kv.clear = () => {
    cut++;
    return Promise.reject(new Error("cut"));
  };
  await app.services.outbox.drain();
  kv.clear = clear;
  expect(cut).toBeGreaterThan(0);
  expect(await rows(`select id from users where id = '${ada.userId}'`)).toHaveLength(0);
  expect(await kv.list(["u", ada.userId])).toHaveLength(1);
  later(60_000);
  await app.services.outbox.drain();
  expect(await kv.list(["u", ada.userId])).toHaveLength(0);
  expect((await mailsTo(ada.email)).map(({ subject }) => subject)).toContain(
    "Your account was deleted",
  );
});

Deno.test("[ACC-134] every table that names an owner erases with it, or forgets it", async () => {
  const found = await rows(`
    select c.relname as name, a.attname as column, f.confdeltype as rule
    from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
    join pg_attribute a on a.attrelid = c.oid and a.attname = 'user_id' and not a.attisdropped
    left join pg_constraint f on f.conrelid = c.oid and f.contype = 'f'
      and f.confrelid = 'users'::regclass and a.attnum = any(f.conkey)
    where c.relkind in ('r', 'p')`);
  expect(found.length).toBeGreaterThan(20);
  const without = found.filter(({ rule }) => rule !== "c" && rule !== "n");
  expect(without).toEqual([]);
});

Deno.test("[ACC-138] conversations are kept as long as their owner wants", async () => {
  const ada = await app.person("ada");
  const eve = await app.person("eve");
  await ada.patch("/api/account/settings", { retentionDays: 30 });
  await ada.say("Something to forget");
  await eve.say("Something to keep");
  later(31 * DAY);
  const report = await app.services.accounts.retention.run();
  expect(report.conversations).toBe(1);
  const left = await rows(`select user_id from chat_sessions
    where user_id in ('${ada.userId}', '${eve.userId}')`);
  expect(left.map(({ userId }) => userId)).toEqual([eve.userId]);
});

Deno.test("[ACC-138] an account nobody confirmed is told after 90 days, and erased a fortnight later", async () => {
  const ada = await app.person("ada");
  later(91 * DAY);
  await app.services.accounts.retention.run();
  expect((await mailsTo(ada.email))[0]!.subject).toBe("Your account will be deleted");
  await app.services.accounts.erasure.queueDue();
  expect(await rows(`select id from users where id = '${ada.userId}'`)).toHaveLength(1);
  later(15 * DAY);
  await app.services.accounts.retention.run();
  await app.services.accounts.erasure.queueDue();
  await app.services.outbox.drain();
  expect(await rows(`select id from users where id = '${ada.userId}'`)).toHaveLength(0);
});

Deno.test("[ACC-4] a mail server that is away fails no registration; the mail comes later", async () => {
  const { mailer } = app.services;
  const send = mailer.send;
  mailer.send = () => Promise.reject(new Error("connect ECONNREFUSED"));
  const ada = await app.person("ada");
  await app.services.outbox.drain();
  mailer.send = send;
  expect(await mailsTo(ada.email)).toHaveLength(0);
  later(61_000);
  expect((await mailsTo(ada.email)).map(({ subject }) => subject)).toEqual(["Confirm your e-mail"]);
});

Deno.test("[ACC-122] addresses leave the log after 30 days, and its chain still holds", async () => {
  const ada = await app.person("ada");
  later(31 * DAY);
  await app.services.accounts.retention.run();
  const kept = await rows(`select address from security_audit_log where user_id = '${ada.userId}'`);
  expect(kept.every(({ address }) => address === null)).toBe(true);
  later(460 * DAY);
  const { auditEntries } = await app.services.accounts.retention.run();
  expect(auditEntries).toBeGreaterThan(0);
  expect((await app.services.accounts.audit.verify()).every(({ valid }) => valid)).toBe(true);
});

Deno.test("[ACC-79] every setting is saved, read back and refused when it is not one", async () => {
  const ada = await app.person("ada");
  const wanted = {
    tone: "brief",
    answerLength: "long",
    enterSends: false,
    notifyMail: false,
    notifyChat: false,
    quietHours: false,
    quietFrom: "21:30",
    reflection: false,
    analytics: true,
    leaderboard: true,
    retentionDays: 90,
    theme: "dark",
  };
  const saved = await ada.patch("/api/account/settings", wanted);
  expect(saved.status).toBe(200);
  expect((await ada.get("/api/account/settings")).body).toMatchObject(wanted);
  for (const wrong of [{ tone: "loud" }, { quietFrom: "25:00" }, { role: "admin" }]) {
    expect((await ada.patch("/api/account/settings", wrong)).status).toBe(400);
  }
});

Deno.test("[ACC-75] a profile is changed member by member; nothing else can be slipped in", async () => {
  const ada = await app.person("ada");
  const change = (body: unknown) => ada.patch("/api/account/profile", body);
  expect((await change({ handle: "ada_l" })).body.code).toBe("email_unverified");
  await app.services.accounts.administration.verifyByHost(ada.email);
  const handle = `a${crypto.randomUUID().slice(0, 8)}`;
  const done = await change({ handle, bio: "Reads.", timeZone: "Europe/Oslo", locale: "en" });
  expect(done.body).toMatchObject({ handle, bio: "Reads.", timeZone: "Europe/Oslo" });
  const eve = await app.person("eve");
  await app.services.accounts.administration.verifyByHost(eve.email);
  expect((await eve.patch("/api/account/profile", { handle })).body.code).toBe("conflict");
  for (
    const wrong of [
      { tier: "pro" },
      { role: "admin" },
      { email_verified: true },
      { handle: "admin" },
      { displayName: "a\u202eb" },
      { timeZone: "Mars/Base" },
      { bio: "x".repeat(281) },
    ]
  ) expect([wrong, (await change(wrong)).status]).toEqual([wrong, 400]);
});

Deno.test("[ACC-124] far more usage than usual is noted once a day and mailed", async () => {
  const ada = await app.person("ada");
  const day = (back: number) =>
    new Date(clock.now().getTime() - back * DAY).toISOString().slice(0, 10);
  for (let back = 0; back <= 5; back++) {
    await rows(`insert into usage_daily (user_id, day_utc, resource, used)
      values ('${ada.userId}', '${day(back)}', 'llm_tokens', ${back === 0 ? 90_000 : 1_000})`);
  }
  expect((await app.services.accounts.retention.run()).usageSpikes).toBe(1);
  expect((await app.services.accounts.retention.run()).usageSpikes).toBe(0);
  expect((await mailsTo(ada.email)).map(({ subject }) => subject)).toContain(
    "Much more was used today than usual",
  );
});
