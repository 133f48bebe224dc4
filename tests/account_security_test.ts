import { expect } from "expect";
import { FakeClock } from "@/lib/platform/clock.ts";
import { codeOf, stepOf } from "@/lib/accounts/totp.ts";
import { type Answer, startTestApp, type TestApp, type TestClient } from "./support/app.ts";

const PASSWORD = "Correct-horse-7-battery";
const NEXT = "Another-horse-8-battery";
const API = { "x-nova-client": "api" };
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

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

const address = () => `ada-${crypto.randomUUID().slice(0, 8)}@example.org`;
const form = (email: string) => ({
  email,
  password: PASSWORD,
  acceptTerms: true,
  ageConfirmed: true,
});

/** Moves the time on without firing what waits for it: these tests are about stored times. */
const later = (ms: number) => clock.jumpTo(new Date(clock.now().getTime() + ms));

/** Runs the jobs that are due and returns the mails to an address, newest first. */
async function mailsTo(email: string) {
  await app.services.outbox.drain();
  const mails = await app.services.mailer.kept();
  return mails.filter(({ to }) => to === email);
}

async function linkTo(email: string, path: string): Promise<string> {
  for (const mail of await mailsTo(email)) {
    const found = mail.text.match(new RegExp(`${path}\\?token=([0-9a-f]{64})`));
    if (found) return found[1]!;
  }
  throw new Error(`No mail to ${email} leads to ${path}`);
}

const login = (email: string, password = PASSWORD, client = app.client()): Promise<Answer> =>
  client.post("/api/auth/login", { email, password });

