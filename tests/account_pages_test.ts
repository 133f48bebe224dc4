import { expect } from "expect";
import { codeOf, stepOf } from "@/lib/accounts/totp.ts";
import { startTestApp, type TestApp, type TestClient } from "./support/app.ts";
import { builtPages } from "./support/browser.ts";

const PASSWORD = "Correct-horse-7-battery";

let app: TestApp;
Deno.test.beforeAll(async () => {
  app = await startTestApp({ pages: builtPages });
});
Deno.test.afterAll(() => app.close());

/** Sends a form as a browser without script does; returns status, where it leads, and the page. */
async function submit(client: TestClient, path: string, fields: Record<string, string>) {
  const tokenOn = async (page: string) =>
    (await client.get(page)).text.match(/name="_token" value="([^"]+)"/)?.[1];
  const token = await tokenOn(path) ?? await tokenOn("/settings");
  const response = await client.fetch(path, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ ...fields, ...(token ? { _token: token } : {}) }),
  });
  return {
    status: response.status,
    location: response.headers.get("location"),
    headers: response.headers,
    text: await response.text(),
  };
}

async function mailLink(email: string, path: string): Promise<string> {
  await app.services.outbox.drain();
  const mails = (await app.services.mailer.kept()).filter(({ to }) => to === email);
  return mails.map(({ text }) => text.match(new RegExp(`${path}\\?token=[0-9a-f]{64}`))?.[0])
    .find((found) => found !== undefined)!;
}

Deno.test("[ACC-79] each group of settings is saved, reloaded and read back", async () => {
  const ada = await app.person();
  await app.services.accounts.administration.verifyByHost(ada.email);
  const groups: [path: string, fields: Record<string, string>, expected: RegExp][] = [
    [
      "/settings/profile",
      { act: "profile", displayName: "Ada L", handle: "", bio: "Reads", timeZone: "Europe/Oslo" },
      /value="Ada L"[\s\S]*value="Reads"[\s\S]*<option (?:selected value="Europe\/Oslo"|value="Europe\/Oslo" selected)/,
    ],
    [
      "/settings/notifications",
      { usageMails: "on", quietHours: "on", quietFrom: "21:15", quietUntil: "07:30" },
      /value="21:15"/,
    ],
    [
      "/settings/companion",
      { tone: "brief", answerLength: "short" },
      /name="answerLength"[^>]*value="short"[^>]*checked|checked[^>]*value="short"/,
    ],
    [
      "/settings/privacy",
      { memory: "on", retention: "90" },
      /name="retention"[^>]*value="90"[^>]*checked|checked[^>]*value="90"/,
    ],
  ];
  for (const [path, fields, expected] of groups) {
    const saved = await submit(ada, path, fields);
    expect([path, saved.status, saved.location]).toEqual([path, 303, `${path}?done=saved`]);
    expect((await ada.get(path)).text).toMatch(expected);
  }
  const { body } = await ada.get("/api/account/settings");
  expect(body).toMatchObject({
    tone: "brief",
    answerLength: "short",
    usageMails: true,
    notifyUsage: false,
    quietFrom: "21:15",
    memory: true,
    searchConversations: false,
    retentionDays: 90,
  });
});

Deno.test("[ACC-6] the least age is stated where one registers", async () => {
  const { text } = await app.client().get("/register");
  expect(text).toMatch(/at least 13|13 years|13 or older/);
  expect(text).not.toMatch(/type="date"|birth/i);
});

Deno.test("[ACC-15] passwords may be pasted, and managers know every field", async () => {
  const ada = await app.person();
  const fields = async (client: TestClient, path: string) => {
    const { text } = await client.get(path);
    expect([path, /onpaste|autocomplete="(?:off|false|nope)"/i.test(text)]).toEqual([path, false]);
    return [...text.matchAll(/<input\b[^>]*>/g)].map(([tag]) => tag)
      .filter((tag) => /type="(?:password|email)"|name="code"/.test(tag))
      .map((tag) => tag.match(/autocomplete="([^"]+)"/)?.[1] ?? tag);
  };
  const stranger = app.client();
  expect(await fields(stranger, "/login")).toEqual(["username", "current-password"]);
  expect(await fields(stranger, "/register")).toEqual(["username", "new-password"]);
  expect(await fields(stranger, "/forgot-password")).toEqual(["username"]);
  await stranger.post("/api/auth/request-password-reset", { email: ada.email });
  const link = await mailLink(ada.email, "/reset-password");
  expect(await fields(stranger, link)).toEqual(["new-password"]);
  expect(await fields(ada, "/settings/security")).toEqual(["current-password", "new-password"]);
});

