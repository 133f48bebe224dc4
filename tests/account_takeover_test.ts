import { expect } from "expect";
import { FakeClock } from "@/lib/platform/clock.ts";
import { codeOf, stepOf } from "@/lib/accounts/totp.ts";
import { administrator, secretBytes, verifiedPerson } from "./support/people.ts";
import { type Answer, startTestApp, type TestApp, type TestClient } from "./support/app.ts";

const PASSWORD = "Correct-horse-7-battery";
const NEXT = "Another-horse-8-battery";
const API = { "x-nova-client": "api" };

let app: TestApp;
const clock = new FakeClock(new Date());
Deno.test.beforeAll(async () => {
  app = await startTestApp({ clock });
});
Deno.test.afterAll(() => app.close());

const address = () => `own-${crypto.randomUUID().slice(0, 8)}@example.org`;

/** The newest secret of a kind of link that was mailed to an address. */
async function linkTo(email: string, page: string): Promise<string | undefined> {
  await app.services.outbox.drain();
  const mails = (await app.services.mailer.kept()).filter(({ to }) => to === email);
  const link = new RegExp(`${page}\\?token=([0-9a-f]{64})`);
  return mails.map(({ text }) => link.exec(text)?.[1]).find((found) => found !== undefined);
}

const confirm = (token: string | undefined) =>
  app.client().post("/api/auth/verify-email", { token });
const undo = (token: string | undefined) =>
  app.client().post("/api/account/email-change/undo", { token });
const emailOf = async (client: TestClient) =>
  (await client.get("/api/account/profile")).body?.email as string | undefined;

async function signIn(email: string, password = PASSWORD) {
  const client = app.client();
  const answer = await client.post("/api/auth/login", { email, password });
  return { client, answer };
}

Deno.test("[ACC-77] whoever takes an account over two changes of address loses it to its first owner's link", async () => {
  const ada = await verifiedPerson(app);
  const { client: thief } = await signIn(ada.email);
  const [second, third] = [address(), address()];
  for (const email of [second, third]) {
    expect((await thief.post("/api/account/email-change", { email })).status).toBe(202);
    expect((await confirm(await linkTo(email, "/verify-email"))).status).toBe(200);
  }
  expect(await emailOf(thief)).toBe(third);
  const last = await linkTo(second, "/undo-email");
  const pending = address();
  await thief.post("/api/account/email-change", { email: pending });
  const waiting = await linkTo(pending, "/verify-email");
  // The link of the first mail still counts, ends the thief, and leaves them no way back.
  expect((await undo(await linkTo(ada.email, "/undo-email"))).status).toBe(204);
  expect((await thief.get("/api/auth/me")).status).toBe(401);
  expect((await undo(last)).body.code).toBe("link_invalid");
  expect((await confirm(waiting)).body.code).toBe("link_invalid");
  expect(await emailOf((await signIn(ada.email)).client)).toBe(ada.email);
});

Deno.test("[ACC-61] a link that went to the former mailbox sets no password after the address changed", async () => {
  const ada = await verifiedPerson(app);
  await app.client().post("/api/auth/request-password-reset", { email: ada.email });
  const token = await linkTo(ada.email, "/reset-password");
  const email = address();
  await ada.post("/api/account/email-change", { email });
  expect((await confirm(await linkTo(email, "/verify-email"))).status).toBe(200);
  const reset = await app.client().post("/api/auth/reset-password", { token, password: NEXT });
  expect([reset.status, reset.body.code]).toEqual([400, "link_invalid"]);
});

