import { expect } from "expect";
import { FakeClock } from "@/lib/platform/clock.ts";
import { codeOf, stepOf } from "@/lib/accounts/totp.ts";
import { safeNext } from "@/lib/ui/forms.ts";
import { startTestApp, type TestApp, type TestClient } from "./support/app.ts";

const PASSWORD = "Correct-horse-7-battery";

let app: TestApp;
const clock = new FakeClock(new Date());
Deno.test.beforeAll(async () => {
  app = await startTestApp({ clock });
});
Deno.test.afterAll(() => app.close());

const register = (email: string, more: Record<string, unknown> = {}) =>
  app.client().post("/api/auth/register", {
    email,
    password: PASSWORD,
    acceptTerms: true,
    ageConfirmed: true,
    ...more,
  });

async function mailTokens(email: string, page: string): Promise<string[]> {
  await app.services.outbox.drain();
  return (await app.services.mailer.kept()).filter(({ to }) => to === email)
    .flatMap(({ text }) => text.match(new RegExp(`${page}\\?token=([0-9a-f]{64})`))?.[1] ?? []);
}

const statuses = (answers: { status: number }[]) => answers.map(({ status }) => status).toSorted();

Deno.test("[ACC-66] [ACC-67] one code that is sent twenty times at once lets in once", async () => {
  const ada = await app.person();
  const { body: setUp } = await ada.post("/api/auth/2fa/setup");
  const secret = base32(setUp.secret);
  const fresh = async () => {
    await clock.advance(30_000);
    return codeOf(secret, stepOf(clock.now()));
  };
  const { body: on } = await ada.post("/api/auth/2fa/enable", { code: await fresh() });
  const backup: string = on.backupCodes[0];
  const challenges = async (n: number) => {
    const made: [TestClient, string][] = [];
    for (let i = 0; i < n; i++) {
      const client = app.client();
      const { body } = await client.post("/api/auth/login", {
        email: ada.email,
        password: PASSWORD,
      });
      made.push([client, body.challengeId]);
    }
    return made;
  };
  // Four wrong ones do not lock the step; the right one is among them, whoever comes first.
  for (const code of [await fresh(), backup]) {
    const answers = await Promise.all(
      (await challenges(4)).map(([client, challengeId]) =>
        client.post("/api/auth/2fa/verify", { challengeId, code })
      ),
    );
    expect(statuses(answers)).toEqual([200, 401, 401, 401]);
    await clock.advance(15 * 60_000);
  }
  // One challenge, many right answers at once: it is spent by the first.
  const [[client, challengeId]] = await challenges(1) as [[TestClient, string]];
  const code = await fresh();
  const same = await Promise.all(
    Array.from({ length: 20 }, () => client.post("/api/auth/2fa/verify", { challengeId, code })),
  );
  expect(same.filter(({ status }) => status === 200)).toHaveLength(1);
});

Deno.test("[ACC-61] one reset link that is used ten times at once sets one password", async () => {
  const ada = await app.person();
  await app.client().post("/api/auth/request-password-reset", { email: ada.email });
  const [token] = await mailTokens(ada.email, "/reset-password");
  const answers = await Promise.all(
    Array.from(
      { length: 10 },
      (_, i) =>
        app.client().post("/api/auth/reset-password", { token, password: `Another-horse-${i}-x` }),
    ),
  );
  expect(statuses(answers)).toEqual([200, ...Array(9).fill(400)]);
  const won = answers.findIndex(({ status }) => status === 200);
  const signIn = (password: string) =>
    app.client().post("/api/auth/login", { email: ada.email, password });
  expect((await signIn(`Another-horse-${won}-x`)).status).toBe(200);
  expect((await signIn(PASSWORD)).status).toBe(401);
});

Deno.test("[ACC-2] letters that only look or fold alike reach nobody else's account or mailbox", async () => {
  const email = `kim-${crypto.randomUUID().slice(0, 8)}@example.org`;
  expect((await register(email)).status).toBe(201);
  // The Kelvin sign folds to "k": the same account, and its mail goes to the address it has.
  const folded = email.replace("kim", "\u212Aim");
  expect((await register(folded)).body.code).toBe("email_taken");
  await app.client().post("/api/auth/request-password-reset", { email: folded });
  expect(await mailTokens(email, "/reset-password")).toHaveLength(1);
  expect(await mailTokens(folded, "/reset-password")).toHaveLength(0);
  // A Cyrillic letter is another one: another account, and nothing of the first.
  const other = email.replace("i", "\u0456");
  const made = await register(other);
  expect([201, 400]).toContain(made.status);
  await app.client().post("/api/auth/request-password-reset", { email: other });
  expect(await mailTokens(email, "/reset-password")).toHaveLength(1);
});

Deno.test("[API-76] nothing that is typed becomes a header, a recipient or a second mail", async () => {
  const own = `eve-${crypto.randomUUID().slice(0, 8)}@example.org`;
  for (
    const email of [
      `${own}\r\nBcc: all@example.org`,
      `${own}\nall@example.org`,
      `${own},all@example.org`,
      `${own};all@example.org`,
      `"Eve" <${own}>`,
      `${own}\u0000`,
      `eve\u202E@example.org`,
      `eve\u200B${own}`,
      "@example.org",
      "eve@",
      "eve",
      "",
      `${"a".repeat(250)}@example.org`,
    ]
  ) {
    expect([JSON.stringify(email), (await register(email)).status])
      .toEqual([JSON.stringify(email), 400]);
  }
  const named = await register(own, { displayName: "Eve\r\nBcc: all@example.org" });
  expect(named.status).toBe(400);
  expect((await register(own, { displayName: 'Eve"><b>,<all@example.org>' })).status).toBe(201);
  await app.services.outbox.drain();
  const mails = (await app.services.mailer.kept()).filter(({ text }) => text.includes("all@"));
  expect(mails.map(({ to }) => to)).toEqual([own]);
});