Deno.test("[ACC-55] pages of secret links tell nobody where they were opened, load nothing from afar, and leave no trace", async () => {
  const ada = await app.person();
  await app.client().post("/api/auth/request-password-reset", { email: ada.email });
  const links = [
    await mailLink(ada.email, "/verify-email"),
    await mailLink(ada.email, "/reset-password"),
    `/undo-email?token=${"a1".repeat(32)}`,
    `/end-device?token=${"b2".repeat(32)}`,
  ];
  for (const link of links) {
    const page = await app.client().get(link);
    expect([link, page.status, page.headers.get("referrer-policy")])
      .toEqual([link, 200, "no-referrer"]);
    const loaded = [
      ...page.text.matchAll(/<(?:script|img|link|iframe|source)\b[^>]*(?:src|href)="([^"]+)"/g),
    ]
      .map(([, address]) => address!);
    expect(loaded.filter((address) => !address.startsWith("/") || address.startsWith("//")))
      .toEqual([]);
    const token = link.split("token=")[1]!;
    expect(app.logs.filter((line) => line.includes(token))).toEqual([]);
  }
});

Deno.test("[ACC-51] opening the link of a mail changes nothing; its button does", async () => {
  const ada = await app.person();
  const path = await mailLink(ada.email, "/verify-email");
  for (let i = 0; i < 3; i++) {
    const opened = await app.client().get(path);
    expect(opened.status).toBe(200);
    expect(opened.headers.get("referrer-policy")).toBe("no-referrer");
  }
  expect((await ada.get("/api/auth/me")).body.user.emailVerified).toBe(false);
  const token = path.split("=")[1]!;
  const done = await submit(app.client(), "/verify-email", { token });
  expect(done.text).toContain("Your e-mail is confirmed");
  expect((await ada.get("/api/auth/me")).body.user.emailVerified).toBe(true);
  expect((await submit(app.client(), "/verify-email", { token: "f".repeat(64) })).status).toBe(400);
});

Deno.test("[ACC-54] the banner shows until the e-mail is confirmed, or is hidden for the session", async () => {
  const ada = await app.person();
  expect((await ada.get("/settings")).text).toContain("Confirm your e-mail.");
  const resent = await submit(ada, "/settings/confirm", { act: "resend", next: "/settings" });
  expect(resent.location).toBe("/settings?resent=1");
  await submit(ada, "/settings/confirm", { act: "hide", next: "/settings" });
  expect((await ada.get("/settings")).text).not.toContain("Confirm your e-mail.");
  const away = await submit(ada, "/settings/confirm", { act: "hide", next: "//evil.example" });
  expect(away.location).toBe("/chat");
});

Deno.test("[ACC-61] a forgotten password is replaced by way of a mail", async () => {
  const ada = await app.person();
  const asked = await submit(app.client(), "/forgot-password", { email: ada.email });
  expect(asked.status).toBe(202);
  const path = await mailLink(ada.email, "/reset-password");
  expect((await app.client().get(path)).text).toContain("Every device is signed out");
  const token = path.split("=")[1]!;
  const weak = await submit(app.client(), "/reset-password", { token, password: "password1" });
  expect([weak.status, weak.text.includes("tried first")]).toEqual([400, true]);
  const done = await submit(app.client(), "/reset-password", { token, password: "New-horse-9-b" });
  expect(done.text).toContain("The new password is set");
  expect((await app.client().get(path)).text).toContain("This link does not work any more");
});

Deno.test("[ACC-68] two-step sign-in is set up and used in pages alone", async () => {
  const ada = await app.person();
  const begun = await submit(ada, "/settings/security", { act: "setup" });
  expect(begun.text).toContain('<svg class="qr"');
  const shown = begun.text.match(/<code class="break">([A-Z2-7 ]+)<\/code>/)![1]!;
  const bits = [...shown.replaceAll(" ", "")].map((char) =>
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(char).toString(2).padStart(5, "0")
  ).join("");
  const secret = Uint8Array.from(bits.match(/.{8}/g)!, (byte) => parseInt(byte, 2));
  const now = stepOf(new Date());
  const on = await submit(ada, "/settings/security", { act: "enable", code: codeOf(secret, now) });
  expect(on.text.match(/<code>[2-9A-Z]{4} [2-9A-Z]{4}<\/code>/g)).toHaveLength(10);
  const browser = app.client();
  const first = await submit(browser, "/login?next=/usage", {
    email: ada.email,
    password: PASSWORD,
  });
  expect(first.location).toMatch(/^\/2fa\?challenge=/);
  const code = codeOf(secret, now + 1);
  const done = await submit(browser, first.location!, { code });
  expect(done.location).toBe("/usage");
  expect((await browser.get("/settings/security")).text).toContain("10 of 10 backup codes");
});