Deno.test("[ACC-13] a new password takes with it what the former one had begun", async () => {
  const ada = await verifiedPerson(app);
  const { body } = await ada.post("/api/auth/2fa/setup");
  const secret = secretBytes(body.secret);
  const code = () => {
    clock.jumpTo(new Date(clock.now().getTime() + 30_000));
    return codeOf(secret, stepOf(clock.now()));
  };
  await ada.post("/api/auth/2fa/enable", { code: await code() });
  // Somebody with the password waits at the second step, has asked for a reset and another address.
  const waiting = await signIn(ada.email);
  await app.client().post("/api/auth/request-password-reset", { email: ada.email });
  const token = await linkTo(ada.email, "/reset-password");
  const other = address();
  await ada.post("/api/account/email-change", { email: other });
  const change = await linkTo(other, "/verify-email");
  expect((await ada.post("/api/auth/change-password", { current: PASSWORD, next: NEXT })).status)
    .toBe(204);
  const second = await waiting.client.post("/api/auth/2fa/verify", {
    challengeId: waiting.answer.body.challengeId,
    code: await code(),
  });
  expect([second.status, second.body.code]).toEqual([401, "token_expired"]);
  expect((await confirm(change)).body.code).toBe("link_invalid");
  const reset = await app.client().post("/api/auth/reset-password", {
    token,
    password: "Third-horse-9-battery",
    code: await code(),
  });
  expect(reset.body.code).toBe("link_invalid");
  expect(await emailOf(ada)).toBe(ada.email);
});

Deno.test("what happens to one account at the same moment ends without a fault", async () => {
  const faults = (answers: Answer[]) =>
    answers.map(({ status }) => status).filter((status) => status >= 500);
  for (let round = 0; round < 6; round++) {
    const ada = await verifiedPerson(app);
    const sessions = await Promise.all(Array.from({ length: 4 }, () => signIn(ada.email)));
    const families = await Promise.all(
      Array.from(
        { length: 4 },
        () => app.client().post("/api/auth/login", { email: ada.email, password: PASSWORD }, API),
      ),
    );
    await app.client().post("/api/auth/request-password-reset", { email: ada.email });
    const token = await linkTo(ada.email, "/reset-password");
    const bearer = (answer: Answer) => ({
      authorization: `Bearer ${answer.body.tokens.accessToken}`,
    });
    const answers = await Promise.all([
      ...families.map(({ body }) =>
        app.client().post(
          "/api/auth/refresh",
          { refreshToken: body.tokens.refreshToken },
          API,
        )
      ),
      ada.post("/api/auth/change-password", { current: PASSWORD, next: NEXT }),
      sessions[0]!.client.post("/api/auth/step-up", { password: PASSWORD }),
      sessions[1]!.client.post("/api/auth/logout"),
      sessions[2]!.client.post("/api/auth/logout-all"),
      sessions[3]!.client.post("/api/auth/resend-verification"),
      app.client().post("/api/auth/logout", undefined, bearer(families[0]!)),
      app.client().post("/api/auth/reset-password", { token, password: "Third-horse-9-battery" }),
      app.client().post("/api/auth/request-password-reset", { email: ada.email }),
      app.services.outbox.drain().then(() => app.client().get("/healthz")),
    ]);
    expect(faults(answers)).toEqual([]);
  }
});

Deno.test("[ACC-82] administrators who demote each other at once leave one, and make no fault", async () => {
  for (let round = 0; round < 4; round++) {
    const admins = await Promise.all([administrator(app), administrator(app)]);
    await Promise.all(admins.map((one) => one.post("/api/auth/step-up", { password: PASSWORD })));
    const [one, other] = admins as [typeof admins[0], typeof admins[0]];
    const demote = (by: TestClient, whom: { userId: string }) =>
      by.send("PUT", `/api/admin/users/${whom.userId}/role`, { role: "learner" });
    const answers = await Promise.all([demote(one, other), demote(other, one)]);
    expect(answers.map(({ status }) => status).filter((status) => status >= 500)).toEqual([]);
    const left = await app.services.db.asSystem(
      "test",
      (tx) => tx<{ n: number }[]>`select count(*)::integer as n from users where role = 'admin'`,
    );
    expect(left[0]!.n).toBeGreaterThan(0);
  }
});