Deno.test("[API-24] inputs of every odd shape are refused with 4xx, and the process goes on", async () => {
  const ada = await app.person();
  const routes = [
    ["POST", "/api/auth/login"],
    ["POST", "/api/auth/register"],
    ["POST", "/api/auth/2fa/verify"],
    ["POST", "/api/auth/reset-password"],
    ["POST", "/api/auth/verify-email"],
    ["POST", "/api/auth/step-up"],
    ["PATCH", "/api/account/profile"],
    ["PATCH", "/api/account/settings"],
    ["POST", "/api/account/keys"],
    ["POST", "/api/billing/checkout"],
    ["POST", "/api/billing/change"],
  ] as const;
  const long = "x".repeat(100_000);
  const bodies = [
    "",
    "null",
    "[]",
    '""',
    "0",
    "{",
    '{"email":null,"password":null}',
    '{"email":["a@b.c"],"password":{"length":8}}',
    `{"email":"${long}@b.c","password":"${long}","code":"${long}","token":"${long}"}`,
    '{"__proto__":{"role":"admin"}}',
    '{"plan":"pro","plan2":"basic","price":0,"userId":"1"}',
    '{"email":"\\ud800@example.org","password":"\\udc00\\udc00\\udc00\\udc00aA1x"}',
    '{"name":"k","scopes":[],"dailyTokens":1e309}',
    '{"email":"a\\u0000@b.cc","password":"Aa1\\u0000xxxx","token":"\\u0000","code":"\\u0000"}',
  ];
  for (const [method, path] of routes) {
    for (const body of bodies) {
      const response = await ada.fetch(path, {
        method,
        headers: { "content-type": "application/json" },
        body,
      });
      await response.body?.cancel();
      const where = `${method} ${path} ${body.slice(0, 60)}`;
      expect([where, response.status >= 400 && response.status < 500]).toEqual([where, true]);
    }
  }
  // A NUL in texts that reach the database as they are.
  await app.services.accounts.setAdmin(ada.email, true);
  await ada.post("/api/auth/login", { email: ada.email, password: PASSWORD });
  for (
    const path of [
      "/api/admin/users?q=%00",
      "/api/chat/search?q=a%00b",
      "/api/admin/audit?event=%00",
      "/api/memory?type=%00",
    ]
  ) {
    const { status } = await ada.get(path);
    expect([path, status >= 400 && status < 500]).toEqual([path, true]);
  }
  const { status } = await ada.post("/api/admin/billing/events/%00/replay");
  expect(status >= 400 && status < 500).toBe(true);
  expect((await ada.get("/api/auth/me")).status).toBe(200);
});

Deno.test("[ACC-37] credentials of every odd form are 401, never more", async () => {
  const ada = await app.person();
  const value = [...ada.cookies.values()][0]!;
  const odd = [
    "Bearer",
    "Bearer ",
    "Bearer null",
    `Bearer ${"x".repeat(20_000)}`,
    "Bearer a.b.c",
    `Bearer ${btoa('{"alg":"none"}')}.${btoa('{"sub":"x"}')}.`,
    "Basic YWRhOng=",
    `Bearer ${value}`,
    "bearer nova_sk_aaaaaaaa_" + "a".repeat(43),
    "Token abc",
  ];
  for (const authorization of odd) {
    // A cookie beside it does not help: the header alone counts.
    const answer = await ada.get("/api/auth/me", { authorization });
    expect([authorization.slice(0, 30), answer.status]).toEqual([authorization.slice(0, 30), 401]);
  }
  for (const cookie of ["", "x", value.slice(1), `${value}x`, "%00", "../../etc"]) {
    const response = await fetch(`${app.url}/api/auth/me`, {
      headers: { cookie: `nova_session=${cookie}` },
    });
    await response.body?.cancel();
    expect([cookie, response.status]).toEqual([cookie, 401]);
  }
  // A session that a visitor brings along is not the one they get (fixation).
  const fixed = app.client();
  fixed.cookies.set("nova_session", "a".repeat(43));
  await fixed.post("/api/auth/login", { email: ada.email, password: PASSWORD });
  expect(fixed.cookies.get("nova_session")).not.toBe("a".repeat(43));
});

Deno.test("[API-26] after signing in one is led to paths of this site alone", () => {
  for (
    const next of [
      "//evil.example",
      "/\\evil.example",
      "\\\\evil.example",
      "https://evil.example",
      "/\t/evil.example",
      "/\n/evil.example",
      "javascript:alert(1)",
      " //evil.example",
      "/%5C/../..//evil.example/..//",
      "///evil.example",
      "",
    ]
  ) {
    const url = new URL(safeNext(next), "https://nova.example");
    expect([next, url.origin]).toEqual([next, "https://nova.example"]);
  }
  expect(safeNext("/chat?x=1#y")).toBe("/chat?x=1#y");
});

function base32(text: string): Uint8Array<ArrayBuffer> {
  const bits = [...text.replace(/=+$/, "")]
    .map((char) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(char).toString(2).padStart(5, "0"))
    .join("");
  return new Uint8Array(Math.floor(bits.length / 8))
    .map((_, i) => parseInt(bits.slice(i * 8, i * 8 + 8), 2));
}
