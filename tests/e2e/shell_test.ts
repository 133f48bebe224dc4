import { expect } from "expect";
import type { Browser, Page } from "playwright-core";
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
async function signedIn(path: string, of: TestApp = app) {
  const person = await of.person("ada");
  const window = await openWindow(browser);
  await window.context.addCookies(
    [...person.cookies].map(([name, value]) => ({ name, value, url: of.url })),
  );
  await window.page.goto(of.url + path);
  return { ...window, person };
}

/** Waits until as many pages as there are hold one connection together. */
async function connected(): Promise<void> {
  // The pages of the test before may still be letting go of theirs.
  for (let i = 0; i < 100 && app.services.notices.streams() !== 1; i++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(app.services.notices.streams()).toBe(1);
}

const bell = (page: Page, name: RegExp) => page.getByRole("button", { name });

Deno.test("[API-70] what is told appears on every open page, over one connection", async () => {
  const { page, context, person, faults } = await signedIn("/memory");
  // Whatever the hour is, it is none of the quiet ones.
  await person.patch("/api/account/settings", { quietHours: false });
  await page.reload();
  const other = await context.newPage();
  await other.goto(`${app.url}/settings`);
  await connected();
  await person.post("/api/notifications/test");
  for (const one of [page, other]) await bell(one, /^Notifications, 1 unread$/).waitFor();
  await page.getByRole("status").getByText("A test notification").waitFor();

  await bell(page, /^Notifications, 1/).click();
  await page.locator("#notices").getByText("A test notification").waitFor();
  await page.getByRole("button", { name: "Mark all as read" }).click();
  // The other page hears of it as well.
  await bell(other, /^Notifications$/).waitFor();
  expect(app.services.notices.streams()).toBe(1);
  expect(faults).toEqual([]);
  await context.close();
});

Deno.test("[BIL-43] an open page learns of a new plan without being loaded again", async () => {
  const { page, context, person } = await signedIn("/memory");
  await connected();
  const { testPayments, service } = app.services.billing;
  const buyer = { userId: person.userId, email: person.email, displayName: "Ada" };
  const { url } = await service.checkout(buyer, "basic");
  const session = new URL(url).searchParams.get("session_id")!;
  const told = page.getByRole("status").getByText(/Your plan is now Basic/).waitFor();
  await testPayments!.finish(person.userId, session, "pay");
  for (let n = 0; n < 3; n++) await app.services.outbox.drain();
  expect((await person.get("/api/billing/subscription")).body.plan).toBe("basic");
  await told;
  expect(page.url()).toBe(`${app.url}/memory`);
  await context.close();
});

Deno.test("[UI-35] the tour goes on where it was left, can save and take back, and ends", async () => {
  const { page, context, person, faults } = await signedIn("/welcome");
  await page.getByText("Step 1 of 7").first().waitFor();
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("H1");
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("button", { name: "Send it" }).click();
  await page.getByText("Answer complete.").waitFor();
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Saved. It will be recalled").waitFor();
  await page.getByRole("button", { name: "Take it back" }).click();
  await page.getByText("Taken back.").waitFor();
  expect((await person.get("/api/memory")).body.items).toEqual([]);
  await page.keyboard.press("Escape");
  await page.waitForURL(/\/dashboard/);
  await page.getByRole("link", { name: "Go on" }).click();
  await page.getByText("Step 3 of 7").first().waitFor();
  for (let i = 3; i < 7; i++) await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("button", { name: "Go to the chat" }).click();
  await page.waitForURL(/\/chat/);
  expect((await person.get("/api/account/onboarding")).body.completedAt).not.toBe(null);
  expect(faults).toEqual([]);
  await context.close();
});

Deno.test("[UI-36] a tip stands next to its control once, and stays away when it was read", async () => {
  const { page, context, person } = await signedIn("/usage");
  await person.send("PUT", "/api/account/onboarding", { act: "skip" });
  await page.reload();
  const tip = page.getByRole("status", { name: "Tip" });
  await tip.waitFor();
  await tip.getByRole("button", { name: "Got it" }).click();
  await tip.waitFor({ state: "detached" });
  for (let i = 0; i < 50; i++) {
    if ((await person.get("/api/account/onboarding")).body.tips.length > 0) break;
    await page.waitForTimeout(100);
  }
  expect((await person.get("/api/account/onboarding")).body.tips).toEqual(["palette"]);
  await context.close();
});

Deno.test("[UI-49] the chat tells what matters most, and the model being away comes first", async () => {
  const unverified = await startTestApp({ pages: builtPages });
  const { page, context } = await signedIn("/chat?new", unverified);
  try {
    await page.getByText("Confirm your e-mail.").waitFor();
    await unverified.fault({ kind: "status", status: 500, times: 9 });
    await page.locator("#draft").fill("Hello");
    await page.keyboard.press("Enter");
    await page.locator(".talk-alert").getByText("The model is not answering.").waitFor();
    expect(await page.locator(".talk-alert .banner").count()).toBe(1);
  } finally {
    await context.close();
    await unverified.close();
  }
});

Deno.test("[UI-34] too many requests and unknown addresses are told on a page, with the id", async () => {
  const strict = await startTestApp({ pages: builtPages, env: { RATE_PUBLIC: "2/m" } });
  const { page, context } = await openWindow(browser);
  try {
    const lost = await page.goto(`${strict.url}/nowhere`);
    expect(lost!.status()).toBe(404);
    const id = lost!.headers()["x-correlation-id"]!;
    await page.getByText(id).waitFor();
    let refused = await page.goto(`${strict.url}/pricing`);
    for (let i = 0; i < 9 && refused!.status() === 200; i++) {
      refused = await page.goto(`${strict.url}/pricing`);
    }
    expect(refused!.status()).toBe(429);
    expect(Number(refused!.headers()["retry-after"])).toBeGreaterThan(0);
    await page.getByRole("heading", { name: "That was a little fast" }).waitFor();
    await page.getByRole("link", { name: "Try again" }).waitFor();
  } finally {
    await context.close();
    await strict.close();
  }
});

Deno.test("[UI-67] a look that was chosen on one device is there on the other at first paint", async () => {
  const { page, context, person } = await signedIn("/settings");
  await page.getByLabel("Compact").check();
  await page.getByLabel("Dark", { exact: true }).check();
  for (let i = 0; i < 50; i++) {
    if ((await person.get("/api/account/settings")).body.theme === "dark") break;
    await page.waitForTimeout(100);
  }
  const html = await (await person.fetch("/usage")).text();
  expect(html).toMatch(/<html[^>]*data-theme="dark"/);
  expect(html).toMatch(/<html[^>]*data-density="compact"/);
  await context.close();
});
