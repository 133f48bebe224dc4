import { expect } from "expect";
import { readEvents, startTestApp, type TestApp } from "./support/app.ts";
import { builtPages } from "./support/browser.ts";
import { administrator, verifiedPerson } from "./support/people.ts";

const PASSWORD = "Correct-horse-7-battery";

let app: TestApp;
Deno.test.beforeAll(async () => {
  app = await startTestApp({ pages: builtPages });
});
Deno.test.afterAll(() => app.close());

/** The first line of what comes back for bytes that no client would send. */
async function raw(head: string): Promise<{ status: string; headers: string }> {
  const port = Number(new URL(app.url).port);
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  try {
    await connection.write(new TextEncoder().encode(`${head}Connection: close\r\n\r\n`));
    let text = "";
    try {
      for await (const chunk of connection.readable.pipeThrough(new TextDecoderStream())) {
        text += chunk;
      }
    } catch { /* it was cut after the answer */ }
    const [status = "", ...rest] = text.split("\r\n");
    return { status: status.split(" ")[1] ?? "", headers: rest.join("\n").toLowerCase() };
  } finally {
    try {
      connection.close();
    } catch { /* reading to the end closed it */ }
  }
}

Deno.test("[ACC-85] notifications stop with whatever ends the sign-in that follows them", async () => {
  const root = await administrator(app);
  await root.post("/api/auth/step-up", { password: PASSWORD });
  const ends = ["suspend", "end-sessions", "logout", "logout-all", "delete"];
  await Promise.all(ends.map(async (how) => {
    const person = await verifiedPerson(app);
    const response = await person.fetch("/api/notifications/stream");
    expect([how, response.status]).toEqual([how, 200]);
    const events = readEvents(response);
    await events.next();
    const act = how.startsWith("logout")
      ? await person.post(`/api/auth/${how}`)
      : how === "delete"
      ? await person.post("/api/account/delete", { confirm: person.email })
      : await root.post(
        `/api/admin/users/${person.userId}/${how}`,
        how === "suspend" ? { reason: "Spam" } : undefined,
      );
    expect([how, act.status < 300]).toEqual([how, true]);
    for await (const _ of events) { /* until it ends; a stream that goes on hangs here */ }
  }));
});

