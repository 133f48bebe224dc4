import { expect } from "expect";
import { type Answer, startTestApp, type TestApp } from "./support/app.ts";

const PASSWORD = "Correct-horse-7-battery";
const MANY = 20;

let app: TestApp;
Deno.test.beforeAll(async () => {
  app = await startTestApp();
});
Deno.test.afterAll(() => app.close());

const address = () => `same-${crypto.randomUUID().slice(0, 8)}@example.org`;

/** The links that mails to an address hold. */
async function linksOf(email: string, page: string): Promise<string[]> {
  await app.services.outbox.drain();
  const link = new RegExp(`${page}\\?token=([0-9a-f]{64})`);
  return (await app.services.mailer.kept()).filter(({ to }) => to === email)
    .flatMap(({ text }) => text.match(link)?.[1] ?? []);
}

/** How often each status and code came. */
function tally(answers: Answer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, body } of answers) {
    const key = body?.code ? `${status} ${body.code}` : String(status);
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

Deno.test("[ACC-3] an address that twenty register at once is one account and 409 for the rest", async () => {
  const email = address();
  const answers = await Promise.all(
    Array.from({ length: MANY }, (_, i) =>
      app.client().post("/api/auth/register", {
        email: i % 2 ? email : email.toUpperCase(),
        password: PASSWORD,
        displayName: "Sam",
        acceptTerms: true,
        ageConfirmed: true,
      })),
  );
  expect(tally(answers)).toEqual({ "201": 1, "409 email_taken": MANY - 1 });
});

Deno.test("[ACC-77] an address that twenty accounts confirm at once goes to one of them", async () => {
  const email = address();
  for (let i = 0; i < MANY; i++) {
    const person = await app.person("mover");
    expect((await person.post("/api/account/email-change", { email })).status).toBe(202);
  }
  const tokens = await linksOf(email, "/verify-email");
  expect(tokens).toHaveLength(MANY);
  const confirm = (token: string) => app.client().post("/api/auth/verify-email", { token });
  expect(tally(await Promise.all(tokens.map(confirm)))).toEqual({
    "200": 1,
    "409 email_taken": MANY - 1,
  });
  // Whoever lost has lost nothing: the account keeps its address, the link is not spent.
  const again = await Promise.all(tokens.map(confirm));
  expect(tally(again)).toEqual({ "200": 1, "409 email_taken": MANY - 1 });
});

Deno.test("[ACC-77] a former address that somebody takes while it is asked back goes to one", async () => {
  const ada = await app.person();
  const next = address();
  await ada.post("/api/account/email-change", { email: next });
  const [confirm] = await linksOf(next, "/verify-email");
  expect((await app.client().post("/api/auth/verify-email", { token: confirm })).status).toBe(200);
  const [undo] = await linksOf(ada.email, "/undo-email");
  const registration = {
    email: ada.email,
    password: PASSWORD,
    displayName: "Sam",
    acceptTerms: true,
    ageConfirmed: true,
  };
  const [back, ...registered] = await Promise.all([
    app.client().post("/api/account/email-change/undo", { token: undo }),
    ...Array.from({ length: 5 }, () => app.client().post("/api/auth/register", registration)),
  ]);
  const made = tally(registered);
  if (back.status === 400) expect(made).toEqual({ "201": 1, "409 email_taken": 4 });
  else expect([back.status, made]).toEqual([204, { "409 email_taken": 5 }]);
});

Deno.test("[ACC-75] a handle that twenty take at once is one person's and 409 for the rest", async () => {
  const people = await Promise.all(Array.from({ length: MANY }, () => app.person("hand")));
  await app.services.db.asSystem(
    "test: verified",
    (tx) => tx`update users set email_verified_at = now()`,
  );
  const handle = `h${crypto.randomUUID().slice(0, 8)}`;
  const answers = await Promise.all(
    people.map((person) => person.patch("/api/account/profile", { handle })),
  );
  expect(tally(answers)).toEqual({ "200": 1, "409 conflict": MANY - 1 });
});

Deno.test("[ACC-84] two administrators who change the same person at once make no fault", async () => {
  const admins = [await app.person("root"), await app.person("rita")];
  for (const { userId } of admins) {
    await app.services.db.asSystem(
      "test: role",
      (tx) => tx`update users set role = 'admin' where id = ${userId}`,
    );
  }
  const target = await app.person("target");
  const acts = admins.flatMap((admin) =>
    Array.from({ length: 5 }, (_, i) => [
      admin.send("PUT", `/api/admin/users/${target.userId}/role`, {
        role: i % 2 ? "moderator" : "learner",
      }),
      admin.send("PUT", `/api/admin/users/${target.userId}/verified`, { verified: i % 2 === 0 }),
      admin.send("PUT", `/api/admin/users/${target.userId}/limits`, {
        messagesPerDay: 100 + i,
        reason: "A support case",
      }),
    ]).flat()
  );
  const answers = tally(await Promise.all(acts));
  expect(Object.keys(answers).filter((key) => key.startsWith("5"))).toEqual([]);
  expect(Object.entries(answers).filter(([key]) => key.startsWith("2")).length).toBeGreaterThan(0);
});

Deno.test("[ACC-65] a second factor that is set up twenty times at once makes no fault", async () => {
  const ada = await app.person();
  const answers = tally(
    await Promise.all(Array.from({ length: MANY }, () => ada.post("/api/auth/2fa/setup"))),
  );
  expect(answers).toEqual({ "200": MANY });
});
