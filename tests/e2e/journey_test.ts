import { expect } from "expect";
import type { Browser } from "playwright-core";
import { startTestApp, type TestApp } from "../support/app.ts";
import { builtPages, openBrowser, openWindow, type Window } from "../support/browser.ts";

let browser: Browser;
let app: TestApp;
const PASSWORD = "Correct-horse-7-battery";

Deno.test.beforeAll(async () => {
  browser = await openBrowser();
  app = await startTestApp({ pages: builtPages, env: { STANDIN_TOKENS_PER_SECOND: "40" } });
});
Deno.test.afterAll(async () => {
  await browser.close();
  await app.close();
});

/** Registers as a person does, and waits for the chat. */
async function register({ page }: Window): Promise<string> {
  const email = `ada-${crypto.randomUUID().slice(0, 8)}@example.org`;
  await page.goto(`${app.url}/register`);
  await page.fill("#email", email);
  await page.fill("#password", PASSWORD);
  for (const box of await page.locator("input[type=checkbox]").all()) await box.check();
  await page.locator("button[type=submit]").click();
  await page.waitForURL(/\/welcome/);
  await page.getByRole("button", { name: "Skip the tour" }).click();
  await page.waitForURL(/\/chat/);
  return email;
}

/** Types a message and sends it with Enter. */
async function send({ page }: Window, text: string): Promise<void> {
  await page.locator("textarea").fill(text);
  await page.keyboard.press("Enter");
}

/** Waits until the last answer has ended and returns its text. */
async function answer({ page }: Window): Promise<string> {
  const last = page.locator("[data-message-role=assistant], article.answer, .msg-nova").last();
  await page.waitForFunction(() => !document.querySelector("[aria-busy=true]"));
  await page.getByRole("button", { name: /answer again/i }).last().waitFor();
  return await last.innerText().catch(() => page.locator("main").innerText());
}

Deno.test("[PRD-13] register, tell a fact, ask in a new conversation: the answer uses it and shows where it came from", async () => {
  const window = await openWindow(browser);
  const { page, faults } = window;
  await register(window);
  await send(window, "My sister Maren lives in Tromsø.");
  await answer(window);
  await app.services.outbox.drain();

  await page.goto(`${app.url}/chat?new`);
  await page.getByRole("link", { name: /new conversation/i }).or(
    page.getByRole("button", { name: /new conversation/i }),
  ).first().click();
  await send(window, "Where does my sister live?");
  await answer(window);
  const text = await page.locator("main").innerText();
  expect(text).toContain("Tromsø");
  expect(text).toContain("used 1 memory");
  await page.getByRole("button", { name: /receipt/i }).or(
    page.getByRole("link", { name: /receipt/i }),
  ).last().click();
  await page.getByText(/in the prompt/).first().waitFor();
  expect(faults).toEqual([]);
  await window.context.close();
});

Deno.test("[PRD-12] a page reloaded in the middle of an answer shows the whole of it", async () => {
  const window = await openWindow(browser);
  const { page, faults } = window;
  await register(window);
  await send(window, "Write a long answer of 80 words about the sea.");
  await page.waitForURL(/\/chat\/[0-9a-f-]{36}/);
  await page.waitForFunction(() => document.querySelector("main")!.innerText.length > 250);
  await page.reload();
  await answer(window);
  const id = page.url().split("/").at(-1)!.slice(0, 36);
  const cookies = await window.context.cookies();
  const client = app.client();
  for (const { name, value } of cookies) client.cookies.set(name, value);
  const [, stored] = (await client.get(`/api/chat/sessions/${id}/messages`)).body.items;
  expect(stored.status).toBe("complete");
  const shown = await page.locator("main").innerText();
  for (const sentence of stored.content.split(/(?<=\.)\s+/).filter((s: string) => s.length > 20)) {
    expect(shown.replace(/\s+/g, " ")).toContain(sentence.replace(/\s+/g, " ").trim());
  }
  expect(faults).toEqual([]);
  await window.context.close();
});

Deno.test("[CHT-47] Escape stops an answer, and what was written stays", async () => {
  const window = await openWindow(browser);
  const { page } = window;
  await register(window);
  await send(window, "Write a long answer of 200 words about mountains.");
  await page.getByRole("button", { name: /stop/i }).waitFor();
  await page.waitForFunction(() =>
    [...document.querySelectorAll("article .prose")].some((answer) =>
      answer.textContent!.length > 20
    )
  );
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /stop/i }).waitFor({ state: "detached" });
  const id = page.url().split("/").at(-1)!.slice(0, 36);
  const client = app.client();
  for (const { name, value } of await window.context.cookies()) client.cookies.set(name, value);
  const [, stored] = (await client.get(`/api/chat/sessions/${id}/messages`)).body.items;
  expect(stored.status).toBe("stopped");
  expect(stored.content.length).toBeGreaterThan(10);
  await window.context.close();
});

Deno.test("[UI-1] registering and signing in work without script", async () => {
  const window = await openWindow(browser, { script: false });
  const email = await register(window);
  await window.context.clearCookies();
  await window.page.goto(`${app.url}/login?next=/memory`);
  await window.page.fill("#email", email);
  await window.page.fill("#password", PASSWORD);
  await window.page.locator("button[type=submit]").click();
  await window.page.waitForURL(/\/memory/);
  await window.context.close();
});

Deno.test("[API-26] signing in leads to own pages alone", async () => {
  const window = await openWindow(browser);
  const email = await register(window);
  for (
    const next of [
      "//evil.example",
      "https://evil.example",
      "/\\evil.example",
      "javascript:alert(1)",
    ]
  ) {
    await window.context.clearCookies();
    await window.page.goto(`${app.url}/login?next=${encodeURIComponent(next)}`);
    await window.page.fill("#email", email);
    await window.page.fill("#password", PASSWORD);
    await window.page.locator("button[type=submit]").click();
    await window.page.waitForURL(/\/chat/);
    expect(new URL(window.page.url()).origin).toBe(app.url);
  }
  await window.context.close();
});

Deno.test("[UI-68] no page scrolls sideways at 320 pixels, and none reports a fault", async () => {
  const window = await openWindow(browser, { width: 320, height: 640 });
  await register(window);
  for (
    const path of [
      "/",
      "/constitution",
      "/docs/api",
      "/chat",
      "/memory",
      "/usage",
      "/settings",
      "/problems/quota_exceeded",
    ]
  ) {
    await window.page.goto(app.url + path);
    const wide = await window.page.evaluate(() =>
      document.documentElement.scrollWidth - innerWidth
    );
    expect({ path, wide: wide > 0 }).toEqual({ path, wide: false });
  }
  expect(window.faults).toEqual([]);
  await window.context.close();
});
