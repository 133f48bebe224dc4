import { askHost, sendMessage } from "./calls.ts";
import { known, type Product, settled } from "./product.ts";
import { quantile, round, type Summary, summary } from "./stats.ts";
import { type Trace, type Tracer } from "./trace.ts";

/** What stands between sending a message and its first words; all in milliseconds. */
export interface FirstToken {
  product: Summary;
  direct: Summary;
  /** The differences of calls with the same prompt, one after the other. */
  added: Summary;
  /** Ratio of the medians. */
  ratio: number;
  /** Median of each stage, in the order of a turn. */
  stages: Record<string, number>;
  /** Median number of transactions before the first token. */
  transactions: number;
  /** Median number of recalled items, so that an empty recall cannot look fast. */
  recalled: number;
}

const WARM_UP = 15;
/** Questions in one conversation. */
const PER_CONVERSATION = 4;

/** Asks questions that the memories answer, each time the product and then the host alone. */
export async function measureFirstToken(
  product: Product,
  tracer: Tracer,
  options: { rounds: number },
): Promise<FirstToken> {
  const times = { product: [] as number[], direct: [] as number[], added: [] as number[] };
  const stages = new Map<string, number[]>();
  const counts = { transactions: [] as number[], recalled: [] as number[] };
  let sessionId: string | undefined;
  for (let n = -WARM_UP; n < options.rounds; n++) {
    if ((n + WARM_UP) % PER_CONVERSATION === 0) sessionId = undefined;
    tracer.begin();
    const started = performance.now();
    const turn = await sendMessage(product.person, known(n + WARM_UP).question, sessionId);
    sessionId = turn.sessionId;
    await settled(product);
    const trace = tracer.current();
    const direct = await askHost(product, trace.request!);
    if (n < 0) continue;
    const first = turn.pieces[0]!.at;
    times.product.push(first);
    times.direct.push(direct.pieces[0]!.at);
    times.added.push(first - direct.pieces[0]!.at);
    for (const [name, ms] of stagesOf(trace, { started, first: started + first })) {
      // A stage that did not run, for example because its answer was kept from before.
      if (Number.isNaN(ms)) continue;
      stages.set(name, [...stages.get(name) ?? [], ms]);
    }
    const end = trace.marks.get("model begins")!;
    counts.transactions.push(trace.transactions.filter(({ from }) => from < end).length);
    counts.recalled.push(
      turn.events.find((event) => event.event === "recall")?.data.items.length ?? 0,
    );
  }
  return {
    product: summary(times.product),
    direct: summary(times.direct),
    added: summary(times.added),
    ratio: round(quantile(times.product, 0.5) / quantile(times.direct, 0.5)),
    stages: Object.fromEntries(
      [...stages].map(([name, values]) => [name, round(quantile(values, 0.5))]),
    ),
    transactions: quantile(counts.transactions, 0.5),
    recalled: quantile(counts.recalled, 0.5),
  };
}

/** The stages that follow each other, and within them what the database took. */
function* stagesOf(
  { marks, transactions }: Trace,
  ends: { started: number; first: number },
): Generator<[string, number]> {
  const at = (name: string) => marks.get(name) ?? NaN;
  const database = (from: number, to: number) =>
    transactions.filter((t) => t.from >= from && t.to <= to)
      .reduce((sum, t) => sum + t.to - t.from, 0);
  const start = at("start begins");
  yield ["request to pipeline: HTTP, session, limits", start - ends.started];
  yield ["- of it the session", at("session ends") - at("session begins")];
  yield ["start: choices, hold, rows", at("policy begins") - start];
  yield ["- of it the choices (a transaction)", at("settings ends") - at("settings begins")];
  yield ["- of it all transactions", database(start, at("policy begins"))];
  yield ["policy pre-check", at("policy ends") - at("policy begins")];
  yield ["recall", at("recall ends") - at("recall begins")];
  yield [
    "- of it the candidates (a transaction)",
    database(at("recall begins"), at("recall ends")),
  ];
  yield [
    "compose",
    at("model begins") - at("recall ends") + at("recall begins") - at("policy ends"),
  ];
  yield ["model: request to first token", at("model ends") - at("model begins")];
  yield ["guard, frame, HTTP", ends.first - at("model ends")];
}
