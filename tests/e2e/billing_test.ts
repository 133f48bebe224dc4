import { expect } from "expect";
import type { Browser } from "playwright-core";
import { startTestApp, type TestApp } from "../support/app.ts";
import { builtPages, openBrowser, openWindow, type Window } from "../support/browser.ts";

let browser: Browser;
let app: TestApp;

Deno.test.beforeAll(async () => {
  browser = await openBrowser();
  app = await startTestApp({
    pages: builtPages,
    env: { RATE_CHECKOUT: "-1", PLAN_FREE_TRIAL_MESSAGES_PER_DAY: "1" },
  });
});
Deno.test.afterAll(async () => {
  await browser.close();
  await app.close();
});

/** A window of a person whose e-mail is confirmed. */
async function personIn(options: { script?: boolean; role?: string } = {}) {
  const person = await app.person("ada");
  await app.services.db.asSystem(
    "test",
    (tx) =>
      tx`update users set email_verified_at = created_at, role = ${options.role ?? "learner"}
      where id = ${person.userId}`,
  );
  // Authentication has not looked at this session yet: it reads what was just written.
  const window = await openWindow(browser, { script: options.script ?? true });
  const [cookie] = person.cookies;
  await window.context.addCookies([{ name: cookie![0], value: cookie![1], url: app.url }]);
  return { ...window, person };
}

const press = async ({ page }: Pick<Window, "page">, name: RegExp) => {
  await page.getByRole("button", { name }).first().click();
  await page.waitForLoadState("networkidle");
};

const words = ({ page }: Pick<Window, "page">) => page.locator("main").innerText();

for (const script of [true, false]) {
  const how = script ? "" : ", without script";
  Deno.test(`[BIL-2] [UI-1] choose a plan, pay, cancel, come back, find the invoice${how}`, async () => {
    const window = await personIn({ script });
    const { page, faults } = window;
    await page.goto(`${app.url}/billing`);
    expect(await words(window)).toContain("test payments");
    await press(window, /^Choose Basic$/);
    await press(window, /^Card is declined$/);
    expect(await words(window)).toContain("declined");
    await press(window, /^Pay with extra confirmation$/);
    await press(window, /^It is me, pay$/);
    expect(new URL(page.url()).pathname).toBe("/billing/success");
    await page.getByText("Your plan Basic holds from now on").waitFor();
    await page.goto(`${app.url}/billing`);
    expect(await words(window)).toContain("The next invoice comes on");
    await press(window, /^Change to Pro now$/);
    expect(await words(window)).toContain("The change is noted");
    expect(await page.locator("#present").innerText()).toContain("Pro");
    await page.getByRole("link", { name: "Cancel plan" }).click();
    await press(window, /^Cancel plan$/);
    expect(await page.locator("#present").innerText()).toContain("is not renewed");
    await press(window, /^Keep my plan$/);
    expect(await page.locator("#present").innerText()).toContain("The next invoice comes on");
    await page.goto(`${app.url}/billing/invoices`);
    const text = await words(window);
    expect(text).toContain("$9");
    expect(text).toContain("paid");
    expect(faults).toEqual([]);
    await window.context.close();
  });
}

Deno.test("[BIL-43] [UI-95] at the limit a card says what happened with the draft kept, and after paying the same page goes on", async () => {
  const window = await personIn();
  const { page } = window;
  await window.person.say("The one message of today");
  await page.goto(`${app.url}/chat?new`);
  await page.locator("textarea").fill("One more, please");
  await page.keyboard.press("Enter");
  await page.getByText("allowance", { exact: false }).first().waitFor();
  // A banner says it too; the draft comes back with the answer to what was sent.
  for (let i = 0; i < 100 && await page.locator("textarea").inputValue() === ""; i++) {
    await page.waitForTimeout(50);
  }
  const card = await words(window);
  expect(card).toMatch(/00:00|midnight/);
  expect(await page.locator("textarea").inputValue()).toBe("One more, please");
  const { service, testPayments } = app.services.billing;
  const buyer = { userId: window.person.userId, email: window.person.email, displayName: "Ada" };
  const { url } = await service.checkout(buyer, "pro");
  const session = new URL(url).searchParams.get("session_id")!;
  await testPayments!.finish(window.person.userId, session, "pay");
  for (let n = 0; n < 3; n++) await app.services.outbox.drain();
  await page.locator("textarea").press("Enter");
  await page.getByRole("button", { name: /answer again/i }).last().waitFor();
  await window.context.close();
});

Deno.test("[BIL-16] a checkout that was left bought nothing, and success alone grants nothing", async () => {
  const window = await personIn({ script: false });
  const { page } = window;
  await page.goto(`${app.url}/billing`);
  await press(window, /^Choose Pro$/);
  await press(window, /^Leave without paying$/);
  expect(await words(window)).toContain("Nothing was charged");
  await page.goto(`${app.url}/billing/success?session_id=cs_test_made_up`);
  expect(await words(window)).toContain("being confirmed");
  await page.goto(`${app.url}/billing/success?session_id=cs_test_made_up&look=15`);
  expect(await words(window)).toContain("as soon as it arrives");
  const quota = await window.person.get("/api/usage/quota");
  expect(quota.body.effectivePlan).toBe("free_trial");
  await window.context.close();
});

Deno.test("[BIL-18] [PLN-11] an administrator finds a person, sets a limit, ends it, and compares with the provider", async () => {
  const window = await personIn({ script: false, role: "admin" });
  const { page } = window;
  const ada = await app.person("ada");
  await page.goto(`${app.url}/admin/plans`);
  await page.fill("#email", ada.email);
  await press(window, /^Show$/);
  await page.selectOption("#resource", "messages");
  await page.fill("#limit", "7");
  await page.fill("#reason", "A class of thirty");
  await press(window, /^Set limit$/);
  expect(await page.locator("#limits").innerText()).toContain("A class of thirty");
  expect((await ada.get("/api/usage/quota")).body.resources.messages.limit).toBe(7);
  await press(window, /^End now$/);
  expect((await ada.get("/api/usage/quota")).body.resources.messages.limit).toBe(1);
  await page.goto(`${app.url}/admin/reconcile`);
  await press(window, /^Compare now$/);
  expect(await words(window)).toMatch(/\d+ compared/);
  await page.goto(`${app.url}/admin/billing`);
  expect(await words(window)).toContain("checkout.session.completed");
  await window.context.close();
  const other = await personIn({ script: false });
  const answer = await other.page.goto(`${app.url}/admin/plans`);
  expect(answer!.status()).toBe(404);
  await other.context.close();
});
