import type { BrowserFigures } from "./browser.ts";
import type { AtOnce, Paced } from "./chunks.ts";
import type { FirstToken } from "./first_token.ts";
import type { MemoryFigures } from "./memory.ts";
import type { Kind } from "./product.ts";
import type { AccountFigures } from "./accounts.ts";
import type { RulesFigures } from "./rules.ts";
import type { Start } from "./start.ts";
import type { Summary } from "./stats.ts";
import type { Streams } from "./streams.ts";
import { BUDGETS } from "./weight.ts";

/** The machine a report was made on. */
export interface Machine {
  cpu: string;
  cores: number;
  memoryGiB: number;
  /** Load average of the last minute when the run began; above `cores` figures are too high. */
  load: number;
  system: string;
  deno: string;
}

/** Everything that was measured on one database. */
export interface Figures {
  firstToken?: FirstToken;
  atOnce?: AtOnce;
  paced?: Paced;
  streams?: Streams;
  start?: Start;
  memory?: MemoryFigures;
}

/** One run. */
export interface Report {
  machine: Machine;
  at: string;
  databases: Partial<Record<Kind, Figures>>;
  rules?: RulesFigures;
  accounts?: AccountFigures;
  browser?: BrowserFigures;
  /** Compressed bytes. */
  weight?: { pages: Record<string, number>; style: number };
}

/** A figure with what it should be at most. */
interface Goal {
  name: string;
  value: number;
  goal: number;
  unit: string;
}

/** The figures that a later run is compared with, by name; a smaller one is a better one. */
export function flatten(report: Report): Record<string, number> {
  const figures: Record<string, number> = {};
  for (const { name, value } of goals(report)) figures[name] = value;
  return figures;
}

/** Every goal with what was measured. */
export function goals(report: Report): Goal[] {
  const list: Goal[] = [];
  const add = (name: string, value: number | undefined, goal: number, unit = "ms") => {
    if (value !== undefined) list.push({ name, value, goal, unit });
  };
  for (const [kind, figures] of Object.entries(report.databases)) {
    const { firstToken, atOnce, paced, streams, start, memory } = figures;
    add(
      `${kind}: search of ${memory?.rows} rows, p95`,
      memory?.search.p95,
      kind === "server" ? 25 : 50,
    );
    add(`${kind}: first token, added, p50`, firstToken?.added.p50, kind === "server" ? 5 : 10);
    add(`${kind}: first token, added, p95`, firstToken?.added.p95, 250);
    add(`${kind}: per chunk at once, added, p50`, atOnce?.added.p50, 0.3);
    add(`${kind}: per chunk at a pace, lag, p50`, paced?.lag.p50, 10);
    add(`${kind}: streams that were not whole`, streams && streams.streams - streams.whole, 0, "");
    add(`${kind}: start to /healthz, p50`, start?.healthz.p50, 400);
    add(`${kind}: start to /readyz, p50`, start?.readyz.p50, 4_000);
    add(`${kind}: first start to /readyz`, start?.coldReadyz, 20_000);
  }
  add("policy check of 10,000 characters, p95", report.rules?.policy.p95, 10);
  add("embedding of 1,000 characters, p50", report.rules?.embedding.p50, 2);
  add("refusal of an open breaker, p95", report.rules?.refusal.p95, 5);
  add("check of a session, p50", report.accounts?.sessionMicros.p50, 150, "µs");
  add("check of an access token, p50", report.accounts?.accessMicros.p50, 150, "µs");
  add("event loop while 20 sign in, longest wait", report.accounts?.loopMax, 50);
  add("unknown account against wrong password", report.accounts?.unknownPercent, 10, "%");
  add("browser: longest task while streaming", report.browser?.longestTaskMs, 50);
  add("browser: main thread busy while streaming", report.browser?.busyPercent, 30, "%");
  add("browser: longest task in one table", report.browser?.tableLongestTaskMs, 50);
  add("browser: opening 5,000 messages", report.browser?.openLongMs, 1_000);
  for (const [path, budget] of Object.entries(BUDGETS.script)) {
    add(`script of ${path}`, report.weight?.pages[path], budget, "B");
  }
  add("stylesheet", report.weight?.style, BUDGETS.style, "B");
  return list;
}

