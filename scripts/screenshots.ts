/**
 * Takes pictures of every page in three themes at four widths:
 *
 *   deno run -A scripts/screenshots.ts FOLDER [--quick]
 *
 * `--quick` takes light on a desk and dark on a phone alone.
 */
import { DEFAULT_LOOK, lookCookie } from "@/lib/ui/look.ts";
import type { Theme } from "@/lib/ui/tokens.ts";
import { startTestApp } from "@/tests/support/app.ts";
import { builtPages, openBrowser, openWindow } from "@/tests/support/browser.ts";

const folder = Deno.args.find((arg) => !arg.startsWith("--")) ?? "screenshots";
const quick = Deno.args.includes("--quick");
await Deno.mkdir(folder, { recursive: true });
const app = await startTestApp({
  pages: builtPages,
  env: { APP_ENV: "test", STANDIN_TOKENS_PER_SECOND: "0", ...trialPlan() },
});

/** The plan of a newcomer, so that the figures in the pictures are true ones. */
function trialPlan(): Record<string, string> {
  return {
    PLAN_FREE_TRIAL_TOKENS_PER_DAY: "10000",
    PLAN_FREE_TRIAL_MESSAGES_PER_DAY: "100",
  };
}

const ada = await app.person("ada");
const told = await ada.say("My sister Maren lives in Tromsø, and I am allergic to walnuts.");
await app.services.outbox.drain();
await ada.say("I'm planning a trip to Norway in June. I like slow trains and small museums.");
await app.services.outbox.drain();
const trip = await ada.say("Where does my sister live?");
const { sessionId } = trip.body.turn;
await ada.say("Show me a table of three things to pack", { sessionId });
await ada.post(`/api/chat/messages/${told.body.assistantMessage.id}/regenerate`, {
  clientMessageId: crypto.randomUUID(),
});

const PAGES: [name: string, path: string, signedIn: boolean][] = [
  ["landing", "/", false],
  ["login", "/login", false],
  ["register", "/register", false],
  ["constitution", "/constitution", false],
  ["help", "/help", false],
  ["accessibility", "/accessibility", false],
  ["api", "/docs/api", false],
  ["not-found", "/nowhere", false],
  ["chat-new", "/chat?new", true],
  ["chat", `/chat/${sessionId}`, true],
  ["memory", "/memory", true],
  ["memory-search", "/memory?q=sister", true],
  ["memory-proposals", "/memory/proposals", true],
  ["memory-not-saved", "/memory/not-saved", true],
  ["memory-contradictions", "/memory/contradictions", true],
  ["memory-timeline", "/memory/timeline", true],
  ["memory-care", "/memory/care", true],
  ["dashboard", "/dashboard", true],
  ["notifications", "/notifications", true],
  ["status", "/status", false],
  ...["welcome", "chat", "memory", "principles", "plan", "companion", "look"]
    .map((step): [string, string, boolean] => [`welcome-${step}`, `/welcome?step=${step}`, true]),
  ["usage", "/usage", true],
  ["memory-timeline", "/memory/timeline", true],
  ["memory-proposals", "/memory/proposals", true],
  ["memory-contradictions", "/memory/contradictions", true],
  ["memory-not-saved", "/memory/not-saved", true],
  ["memory-care", "/memory/care", true],
  ["ledger", "/usage/ledger", true],
  ["billing", "/billing", true],
  ["invoices", "/billing/invoices", true],
  ["pricing", "/pricing", false],
  ["forgot-password", "/forgot-password", false],
  ["settings", "/settings", true],
  ...["profile", "security", "devices", "keys", "notifications", "companion", "privacy", "data"]
    .map((group): [string, string, boolean] => [`settings-${group}`, `/settings/${group}`, true]),
  ["settings-history", "/settings/history", true],
];

const LOOKS: [width: number, theme: Theme][] = quick
  ? [[1280, "light"], [360, "dark"]]
  : [360, 768, 1280, 1920].flatMap((width) =>
    (["light", "dark", "contrast"] as const).map((theme): [number, Theme] => [width, theme])
  );

const browser = await openBrowser();
for (const [width, theme] of LOOKS) {
  for (const [name, path, signedIn] of PAGES) {
    const { page, context } = await openWindow(browser, {
      width,
      height: width === 360 ? 720 : 900,
      dark: theme === "dark",
    });
    const [pair] = lookCookie({ ...DEFAULT_LOOK, theme }).split(";");
    const at = pair!.indexOf("=");
    const cookies = [[pair!.slice(0, at), pair!.slice(at + 1)], ...signedIn ? ada.cookies : []];
    await context.addCookies(
      cookies.map(([name, value]) => ({ name: name!, value: value!, url: app.url })),
    );
    if (signedIn) await ada.patch("/api/account/settings", { theme });
    await page.goto(app.url + path);
    await page.waitForLoadState("networkidle");
    const file = `${folder}/${name}-${width}-${theme}.png`;
    await page.screenshot({ path: file, fullPage: !path.startsWith("/chat") });
    await context.close();
  }
}
await browser.close();
await app.close();
