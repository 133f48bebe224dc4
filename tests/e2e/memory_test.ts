import { Buffer } from "node:buffer";
import { expect } from "expect";
import type { Browser, Page } from "playwright-core";
import { FakeClock } from "@/lib/platform/clock.ts";
import { startTestApp, type TestApp, type TestClient } from "../support/app.ts";
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

/** Opens a page of somebody's, and says what went wrong in it when it closes. */
async function visit(
  who: TestClient,
  path: string,
  work: (page: Page) => Promise<void>,
): Promise<void> {
  const { page, context, faults } = await openWindow(browser, { width: 1280 });
  await context.addCookies(
    [...who.cookies].map(([name, value]) => ({ name, value, url: app.url })),
  );
  await page.goto(app.url + path, { waitUntil: "networkidle" });
  await work(page);
  expect(faults).toEqual([]);
  await context.close();
}

async function tells(who: TestClient, text: string): Promise<void> {
  await who.say(text);
  await app.services.outbox.drain();
}

Deno.test("[MEM-35] a proposal is accepted with the keyboard and becomes a memory", async () => {
  const ada = await app.person();
  await tells(ada, "I am allergic to walnuts.");
  await visit(ada, "/memory/proposals", async (page) => {
    await page.getByRole("button", { name: "Keep it" }).focus();
    await page.keyboard.press("Enter");
    await page.getByText("Nothing waits for you").waitFor();
  });
  expect((await ada.get("/api/memory")).body.items.length).toBe(1);
});

Deno.test("[MEM-43] a contradiction is resolved with the day it changed", async () => {
  const ada = await app.person();
  const slot = { subject: "user", attribute: "employer" };
  const validFrom = "2020-01-01T00:00:00.000Z";
  const older = await ada.post("/api/memory", {
    text: "Works at Aster",
    ...slot,
    value: "Aster",
    validFrom,
  });
  await ada.post("/api/memory", { text: "Works at Birch", ...slot, value: "Birch" });
  await visit(ada, "/memory/contradictions", async (page) => {
    await page.getByRole("button", { name: "Both, one after the other" }).click();
    await page.getByLabel("When did it change?").fill("2024-05-01");
    await page.getByRole("button", { name: "Save the date" }).click();
    await page.getByText("No contradictions").waitFor();
  });
  expect((await ada.get(`/api/memory/${older.body.id}`)).body.validTo).toBe(
    "2024-05-01T00:00:00.000Z",
  );
});

Deno.test("[UI-16] one memory is edited, its step undone, locked and erased", async () => {
  const ada = await app.person();
  const { id } = (await ada.post("/api/memory", { text: "The user likes walnuts" })).body;
  await visit(ada, `/memory/${id}`, async (page) => {
    await page.getByRole("button", { name: "Edit" }).click();
    await page.getByLabel("Text of the memory").fill("The user likes hazelnuts");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("heading", { name: "The user likes hazelnuts" }).waitFor();
    await page.getByRole("button", { name: "Undo this step" }).click();
    await page.getByRole("heading", { name: "The user likes walnuts" }).waitFor();
    await page.getByRole("button", { name: "Erase now" }).click();
    await page.getByRole("button", { name: "Erase for good" }).click();
    await page.waitForURL("**/memory");
  });
  expect((await ada.get(`/api/memory/${id}`)).status).toBe(404);
});

Deno.test("[MEM-88] a file is looked at before its memories are added", async () => {
  const ada = await app.person();
  await visit(ada, "/memory/care", async (page) => {
    await page.getByLabel("File to bring in").setInputFiles({
      name: "memory.jsonl",
      mimeType: "application/json",
      buffer: Buffer.from('{"text":"The user plays the cello"}\n'),
    });
    await page.getByText("1 memory would be added").waitFor();
    expect((await ada.get("/api/memory")).body.items).toEqual([]);
    await page.getByRole("button", { name: "Add them" }).click();
    await page.getByText("1 memory was added").waitFor();
    await page.getByLabel("Ask me first, always").check();
    await page.getByLabel("Health").check();
    await page.waitForLoadState("networkidle");
  });
  expect((await ada.get("/api/memory")).body.items.length).toBe(1);
  expect((await ada.get("/api/memory/settings")).body).toMatchObject({
    automatic: "proposals",
    allowed: ["health"],
  });
});

Deno.test("[MEM-45] the slider shows what was believed on a day", async () => {
  const clock = new FakeClock("2026-03-01T09:00:00.000Z");
  const own = await startTestApp({ pages: builtPages, clock });
  try {
    const ada = await own.person();
    const { id } = (await ada.post("/api/memory", { text: "The user likes walnuts" })).body;
    clock.jumpTo("2026-03-04T09:00:00.000Z");
    await ada.patch(`/api/memory/${id}`, { text: "The user likes hazelnuts" });
    const { page, context } = await openWindow(browser, { width: 1280 });
    await context.addCookies(
      [...ada.cookies].map(([name, value]) => ({ name, value, url: own.url })),
    );
    await page.goto(`${own.url}/memory`, { waitUntil: "networkidle" });
    await page.getByText("The user likes hazelnuts").waitFor();
    await page.getByLabel("As of").focus();
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    await page.getByText("The user likes walnuts").waitFor();
    await context.close();
  } finally {
    await own.close();
  }
});