Deno.test("[API-23] whatever a browser says of where a request comes from, only the own pages may change something", async () => {
  const ada = await app.person();
  const cookie = [...ada.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  const change = async (headers: Record<string, string>) => {
    const response = await fetch(`${app.url}/api/account/settings`, {
      method: "PATCH",
      headers: { cookie, "content-type": "application/json", ...headers },
      body: '{"theme":"dark"}',
    });
    await response.body?.cancel();
    return response.status;
  };
  const refused: Record<string, string>[] = [
    {},
    { origin: "null" },
    { origin: "https://evil.example" },
    { origin: `${app.url}.evil.example` },
    { origin: app.url.replace("http", "https") },
    { origin: `${app.url}/` },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { "sec-fetch-site": "none" },
    { "sec-fetch-site": "SAME-ORIGIN" },
    { "sec-fetch-site": "same-origin, cross-site" },
    { referer: `${app.url}/settings` },
    { "sec-fetch-site": "cross-site", "x-http-method-override": "PATCH" },
  ];
  for (const headers of refused) {
    expect([headers, await change(headers)]).toEqual([headers, 403]);
  }
  expect(await change({ origin: app.url })).toBe(200);
  expect(await change({ "sec-fetch-site": "same-origin" })).toBe(200);
});

Deno.test("[API-24] heads of requests that no browser sends are refused, with the headers of every answer", async () => {
  const host = `Host: ${new URL(app.url).host}\r\n`;
  const get = (path = "/api/auth/me", more = host) => raw(`GET ${path} HTTP/1.1\r\n${more}`);
  const odd = await get("/api/auth/me", "Host: a b<>\r\n");
  expect(odd.status).toBe("400");
  expect(odd.headers).toContain("content-security-policy: default-src 'self'");
  expect(odd.headers).toContain('"code":"validation_failed"');
  expect((await get("/", "Host: %00\r\n")).status).toBe("400");
  const requests: [string, Promise<{ status: string }>][] = [
    [
      "400",
      raw(`POST /api/auth/login HTTP/1.1\r\n${host}Content-Length: 2\r\nContent-Length: 3\r\n`),
    ],
    [
      "400",
      raw(
        `POST /api/auth/login HTTP/1.1\r\n${host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n`,
      ),
    ],
    ["400", get("/api/auth/me", host + "X-A: 1\r\n".repeat(200))],
    ["400", get(`/api/auth/me?${"x".repeat(9_000)}`)],
    ["405", raw(`PROPFIND /api/auth/me HTTP/1.1\r\n${host}`)],
    ["405", raw(`TRACE /api/auth/me HTTP/1.1\r\n${host}`)],
  ];
  for (const [status, answer] of requests) expect((await answer).status).toBe(status);
  // One path is one route: other spellings lead nowhere, and nobody past a gate.
  const ada = await app.person();
  const spellings = [
    "/api//auth/me",
    "/API/auth/me",
    "/api/auth/me/",
    "/api/auth/me%2f",
    "//api/me",
  ];
  for (const path of spellings) {
    expect([path, (await ada.get(path)).status]).toEqual([path, 404]);
  }
  expect((await app.client().get("/api/auth/%6de")).status).toBe(401);
  expect(app.logs.filter((line) => line.includes("request.failed"))).toEqual([]);
});

Deno.test("[API-26] pages lead to paths of this site, whatever the address asks for, and never fail on it", async () => {
  const ada = await app.person();
  for (
    const next of [
      "//evil.example",
      "/%2F/evil",
      "/\\evil.example",
      "%5C%5Cevil.example",
      "/..//evil.example",
      "/.//evil.example",
      "/./\\evil.example",
      "https:evil.example",
      "/\u2028/evil",
      "/\u{1F600}",
      "/%0d%0aSet-Cookie:x=1",
      "/\r\nSet-Cookie: x=1",
    ]
  ) {
    const response = await app.client().fetch(`/login?next=${encodeURIComponent(next)}`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ email: ada.email, password: PASSWORD }),
    });
    await response.body?.cancel();
    const location = response.headers.get("location") ?? "";
    expect([next, response.status, new URL(location, app.url).origin])
      .toEqual([next, 303, app.url]);
    expect(location.startsWith("//")).toBe(false);
  }
});

Deno.test("[ACC-5] a name is something that can be seen, on one line", async () => {
  const ada = await app.person();
  const rename = async (displayName: string) =>
    (await ada.patch("/api/account/profile", { displayName })).status;
  for (
    const name of ["\u200b", "\u200f\u200f", "\u061c", "\u2060", "\u00a0", "a\u2028b", "\u0301"]
  ) expect([JSON.stringify(name), await rename(name)]).toEqual([JSON.stringify(name), 400]);
  for (const name of ["Zoë", "李", "😀", "O'Neil", "علي", "ש", "-_-"]) {
    expect([name, await rename(name)]).toEqual([name, 200]);
  }
});

Deno.test("[API-1] JSON is UTF-8, and says nothing else of itself", async () => {
  const ada = await app.person();
  const send = async (type: string) => {
    const response = await ada.fetch("/api/account/settings", {
      method: "PATCH",
      headers: { "content-type": type },
      body: '{"theme":"dark"}',
    });
    await response.body?.cancel();
    return response.status;
  };
  for (const charset of ["utf-16", "utf-16le", "iso-8859-1", '"utf-7"']) {
    expect([charset, await send(`application/json; charset=${charset}`)]).toEqual([charset, 415]);
  }
  for (const charset of ["utf-8", "UTF-8", '"utf8"']) {
    expect([charset, await send(`application/json; charset=${charset}`)]).toEqual([charset, 200]);
  }
});
