import { expect } from "expect";
import { codeOf, stepOf } from "@/lib/accounts/totp.ts";
import { FakeClock } from "@/lib/platform/clock.ts";
import { startTestApp, type TestApp, type TestClient } from "./support/app.ts";
import { builtPages } from "./support/browser.ts";
import { secretBytes, verifiedPerson } from "./support/people.ts";

const PASSWORD = "Correct-horse-7-battery";
const NEXT = "Another-horse-8-battery";

let app: TestApp;
const clock = new FakeClock(new Date());
Deno.test.beforeAll(async () => {
  app = await startTestApp({ clock, pages: builtPages });
});
Deno.test.afterAll(() => app.close());

type Fields = Record<string, string>;
const ENTITIES: Fields = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };
const plain = (text: string) => text.replace(/&([a-z0-9#]+);/g, (_, name) => ENTITIES[name]!);

/** What the first form of a page with a control of that name would send as it stands. */
function formOf(html: string, control: string): Fields {
  const forms = [...html.matchAll(/<form\b[\s\S]*?<\/form>/g)].map(([form]) => form);
  const form = forms.find((one) => one.includes(`name="${control}"`)) ?? "";
  const attribute = (tag: string, name: string) =>
    plain(new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1] ?? "");
  const fields: Fields = {};
  for (const [tag] of form.matchAll(/<input\b(?:"[^"]*"|[^>"])*>/g)) {
    const [name, type] = [attribute(tag, "name"), attribute(tag, "type")];
    const box = type === "checkbox" || type === "radio";
    if (!name || name === "_token" || (box && !/\bchecked\b/.test(tag))) continue;
    fields[name] = box ? attribute(tag, "value") || "on" : attribute(tag, "value");
  }
  for (const [select] of form.matchAll(/<select\b[\s\S]*?<\/select>/g)) {
    const chosen = [...select.matchAll(/<option\b[^>]*>/g)]
      .find(([tag]) => /\bselected\b/.test(tag));
    if (chosen) fields[attribute(select, "name")] = attribute(chosen[0], "value");
  }
  return fields;
}

/** Every control of a form, set or not. */
function controlsOf(html: string, control: string): string[] {
  const forms = [...html.matchAll(/<form\b[\s\S]*?<\/form>/g)].map(([form]) => form);
  const form = forms.find((one) => one.includes(`name="${control}"`)) ?? "";
  const names = [
    ...form.matchAll(/<(?:input|select|textarea)\b(?:"[^"]*"|[^>"])*?\bname="([^"]+)"/g),
  ];
  return [...new Set(names.map(([, name]) => name!))].filter((name) => name !== "_token").sort();
}

/** Sends a form as a browser without script does. */
async function submit(client: TestClient, path: string, fields: Fields | URLSearchParams) {
  const shown = (await client.get(path.split("?")[0]!)).text;
  const token = /name="_token" value="([^"]+)"/.exec(shown)![1]!;
  const body = new URLSearchParams(fields);
  body.set("_token", token);
  const response = await client.fetch(path, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body,
  });
  return {
    status: response.status,
    location: response.headers.get("location"),
    text: await response.text(),
  };
}

async function otherDevice(person: { email: string }, password = PASSWORD) {
  const client = app.client();
  const answer = await client.post("/api/auth/login", { email: person.email, password });
  return { client, answer };
}

/** The groups that are forms: path, a control that names the form, and two ways to fill it. */
const FORMS: [path: string, control: string, one: Fields, two: Fields][] = [
  [
    "/settings",
    "theme",
    {
      theme: "dark",
      size: "large",
      motion: "reduced",
      spacing: "wide",
      density: "compact",
      links: "underlined",
      announce: "end",
      enter: "break",
    },
    {
      theme: "contrast",
      size: "small",
      motion: "system",
      spacing: "normal",
      density: "comfortable",
      links: "plain",
      announce: "off",
      enter: "send",
    },
  ],
  [
    "/settings/profile",
    "displayName",
    {
      act: "profile",
      displayName: 'Ada "the first" <L>',
      handle: "ada-l",
      bio: "Reads & writes.",
      locale: "de",
      timeZone: "Europe/Oslo",
    },
    { act: "profile", displayName: "Ada", handle: "", bio: "", locale: "en", timeZone: "UTC" },
  ],
  [
    "/settings/notifications",
    "quietFrom",
    { usageMails: "on", invoiceMails: "on", quietFrom: "21:15", quietUntil: "07:30" },
    {
      notifyUsage: "on",
      notifySound: "on",
      quietHours: "on",
      quietFrom: "22:00",
      quietUntil: "08:00",
    },
  ],
  [
    "/settings/companion",
    "tone",
    { tone: "brief", answerLength: "short" },
    { tone: "plain", answerLength: "long" },
  ],
  [
    "/settings/privacy",
    "retention",
    { searchConversations: "on", retention: "90" },
    { memory: "on", retention: "none" },
  ],
];

