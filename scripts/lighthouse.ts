/**
 * Looks at pages as Lighthouse does, on a phone of the middle class with a slow network, and prints
 * what each comes to:
 *
 *   deno task lighthouse [--only=login,chat]
 *
 * Lighthouse is fetched from npm when this is run and is no part of the product. Nothing is
 * asserted: figures depend on the machine.
 */
import { startTestApp } from "@/tests/support/app.ts";
import { builtPages, executable } from "@/tests/support/browser.ts";

const LIGHTHOUSE = "npm:lighthouse@13.5.0";
const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"] as const;
const CHROME = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Scores of 0 to 100 by category, and the audits that cost points. */
interface Scores {
  scores: Record<string, number>;
  weak: string[];
}

interface LighthouseReport {
  categories: Record<string, { score: number; auditRefs: { id: string; weight: number }[] }>;
  audits: Record<string, { score: number | null; title: string; displayValue?: string }>;
}

const only = Deno.args.find((arg) => arg.startsWith("--only="))?.slice(7).split(",");
const say = (text: string) => void Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));

const TRIES = 3;

/** Looks at one page; a trace that the browser lost is taken again. */
async function look(url: string, cookie: string | null): Promise<Scores> {
  for (let tries = 1;; tries++) {
    try {
      return await once(url, cookie);
    } catch (error) {
      if (tries >= TRIES) throw error;
    }
  }
}

async function once(url: string, cookie: string | null): Promise<Scores> {
  const file = await Deno.makeTempFile({ suffix: ".json" });
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-lock",
      "--node-modules-dir=none",
      "--no-config",
      "-A",
      LIGHTHOUSE,
      url,
      "--quiet",
      "--output=json",
      `--output-path=${file}`,
      `--only-categories=${CATEGORIES.join(",")}`,
      `--chrome-flags=${CHROME.join(" ")}`,
      ...cookie ? [`--extra-headers=${JSON.stringify({ cookie })}`] : [],
    ],
    env: { CHROME_PATH: await executable() },
    stdout: "null",
    stderr: "piped",
  }).output();
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr).slice(-2_000));
  const report = JSON.parse(await Deno.readTextFile(file)) as LighthouseReport;
  await Deno.remove(file);
  const scores: Record<string, number> = {};
  const weak: string[] = [];
  for (const [name, { score, auditRefs }] of Object.entries(report.categories)) {
    scores[name] = Math.round(score * 100);
    for (const { id, weight } of auditRefs) {
      const audit = report.audits[id]!;
      if (weight > 0 && audit.score !== null && audit.score < 0.9) {
        weak.push(`${audit.title}${audit.displayValue ? ` (${audit.displayValue})` : ""}`);
      }
    }
  }
  return { scores, weak };
}

const app = await startTestApp({ pages: builtPages, env: { AUTO_VERIFY_EMAIL: "true" } });
const ada = await app.person("ada");
await ada.say("My sister Maren lives in Tromsø, and I am allergic to walnuts.");
await app.services.outbox.drain();
const { sessionId } = (await ada.say("Where does my sister live?")).body.turn;
const cookie = [...ada.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
const PAGES: [name: string, path: string, signedIn: boolean][] = [
  ["landing", "/", false],
  ["login", "/login", false],
  ["dashboard", "/dashboard", true],
  ["chat", `/chat/${sessionId}`, true],
  ["memory", "/memory", true],
];
try {
  for (const [name, path, signedIn] of PAGES) {
    if (only && !only.includes(name)) continue;
    const { scores, weak } = await look(app.url + path, signedIn ? cookie : null);
    say(`${name.padEnd(10)} ${CATEGORIES.map((one) => `${one} ${scores[one] ?? "-"}`).join("  ")}`);
    for (const words of weak) say(`           - ${words}`);
  }
} finally {
  await app.close();
}
