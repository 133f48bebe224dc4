import axe from "axe-core";
import { expect } from "expect";
import type { Browser, Page } from "playwright-core";
import { DEFAULT_LOOK, lookCookie } from "@/lib/ui/look.ts";
import { startTestApp, type TestApp, type TestClient } from "../support/app.ts";
import { builtPages, openBrowser, openWindow } from "../support/browser.ts";

const THEMES = ["light", "dark", "contrast"] as const;
const WINDOWS = [{ width: 1280, height: 900 }, { width: 360, height: 720 }] as const;

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/** What depends on colours, and so on the theme. */
const COLOUR_RULES = ["color-contrast", "link-in-text-block"];

let browser: Browser;
let app: TestApp;
let ada: TestClient & { userId: string };
let pages: { name: string; path: string; signedIn: boolean }[];

Deno.test.beforeAll(async () => {
  browser = await openBrowser();
  app = await startTestApp({ pages: builtPages });
  ada = await app.person("ada");
  await ada.say("My sister Maren lives in Tromsø, and I am allergic to walnuts.");
  await app.services.outbox.drain();
  const asked = await ada.say("Where does my sister live?");
  const { sessionId } = asked.body.turn;
  const slot = { subject: "user", attribute: "employer" };
  const memory = (await ada.post("/api/memory", {
    text: "The user works at Aster.",
    ...slot,
    value: "Aster",
  })).body;
  await ada.post("/api/memory", { text: "The user works at Birch.", ...slot, value: "Birch" });
  await ada.say("Show me a table of three things to pack", { sessionId });
  await app.services.db.asSystem(
    "test",
    (tx) =>
      tx`update users set role = 'admin', email_verified_at = created_at where id = ${ada.userId}`,
  );
  const { testPayments, service } = app.services.billing;
  const buyer = { userId: ada.userId, email: "ada@example.org", displayName: "Ada" };
  const { url } = await service.checkout(buyer, "basic");
  const session = new URL(url).searchParams.get("session_id")!;
  await testPayments!.finish(ada.userId, session, "pay");
  for (let n = 0; n < 3; n++) await app.services.outbox.drain();
  pages = [
    { name: "landing", path: "/", signedIn: false },
    { name: "login", path: "/login", signedIn: false },
    { name: "register", path: "/register", signedIn: false },
    { name: "constitution", path: "/constitution", signedIn: false },
    { name: "help", path: "/help", signedIn: false },
    { name: "accessibility", path: "/accessibility", signedIn: false },
    { name: "not found", path: "/nowhere", signedIn: false },
    { name: "chat with answers", path: `/chat/${sessionId}`, signedIn: true },
    { name: "new chat", path: "/chat?new", signedIn: true },
    { name: "memory", path: "/memory", signedIn: true },
    ...["proposals", "not-saved", "contradictions", "timeline", "care", memory.id].map((view) => ({
      name: `memory ${view}`,
      path: `/memory/${view}`,
      signedIn: true,
    })),
    { name: "dashboard", path: "/dashboard", signedIn: true },
    { name: "notifications", path: "/notifications", signedIn: true },
    { name: "status", path: "/status", signedIn: false },
    ...["welcome", "chat", "memory", "principles", "plan", "companion", "look"].map((step) => ({
      name: `welcome ${step}`,
      path: `/welcome?step=${step}`,
      signedIn: true,
    })),
    { name: "usage", path: "/usage", signedIn: true },
    { name: "settings", path: "/settings", signedIn: true },
    { name: "profile", path: "/settings/profile", signedIn: true },
    { name: "security", path: "/settings/security", signedIn: true },
    { name: "devices", path: "/settings/devices", signedIn: true },
    { name: "keys", path: "/settings/keys", signedIn: true },
    { name: "notifications", path: "/settings/notifications", signedIn: true },
    { name: "companion", path: "/settings/companion", signedIn: true },
    { name: "privacy", path: "/settings/privacy", signedIn: true },
    { name: "data", path: "/settings/data", signedIn: true },
    { name: "history", path: "/settings/history", signedIn: true },
    { name: "step up", path: "/step-up", signedIn: true },
    { name: "forgot", path: "/forgot-password", signedIn: false },
    { name: "verify", path: "/verify-email?token=a", signedIn: false },
    { name: "unsubscribe", path: "/unsubscribe?token=a", signedIn: false },
    { name: "ledger", path: "/usage/ledger", signedIn: true },
    { name: "pricing", path: "/pricing", signedIn: false },
    { name: "terms", path: "/legal/terms", signedIn: false },
    { name: "cookies", path: "/legal/cookies", signedIn: false },
    { name: "processors", path: "/legal/processors", signedIn: false },
    { name: "new terms", path: "/accept-terms", signedIn: true },
    { name: "billing", path: "/billing?cancel", signedIn: true },
    { name: "invoices", path: "/billing/invoices", signedIn: true },
    { name: "success", path: `/billing/success?session_id=${session}`, signedIn: true },
    { name: "plans of people", path: "/admin/plans?email=nobody@example.org", signedIn: true },
    { name: "payment events", path: "/admin/billing", signedIn: true },
    { name: "comparison", path: "/admin/reconcile", signedIn: true },
  ];
});
Deno.test.afterAll(async () => {
  await browser.close();
  await app.close();
});