Deno.test("[ACC-78] every field of every group is saved, and read back after a reload, here and on another device", async () => {
  const ada = await verifiedPerson(app);
  const { client: phone } = await otherDevice(ada);
  for (const [path, control, one, two] of FORMS) {
    const page = (await ada.get(path)).text;
    // A field that is new on a page has to be named here.
    expect([path, controlsOf(page, control)])
      .toEqual([path, [...new Set([...Object.keys(one), ...Object.keys(two)])].sort()]);
    for (const fields of [one, two, one]) {
      const saved = await submit(ada, path, fields);
      expect([path, saved.status]).toEqual([path, 303]);
      for (const device of [ada, phone]) {
        expect([path, formOf((await device.get(path)).text, control)]).toEqual([path, fields]);
      }
    }
  }
  // What was saved takes effect without signing in anew: look, language, name.
  const page = (await phone.get("/settings")).text;
  expect(page).toMatch(/<html\b[^>]*\blang="de"[^>]*/);
  expect(page).toMatch(/<html\b[^>]*\bdata-theme="dark"/);
  expect(page).toContain("Ada &quot;the first&quot; &lt;L>");
});

Deno.test("[ACC-78] the whole of the settings is saved and read back member by member, and nothing else", async () => {
  const ada = await verifiedPerson(app);
  const { client: phone } = await otherDevice(ada);
  const before = (await ada.get("/api/account/settings")).body;
  const other: Record<string, unknown> = {
    theme: "light",
    size: "largest",
    motion: "reduced",
    spacing: "wide",
    density: "compact",
    links: "underlined",
    announce: "end",
    tone: "plain",
    answerLength: "long",
    quietFrom: "20:00",
    quietUntil: "06:00",
    retentionDays: 365,
  };
  for (const [name, value] of Object.entries(before)) {
    const wanted = typeof value === "boolean" ? !value : other[name];
    expect([name, wanted === undefined]).toEqual([name, false]);
    const { status, body } = await ada.patch("/api/account/settings", { [name]: wanted });
    expect([name, status, body[name]]).toEqual([name, 200, wanted]);
    const read = (await phone.get("/api/account/settings")).body;
    expect([name, read[name]]).toEqual([name, wanted]);
    for (const wrong of [[], {}, "no such thing", -1]) {
      const refused = await ada.patch("/api/account/settings", { [name]: wrong });
      expect([name, wrong, refused.status]).toEqual([name, wrong, 400]);
    }
  }
  const after = (await phone.get("/api/account/settings")).body;
  expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort());
  // Whose safety it concerns is told whatever the settings say.
  await ada.patch("/api/account/settings", { notifyMail: false, notifyInApp: false });
  await ada.post("/api/auth/change-password", { current: PASSWORD, next: NEXT });
  await app.services.outbox.drain();
  const subjects = (await app.services.mailer.kept()).filter(({ to }) => to === ada.email)
    .map(({ subject }) => subject);
  expect(subjects).toContain("Your password was changed");
});

