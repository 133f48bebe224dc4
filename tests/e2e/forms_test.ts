import { expect } from "expect";
import type { Browser } from "playwright-core";
import { startTestApp, type TestApp, type TestClient } from "../support/app.ts";
import { builtPages, openBrowser } from "../support/browser.ts";

let browser: Browser;
let app: TestApp;
let ada: TestClient;

Deno.test.beforeAll(async () => {
  browser = await openBrowser();
  app = await startTestApp({ pages: builtPages, env: { AUTO_VERIFY_EMAIL: "true" } });
  ada = await app.person("ada");
});
Deno.test.afterAll(async () => {
  await browser.close();
  await app.close();
});

const PUBLIC = ["/login", "/register", "/forgot-password", "/reset-password?token=a"];
const OWN = [
  "/chat?new",
  "/memory",
  "/memory/care",
  "/settings",
  "/settings/profile",
  "/settings/security",
  "/settings/keys",
  "/settings/notifications",
  "/settings/companion",
  "/settings/privacy",
  "/settings/data",
  "/step-up",
  "/billing",
  "/welcome?step=memory",
];
/** Widths and heights of phones and small tablets, upright; turned they are tried too. */
const SCREENS = [[320, 640], [360, 740], [390, 844], [412, 915], [768, 1024]] as const;

/** Runs in the page: what would trouble somebody who fills its forms in on a phone. */
function troubles(): string[] {
  const found: string[] = [];
  const viewport = document.querySelector<HTMLMetaElement>("meta[name=viewport]")?.content ?? "";
  if (!viewport.includes("width=device-width")) found.push("the viewport is not the device's");
  if (/user-scalable|maximum-scale/.test(viewport)) found.push("zoom is restricted");
  if (document.documentElement.scrollWidth > innerWidth) found.push("scrolls sideways");
  const shown = (element: Element) => {
    const { width, height } = element.getBoundingClientRect();
    return width > 1 && height > 1 && element.checkVisibility({ visibilityProperty: true });
  };
  const fields = document.querySelectorAll<HTMLInputElement>("input, select, textarea");
  for (const field of fields) {
    if (!shown(field) || ["checkbox", "radio", "range", "hidden", "file"].includes(field.type)) {
      continue;
    }
    const name = `${field.type} ${field.id || field.name}`;
    if (parseFloat(getComputedStyle(field).fontSize) < 16) {
      found.push(`${name}: letters under 16 px`);
    }
    if (field.labels?.length === 0 && !field.ariaLabel) found.push(`${name}: no label`);
    const person = /^(?:email|password)$/.test(field.type);
    if (person && !field.autocomplete) found.push(`${name}: no autocomplete`);
    if (/code|totp/.test(field.name) && !field.inputMode && field.type === "text") {
      found.push(`${name}: no inputmode`);
    }
    const box = field.getBoundingClientRect();
    const form = field.closest("form:not([role=search])");
    // One column: nothing to write in stands beside another such field.
    for (const other of form?.querySelectorAll("input, select, textarea") ?? []) {
      const writes = other !== field && shown(other) &&
        !/checkbox|radio/.test((other as typeof field).type);
      const { top, bottom } = other.getBoundingClientRect();
      if (innerWidth < 640 && writes && top < box.bottom && bottom > box.top) {
        found.push(`${name}: beside another field`);
      }
    }
    if (box.left < 0 || box.right > innerWidth) found.push(`${name}: not whole in sight`);
  }
  for (const button of document.querySelectorAll("form button[type=submit], form .btn-primary")) {
    if (!shown(button)) continue;
    const { height } = button.getBoundingClientRect();
    if (height < 43.5) found.push(`${button.textContent?.trim()}: ${Math.round(height)} px high`);
  }
  return found;
}

Deno.test("[UI-97] every form is fit for phones of all sizes, upright and turned", async () => {
  const context = await browser.newContext({ hasTouch: true, isMobile: true });
  const page = await context.newPage();
  const found: Record<string, string[]> = {};
  const look = async (paths: readonly string[]) => {
    for (const path of paths) {
      await page.goto(app.url + path);
      for (const [width, height] of SCREENS) {
        for (const size of [{ width, height }, { width: height, height: width }]) {
          await page.setViewportSize(size);
          const now = await page.evaluate(troubles);
          if (now.length > 0) found[`${path} at ${size.width}x${size.height}`] = now;
        }
      }
    }
  };
  await look(PUBLIC);
  await context.addCookies(
    [...ada.cookies].map(([name, value]) => ({ name, value, url: app.url })),
  );
  await look(OWN);
  expect(found).toEqual({});
  await context.close();
});

Deno.test("[UI-97] [UI-59] what is wrong in a form is in sight above the keyboard of a phone", async () => {
  // What a keyboard leaves of a small screen.
  const context = await browser.newContext({
    hasTouch: true,
    isMobile: true,
    viewport: { width: 360, height: 400 },
  });
  const page = await context.newPage();
  for (const path of ["/login", "/register"]) {
    await page.goto(app.url + path);
    await page.fill("#email", "nobody@example.org");
    await page.fill("#password", "short");
    for (const box of await page.locator("input[type=checkbox]").all()) await box.check();
    await page.locator("form button[type=submit]").last().click();
    const wrong = page.locator("[aria-invalid=true]").first();
    await wrong.waitFor();
    const seen = await wrong.evaluate((field) => {
      const told = field.getAttribute("aria-describedby")!.split(" ")
        .map((id) => document.getElementById(id)!);
      return [field, ...told].every((element) => {
        const { top, bottom } = element.getBoundingClientRect();
        return top >= 0 && bottom <= innerHeight;
      });
    });
    expect({ path, seen }).toEqual({ path, seen: true });
    expect(await wrong.evaluate((field) => field === document.activeElement)).toBe(true);
    expect(await page.inputValue("#email")).toBe("nobody@example.org");
  }
  await context.close();
});
