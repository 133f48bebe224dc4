import { expect } from "expect";
import type { Browser } from "playwright-core";
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
