import { expect } from "expect";
import type { Browser } from "playwright-core";
import { qualityFigures } from "@/lib/memory/mod.ts";
import { startTestApp, type TestApp } from "../support/app.ts";
import { builtPages, openBrowser, openWindow } from "../support/browser.ts";

let browser: Browser;
let app: TestApp;

Deno.test.beforeAll(async () => {
  browser = await openBrowser();
  app = await startTestApp({ pages: builtPages });
});
Deno.test.afterAll(async () => {
  await browser.close();
  await app.close();
});

/** A window of somebody whose e-mail is not confirmed, unless asked for. */
async function signedIn(path: string, size: { width?: number; confirmed?: boolean } = {}) {
  const person = await app.person("ada");
  if (size.confirmed) {
    await app.services.db.asSystem(
      "test",
      (tx) => tx`update users set email_verified_at = created_at where id = ${person.userId}`,
    );
  }
  const window = await openWindow(browser, size);
  await window.context.addCookies(
    [...person.cookies].map(([name, value]) => ({ name, value, url: app.url })),
  );
  await window.page.goto(app.url + path, { waitUntil: "networkidle" });
  return { ...window, person };
}

Deno.test("[UI-49] [BIL-2] billing shows one banner at a time, and always that payments are for testing", async () => {
  const { page, context, faults } = await signedIn("/billing");
  const banners = page.locator("main .banner");
  const label = page.locator("main .chip", { hasText: "Test payments" });
  expect(await banners.allInnerTexts()).toEqual([
    expect.stringContaining("Confirm your e-mail"),
  ]);
  expect(await label.count()).toBe(1);
  await page.getByText("Plans can be bought once your address is confirmed.").waitFor();
  // What came of the person's own act answers them first.
  await page.getByRole("button", { name: "Choose Basic" }).click();
  await page.locator("main .banner-red").waitFor();
  expect(await banners.count()).toBe(1);
  expect(await label.count()).toBe(1);
  expect(faults.filter((fault) => !fault.includes("403"))).toEqual([]);
  await context.close();
});

Deno.test("[UI-49] what a settings form came to stands in the place of the account's banner", async () => {
  const { page, context } = await signedIn("/settings/profile");
  expect(await page.locator("main .banner").count()).toBe(1);
  await page.goto(`${app.url}/settings/profile?done=saved`);
  expect(await page.locator("main .banner-green").count()).toBe(1);
  expect(await page.locator("main .banner").count()).toBe(1);
  await context.close();
});

for (const [path, name] of [["/settings/devices", "device"], ["/settings/keys", "key"]] as const) {
  Deno.test(`[UI-75] the table of each ${name} stacks on a phone, with names for its cells`, async () => {
    const { page, context, person } = await signedIn("/usage", { width: 360, confirmed: true });
    const other = app.client();
    await other.post("/api/auth/login", {
      email: person.email,
      password: "Correct-horse-7-battery",
    });
    const made = await person.post("/api/account/keys", {
      name: "A key for the notes at home",
      scopes: ["memory:read", "memory:write", "usage:read"],
    });
    expect(made.status).toBe(201);
    await page.goto(app.url + path, { waitUntil: "networkidle" });
    const box = page.locator("main .scroll");
    const [wide, seen] = await box.evaluate((el) => [el.scrollWidth, el.clientWidth]);
    expect(wide).toBeLessThanOrEqual(seen!);
    // It is still a table to a screen reader.
    expect(await page.getByRole("columnheader").count()).toBe(5);
    expect(await page.getByRole("rowheader").count()).toBeGreaterThan(0);
    const named = await page.locator("main td[data-label]").first().evaluate((
      cell,
    ) => [getComputedStyle(cell, "::before").content, cell.getAttribute("data-label")]);
    expect(named[0]).toBe(`"${named[1]}"`);
    const sideways = await page.evaluate(() =>
      document.documentElement.scrollWidth > document.documentElement.clientWidth
    );
    expect(sideways).toBe(false);
    await context.close();
  });
}

for (const path of ["/dashboard", "/memory", "/settings", "/billing", "/welcome", "/chat?new"]) {
  Deno.test(`[UI-34] ${path} says that the connection is away, and stops when it is back`, async () => {
    const { page, context } = await signedIn(path);
    const told = page.getByText(/^\s*You are offline\./).filter({ visible: true });
    expect(await told.count()).toBe(0);
    await context.setOffline(true);
    await told.first().waitFor();
    // The chat has its own place for it, above the field: told once all the same.
    expect(await told.count()).toBe(1);
    await context.setOffline(false);
    await told.first().waitFor({ state: "detached" });
    await context.close();
  });
}

