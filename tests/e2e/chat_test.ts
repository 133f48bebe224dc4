import { expect } from "expect";
import type { Browser, Locator, Page } from "playwright-core";
import { startTestApp, type TestApp, type TestAppOptions } from "../support/app.ts";
import { builtPages, openBrowser, openWindow, type Window } from "../support/browser.ts";
import { HOSTILE, WRAPPED } from "./hostile.ts";

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

/** A window of somebody who is signed in, on a blank conversation. */
async function signedIn(of: TestApp = app) {
  const person = await of.person("ada");
  const window = await openWindow(browser);
  await window.context.addCookies(
    [...person.cookies].map(([name, value]) => ({ name, value, url: of.url })),
  );
  await window.page.goto(`${of.url}/chat?new`);
  await hydrated(window.page);
  return { ...window, person };
}

/** Waits until the chat listens: before that a key press would be lost. */
async function hydrated(page: Page): Promise<void> {
  await page.waitForLoadState("networkidle");
}

/** Runs a test on a product of its own. */
async function withApp(options: TestAppOptions, work: (own: TestApp) => Promise<void>) {
  const own = await startTestApp({ pages: builtPages, ...options });
  try {
    await work(own);
  } finally {
    await own.close();
  }
}

const field = (page: Page) => page.locator("#draft");
const answers = (page: Page): Locator => page.getByRole("article", { name: /^Nova, \d/ });
const own = (page: Page): Locator => page.getByRole("article", { name: /^You, / });

/** Sends with the button and waits for so many stored answers. */
async function send(page: Page, text: string, count: number): Promise<void> {
  await field(page).fill(text);
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await answers(page).nth(count - 1).waitFor();
}

/** The words of the shown path without what stands around them, spaces made equal. */
const seen = async (page: Page) =>
  (await page.locator(".said-text, .prose").allInnerTexts()).join(" ").replace(/\s+/g, " ");

Deno.test("[CHT-3] an edited message becomes a branch, and the switch leads back and forth", async () => {
  const { page, context, faults } = await signedIn();
  await send(page, "Repeat exactly: alpha", 1);
  await send(page, "Repeat exactly: after alpha", 2);
  await own(page).first().getByRole("button", { name: "Edit message" }).click();
  await page.getByRole("textbox", { name: "Edit message" }).fill("Repeat exactly: beta");
  await page.getByRole("button", { name: "Send as new branch" }).click();
  await page.getByText("2 of 2").waitFor();
  expect(await answers(page).allInnerTexts()).toHaveLength(1);
  expect(await seen(page)).not.toContain("alpha");

  await page.getByRole("button", { name: "Previous variant" }).click();
  await page.getByText("1 of 2").waitFor();
  expect(await seen(page)).toContain("Repeat exactly: after alpha");
  expect(await seen(page)).not.toContain("beta");
  await page.reload();
  await page.getByText("1 of 2").waitFor();
  expect(await seen(page)).toContain("Repeat exactly: after alpha");
  await hydrated(page);
  await page.getByRole("button", { name: "Next variant" }).click();
  await page.getByText("2 of 2").waitFor();
  expect(await seen(page)).toContain("Repeat exactly: beta");
  expect(faults).toEqual([]);
  await context.close();
});

Deno.test("[CHT-3] another answer is a variant of the first", async () => {
  const { page, context } = await signedIn();
  await send(page, "Repeat exactly: once", 1);
  await page.getByRole("button", { name: "Answer again" }).click();
  await page.getByText("2 of 2").waitFor();
  expect(await own(page).count()).toBe(1);
  expect(await answers(page).count()).toBe(1);
  await context.close();
});

Deno.test("[UI-56] a refused message stays in the field, below a card that says why and until when", async () => {
  await withApp({ env: { PLAN_FREE_TRIAL_MESSAGES_PER_DAY: "1" } }, async (poor) => {
    const { page, context } = await signedIn(poor);
    await send(page, "Repeat exactly: the first", 1);
    await field(page).fill("This one is refused");
    await page.keyboard.press("Enter");
    await page.getByText("Messages today").waitFor();
    expect(await field(page).inputValue()).toBe("This one is refused");
    expect(await own(page).count()).toBe(1);
    expect(await page.getByText(/^Returns at/).isVisible()).toBe(true);
    expect(await page.getByRole("button", { name: "Try again" }).count()).toBe(0);
    await page.reload();
    await hydrated(page);
    expect(await field(page).inputValue()).toBe("This one is refused");
    await context.close();
  });
});

