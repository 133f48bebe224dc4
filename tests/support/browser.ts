import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import type { PageHandler } from "@/lib/boot/mod.ts";

/** Only what a container needs; anything that isolates pages stays on. */
const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
/** Debian's: first the one without a window of its own, which takes a quarter less of the processor. */
const DEBIAN = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"];

/** The browser: `CHROMIUM_PATH`, the machine's own, or the one from npm. */
export async function executable(): Promise<string> {
  const set = Deno.env.get("CHROMIUM_PATH");
  if (set) return set;
  for (const path of DEBIAN) {
    if (await Deno.stat(path).then(() => true, () => false)) return path;
  }
  const { default: packed } = await import("@sparticuz/chromium");
  return await packed.executablePath();
}

/** Starts a headless Chromium. */
export async function openBrowser(): Promise<Browser> {
  return await chromium.launch({ executablePath: await executable(), args: ARGS });
}

/** A window, and everything in it that went wrong. */
export interface Window {
  page: Page;
  context: BrowserContext;
  /** Script errors, blocked content and failed requests, as they came. */
  faults: string[];
}

/** Opens a window of a size and theme. */
export async function openWindow(
  browser: Browser,
  options: { width?: number; height?: number; dark?: boolean; script?: boolean } = {},
): Promise<Window> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1280, height: options.height ?? 900 },
    colorScheme: options.dark ? "dark" : "light",
    javaScriptEnabled: options.script ?? true,
  });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(message.text());
  });
  page.on("pageerror", (error) => faults.push(error.message));
  return { page, context, faults };
}

/** The pages of the build, which the test runner makes first. */
export async function builtPages(): Promise<PageHandler> {
  const server = new URL("../../_fresh/server.js", import.meta.url).href;
  const built = await import(server) as { default: { fetch: PageHandler } };
  return built.default.fetch;
}