Deno.test("[ACC-78] password, second step, devices and keys are changed on their pages and stay changed", async () => {
  const ada = await verifiedPerson(app);
  const changed = await submit(ada, "/settings/security", {
    act: "password",
    current: PASSWORD,
    next: NEXT,
  });
  expect(changed.location).toBe("/settings/security?done=passwordChanged");
  expect((await otherDevice(ada)).answer.status).toBe(401);
  const begun = await submit(ada, "/settings/security", { act: "setup" });
  const secret = /[A-Z2-7]{32}/.exec(begun.text.replace(/(?<=[A-Z2-7]{4}) (?=[A-Z2-7]{4})/g, ""))!;
  const code = codeOf(secretBytes(secret[0]), stepOf(clock.now()));
  expect((await submit(ada, "/settings/security", { act: "enable", code })).status).toBe(200);
  expect((await ada.get("/settings/security")).text).toContain("10 of 10 backup codes");
  expect((await otherDevice(ada, NEXT)).answer.body.twoFactorRequired).toBe(true);
  expect((await submit(ada, "/settings/security", { act: "disable" })).status).toBe(303);
  expect((await ada.get("/settings/security")).text).toContain('value="setup"');

  const { client: phone } = await otherDevice(ada, NEXT);
  const rows = (text: string) => [...text.matchAll(/name="id" value="([^"]+)"/g)];
  const [other] = rows((await ada.get("/settings/devices")).text);
  expect((await submit(ada, "/settings/devices", { id: other![1]! })).status).toBe(303);
  expect(rows((await ada.get("/settings/devices")).text)).toHaveLength(0);
  expect((await phone.get("/api/auth/me")).status).toBe(401);

  const made = await submit(
    ada,
    "/settings/keys",
    new URLSearchParams([
      ["act", "make"],
      ["name", "My script"],
      ["scopes", "models:read"],
      ["scopes", "usage:read"],
      ["expiresInDays", "30"],
      ["dailyTokens", "5000"],
      ["origins", "127.0.0.0/8, 203.0.113.7"],
    ]),
  );
  const whole = /nova_sk_[a-z0-9]{8}_[A-Za-z0-9_-]{43}/.exec(made.text)![0];
  const page = (await ada.get("/settings/keys")).text;
  expect([page.includes("My script"), page.includes(whole)]).toEqual([true, false]);
  const [key] = (await ada.get("/api/account/keys")).body.items;
  expect(key).toMatchObject({
    name: "My script",
    scopes: ["models:read", "usage:read"],
    dailyTokens: 5000,
    origins: ["127.0.0.0/8", "203.0.113.7"],
    state: "active",
  });
  const call = () => app.client().get("/api/models", { authorization: `Bearer ${whole}` });
  expect((await call()).status).toBe(200);
  expect((await submit(ada, "/settings/keys", { act: `end ${key.id}` })).status).toBe(303);
  expect((await ada.get("/settings/keys")).text).not.toContain("My script");
  expect((await call()).status).toBe(401);
});

Deno.test("[ACC-78] plan, memory, data and the tour have their place, and keep what was chosen there", async () => {
  const ada = await verifiedPerson(app);
  expect((await ada.get("/billing")).text).toContain("Free trial");
  expect((await ada.get("/billing/invoices")).status).toBe(200);

  const { client: phone } = await otherDevice(ada);
  for (const automatic of ["proposals", "off", "on"]) {
    const change = { automatic, allowed: automatic === "on" ? [] : ["health"] };
    expect((await ada.patch("/api/memory/settings", change)).status).toBe(200);
    expect((await phone.get("/api/memory/settings")).body).toMatchObject(change);
  }
  await ada.patch("/api/memory/settings", { pause: "hour" });
  expect((await phone.get("/api/memory/settings")).body.pausedUntil).not.toBeNull();
  await ada.patch("/api/memory/settings", { pause: null });
  expect((await phone.get("/api/memory/settings")).body.pausedUntil).toBeNull();

  const asked = await submit(ada, "/settings/data", { act: "export" });
  expect(asked.location).toBe("/settings/data?done=exportAsked");
  await app.services.outbox.drain();
  expect((await ada.get("/settings/data")).text).toContain("/settings/data?fetch=");
  const wrong = await submit(ada, "/settings/data", {
    act: "delete",
    confirm: "somebody@else.org",
  });
  expect(wrong.status).toBe(400);
  const gone = await submit(ada, "/settings/data", { act: "delete", confirm: ada.email });
  expect([gone.status, ada.cookies.has("nova_session")]).toEqual([303, false]);
  await ada.post("/api/auth/login", { email: ada.email, password: PASSWORD });
  expect((await submit(ada, "/settings/data", { act: "restore" })).status).toBe(303);
  expect((await ada.get("/api/account/profile")).status).toBe(200);

  const tour = async () => (await ada.get("/api/account/onboarding")).body;
  await ada.send("PUT", "/api/account/onboarding", { act: "start" });
  await ada.send("PUT", "/api/account/onboarding", { act: "skip" });
  expect((await tour()).skippedAt).not.toBeNull();
  expect((await ada.get("/settings")).text).toContain('action="/welcome"');
  const restarted = await submit(ada, "/welcome", { act: "restart" });
  expect(restarted.status).toBe(303);
  expect((await tour()).skippedAt).toBeNull();
});
