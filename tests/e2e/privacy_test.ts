import { expect } from "expect";
import type { Browser, Page } from "playwright-core";
import type { Principal } from "@/lib/platform/http/principal.ts";
import { startTestApp, type TestApp } from "../support/app.ts";
import { builtPages, openBrowser, openWindow } from "../support/browser.ts";

let browser: Browser;
let app: TestApp;
const PASSWORD = "Correct-horse-7-battery";

Deno.test.beforeAll(async () => {
  browser = await openBrowser();
  app = await startTestApp({ pages: builtPages, env: { AUTO_VERIFY_EMAIL: "true" } });
});
Deno.test.afterAll(async () => {
  await browser.close();
  await app.close();
});

/** Signs in with the form. */
async function signIn(page: Page, email: string): Promise<void> {
  await page.goto(`${app.url}/login?next=/chat`);
  await page.fill("#email", email);
  await page.fill("#password", PASSWORD);
  await page.locator("button[type=submit]").click();
  await page.waitForURL(/\/chat/);
  await page.waitForLoadState("networkidle");
}

Deno.test("[UI-78] nothing of a journey behind the sign-in is kept by browser or worker", async () => {
  const { page, context } = await openWindow(browser);
  const { email } = await app.person("ada");
  const kept: string[] = [];
  page.on("response", (response) => {
    const { pathname } = new URL(response.url());
    // Built files carry their content's hash in their address, or are asked for anew.
    if (/^\/(?:_fresh\/|app\.css|icons\.svg|favicon\.svg)/.test(pathname)) return;
    const { "cache-control": control = "none", vary = "" } = response.headers();
    if (!/\bno-store\b/.test(control)) kept.push(`${pathname}: ${control} ${vary}`);
  });
  await signIn(page, email);
  await page.locator("#draft").fill("My sister Maren lives in Tromsø.");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Answer again" }).waitFor();
  for (const path of ["/dashboard", "/memory", "/notifications", "/usage", "/settings/data"]) {
    await page.goto(app.url + path, { waitUntil: "networkidle" });
  }
  expect(kept.filter((one) => !one.startsWith("/login:"))).toEqual([]);
  const state = await page.evaluate(async () => ({
    caches: await Promise.all((await caches.keys()).map(async (name) => {
      const all = await (await caches.open(name)).keys();
      return all.map(({ url }) => url);
    })),
    workers: (await navigator.serviceWorker.getRegistrations()).length,
  }));
  expect(state).toEqual({ caches: [], workers: 0 });
  await context.close();
});

Deno.test("[UI-84] who signs out leaves nothing for the next one at this browser", async () => {
  const { page, context } = await openWindow(browser);
  const [ada, ben] = [await app.person("ada"), await app.person("ben")];
  await signIn(page, ada.email);
  await page.locator("#draft").fill("A secret that was not sent yet");
  const stored = () =>
    page.evaluate(() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }]));
  await page.waitForFunction(() => JSON.stringify({ ...sessionStorage }).includes("secret"));
  await page.goto(`${app.url}/settings`);
  const wiped = page.waitForResponse((response) => response.url().endsWith("/settings/sign-out"));
  await page.getByRole("button", { name: "Sign out" }).last().click();
  expect(await (await wiped).headerValue("clear-site-data")).toMatch(/"cache".*"storage"/);
  await page.waitForURL(`${app.url}/`);
  expect(await stored()).not.toContain("secret");
  const cookies = (await context.cookies()).map(({ name }) => name);
  expect(cookies.filter((name) => name.includes("session"))).toEqual([]);
  await signIn(page, ben.email);
  expect(await page.locator("#draft").inputValue()).toBe("");
  expect(await stored()).not.toContain("secret");
  // An account that is suspended while its pages are open: nothing of them comes back.
  await page.locator("#draft").fill("Another secret");
  await page.waitForFunction(() => JSON.stringify({ ...sessionStorage }).includes("secret"));
  // Another account in the same tab, without a sign-out: the drafts of the former one go as well.
  const carl = await app.person("carl");
  await context.clearCookies();
  await signIn(page, carl.email);
  expect(await page.locator("#draft").inputValue()).toBe("");
  expect(await stored()).not.toContain("secret");
  await page.locator("#draft").fill("A third secret");
  await page.waitForFunction(() => JSON.stringify({ ...sessionStorage }).includes("secret"));
  const principal = { userId: ben.userId, role: "admin" } as Principal;
  const { administration } = app.services.accounts;
  await administration.suspend(principal, carl.userId, { reason: "A test" });
  await page.goto(`${app.url}/chat`);
  await page.waitForURL(/\/settings\/data/);
  expect(await stored()).not.toContain("secret");
  await context.close();
});

Deno.test("[UI-91] the language is the account's, before that the browser's, and changing it keeps the page", async () => {
  const german = app.client();
  const visit = async (path: string, language?: string) =>
    await (await german.fetch(path, language ? { headers: { "accept-language": language } } : {}))
      .text();
  expect(await visit("/login", "de-AT,de;q=0.9,en;q=0.5")).toMatch(/<html[^>]*lang="de/);
  expect(await visit("/login", "fr,en;q=0.5")).toMatch(/<html[^>]*lang="en"/);
  const { page, context } = await openWindow(browser);
  const ada = await app.person("ada");
  await context.addCookies(
    [...ada.cookies].map(([name, value]) => ({ name, value, url: app.url })),
  );
  await page.goto(`${app.url}/settings/profile`);
  await page.getByLabel("Language").selectOption({ label: "Deutsch" });
  await page.getByRole("button", { name: "Save" }).first().click();
  await page.getByRole("heading", { name: "Profil", level: 1 }).waitFor();
  expect(new URL(page.url()).pathname).toBe("/settings/profile");
  // The account's choice wins over what the browser asks for.
  const html = await (await ada.fetch("/usage", { headers: { "accept-language": "en" } })).text();
  expect(html).toMatch(/<html[^>]*lang="de/);
  await ada.post("/api/auth/request-password-reset", { email: ada.email });
  await app.services.outbox.drain();
  const mails = (await app.services.mailer.kept()).filter(({ to }) => to === ada.email);
  const mail = mails.find(({ text }) => text.includes("/reset-password"))!;
  expect(mail.text).toMatch(/Passwort/);
  await context.close();
});
