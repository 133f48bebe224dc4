import { expect } from "expect";
import { FakeClock } from "@/lib/platform/clock.ts";
import { startTestApp, type TestApp } from "./support/app.ts";
import { builtPages } from "./support/browser.ts";
import { type FakeSmtp, startSmtp } from "./support/smtp.ts";

const HOME = "https://nova.example.org";

let smtp: FakeSmtp;
let app: TestApp;
const clock = new FakeClock(new Date());
Deno.test.beforeAll(async () => {
  smtp = startSmtp();
  app = await startTestApp({
    clock,
    pages: builtPages,
    env: { SMTP_URL: smtp.url, BASE_URL: HOME, MAIL_FROM: "NovaCoreAI <nova@example.org>" },
  });
});
Deno.test.afterAll(async () => {
  await app.close();
  smtp.close();
});

const sentTo = async (email: string) => {
  await app.services.outbox.drain();
  return smtp.received.filter(({ to }) => to.includes(email));
};
const settingsOf = async (userId: string) => await app.services.accounts.settings(userId);

/** Lets somebody hear of a paid invoice, who asked for it. */
async function invoiceFor(userId: string, cause: string) {
  const { services } = app;
  await services.db.asSystem("test", (tx) =>
    services.outbox.add(tx, {
      kind: "billing.mail",
      key: `billing.mail:${cause}`,
      userId,
      payload: {
        kind: "invoice_paid",
        data: { amount: 900, currency: "usd", number: cause },
        provider: null,
      },
    }));
}

Deno.test("mails go out through the mail server in both parts, and each has a name for good", async () => {
  const ada = await app.person();
  const [mail] = await sentTo(ada.email);
  expect(mail!.headers["from"]).toBe("NovaCoreAI <nova@example.org>");
  expect(mail!.headers["message-id"]).toMatch(/^<[0-9a-f-]{36}\.[\w-]{8,128}@example\.org>$/);
  expect(mail!.headers["content-type"]).toContain("multipart/alternative");
  // Confirming an address is nothing one could do without.
  expect(Object.keys(mail!.headers).filter((name) => name.startsWith("list-"))).toEqual([]);
});

Deno.test("a mail that somebody asked for is ended by one press, by the reader's mail program too", async () => {
  const ada = await app.person();
  await ada.patch("/api/account/settings", { invoiceMails: true, usageMails: true });
  await invoiceFor(ada.userId, "N-1");
  const mail = (await sentTo(ada.email)).find(({ headers }) => headers["list-unsubscribe"])!;
  expect(mail.headers["list-unsubscribe-post"]).toBe("List-Unsubscribe=One-Click");
  const link = /^<(https:\/\/\S+)>$/.exec(mail.headers["list-unsubscribe"]!)![1]!;
  expect(link.startsWith(`${HOME}/unsubscribe?token=`)).toBe(true);
  const { pathname, search } = new URL(link);
  const path = pathname + search;
  // A scanner that opens it, or looks ahead, changes nothing.
  for (const method of ["GET", "HEAD"]) {
    const looked = await app.client().send(method, path);
    expect([looked.status, looked.headers.get("referrer-policy")]).toEqual([200, "no-referrer"]);
  }
  expect(await settingsOf(ada.userId)).toMatchObject({ invoiceMails: true });
  // As RFC 8058 has it: no cookie, no origin, no redirect.
  const press = (address: string, init: RequestInit = {}) =>
    fetch(app.url + address, {
      method: "POST",
      redirect: "manual",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: "List-Unsubscribe=One-Click",
      ...init,
    });
  const done = await press(path);
  expect(done.status).toBe(200);
  await done.body?.cancel();
  expect(await settingsOf(ada.userId)).toMatchObject({ invoiceMails: false, usageMails: true });
  // Twice is once; a mail that waited in the queue does not go out any more.
  await press(path).then((answer) => answer.body?.cancel());
  const before = (await sentTo(ada.email)).length;
  await invoiceFor(ada.userId, "N-2");
  expect(await sentTo(ada.email)).toHaveLength(before);
  // The secret is for one person and one kind.
  const token = new URL(link).searchParams.get("token")!;
  const eve = await app.person();
  await eve.patch("/api/account/settings", { invoiceMails: true, usageMails: true });
  for (
    const wrong of [
      token.replace("invoiceMails", "usageMails"),
      token.replace(ada.userId, eve.userId),
      token.replace("invoiceMails", "memory"),
      token.slice(0, -1) + (token.endsWith("A") ? "B" : "A"),
      `${token}x`,
      "",
    ]
  ) {
    const refused = await press(`/unsubscribe?token=${encodeURIComponent(wrong)}`);
    await refused.body?.cancel();
    expect([wrong, refused.status]).toEqual([wrong, 400]);
  }
  expect(await settingsOf(eve.userId)).toMatchObject({ invoiceMails: true, usageMails: true });
  expect(await settingsOf(ada.userId)).toMatchObject({ usageMails: true });
  expect(app.logs.filter((line) => line.includes(token))).toEqual([]);
});