Deno.test("[CHT-76] while the model is away the message is kept, and trying again works once it is back", async () => {
  await withApp({}, async (away) => {
    const { page, context, person } = await signedIn(away);
    await away.fault({ kind: "status", status: 503 });
    await field(page).fill("Repeat exactly: patience");
    await page.keyboard.press("Enter");
    const again = page.getByRole("button", { name: "Try again" });
    await again.waitFor();
    expect(await seen(page)).toContain("Repeat exactly: patience");
    await away.fault({ kind: "none" });
    await again.click();
    await answers(page).filter({ hasText: "patience" }).waitFor();
    expect(await again.count()).toBe(0);
    // The question stands once in the path that is shown.
    const id = page.url().split("/").at(-1)!;
    const { items } = (await person.get(`/api/chat/sessions/${id}/messages?view=path`)).body;
    expect(items.map((m: { role: string; status: string }) => [m.role, m.status])).toEqual([
      ["user", "complete"],
      ["assistant", "complete"],
    ]);
    await context.close();
  });
});

Deno.test("[CHT-50] two tabs on one conversation show the same answer while it is written", async () => {
  await withApp({ env: { STANDIN_TOKENS_PER_SECOND: "60" } }, async (paced) => {
    const { page, context, person, faults } = await signedIn(paced);
    await field(page).fill("Write a long answer of 120 words about rivers.");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/chat\/[0-9a-f-]{36}/);
    const writing = { name: "Nova, answering" };
    await page.getByRole("article", writing).locator(".prose").waitFor();
    const second = await context.newPage();
    await second.goto(page.url());
    await second.getByRole("article", writing).locator(".prose").waitFor();
    await Promise.all([answers(page).waitFor(), answers(second).waitFor()]);
    const id = page.url().split("/").at(-1)!;
    const { items } = (await person.get(`/api/chat/sessions/${id}/messages?view=path`)).body;
    const whole = items[1].content.replace(/\s+/g, " ");
    expect(whole.split(" ")).toHaveLength(120);
    for (const tab of [page, second]) {
      expect(await seen(tab)).toContain(whole);
      expect(await own(tab).count()).toBe(1);
      expect(await answers(tab).count()).toBe(1);
    }
    expect(faults).toEqual([]);
    await context.close();
  });
});

/** Opens the whole of a conversation of so many exchanges. */
async function showAll(page: Page, count: number): Promise<void> {
  await hydrated(page);
  const earlier = page.getByRole("button", { name: "Show earlier messages" });
  for (let shown = await own(page).count(); shown < count; shown = await own(page).count()) {
    await earlier.click();
    await own(page).nth(shown).waitFor();
  }
}