async function apiClient(email = address(), deviceId: string = crypto.randomUUID()) {
  const client = app.client();
  const made = await client.post("/api/auth/register", { ...form(email), deviceId }, API);
  expect(made.status).toBe(201);
  return { email, client, deviceId, tokens: made.body.tokens, body: made.body };
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

Deno.test("[ACC-36] an API client gets tokens and no cookie, a browser a cookie and no tokens", async () => {
  const { client, tokens, body } = await apiClient();
  expect(client.cookies.size).toBe(0);
  expect(tokens).toMatchObject({ tokenType: "Bearer", expiresIn: 900 });
  expect(tokens.refreshToken).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(body.session.kind).toBe("api");
  const me = await client.get("/api/auth/me", bearer(tokens.accessToken));
  expect([me.status, me.body.session.kind]).toEqual([200, "api"]);
  const ada = await app.person();
  expect((await ada.get("/api/auth/me")).body.tokens).toBeUndefined();
  const without = await app.client().post("/api/auth/refresh", { refreshToken: "x" });
  expect(without.status).toBe(400);
});

Deno.test("[ACC-36] a Bearer request ignores cookies", async () => {
  const ada = await app.person();
  const answer = await ada.get("/api/auth/me", bearer("nonsense"));
  expect([answer.status, answer.body.code]).toEqual([401, "token_invalid"]);
});

Deno.test("[ACC-34] a refresh token works once; using it again ends the family and is told", async () => {
  const { email, client, tokens } = await apiClient();
  const refresh = (refreshToken: string) => client.post("/api/auth/refresh", { refreshToken }, API);
  const second = await refresh(tokens.refreshToken);
  expect(second.status).toBe(200);
  const again = await refresh(tokens.refreshToken);
  expect([again.status, again.body.code]).toEqual([401, "token_invalid"]);
  expect((await refresh(second.body.tokens.refreshToken)).status).toBe(401);
  const me = await client.get("/api/auth/me", bearer(second.body.tokens.accessToken));
  expect(me.status).toBe(401);
  expect((await mailsTo(email)).map(({ subject }) => subject)).toContain(
    "A sign-in was ended for safety",
  );
});

Deno.test("[ACC-34] two requests of one device at once both get on, in one family", async () => {
  const { client, deviceId, tokens } = await apiClient();
  const refresh = () =>
    client.post("/api/auth/refresh", { refreshToken: tokens.refreshToken, deviceId }, API);
  const [one, two] = await Promise.all([refresh(), refresh()]);
  expect([one.status, two.status]).toEqual([200, 200]);
  expect(one.body.tokens.refreshToken).not.toBe(two.body.tokens.refreshToken);
  // One further token, not as many as one likes; and after ten seconds none.
  expect((await refresh()).status).toBe(401);
});

Deno.test("[ACC-34] after ten seconds the former token is a stolen one, from any device", async () => {
  const { client, deviceId, tokens } = await apiClient();
  const refresh = () =>
    client.post("/api/auth/refresh", { refreshToken: tokens.refreshToken, deviceId }, API);
  expect((await refresh()).status).toBe(200);
  later(10_001);
  expect((await refresh()).status).toBe(401);
});

Deno.test("[ACC-33] a family slides for seven days and ends after ninety", async () => {
  const { client, tokens } = await apiClient();
  let token = tokens.refreshToken;
  for (let day = 0; day < 84; day += 6) {
    later(6 * DAY);
    const answer = await client.post("/api/auth/refresh", { refreshToken: token }, API);
    expect(answer.status).toBe(200);
    token = answer.body.tokens.refreshToken;
  }
  later(6 * DAY + 1_000);
  const ended = await client.post("/api/auth/refresh", { refreshToken: token }, API);
  expect([ended.status, ended.body.code]).toEqual([401, "token_expired"]);
});

Deno.test("[ACC-30] an access token ends after fifteen minutes", async () => {
  const { client, tokens } = await apiClient();
  const [header, claims] = tokens.accessToken.split(".").slice(0, 2).map((part: string) =>
    JSON.parse(new TextDecoder().decode(Uint8Array.fromBase64(part, { alphabet: "base64url" })))
  );
  expect(header).toMatchObject({
    alg: "EdDSA",
    typ: "at+jwt",
    kid: expect.stringMatching(/^user-/),
  });
  expect(claims).toMatchObject({ aud: "nova-api", role: "learner", ev: false });
  expect(claims).not.toHaveProperty("plan");
  later(15 * MINUTE + 31_000);
  const late = await client.get("/api/auth/me", bearer(tokens.accessToken));
  expect([late.status, late.body.code]).toEqual([401, "token_expired"]);
  expect(late.headers.get("www-authenticate")).toContain("Bearer");
});

Deno.test("[ACC-38] signing out ends a family within five seconds", async () => {
  const { client, tokens } = await apiClient();
  expect((await client.post("/api/auth/logout", undefined, bearer(tokens.accessToken))).status)
    .toBe(204);
  expect((await client.get("/api/auth/me", bearer(tokens.accessToken))).status).toBe(401);
  const refresh = await client.post(
    "/api/auth/refresh",
    { refreshToken: tokens.refreshToken },
    API,
  );
  expect(refresh.status).toBe(401);
});

Deno.test("[ACC-51] opening a link changes nothing, its button confirms, and pressing again is fine", async () => {
  const ada = await app.person();
  const token = await linkTo(ada.email, "/verify-email");
  expect((await ada.get("/api/auth/me")).body.user.emailVerified).toBe(false);
  const first = await app.client().post("/api/auth/verify-email", { token });
  expect(first.body).toEqual({ emailVerified: true, alreadyVerified: false });
  expect((await ada.get("/api/auth/me")).body.user.emailVerified).toBe(true);
  const again = await app.client().post("/api/auth/verify-email", { token });
  expect(again.body).toEqual({ emailVerified: true, alreadyVerified: true });
  later(DAY + 1_000);
  const late = await app.client().post("/api/auth/verify-email", { token });
  expect([late.status, late.body.code]).toEqual([400, "link_invalid"]);
});

Deno.test("[ACC-50] a newer link voids the older, and only hashes are stored", async () => {
  const ada = await app.person();
  const first = await linkTo(ada.email, "/verify-email");
  expect((await ada.post("/api/auth/resend-verification")).status).toBe(202);
  const second = await linkTo(ada.email, "/verify-email");
  expect(second).not.toBe(first);
  expect((await app.client().post("/api/auth/verify-email", { token: first })).status).toBe(400);
  const rows = await app.services.db.asSystem(
    "test",
    (tx) =>
      tx`select row_to_json(l)::text as text from account_links l where user_id = ${ada.userId}`,
  );
  expect(rows).toHaveLength(2);
  expect(JSON.stringify(rows)).not.toContain(second);
  expect((await app.client().post("/api/auth/verify-email", { token: second })).status).toBe(200);
});

Deno.test("[ACC-60] asking for a reset answers the same for everybody", async () => {
  const ada = await app.person();
  const ask = (email: string) => app.client().post("/api/auth/request-password-reset", { email });
  const [known, unknown, odd] = [await ask(ada.email), await ask(address()), await ask("x")];
  for (const answer of [known, unknown, odd]) {
    expect([answer.status, answer.body]).toEqual([202, { status: "accepted" }]);
  }
  expect((await mailsTo(ada.email))[0]!.subject).toBe("Choose a new password");
});

Deno.test("[ACC-61] a reset ends every sign-in, keeps keys and names them, and works once", async () => {
  const ada = await app.person();
  await app.services.accounts.administration.verifyByHost(ada.email);
  const key = await ada.post("/api/account/keys", { name: "Laptop", scopes: ["memory:read"] });
  expect(key.status).toBe(201);
  await app.client().post("/api/auth/request-password-reset", { email: ada.email });
  const token = await linkTo(ada.email, "/reset-password");
  const weak = await app.client().post("/api/auth/reset-password", {
    token,
    password: "password1",
  });
  expect(weak.status).toBe(400);
  const reset = () => app.client().post("/api/auth/reset-password", { token, password: NEXT });
  expect((await reset()).body).toEqual({ status: "reset" });
  expect((await reset()).body.code).toBe("link_invalid");
  expect((await ada.get("/api/auth/me")).status).toBe(401);
  expect((await login(ada.email)).status).toBe(401);
  expect((await login(ada.email, NEXT)).status).toBe(200);
  const notice = (await mailsTo(ada.email)).find(({ subject }) => subject.includes("was reset"));
  expect(notice!.text).toContain("Laptop");
  const used = await app.client().get("/api/memory", bearer(key.body.key));
  expect(used.status).toBe(200);
});

Deno.test("[ACC-60] a reset link ends after an hour", async () => {
  const ada = await app.person();
  await app.client().post("/api/auth/request-password-reset", { email: ada.email });
  const token = await linkTo(ada.email, "/reset-password");
  later(60 * MINUTE + 1_000);
  const late = await app.client().post("/api/auth/reset-password", { token, password: NEXT });
  expect(late.body.code).toBe("link_invalid");
});

Deno.test("[ACC-63] a suspended account's reset is answered alike and sends nothing", async () => {
  const ada = await app.person();
  await app.services.db.asSystem(
    "test",
    (tx) => tx`update users set suspended_at = ${clock.now()} where id = ${ada.userId}`,
  );
  const before = (await mailsTo(ada.email)).length;
  const asked = await app.client().post("/api/auth/request-password-reset", { email: ada.email });
  expect(asked.status).toBe(202);
  expect((await mailsTo(ada.email)).length).toBe(before);
});

Deno.test("[ACC-13] changing the password ends other devices, not this one, and is mailed", async () => {
  const ada = await app.person();
  const phone = app.client();
  await login(ada.email, PASSWORD, phone);
  const wrong = await ada.post("/api/auth/change-password", { current: "no", next: NEXT });
  expect([wrong.status, wrong.body.code]).toEqual([401, "credentials_invalid"]);
  const same = await ada.post("/api/auth/change-password", { current: PASSWORD, next: PASSWORD });
  expect(same.status).toBe(400);
  expect((await ada.post("/api/auth/change-password", { current: PASSWORD, next: NEXT })).status)
    .toBe(204);
  expect((await phone.get("/api/auth/me")).status).toBe(401);
  expect((await ada.get("/api/auth/me")).status).toBe(200);
  expect((await mailsTo(ada.email)).map(({ subject }) => subject)).toContain(
    "Your password was changed",
  );
});

/** Turns two-step sign-in on and returns its secret and codes. */
async function withTwoFactor(client: TestClient) {
  const setup = await client.post("/api/auth/2fa/setup");
  expect(setup.status).toBe(200);
  const secret = fromBase32(setup.body.secret);
  const code = () => codeOf(secret, stepOf(clock.now()));
  const on = await client.post("/api/auth/2fa/enable", { code: code() });
  expect(on.status).toBe(200);
  later(30_000);
  return { secret, code, backupCodes: on.body.backupCodes as string[] };
}

function fromBase32(text: string): Uint8Array {
  const bits = [...text].map((char) =>
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(char).toString(2).padStart(5, "0")
  ).join("");
  return Uint8Array.from(bits.match(/.{8}/g)!, (byte) => parseInt(byte, 2));
}

Deno.test("[ACC-68] with two steps a password yields a challenge, and a code the session", async () => {
  const ada = await app.person();
  const { code } = await withTwoFactor(ada);
  const browser = app.client();
  const first = await login(ada.email, PASSWORD, browser);
  expect(first.body).toMatchObject({ twoFactorRequired: true, methods: ["totp", "backup_code"] });
  expect(browser.cookies.size).toBe(0);
  const { challengeId } = first.body;
  const verify = (typed: string) =>
    browser.post("/api/auth/2fa/verify", { challengeId, code: typed });
  expect((await verify("000000")).body.code).toBe("credentials_invalid");
  const done = await verify(code());
  expect([done.status, done.body.user.twoFactorEnabled]).toEqual([200, true]);
  expect((await verify(code())).body.code).toBe("token_expired");
});

Deno.test("[ACC-66] a code is accepted once, also the one of the step before", async () => {
  const ada = await app.person();
  const { secret } = await withTwoFactor(ada);
  const attempt = async (code: string) => {
    const { body } = await login(ada.email);
    const { challengeId } = body;
    return (await app.client().post("/api/auth/2fa/verify", { challengeId, code })).status;
  };
  later(90_000);
  const now = stepOf(clock.now());
  expect(await attempt(codeOf(secret, now - 2))).toBe(401);
  expect(await attempt(codeOf(secret, now + 2))).toBe(401);
  expect(await attempt(codeOf(secret, now - 1))).toBe(200);
  expect(await attempt(codeOf(secret, now - 1))).toBe(401);
  expect(await attempt(codeOf(secret, now + 1))).toBe(200);
  expect(await attempt(codeOf(secret, now))).toBe(401);
});

Deno.test("[ACC-68] five wrong codes lock the step for fifteen minutes, a right one included", async () => {
  const ada = await app.person();
  const { code } = await withTwoFactor(ada);
  const attempt = async (typed: string) => {
    const { challengeId } = (await login(ada.email)).body;
    return await app.client().post("/api/auth/2fa/verify", { challengeId, code: typed });
  };
  for (let i = 0; i < 5; i++) expect((await attempt("123")).status).toBe(401);
  const locked = await attempt(code());
  expect([locked.status, locked.body.code]).toEqual([429, "login_throttled"]);
  expect(locked.headers.get("retry-after")).toBe("900");
  later(15 * MINUTE);
  expect((await attempt(code())).status).toBe(200);
});

Deno.test("[ACC-67] a backup code works once, in any spelling, and is stored as a keyed hash", async () => {
  const ada = await app.person();
  const { backupCodes } = await withTwoFactor(ada);
  expect(new Set(backupCodes).size).toBe(10);
  for (const code of backupCodes) expect(code).toMatch(/^[2-9A-HJ-NP-Z]{8}$/);
  const attempt = async (code: string) => {
    const { challengeId } = (await login(ada.email)).body;
    return (await app.client().post("/api/auth/2fa/verify", { challengeId, code })).status;
  };
  const typed = `${backupCodes[0]!.slice(0, 4).toLowerCase()} ${backupCodes[0]!.slice(4)}`;
  expect(await attempt(typed)).toBe(200);
  expect(await attempt(backupCodes[0]!)).toBe(401);
});

Deno.test("[ACC-62] a reset of an account with two steps asks for a code as well", async () => {
  const ada = await app.person();
  const { code } = await withTwoFactor(ada);
  await app.client().post("/api/auth/request-password-reset", { email: ada.email });
  const token = await linkTo(ada.email, "/reset-password");
  const reset = (more: Record<string, string>) =>
    app.client().post("/api/auth/reset-password", { token, password: NEXT, ...more });
  expect((await reset({})).body.errors[0].code).toBe("two_factor_required");
  expect((await reset({ code: "000000" })).status).toBe(401);
  expect((await reset({ code: code() })).status).toBe(200);
});

Deno.test("[ACC-69] changing the second step needs a fresh proof and ends other devices", async () => {
  const ada = await app.person();
  const phone = app.client();
  await login(ada.email, PASSWORD, phone);
  later(16 * MINUTE);
  const refused = await ada.post("/api/auth/2fa/setup");
  expect([refused.status, refused.body.code, refused.body.methods]).toEqual([
    403,
    "step_up_required",
    ["password"],
  ]);
  const before = ada.cookies.get("nova_session");
  expect((await ada.post("/api/auth/step-up", { password: "wrong" })).status).toBe(401);
  const proved = await ada.post("/api/auth/step-up", { password: PASSWORD });
  expect(Date.parse(proved.body.session.stepUpUntil)).toBe(clock.now().getTime() + 15 * MINUTE);
  expect(ada.cookies.get("nova_session")).not.toBe(before);
  const { code } = await withTwoFactor(ada);
  expect((await phone.get("/api/auth/me")).status).toBe(401);
  later(16 * MINUTE);
  const second = await ada.post("/api/auth/2fa/disable");
  expect(second.body.methods).toEqual(["totp", "backup_code"]);
  expect((await ada.post("/api/auth/step-up", { code: code() })).status).toBe(200);
  expect((await ada.post("/api/auth/2fa/disable")).status).toBe(204);
  expect((await login(ada.email)).body.user.twoFactorEnabled).toBe(false);
});

Deno.test("[ACC-35] the former value of a session works ten seconds more, without the new proof", async () => {
  const ada = await app.person();
  later(16 * MINUTE);
  const former = app.client();
  for (const [name, value] of ada.cookies) former.cookies.set(name, value);
  await ada.post("/api/auth/step-up", { password: PASSWORD });
  const before = (await former.get("/api/auth/me")).body.session;
  expect(before.stepUpUntil).toBeNull();
  expect((await ada.get("/api/auth/me")).body.session.stepUpUntil).not.toBeNull();
  later(16_000);
  expect((await former.get("/api/auth/me")).status).toBe(401);
});

Deno.test("[ACC-40] devices are listed, and one of them can be ended", async () => {
  const ada = await app.person();
  const phone = app.client();
  await phone.post("/api/auth/login", { email: ada.email, password: PASSWORD }, {
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0",
  });
  const { items } = (await ada.get("/api/account/devices")).body;
  expect(items).toHaveLength(2);
  expect(items.filter((one: { current: boolean }) => one.current)).toHaveLength(1);
  const other = items.find((one: { current: boolean }) => !one.current);
  expect(other).toMatchObject({ name: "Firefox on Linux", kind: "web", address: "127.0.0.0" });
  expect((await ada.delete(`/api/account/devices/${other.id}`)).status).toBe(204);
  expect((await phone.get("/api/auth/me")).status).toBe(401);
});

Deno.test("[ACC-41] a device that was not seen before is told, with a link that ends it", async () => {
  const ada = await app.person();
  const stranger = app.client();
  await login(ada.email, PASSWORD, stranger);
  const token = await linkTo(ada.email, "/end-device");
  await app.services.accounts.devices.endByLink(token);
  expect((await stranger.get("/api/auth/me")).status).toBe(401);
  expect((await ada.get("/api/auth/me")).status).toBe(200);
  const before = (await mailsTo(ada.email)).length;
  await login(ada.email, PASSWORD, ada);
  expect((await mailsTo(ada.email)).length).toBe(before);
});

Deno.test("[ACC-24] strangers cannot lock the owner's own device out", async () => {
  const ada = await app.person();
  for (let i = 0; i < 5; i++) expect((await login(ada.email, "wrong")).status).toBe(401);
  expect((await login(ada.email)).status).toBe(429);
  expect((await login(ada.email, PASSWORD, ada)).status).toBe(200);
  expect((await mailsTo(ada.email)).filter(({ subject }) => subject === "Sign-in was paused"))
    .toHaveLength(1);
});

Deno.test("[ACC-77] a new address counts once its link is used, and can be taken back", async () => {
  const ada = await app.person();
  const next = address();
  expect((await ada.post("/api/account/email-change", { email: next })).status).toBe(202);
  const token = await linkTo(next, "/verify-email");
  expect((await ada.get("/api/auth/me")).body.user.email).toBe(ada.email);
  expect((await app.client().post("/api/auth/verify-email", { token })).status).toBe(200);
  expect((await ada.get("/api/auth/me")).body.user.email).toBe(next);
  const undo = await linkTo(ada.email, "/undo-email");
  expect((await app.client().post("/api/account/email-change/undo", { token: undo })).status)
    .toBe(204);
  expect((await ada.get("/api/auth/me")).status).toBe(401);
  expect((await login(ada.email)).status).toBe(200);
});

Deno.test("[ACC-92] a key does what its scopes say and never reaches the account", async () => {
  const ada = await app.person();
  await app.services.accounts.administration.verifyByHost(ada.email);
  const made = await ada.post("/api/account/keys", { name: "Reader", scopes: ["memory:read"] });
  expect(made.body.key).toMatch(/^nova_sk_[a-z0-9]{8}_[A-Za-z0-9_-]{43}$/);
  const call = (path: string) => app.client().get(path, bearer(made.body.key));
  expect((await call("/api/memory")).status).toBe(200);
  for (const path of ["/api/account/keys", "/api/auth/me", "/api/account/profile"]) {
    expect([path, (await call(path)).body.code]).toEqual([path, "scope_missing"]);
  }
  const { items } = (await ada.get("/api/account/keys")).body;
  expect(items[0]).not.toHaveProperty("key");
  expect(items[0].lastUsedAt).not.toBeNull();
});

Deno.test("[ACC-95] a rotated key's former secret goes on until its overlap ends", async () => {
  const ada = await app.person();
  await app.services.accounts.administration.verifyByHost(ada.email);
  const made = await ada.post("/api/account/keys", { name: "Bot", scopes: ["memory:read"] });
  const rotated = await ada.post(`/api/account/keys/${made.body.id}/rotate`, { overlapHours: 1 });
  const call = async (key: string) => (await app.client().get("/api/memory", bearer(key))).status;
  expect([await call(made.body.key), await call(rotated.body.key)]).toEqual([200, 200]);
  const [listed] = (await ada.get("/api/account/keys")).body.items;
  expect(listed.former.lastUsedAt).not.toBeNull();
  later(61 * MINUTE);
  expect([await call(made.body.key), await call(rotated.body.key)]).toEqual([401, 200]);
});

Deno.test("[ACC-124] a key that is refused more than fifty times in ten minutes is paused", async () => {
  const ada = await app.person();
  await app.services.accounts.administration.verifyByHost(ada.email);
  const made = await ada.post("/api/account/keys", { name: "Wild", scopes: ["models:read"] });
  const call = () => app.client().get("/api/memory", bearer(made.body.key));
  for (let i = 0; i < 60; i++) await call();
  later(6_000);
  expect((await call()).body.code).toBe("token_invalid");
  expect((await ada.get("/api/account/keys")).body.items[0].state).toBe("paused");
  const let_ = await ada.patch(`/api/account/keys/${made.body.id}`, { paused: false });
  expect(let_.body.state).toBe("active");
});

Deno.test("[ACC-85] a suspension holds for the next request, whatever the credential", async () => {
  const root = await app.person("root");
  await app.services.accounts.setAdmin(root.email, true);
  const { email, client, tokens, body } = await apiClient();
  await app.services.accounts.administration.verifyByHost(email);
  const browser = app.client();
  await login(email, PASSWORD, browser);
  const key = await browser.post("/api/account/keys", { name: "k", scopes: ["memory:read"] });
  const done = await root.post(`/api/admin/users/${body.user.id}/suspend`, { reason: "Spam" });
  expect(done.status).toBe(204);
  const answers = [
    await browser.get("/api/memory"),
    await client.get("/api/memory", bearer(tokens.accessToken)),
    await client.get("/api/memory", bearer(key.body.key)),
  ];
  for (const answer of answers) {
    expect([answer.status, answer.body.code, answer.body.reason]).toEqual([
      403,
      "suspended",
      "Spam",
    ]);
  }
  expect((await browser.get("/api/auth/me")).status).toBe(200);
  expect((await browser.post("/api/account/export")).status).toBe(202);
  expect((await root.post(`/api/admin/users/${body.user.id}/restore`)).status).toBe(204);
  expect((await browser.get("/api/memory")).status).toBe(200);
});

Deno.test("[ACC-81] moderators suspend learners for seven days, and nobody else", async () => {
  const root = await app.person("root");
  await app.services.accounts.setAdmin(root.email, true);
  const mo = await app.person("mo");
  expect(
    (await root.send("PUT", `/api/admin/users/${mo.userId}/role`, { role: "moderator" })).status,
  )
    .toBe(204);
  const ada = await app.person();
  const suspend = (id: string, days?: number) =>
    mo.post(`/api/admin/users/${id}/suspend`, { reason: "Spam", ...(days ? { days } : {}) });
  expect((await suspend(ada.userId, 8)).status).toBe(403);
  expect((await suspend(ada.userId)).status).toBe(403);
  expect((await suspend(root.userId, 1)).status).toBe(403);
  expect((await suspend(ada.userId, 7)).status).toBe(204);
  expect((await mo.get("/api/admin/audit")).status).toBe(403);
  const entries = await root.get(`/api/admin/audit?user=${ada.userId}&event=suspended`);
  expect(entries.body.items[0]).toMatchObject({ actorId: mo.userId, category: "admin" });
});

Deno.test("[ACC-35] after a change of role the next request gets a new session value", async () => {
  const root = await app.person("root");
  await app.services.accounts.setAdmin(root.email, true);
  const ada = await app.person();
  const before = ada.cookies.get("nova_session");
  await root.send("PUT", `/api/admin/users/${ada.userId}/role`, { role: "moderator" });
  expect((await ada.get("/api/admin/users")).status).toBe(200);
  expect(ada.cookies.get("nova_session")).not.toBe(before);
});

Deno.test("[ACC-120] the chains of the log hold, and one changed entry is found", async () => {
  const root = await app.person("root");
  await app.services.accounts.setAdmin(root.email, true);
  const check = async () => (await root.get("/api/admin/audit/verify")).body;
  expect((await check()).valid).toBe(true);
  const csv = await root.get("/api/admin/audit?format=csv");
  expect(csv.headers.get("content-type")).toContain("text/csv");
});

Deno.test("[ACC-123] people read their own history, with a cursor, and nobody else's", async () => {
  const ada = await app.person();
  for (let i = 0; i < 3; i++) await login(ada.email, PASSWORD, ada);
  const first = await ada.get("/api/account/security-log?limit=2");
  expect(first.body.items).toHaveLength(2);
  const rest = await ada.get(
    `/api/account/security-log?limit=50&cursor=${first.body.nextCursor}`,
  );
  const events = [...first.body.items, ...rest.body.items].map(({ event }) => event);
  expect(events).toEqual(["login_ok", "login_ok", "login_ok", "register"]);
  const eve = await app.person("eve");
  const stolen = await eve.get(`/api/account/security-log?cursor=${first.body.nextCursor}`);
  expect(stolen.status).toBe(400);
});

Deno.test("[ACC-53] ten messages need no confirmed e-mail, the eleventh does", async () => {
  const ada = await app.person();
  const first = await ada.say("Hello");
  const { sessionId } = first.body.turn;
  for (let i = 0; i < 9; i++) expect((await ada.say("Hello", { sessionId })).status).toBe(200);
  const refused = await ada.say("Hello", { sessionId });
  expect([refused.status, refused.body.code, refused.body.resendUrl]).toEqual([
    403,
    "email_unverified",
    "/api/auth/resend-verification",
  ]);
  await app.services.accounts.administration.verifyByHost(ada.email);
  expect((await ada.say("Hello", { sessionId })).status).toBe(200);
});