Deno.test("the page of a mail's way out works with its button, and is no way for other sites", async () => {
  const ada = await app.person();
  await ada.patch("/api/account/settings", { usageMails: true });
  const path = await app.services.unsubscribe.path(ada.userId, "usageMails");
  const token = new URL(path, HOME).searchParams.get("token")!;
  const page = (await app.client().get(path)).text;
  expect(page).toContain("End these mails");
  const post = (headers: Record<string, string>) =>
    fetch(`${app.url}/unsubscribe`, {
      method: "POST",
      redirect: "manual",
      headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
      body: new URLSearchParams({ token }),
    });
  const foreign = await post({ origin: "https://evil.example", "sec-fetch-site": "cross-site" });
  await foreign.body?.cancel();
  expect(foreign.status).toBe(403);
  expect(await settingsOf(ada.userId)).toMatchObject({ usageMails: true });
  const own = await post({ "sec-fetch-site": "same-origin" });
  expect(own.status).toBe(200);
  expect(await own.text()).toContain("You will get no more of these mails");
  expect(await settingsOf(ada.userId)).toMatchObject({ usageMails: false });
});

Deno.test("[API-73] an address whose server wants no mail is marked, told, and gets what is needed alone", async () => {
  smtp.answer("550 No such mailbox");
  const correlation = `mail-${crypto.randomUUID()}`;
  const ada = await app.person();
  expect(await sentTo(ada.email)).toHaveLength(0);
  smtp.answer(null);
  const profile = async () => (await ada.get("/api/account/profile")).body;
  expect(await profile()).toMatchObject({ emailBounced: true, emailVerified: false });
  expect((await ada.get("/settings/profile")).text).toContain("takes no mail for it");
  // It is not tried again by itself, and mails one could do without stay away.
  clock.jumpTo(new Date(clock.now().getTime() + 3_600_000));
  expect(await sentTo(ada.email)).toHaveLength(0);
  await ada.patch("/api/account/settings", { invoiceMails: true });
  await invoiceFor(ada.userId, "N-3");
  expect(await sentTo(ada.email)).toHaveLength(0);
  const dead = await app.services.db.asSystem(
    "test",
    (tx) => tx`select kind from jobs where state = 'dead'`,
  );
  expect(dead).toHaveLength(0);
  // Asked for once more it is sent, and its link proves the address again.
  await ada.post("/api/auth/resend-verification", undefined, { "x-correlation-id": correlation });
  const [mail] = await sentTo(ada.email);
  // One id leads from the mail to the request that made it; the text part says all of it.
  expect(mail!.headers["message-id"]).toContain(correlation);
  expect(mail!.source).toContain("Content-Type: text/plain");
  expect(mail!.source).not.toMatch(/<(?:img|script|iframe|form|link)\b/);
  const words = mail!.source.replaceAll("=\n", "").replaceAll("=3D", "=");
  const token = /token=([0-9a-f]{64})/.exec(words)![1]!;
  expect((await app.client().post("/api/auth/verify-email", { token })).status).toBe(200);
  expect(await profile()).toMatchObject({ emailBounced: false, emailVerified: true });
});

Deno.test("[ACC-4] a mail server that is busy gets the mail later, and once", async () => {
  smtp.answer("451 Come again later");
  const ada = await app.person();
  expect(await sentTo(ada.email)).toHaveLength(0);
  smtp.answer(null);
  expect(await sentTo(ada.email)).toHaveLength(0);
  clock.jumpTo(new Date(clock.now().getTime() + 61_000));
  expect(await sentTo(ada.email)).toHaveLength(1);
  clock.jumpTo(new Date(clock.now().getTime() + 3_600_000));
  expect(await sentTo(ada.email)).toHaveLength(1);
});
