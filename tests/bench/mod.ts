/**
 * Measures what the product adds to the model host, how it starts and what its pages weigh, prints
 * a report and writes it to `.test-report/bench.json`:
 *
 *   deno task bench [--accept] [--quick]
 *     [--only=first,chunks,streams,start,memory,rules,accounts,browser,weight]
 *
 * With `TEST_DATABASE_URL` set, on that server as well. `--accept` makes the figures the new
 * baseline. Ends with an error when an event of a stream was lost; slow figures are only reported,
 * because they depend on the machine.
 */
import { builtPages } from "../support/browser.ts";
import { startTestApp } from "../support/app.ts";
import { measureBrowser } from "./browser.ts";
import { measureAtOnce, measurePaced } from "./chunks.ts";
import { measureFirstToken } from "./first_token.ts";
import { measureMemory } from "./memory.ts";
import { type Kind, openProduct } from "./product.ts";
import { type Figures, flatten, type Machine, printReport, type Report } from "./report.ts";
import { measureAccounts } from "./accounts.ts";
import { measureRules } from "./rules.ts";
import { measureStart } from "./start.ts";
import { measureStreams } from "./streams.ts";
import { traceTurns } from "./trace.ts";
import { BUDGETS, readBuild, scriptsOf, styleWeight, weigh } from "./weight.ts";

const HERE = new URL("./", import.meta.url);
const REPORT = new URL("../../.test-report/", HERE);
const BASELINE = new URL("baseline.json", HERE);

const args = new Set(Deno.args);
const only = Deno.args.find((arg) => arg.startsWith("--only="))?.slice(7).split(",");
const wanted = (part: string) => !only || only.includes(part);
const rounds = (full: number) => args.has("--quick") ? Math.ceil(full / 5) : full;
const say = (text: string) => void Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));

/** How many processes the machine had to share among its processors when the run began. */
async function machine(): Promise<Machine> {
  const cpu = await Deno.readTextFile("/proc/cpuinfo").catch(() => "");
  return {
    cpu: /model name\s*:\s*(.+)/.exec(cpu)?.[1] ?? "unknown",
    cores: navigator.hardwareConcurrency,
    memoryGiB: Math.round(Deno.systemMemoryInfo().total / 1024 ** 3),
    load: Deno.loadavg()[0]!,
    system: `${Deno.build.os} ${Deno.osRelease()}`,
    deno: Deno.version.deno,
  };
}

async function measure(kind: Kind): Promise<Figures> {
  const figures: Figures = {};
  if (wanted("first") || wanted("chunks")) {
    say(`${kind}: first token and chunks …`);
    const product = await openProduct(kind, { tokensPerSecond: 0, memories: 1_000 });
    const tracer = traceTurns(product.app.services);
    if (wanted("first")) {
      figures.firstToken = await measureFirstToken(product, tracer, { rounds: rounds(100) });
    }
    if (wanted("chunks")) {
      figures.atOnce = await measureAtOnce(product, tracer, { rounds: rounds(20) });
    }
    await product.close();
  }
  if (wanted("chunks") || wanted("streams")) {
    say(`${kind}: answers at a pace, many at once …`);
    const tokensPerSecond = 100;
    const product = await openProduct(kind, { tokensPerSecond });
    if (wanted("streams")) figures.streams = await measureStreams(product, 100);
    if (wanted("chunks")) {
      const tracer = traceTurns(product.app.services);
      figures.paced = await measurePaced(product, tracer, { rounds: rounds(3), tokensPerSecond });
    }
    await product.close();
  }
  if (wanted("memory")) {
    say(`${kind}: searches of memory …`);
    figures.memory = await measureMemory(kind, { rows: 10_000, rounds: rounds(200) });
  }
  if (wanted("start")) {
    say(`${kind}: starts …`);
    figures.start = await measureStart(kind, rounds(5));
  }
  return figures;
}

async function measureWeight(): Promise<NonNullable<Report["weight"]>> {
  const build = await readBuild();
  const app = await startTestApp({ pages: builtPages });
  const ada = await app.person();
  const pages: Record<string, number> = {};
  const modules: Record<string, Record<string, number>> = {};
  for (const path of Object.keys(BUDGETS.script)) {
    const client = path === "/chat" ? ada : app.client();
    const page = await client.fetch(path === "/chat" ? "/chat?new" : path);
    const weight = weigh(build, await scriptsOf(page));
    pages[path] = weight.script;
    modules[path] = weight.modules;
  }
  await app.close();
  // What a page was made of, so that the weight test can name what grew since.
  if (args.has("--accept")) {
    await Deno.writeTextFile(
      new URL("modules.json", HERE),
      JSON.stringify(modules, null, 2) + "\n",
    );
  }
  return { pages, style: await styleWeight() };
}

const report: Report = { machine: await machine(), at: new Date().toISOString(), databases: {} };
for (const kind of ["embedded", "server"] as const) {
  if (kind === "server" && !Deno.env.get("TEST_DATABASE_URL")) continue;
  if (["first", "chunks", "streams", "start", "memory"].some(wanted)) {
    report.databases[kind] = await measure(kind);
  }
}
if (wanted("rules")) report.rules = await measureRules(rounds(500));
if (wanted("accounts")) {
  say("accounts …");
  report.accounts = await measureAccounts(rounds(200));
}
if (wanted("browser")) {
  say("the chat in a browser …");
  report.browser = await measureBrowser(args.has("--quick"));
}
if (wanted("weight")) report.weight = await measureWeight();

const baseline = await Deno.readTextFile(BASELINE).then(
  (text) => JSON.parse(text) as { figures: Record<string, number>; machine: Machine },
  () => null,
);
printReport(report, { baseline, say });
await Deno.mkdir(REPORT, { recursive: true });
await Deno.writeTextFile(new URL("bench.json", REPORT), JSON.stringify(report, null, 2) + "\n");
if (args.has("--accept")) {
  const figures = { ...baseline?.figures, ...flatten(report) };
  await Deno.writeTextFile(
    BASELINE,
    JSON.stringify({ machine: report.machine, figures }, null, 2) + "\n",
  );
  say("The figures are the new baseline.");
}
const lost = Object.values(report.databases).some(({ streams }) =>
  streams && streams.whole < streams.streams
);
Deno.exit(lost ? 1 : 0);
