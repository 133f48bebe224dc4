/**
 * Takes pictures of every page in light and dark, on a phone and on a desk:
 *
 *   deno run -A scripts/screenshots.ts FOLDER
 */
import { startTestApp } from "@/tests/support/app.ts";
import { builtPages, openBrowser, openWindow } from "@/tests/support/browser.ts";

const folder = Deno.args[0] ?? "screenshots";
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
  ["api", "/docs/api", false],
  ["not-found", "/nowhere", false],
  ["chat-new", "/chat?new", true],
  ["chat", `/chat/${sessionId}`, true],
  ["memory", "/memory", true],
  ["memory-search", "/memory?q=sister", true],
  ["usage", "/usage", true],
  ["settings", "/settings", true],
];

const browser = await openBrowser();
for (const width of [360, 1280]) {
  for (const dark of [false, true]) {
    for (const [name, path, signedIn] of PAGES) {
      const { page, context } = await openWindow(browser, {
        width,
        height: width === 360 ? 720 : 900,
        dark,
      });
      if (signedIn) {
        const [cookie] = ada.cookies;
        await context.addCookies([{ name: cookie![0], value: cookie![1], url: app.url }]);
      }
      await page.goto(app.url + path);
      await page.waitForLoadState("networkidle");
      const file = `${folder}/${name}-${width}-${dark ? "dark" : "light"}.png`;
      await page.screenshot({ path: file, fullPage: !path.startsWith("/chat") });
      await context.close();
    }
  }
}
await browser.close();
await app.close();
