import { expect } from "expect";
import { HttpError } from "fresh";
import type { Browser } from "playwright-core";
import type { PageHandler } from "@/lib/boot/mod.ts";
import { startTestApp, type TestApp } from "../support/app.ts";
import { builtPages, openBrowser, openWindow } from "../support/browser.ts";

let browser: Browser;
let app: TestApp;

Deno.test.beforeAll(async () => {
  browser = await openBrowser();
  app = await startTestApp({ pages: builtPages, env: { AUTO_VERIFY_EMAIL: "true" } });
});
Deno.test.afterAll(async () => {
  await browser.close();
  await app.close();
});

/** A window of somebody who is signed in. */
async function signedIn(path: string) {
  const person = await app.person("ada");
  const window = await openWindow(browser);
  await window.context.addCookies(
    [...person.cookies].map(([name, value]) => ({ name, value, url: app.url })),
  );
  await window.page.goto(app.url + path, { waitUntil: "networkidle" });
  return { ...window, person };
}

/** Waits until the server has noted a part that failed, and returns the lines. */
async function reports(part: string): Promise<string[]> {
  const found = () =>
    app.logs.filter((line) => line.includes("browser.failed") && line.includes(`"${part}"`));
  for (let n = 0; n < 100 && found().length === 0; n++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return found();
}

Deno.test("[UI-57] a part that fails shows its card, the rest works, the server hears of it, and it can be tried again", async () => {
  const { page, context, person } = await signedIn("/memory");
  await person.post("/api/memory", { text: "The user likes walnuts" });
  await page.reload({ waitUntil: "networkidle" });
  // An answer that no release would send, once: drawing it throws.
  let broken = true;
  await page.route("**/api/memory/search", async (route) => {
    if (!broken) return await route.continue();
    await route.fulfill({ json: { items: [{ kind: "fact" }], total: 1, degraded: false, ms: 1 } });
  });
  await page.getByRole("searchbox").fill("walnuts");
  await page.keyboard.press("Enter");
  const card = page.locator("main .card, main [role=alert]").filter({ hasText: "part" });
  const again = page.getByRole("button", { name: "Try again" });
  await again.waitFor();
  expect(await card.count()).toBeGreaterThan(0);
  const [line] = await reports("memory");
  expect(line).toContain("TypeError");
  expect(line).not.toContain("walnuts");
  // The other parts of the page live on.
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Go to or do" }).waitFor();
  await page.keyboard.press("Escape");
  expect(await page.getByRole("navigation").first().isVisible()).toBe(true);
  broken = false;
  await again.click();
  await page.getByRole("searchbox").fill("walnuts");
  await page.keyboard.press("Enter");
  await page.getByText("The user likes walnuts").first().waitFor();
  await context.close();
});

/** The pages of the build, whose services fail in the way that `?fault=` names. */
async function failingPages(): Promise<PageHandler> {
  const pages = await builtPages();
  return (request, info) => {
    const status = new URL(request.url).searchParams.get("fault");
    if (status === null) return pages(request, info);
    const services = new Proxy(info.page.services, {
      get() {
        throw status === "500" ? new Error("Cable of the inside") : new HttpError(Number(status));
      },
    });
    return pages(request, { ...info, page: { ...info.page, services } });
  };
}

const FAULT_PAGES = [
  { status: 403, path: "/pricing?fault=403", title: "You may not open this", again: false },
  { status: 404, path: "/nowhere", title: "There is nothing here", again: false },
  { status: 410, path: "/pricing?fault=410", title: "This has ended", again: false },
  { status: 429, path: "/pricing", title: "That was a little fast", again: true },
  {
    status: 500,
    path: "/pricing?fault=500",
    title: "Something went wrong on our side",
    again: true,
  },
];

for (const { status, path, title, again } of FAULT_PAGES) {
  Deno.test(`[UI-34] the page of ${status} tells what happened, the id and a way on, on a phone and a desk`, async () => {
    const own = await startTestApp({
      pages: failingPages,
      env: { RATE_PUBLIC: status === 429 ? "1/m" : "-1" },
    });
    try {
      for (const size of [{ width: 360, dark: true }, { width: 1280 }]) {
        const { page, context, faults } = await openWindow(browser, size);
        let response = await page.goto(own.url + path, { waitUntil: "networkidle" });
        for (let n = 0; n < 9 && response!.status() !== status; n++) {
          response = await page.goto(own.url + path, { waitUntil: "networkidle" });
        }
        expect(response!.status()).toBe(status);
        await page.getByRole("heading", { level: 1, name: title }).waitFor();
        const id = response!.headers()["x-correlation-id"]!;
        expect(await page.locator("main code").innerText()).toBe(id);
        const ways = await page.locator("main .row a").allInnerTexts();
        expect(ways).toContain("Go to the start page");
        expect(ways.includes("Try again")).toBe(again);
        expect(await page.locator("body").innerText()).not.toContain("Cable of the inside");
        const sideways = await page.evaluate(() =>
          document.documentElement.scrollWidth > document.documentElement.clientWidth
        );
        expect(sideways).toBe(false);
        // The browser notes the status itself; nothing else goes wrong.
        expect(faults.filter((fault) => !fault.includes(`status of ${status}`))).toEqual([]);
        // What is wrong with one page is no reason to lose the way.
        if (status !== 429) {
          await page.getByRole("link", { name: "Go to the start page" }).click();
          await page.waitForURL(`${own.url}/`);
        }
        await context.close();
      }
    } finally {
      await own.close();
    }
  });
}
