import { expect } from "expect";
import { FakeClock } from "@/lib/platform/clock.ts";
import { codeOf, stepOf } from "@/lib/accounts/totp.ts";
import { startTestApp, type TestApp } from "./support/app.ts";

const HOUR = 3_600_000;
const PASSWORD = "Correct-horse-7-battery";

let app: TestApp;
const clock = new FakeClock(new Date());
Deno.test.beforeAll(async () => {
  app = await startTestApp({ clock, env: { AUTO_VERIFY_EMAIL: "true" } });
});
Deno.test.afterAll(() => app.close());

async function withTwoSteps(name: string) {
  const person = await app.person(name);
  const { body } = await person.post("/api/auth/2fa/setup");
  const secret = base32(body.secret);
  const code = async () => {
    await clock.advance(30_000);
    return codeOf(secret, stepOf(clock.now()));
  };
  await person.post("/api/auth/2fa/enable", { code: await code() });
  return { person, code };
}

async function mailsOf(email: string): Promise<string[]> {
  await app.services.outbox.drain();
  return (await app.services.mailer.kept()).filter(({ to }) => to === email)
    .map(({ subject }) => subject);
}

async function admin() {
  const operator = await app.person("operator");
  await app.services.accounts.setAdmin(operator.email, true);
  const { body } = await operator.post("/api/auth/login", {
    email: operator.email,
    password: PASSWORD,
  });
  expect(body.user.role).toBe("admin");
  return operator;
}

Deno.test("[ACC-62] a second step that is lost is removed 48 hours after an administrator began, and told twice", async () => {
  const { person: ada } = await withTwoSteps("ada");
  const operator = await admin();
  const path = `/api/admin/users/${ada.userId}/recovery`;
  expect((await ada.post(path)).status).toBe(403);
  const begun = await operator.post(path);
  expect(begun.status).toBe(202);
  expect(Date.parse(begun.body.due) - clock.now().getTime()).toBe(48 * HOUR);
  expect((await operator.post(path)).body.code).toBe("conflict");
  expect(await mailsOf(ada.email)).toContain("Your second step will be removed");
  const due = Date.parse(begun.body.due);
  clock.jumpTo(new Date(due - 1));
  expect(await app.services.accounts.recovery.run()).toBe(0);
  const login = async () =>
    (await app.client().post("/api/auth/login", { email: ada.email, password: PASSWORD })).body;
  expect((await login()).twoFactorRequired).toBe(true);
  clock.jumpTo(new Date(due));
  expect(await app.services.accounts.recovery.run()).toBe(1);
  expect(await app.services.accounts.recovery.run()).toBe(0);
  expect((await ada.get("/api/auth/me")).status).toBe(401);
  expect((await login()).user.twoFactorEnabled).toBe(false);
  const mails = await mailsOf(ada.email);
  expect(mails.filter((subject) => subject === "Your second step was removed")).toHaveLength(1);
});

Deno.test("[ACC-62] whoever still has a code stops it by signing in, and an administrator can too", async () => {
  const { person: ada, code } = await withTwoSteps("ada");
  const operator = await admin();
  const path = `/api/admin/users/${ada.userId}/recovery`;
  await operator.post(path);
  const client = app.client();
  const { body } = await client.post("/api/auth/login", { email: ada.email, password: PASSWORD });
  await client.post("/api/auth/2fa/verify", { challengeId: body.challengeId, code: await code() });
  expect((await client.get("/api/account/security-log")).body.items[0].event)
    .toBe("recovery_stopped");
  expect((await operator.delete(path)).status).toBe(409);
  expect((await operator.post(path)).status).toBe(202);
  expect((await operator.delete(path)).status).toBe(204);
  clock.jumpTo(new Date(clock.now().getTime() + 48 * HOUR));
  expect(await app.services.accounts.recovery.run()).toBe(0);
  // Without a second step there is nothing to remove; nobody is nobody.
  const eve = await app.person("eve");
  const { recovery } = app.services.accounts;
  await expect(recovery.startByHost(eve.email)).rejects.toMatchObject({ code: "conflict" });
  await expect(recovery.startByHost("nobody@example.org")).rejects
    .toMatchObject({ code: "not_found" });
  expect((await recovery.startByHost(ada.email)).id).toBe(ada.userId);
});

function base32(text: string): Uint8Array<ArrayBuffer> {
  const bits = [...text.replace(/=+$/, "")]
    .map((char) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(char).toString(2).padStart(5, "0"))
    .join("");
  return new Uint8Array(Math.floor(bits.length / 8))
    .map((_, i) => parseInt(bits.slice(i * 8, i * 8 + 8), 2));
}