Deno.test("[ACC-84] where a fresh proof is needed, the page leads to it and back", async () => {
  const ada = await app.person();
  await app.services.db.asSystem(
    "test",
    (tx) =>
      tx`update web_sessions set proved_at = proved_at - interval '1 hour'
      where user_id = ${ada.userId}`,
  );
  const away = await submit(ada, "/settings/data", { act: "export" });
  expect(away.location).toBe("/step-up?next=%2Fsettings%2Fdata");
  const wrong = await submit(ada, away.location!, { password: "wrong" });
  expect(wrong.status).toBe(401);
  const back = await submit(ada, away.location!, { password: PASSWORD });
  expect(back.location).toBe("/settings/data");
  expect((await submit(ada, "/settings/data", { act: "export" })).location)
    .toBe("/settings/data?done=exportAsked");
});

Deno.test("[ACC-86] a suspended person sees why, may export, and nothing else", async () => {
  const root = await app.person("root");
  await app.services.accounts.setAdmin(root.email, true);
  const ada = await app.person();
  await root.post(`/api/admin/users/${ada.userId}/suspend`, { reason: "Spam", days: 3 });
  const chat = await ada.fetch("/chat");
  await chat.body?.cancel();
  expect([chat.status, chat.headers.get("location")]).toEqual([303, "/settings/data"]);
  const shown = (await ada.get("/settings/data")).text;
  expect(shown).toContain("This account is suspended");
  expect(shown).toContain("Spam");
});

Deno.test("[API-23] forms from another site are refused, on every page of the account", async () => {
  const ada = await app.person();
  for (const path of ["/settings/security", "/settings/data", "/settings/devices", "/step-up"]) {
    const response = await fetch(app.url + path, {
      method: "POST",
      redirect: "manual",
      headers: {
        "cookie": [...ada.cookies].map(([n, v]) => `${n}=${v}`).join("; "),
        "sec-fetch-site": "cross-site",
        "content-type": "application/x-www-form-urlencoded",
      },
      body: "act=delete",
    });
    await response.body?.cancel();
    expect([path, response.status]).toEqual([path, 403]);
  }
});

Deno.test("[ACC-83] access given to support is shown and can be ended", async () => {
  const ada = await app.person();
  const id = crypto.randomUUID();
  await ada.post(`/api/account/grants/${id}`, {
    scope: "memories",
    reason: "A question",
    hours: 5,
  });
  expect((await ada.get("/settings/privacy")).text).toContain("memories until");
  const before = (await ada.get("/api/account/settings")).body;
  await submit(ada, "/settings/privacy", { endGrant: id });
  expect((await ada.get("/settings/privacy")).text).not.toContain("memories until");
  expect((await ada.get("/api/account/settings")).body).toEqual(before);
});

Deno.test("[API-23] a form counts in the session it was shown in alone, and is no larger than a form", async () => {
  const [ada, eve] = [await app.person(), await app.person("eve")];
  const token = async (client: TestClient) =>
    (await client.get("/settings/profile")).text.match(/name="_token" value="([^"]+)"/)![1]!;
  const fields = { act: "profile", displayName: "Changed", handle: "", bio: "", timeZone: "UTC" };
  const send = async (body: BodyInit, headers: Record<string, string> = {}) => {
    const response = await ada.fetch("/settings/profile", { method: "POST", body, headers });
    await response.body?.cancel();
    return response.status;
  };
  const [mine, hers] = [await token(ada), await token(eve)];
  expect(mine).not.toBe(hers);
  for (const bad of ["", hers, mine.slice(1), `${mine}x`]) {
    expect(await send(new URLSearchParams({ ...fields, _token: bad }))).toBe(403);
  }
  expect(await send(new URLSearchParams(fields))).toBe(403);
  // Types that a form of another site can send without asking, and none at all.
  for (const type of ["text/plain", "application/json", "application/csp-report", ""]) {
    expect([type, await send(`_token=${mine}&act=profile`, { "content-type": type })])
      .toEqual([type, 415]);
  }
  expect((await ada.get("/api/account/profile")).body.displayName).not.toBe("Changed");
  const huge = new URLSearchParams({ ...fields, _token: mine, bio: "x".repeat(1024 * 1024) });
  expect(await send(huge)).toBe(413);
  const broken = { "content-type": "multipart/form-data; boundary=nothing" };
  expect(await send("no parts", broken)).toBe(400);
  expect(await send(new URLSearchParams({ ...fields, _token: mine }))).toBe(303);
  const parts = new FormData();
  for (const [name, value] of Object.entries({ ...fields, _token: mine })) parts.set(name, value);
  expect(await send(parts)).toBe(303);
  expect((await ada.get("/api/account/profile")).body.displayName).toBe("Changed");
});