/** Prints a report, its goals, and how it compares with the baseline. */
export function printReport(
  report: Report,
  options: {
    baseline: { figures: Record<string, number>; machine: Machine } | null;
    say: (text: string) => void;
  },
): void {
  const { say, baseline } = options;
  const { machine } = report;
  say(
    `\n${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}, ` +
      `Deno ${machine.deno}, load ${machine.load.toFixed(1)} when the run began`,
  );
  for (const [kind, figures] of Object.entries(report.databases)) printFigures(kind, figures, say);
  say("\nFigure                                          measured      goal       of baseline");
  for (const { name, value, goal, unit } of goals(report)) {
    const before = baseline?.figures[name];
    const ratio = before ? `${(value / before).toFixed(2)}` : before === value ? "same" : "–";
    const verdict = value <= goal ? "" : "  MISSED";
    say(
      `${name.padEnd(46)}${show(value, unit).padStart(10)}${show(goal, unit).padStart(10)}` +
        `${ratio.padStart(18)}${verdict}`,
    );
  }
}

function printFigures(kind: string, figures: Figures, say: (text: string) => void): void {
  const { firstToken, atOnce, paced, streams, start } = figures;
  say(`\n${kind}`);
  if (firstToken) {
    line("first token: product", firstToken.product);
    line("first token: host alone", firstToken.direct);
    line("first token: added", firstToken.added);
    say(
      `  the product takes ${firstToken.ratio} times as long as the host alone; ` +
        `${firstToken.recalled} texts recalled, ${firstToken.transactions} transactions before it`,
    );
    say("  where the time goes (medians):");
    for (const [name, ms] of Object.entries(firstToken.stages)) {
      say(`    ${name.padEnd(44)}${ms.toFixed(2).padStart(7)} ms`);
    }
  }
  if (atOnce) {
    line(`per chunk at once (${atOnce.chunks}): product`, atOnce.product);
    line("per chunk at once: host alone", atOnce.direct);
    line("per chunk at once: added", atOnce.added);
  }
  if (paced) {
    line(`gaps at ${paced.tokensPerSecond}/s: product`, paced.gapProduct);
    line(`gaps at ${paced.tokensPerSecond}/s: host alone`, paced.gapDirect);
    line("lag of a chunk in the product", paced.lag);
    say(`  ${(paced.atOnce * 100).toFixed(1)} % of the chunks passed the guard at once`);
  }
  if (streams) {
    say(`  ${streams.whole} of ${streams.streams} streams whole, ${streams.events} events`);
    line("first words among so many", streams.firstToken);
    line("longest silence within each", streams.worstGap);
    for (const fault of streams.faults.slice(0, 10)) say(`    ${fault}`);
    for (const [name, n] of Object.entries(streams.warnings)) say(`    log: ${name} (${n})`);
  }
  if (start) {
    line("start to /healthz", start.healthz);
    line("start to /readyz", start.readyz);
    say(`  first start to /readyz ${start.coldReadyz} ms`);
  }

  function line(name: string, { p10, p50, p95, max, n }: Summary) {
    const ms = (value: number) => `${value.toFixed(2)} ms`;
    say(
      `  ${name.padEnd(36)} p10 ${ms(p10)}, p50 ${ms(p50)}, p95 ${ms(p95)}, max ${ms(max)} (${n})`,
    );
  }
}

const show = (value: number, unit: string) =>
  unit === "ms" ? `${value.toFixed(value < 100 ? 2 : 0)} ms` : `${value} ${unit}`.trim();