/** What would tell that something of a message came alive. */
function watch({ page }: Pick<Window, "page">) {
  const alive: string[] = [];
  page.on("dialog", (dialog) => {
    alive.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("popup", () => alive.push("popup"));
  page.on("request", (request) => {
    if (!request.url().startsWith(app.url)) alive.push(`request ${request.url()}`);
  });
  return async () => {
    const marks = await page.evaluate(() => {
      const log = document.querySelector("[role=log]")!;
      const found = Object.keys(globalThis).filter((key) => key.startsWith("pwned"));
      for (const element of log.querySelectorAll("*")) {
        if (/^(script|iframe|object|embed|base|form|meta|style|link)$/i.test(element.tagName)) {
          found.push(element.tagName);
        }
        for (const { name, value } of element.attributes) {
          if (name.startsWith("on") && name !== "on") found.push(name);
          const script = /^(?:javascript|vbscript|data):/i;
          if (
            /^(?:href|src|action|formaction)$/.test(name) &&
            script.test(value.replace(/[^a-z:]/gi, ""))
          ) {
            found.push(`${name}=${value}`);
          }
        }
      }
      return found;
    });
    return [...alive, ...marks];
  };
}

Deno.test(`[CHT-14] ${HOSTILE.length + WRAPPED.length} hostile messages come out as text, in the browser and from the server`, async () => {
  expect(HOSTILE.length + WRAPPED.length).toBeGreaterThanOrEqual(100);
  const window = await signedIn();
  const { page, context, faults } = window;
  const alive = watch(window);
  for (const [n, text] of HOSTILE.entries()) await send(page, `Repeat exactly: ${text}`, n + 1);
  const check = async (texts: readonly string[]) => {
    const said = await own(page).locator(".said-text").allTextContents();
    expect(said).toEqual(texts.map((text) => `Repeat exactly: ${text}`));
    expect(await answers(page).count()).toBe(texts.length);
    for (const link of await page.getByRole("log").locator("a[href]").all()) {
      expect(await link.getAttribute("href")).toMatch(/^(?:https?:|mailto:|\/|#)/);
    }
    expect(await alive()).toEqual([]);
    expect(faults).toEqual([]);
  };
  await check(HOSTILE);
  await page.reload();
  await showAll(page, HOSTILE.length);
  await check(HOSTILE);

  let sessionId: string | undefined;
  for (const text of WRAPPED) {
    const { body } = await window.person.say(`Repeat exactly: ${text}`, {
      ...(sessionId ? { sessionId } : {}),
    });
    sessionId = body.turn.sessionId;
  }
  await page.goto(`${app.url}/chat/${sessionId}`);
  await showAll(page, WRAPPED.length);
  await check(WRAPPED);
  await context.close();
});

Deno.test("[MEM-36] what was kept of a message stands below it, and can be taken back there", async () => {
  const { page, context, person, faults } = await signedIn();
  await send(page, "My sister Maren lives in Tromsø.", 1);
  const line = own(page).getByRole("listitem").filter({ hasText: "Remembered:" });
  await line.first().waitFor();
  expect(await line.first().innerText()).toContain("Tromsø");
  while (await line.count() > 0) {
    const before = await line.count();
    await line.first().getByRole("button", { name: /^Undo/ }).click();
    await page.waitForFunction(
      (n) => document.querySelectorAll(".said li").length < n,
      before,
    );
  }
  expect((await person.get("/api/memory")).body.items).toEqual([]);
  expect(faults).toEqual([]);
  await context.close();
});

Deno.test("[MEM-35] [MEM-41] below a message stands what it replaced and what is asked, with an answer each", async () => {
  const { page, context, person, faults } = await signedIn();
  await send(page, "I live in Porto.", 1);
  await own(page).getByText("Remembered:").waitFor();
  await send(page, "Actually, I live in Lisbon now. I am allergic to walnuts.", 2);
  await page.getByText("May I remember this?").waitFor();
  await page.getByRole("button", { name: "Yes", exact: true }).click();
  await own(page).getByText(/Remembered: .*walnuts/).waitFor();
  await page.getByRole("button", { name: /^Undo: .*Porto/ }).last().click();
  await page.getByText(/^Replaced:/).waitFor({ state: "hidden" });
  const { items } = (await person.get("/api/memory")).body as { items: { text: string }[] };
  const texts = items.map(({ text }) => text).join();
  expect(texts).toContain("Porto");
  expect(texts).toContain("walnuts");
  expect(texts).not.toContain("Lisbon");
  expect(faults).toEqual([]);
  await context.close();
});

Deno.test("[MEM-36] with memory off nothing is looked up and nothing is said to be kept", async () => {
  const { page, context } = await signedIn();
  const looked: string[] = [];
  page.on("request", (request) => {
    if (/\/api\/(?:memory|chat\/messages\/[^/]+\/memory)/.test(request.url())) {
      looked.push(request.url());
    }
  });
  await page.getByRole("button", { name: "Memory on" }).click();
  await page.getByRole("button", { name: /^Memory off/ }).click();
  await page.clock.install();
  await send(page, "My brother Nils lives in Bergen.", 1);
  await page.clock.runFor(6_000);
  expect(looked).toEqual([]);
  await context.close();
});

Deno.test("[UI-42] where Enter does not send it breaks the line, and Ctrl with Enter sends", async () => {
  const { page, context, person } = await signedIn();
  const set = await person.patch("/api/account/settings", { enterSends: false });
  expect(set.status).toBe(200);
  await page.goto(`${app.url}/chat?new`);
  await hydrated(page);
  await field(page).pressSequentially("Repeat exactly: one");
  await page.keyboard.press("Enter");
  await page.keyboard.type("two");
  expect(await field(page).inputValue()).toBe("Repeat exactly: one\ntwo");
  expect(await own(page).count()).toBe(0);
  await page.keyboard.press("Control+Enter");
  await answers(page).waitFor();
  expect(await field(page).inputValue()).toBe("");
  await context.close();
});

Deno.test("[CHT-5] a deleted conversation is brought back from the notice, and later from the trash", async () => {
  const { page, person, context } = await signedIn();
  await send(page, "Plan a walk along the river", 1);
  const title = page.getByRole("heading", { level: 1 });
  const remove = async () => {
    await page.getByRole("button", { name: "Conversation options" }).click();
    await page.getByRole("button", { name: "Delete conversation" }).click();
    await page.waitForURL(/new=1/);
    await hydrated(page);
  };
  await remove();
  await page.getByRole("button", { name: "Undo" }).click();
  await page.waitForURL(/\/chat\/[0-9a-f-]{36}$/);
  expect(await title.innerText()).toBe("Plan a walk along the river");
  await hydrated(page);
  await remove();
  await page.getByRole("button", { name: "Trash" }).click();
  await page.getByRole("button", { name: /^Bring back/ }).click();
  await page.getByText("The trash is empty.").waitFor();
  expect((await person.get("/api/chat/sessions")).body.items).toHaveLength(1);
  await context.close();
});

Deno.test("[CHT-7] words of an old message are found and lead to the message", async () => {
  const { page, context } = await signedIn();
  await send(page, "My bicycle is called Zephyr", 1);
  await page.goto(`${app.url}/chat?new`);
  await hydrated(page);
  await page.getByRole("searchbox", { name: "Find in conversations" }).fill("zephyr from:me");
  const hit = page.getByRole("region", { name: "In messages" }).getByRole("link");
  expect(await hit.locator("mark").innerText()).toBe("Zephyr");
  await hit.click();
  await page.waitForURL(/\?at=/);
  const message = own(page).filter({ hasText: "Zephyr" });
  await message.and(page.locator(":focus")).waitFor();
  await context.close();
});

Deno.test("[CHT-11] a message is taken out of memory, and deleted with what is below it", async () => {
  const { page, person, context } = await signedIn();
  await send(page, "My sister Maren lives in Tromsø.", 1);
  await page.getByText("Remembered:").waitFor();
  await page.getByRole("button", { name: "More for this message" }).click();
  await page.getByRole("button", { name: "Do not remember this" }).click();
  await page.getByText("Not remembered").waitFor();
  expect((await person.get("/api/memory")).body.items).toEqual([]);
  await page.getByRole("button", { name: "More for this message" }).click();
  await page.getByRole("button", { name: "Delete message" }).click();
  const dialog = page.getByRole("dialog", { name: "Delete this message?" });
  await dialog.getByRole("button", { name: "Delete message" }).click();
  await page.getByText("What is on your mind?").waitFor();
  await context.close();
});

Deno.test("[UI-41] the palette goes where it is told by keys alone, and finds conversations", async () => {
  const { page, person, context, faults } = await signedIn();
  await person.say("My bicycle is called Zephyr");
  const open = async () => {
    await page.keyboard.press("Control+k");
    const field = page.getByRole("combobox", { name: "Go to or do" });
    await field.and(page.locator(":focus")).waitFor();
  };
  await open();
  await page.keyboard.type("dark");
  await page.keyboard.press("Enter");
  await page.locator("html[data-theme=dark]").waitFor();
  await open();
  await page.keyboard.type("zephyr");
  await page.getByRole("option", { name: /Zephyr/ }).first().waitFor();
  await page.keyboard.press("Escape");
  await open();
  await page.keyboard.type("mem");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/memory$/);
  expect(await page.locator("html").getAttribute("data-theme")).toBe("dark");
  await hydrated(page);
  await page.getByRole("button", { name: "Go to or do" }).click();
  await page.getByRole("option", { name: "Memory" }).first().waitFor();
  expect(await page.getByRole("option").first().innerText()).toContain("Memory");
  expect(faults).toEqual([]);
  await context.close();
});

Deno.test("[UI-63] the place in a conversation is found again, and keys copy the last answer and code", async () => {
  const { page, person, context, faults } = await signedIn();
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const long = "A line of code that is far too long for its box. ".repeat(6).trim();
  const { sessionId } = (await person.say(`Repeat exactly: ${"word ".repeat(600)}`)).body.turn;
  await person.say(`Repeat exactly: Look:\n\n\`\`\`\n${long}\n\`\`\``, { sessionId });
  await page.goto(`${app.url}/chat/${sessionId}`);
  await hydrated(page);
  const copied = () => page.evaluate(() => navigator.clipboard.readText());

  await page.keyboard.press("Control+Shift+C");
  await page.getByText("Copied").waitFor();
  expect(await copied()).toContain("```");
  await page.keyboard.press("Control+Shift+Semicolon");
  await page.waitForFunction(
    async (text) => (await navigator.clipboard.readText()).trim() === text,
    long,
  );

  const wrap = page.getByRole("button", { name: "Wrap", exact: true }).last();
  const overflows = () =>
    page.locator(".code pre").last().evaluate((pre) => pre.scrollWidth > pre.clientWidth);
  expect(await overflows()).toBe(true);
  await wrap.click();
  expect(await wrap.getAttribute("aria-pressed")).toBe("true");
  expect(await overflows()).toBe(false);

  const log = page.locator(".log");
  const top = () => log.evaluate((box) => Math.round(box.scrollTop));
  expect(await top()).toBeGreaterThan(300);
  await log.hover();
  await page.mouse.wheel(0, -10_000);
  await page.mouse.wheel(0, 200);
  await page.getByRole("button", { name: "Jump to latest" }).waitFor();
  await page.waitForFunction(() => document.querySelector(".log")!.scrollTop === 200);
  await page.goto(`${app.url}/memory`);
  await page.goto(`${app.url}/chat/${sessionId}`);
  await page.getByRole("button", { name: "Jump to latest" }).waitFor();
  expect(Math.abs(await top() - 200)).toBeLessThan(3);
  await page.getByRole("button", { name: "Jump to latest" }).click();
  await page.getByRole("button", { name: "Jump to latest" }).waitFor({ state: "hidden" });
  await page.reload();
  await hydrated(page);
  expect(await top()).toBeGreaterThan(300);
  expect(faults).toEqual([]);
  await context.close();
});