Deno.test("[ACC-84] what operators change by forms asks for a fresh proof, and leads back", async () => {
  const ada = await app.person("operator");
  await app.services.accounts.setAdmin(ada.email, true);
  await ada.get("/api/auth/me"); // a change of role brings a new session value
  await app.services.db.asSystem(
    "test",
    (tx) => tx`update web_sessions set proved_at = ${new Date(0)} where user_id = ${ada.userId}`,
  );
  const forms: [string, Record<string, string>][] = [
    ["/admin/plans", { email: ada.email, userId: ada.userId, resource: "messages", reason: "x" }],
    ["/admin/plans", { email: ada.email, end: crypto.randomUUID() }],
    ["/admin/plans", { email: ada.email, subscription: "sub_1", test: "renew" }],
    ["/admin/billing", { event: "evt_1" }],
    ["/admin/reconcile", {}],
  ];
  for (const [path, fields] of forms) {
    const answer = await submit(ada, path, fields);
    expect([path, answer.status, answer.location])
      .toEqual([path, 303, `/step-up?next=${encodeURIComponent(path)}`]);
  }
  const back = await submit(ada, "/step-up?next=%2Fadmin%2Fplans", { password: PASSWORD });
  expect(back.location).toBe("/admin/plans");
  const set = await submit(ada, "/admin/plans", { ...forms[0]![1], limit: "7" });
  expect(set.location).toContain("done=saved");
  // Both the operators' log and the person's own history know of it.
  const history = (await ada.get("/api/account/security-log")).body.items;
  expect(history.map(({ event }: { event: string }) => event)).toContain("limit_set");
});

Deno.test("[RD-13] forms that name what belongs to somebody else change nothing of it", async () => {
  const [ada, eve] = [await app.person(), await app.person("eve")];
  for (const { email } of [ada, eve]) {
    await app.services.accounts.administration.verifyByHost(email);
  }
  const { body: key } = await ada.post("/api/account/keys", {
    name: "Mine",
    scopes: ["usage:read"],
    expiresInDays: 30,
  });
  const device = (await ada.get("/api/account/devices")).body.items[0].id;
  const grant = crypto.randomUUID();
  await ada.post(`/api/account/grants/${grant}`, { scope: "all", reason: "Help", hours: 1 });
  const { body: checkout } = await ada.post("/api/billing/checkout", { plan: "pro" });
  const session = new URL(checkout.url).searchParams.get("session_id")!;
  const forms: [string, Record<string, string>][] = [
    ["/settings/keys", { act: "end", key: key.id, id: key.id, endKey: key.id }],
    ["/settings/keys", { act: "rotate", key: key.id, id: key.id, rotate: key.id }],
    ["/settings/devices", { act: "end", device, id: device, end: device }],
    ["/settings/privacy", { endGrant: grant }],
    [`/billing/test-checkout?session_id=${session}`, { outcome: "pay" }],
  ];
  for (const [path, fields] of forms) await submit(eve, path, fields);
  await app.services.outbox.drain();
  expect((await ada.get("/api/account/keys")).body.items).toMatchObject([
    { id: key.id, prefix: key.prefix, state: "active" },
  ]);
  expect((await ada.get("/api/auth/me")).status).toBe(200);
  expect((await ada.get("/api/account/grants")).body.items).toHaveLength(1);
  for (const person of [ada, eve]) {
    expect((await person.get("/api/billing/subscription")).body.status).toBe("none");
  }
});