/** What the audit finds, in words that lead to the element. */
async function violations(page: Page, rules = RULES): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  // Through the debugger: the pages' policy forbids script that is not theirs.
  const has = await session.send("Runtime.evaluate", { expression: "typeof axe" });
  if (has.result.value === "undefined") {
    await session.send("Runtime.evaluate", { expression: axe.source });
  }
  const { result, exceptionDetails } = await session.send("Runtime.evaluate", {
    expression: `axe.run(document, {
      runOnly: ${JSON.stringify(rules)},
      resultTypes: ["violations"],
    }).then(({ passes, violations }) => JSON.stringify({
      passed: passes.map(({ id }) => id),
      violations: violations.map(({ id, nodes }) => ({
        id, nodes: nodes.map((node) => node.target.join(" ") + ": " + node.failureSummary),
      })),
    }))`,
    awaitPromise: true,
    returnByValue: true,
  });
  await session.detach();
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description);
  const found = JSON.parse(result.value) as {
    passed: string[];
    violations: { id: string; nodes: string[] }[];
  };
  // An audit that looked at nothing would find nothing either.
  const sure = [
    "color-contrast",
    ...rules === RULES ? ["document-title", "landmark-one-main"] : [],
  ];
  for (const rule of sure) expect(found.passed).toContain(rule);
  return found.violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node}`));
}

/** The cookies of a signed-in person and of a look. */
async function dress(page: Page, options: { theme: typeof THEMES[number]; signedIn: boolean }) {
  // The account's choice holds wherever somebody is signed in, the cookie's elsewhere.
  if (options.signedIn) await ada.patch("/api/account/settings", { theme: options.theme });
  const [pair] = lookCookie({ ...DEFAULT_LOOK, theme: options.theme }).split(";");
  const at = pair!.indexOf("=");
  const cookies = [
    [pair!.slice(0, at), pair!.slice(at + 1)],
    ...options.signedIn ? ada.cookies : [],
  ];
  await page.context().addCookies(
    cookies.map(([name, value]) => ({ name: name!, value: value!, url: app.url })),
  );
}

// Two groups, so that no single test keeps the others waiting.
for (const group of [0, 1]) {
  Deno.test(`[PRD-51] no page has an accessibility fault in any theme and width, group ${group + 1}`, async () => {
    const found: Record<string, string[]> = {};
    const { page, context } = await openWindow(browser);
    // Colours that are on their way from one theme to the next are neither's.
    await page.emulateMedia({ reducedMotion: "reduce" });
    for (const { name, path, signedIn } of pages.filter((_, n) => n % 2 === group)) {
      await dress(page, { theme: "light", signedIn });
      await page.goto(app.url + path);
      if (signedIn) await page.waitForLoadState("networkidle");
      const faults: string[] = [];
      // A window that grows narrow is a phone's: the layout is the style sheet's alone.
      for (const { width, height } of WINDOWS) {
        await page.setViewportSize({ width, height });
        await showTheme(page, "light");
        faults.push(...(await violations(page)).map((fault) => `${width}: ${fault}`));
        // A theme is an attribute and nothing else: only what has to do with colours is looked at anew.
        for (const theme of THEMES.slice(1)) {
          await showTheme(page, theme);
          const colours = await violations(page, COLOUR_RULES);
          faults.push(...colours.map((fault) => `${width}, ${theme}: ${fault}`));
        }
      }
      if (faults.length > 0) found[name] = faults;
    }
    await context.close();
    expect(found).toEqual({});
  });
}

const showTheme = (page: Page, theme: typeof THEMES[number]) =>
  page.evaluate((theme) => void (document.documentElement.dataset.theme = theme), theme);

for (const theme of THEMES) {
  Deno.test(`[PRD-51] pages come in the theme that was chosen: ${theme}`, async () => {
    const { page, context } = await openWindow(browser);
    for (const path of ["/login", "/settings"]) {
      await dress(page, { theme, signedIn: path === "/settings" });
      await page.goto(app.url + path);
      expect(await page.locator("html").getAttribute("data-theme")).toBe(theme);
    }
    expect(await violations(page)).toEqual([]);
    await context.close();
  });
}

Deno.test("[PRD-51] an open receipt and an open menu have no accessibility fault", async () => {
  const chat = pages.find(({ name }) => name === "chat with answers")!;
  const found: string[] = [];
  for (const theme of THEMES) {
    const { page, context } = await openWindow(browser);
    await dress(page, { theme, signedIn: true });
    await page.goto(app.url + chat.path);
    await page.getByRole("button", { name: "Receipt and why" }).first().click();
    await page.getByRole("heading", { name: /memor/i, level: 3 }).waitFor();
    found.push(...await violations(page));
    await page.getByRole("button", { name: "Conversation options" }).click();
    found.push(...await violations(page));
    await context.close();
  }
  expect(found).toEqual([]);
});

/** Presses Tab until the focus is on what is looked for; fails after a whole round. */
async function tabTo(page: Page, found: { name: RegExp } | { id: string }): Promise<void> {
  for (let n = 0; n < 80; n++) {
    await page.keyboard.press("Tab");
    const focus = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement;
      const visible = element.matches(":focus-visible");
      return {
        id: element.id,
        name: element.getAttribute("aria-label") ?? element.textContent?.trim() ?? "",
        visible,
      };
    });
    const there = "id" in found ? focus.id === found.id : found.name.test(focus.name);
    if (!there) continue;
    expect(focus.visible).toBe(true);
    return;
  }
  throw new Error(`The keyboard does not reach ${JSON.stringify(found, String)}`);
}

Deno.test("[UI-66] registering, sending, stopping and reading a receipt need no pointer", async () => {
  const paced = await startTestApp({
    pages: builtPages,
    env: { STANDIN_TOKENS_PER_SECOND: "30" },
  });
  const { page, context, faults } = await openWindow(browser);
  try {
    await page.goto(`${paced.url}/register`);
    await tabTo(page, { id: "email" });
    await page.keyboard.type("keys@example.org");
    await tabTo(page, { id: "password" });
    await page.keyboard.type("Correct-horse-7-battery");
    // The boxes and the button come after, in the order of the form.
    for (const box of await page.locator("input[type=checkbox]").all()) {
      await tabTo(page, { id: (await box.getAttribute("id"))! });
      await page.keyboard.press("Space");
    }
    await page.keyboard.press("Enter");
    // The tour comes first, and is left by its own button.
    await page.waitForURL(/\/welcome/);
    await tabTo(page, { name: /^Skip the tour$/ });
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/chat/);

    // The key is heard once the island is alive, which a busy machine takes its time for.
    const drafting = () => page.evaluate(() => document.activeElement?.id === "draft");
    for (let i = 0; i < 100 && !await drafting(); i++) {
      await page.keyboard.press("/");
      await page.waitForTimeout(100);
    }
    expect(await drafting()).toBe(true);
    await page.keyboard.type("Write a long answer of 300 words about the sea.");
    await page.keyboard.press("Enter");
    await page.getByRole("article", { name: "Nova, answering" }).locator(".prose").waitFor();
    // By its button, reached from the field, and not by Escape alone.
    await tabTo(page, { name: /^Stop answering$/ });
    await page.keyboard.press("Enter");
    await page.getByText("You stopped this answer.").waitFor();

    await tabTo(page, { name: /^Receipt and why$/ });
    await page.keyboard.press("Enter");
    const receipt = page.getByRole("dialog", { name: "Receipt and why" });
    await receipt.getByRole("heading", { level: 3 }).first().waitFor();
    await page.keyboard.press("Escape");
    await receipt.waitFor({ state: "hidden" });
    const back = await page.evaluate(() => document.activeElement?.textContent);
    expect(back).toBe("Receipt and why");
    expect(faults).toEqual([]);
  } finally {
    await context.close();
    await paced.close();
  }
});