/** What the browser does when it takes a page out of its store for the way back. */
const comeBack = () => dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));

Deno.test("[UI-83] a page that comes back after its session ended leads to sign in and back, with the draft kept", async () => {
  const { page, context, person } = await signedIn("/chat?new");
  await page.locator("#draft").fill("Half a thought about walnuts");
  const asked = page.waitForResponse("**/api/auth/me");
  await page.evaluate(comeBack);
  expect((await asked).status()).toBe(200);
  expect(new URL(page.url()).pathname).toBe("/chat");
  // From another device: this browser hears nothing of it.
  expect((await person.post("/api/auth/logout-all")).status).toBe(204);
  await page.evaluate(comeBack);
  await page.waitForURL(/\/login/);
  expect(new URL(page.url()).searchParams.get("next")).toBe("/chat?new");
  await page.getByLabel("E-mail").fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill("Correct-horse-7-battery");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL(/\/chat\?new/);
  expect(await page.locator("#draft").inputValue()).toBe("Half a thought about walnuts");
  await context.close();
});

Deno.test("[UI-78] files of the build may be kept by the browser of somebody who is signed in, pages may not", async () => {
  const person = await app.person("ada");
  const icons = await person.fetch("/icons.svg");
  expect(icons.headers.get("etag")).toBeTruthy();
  expect(icons.headers.get("cache-control")).toBe(null);
  await icons.body?.cancel();
  const own = await person.fetch("/usage");
  expect(own.headers.get("cache-control")).toBe("no-store");
  await own.body?.cancel();
});

for (const [language, title] of [["en", "Help"], ["de", "Hilfe"]] as const) {
  Deno.test(`the help page needs no script and leads to a person, in ${language}`, async () => {
    const own = await startTestApp({
      env: { SUPPORT_EMAIL: "help@example.org" },
      pages: builtPages,
    });
    try {
      const answer = await fetch(`${own.url}/help`, { headers: { "accept-language": language } });
      const html = await answer.text();
      expect(answer.status).toBe(200);
      expect(html).toContain(`<h1>${title}</h1>`);
      expect(html).not.toContain("<script");
      expect(html).toContain("mailto:help@example.org");
      // Every way on of the page leads somewhere.
      const links = [...html.matchAll(/href="(\/[a-z/]*|#[a-z]+)"/g)].map(([, href]) => href!);
      for (const href of new Set(links)) {
        if (href.startsWith("#")) expect(html).toContain(`id="${href.slice(1)}"`);
        else {
          const there = await fetch(own.url + href, { redirect: "manual" });
          await there.body?.cancel();
          expect([href, there.status < 400]).toEqual([href, true]);
        }
      }
    } finally {
      await own.close();
    }
  });
}

Deno.test("[UI-41] help is reached from the palette, the account's menu and the foot of pages", async () => {
  const { page, context } = await signedIn("/usage");
  expect(await page.locator("footer a[href='/help']").count()).toBe(1);
  expect(await page.locator("#account a[href='/help']").count()).toBe(1);
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Go to or do" }).fill("help");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/help$/);
  await page.getByRole("heading", { level: 1, name: "Help" }).waitFor();
  await context.close();
});

Deno.test("[UI-72] the statement on accessibility names its gaps and whom to tell, and each foot leads there", async () => {
  const visitor = app.client();
  const said = await (await visitor.fetch("/accessibility")).text();
  expect(said).toContain('id="gaps"');
  expect(said).toMatch(/id="contact"[^]*(?:mailto:|Nobody is named here)/);
  expect(said).not.toContain("<script");
  for (const path of ["/", "/help", "/status"]) {
    expect(await (await visitor.fetch(path)).text()).toContain('href="/accessibility"');
  }
});

Deno.test("[MEM-98] the status page shows the latest figures of retrieval, with their day, data and weights", async () => {
  const said = await (await app.client().fetch("/status")).text();
  const { figures, data, configuration } = qualityFigures();
  expect(said).toContain(data);
  expect(said).toContain(`Weights version ${configuration.weights}`);
  expect(said).toContain(`${Math.round(figures.overall! * 100)}%`);
});
