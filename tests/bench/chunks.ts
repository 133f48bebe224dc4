import { askHost, sendMessage } from "./calls.ts";
import { type Product, settled } from "./product.ts";
import { round, type Summary, summary } from "./stats.ts";
import type { Trace, Tracer } from "./trace.ts";

/** What the product adds to every chunk, in milliseconds. */
export interface AtOnce {
  /** Chunks of one answer. */
  chunks: number;
  /** Time from the first to the last chunk, per chunk. */
  product: Summary;
  direct: Summary;
  added: Summary;
}

/** The same at a pace, as a reader sees it. */
export interface Paced {
  tokensPerSecond: number;
  gapProduct: Summary;
  gapDirect: Summary;
  /** From a chunk's arrival at the product to its arrival at the reader. */
  lag: Summary;
  /** Share of chunks that the answer guard let pass without waiting for the next one. */
  atOnce: number;
}

const QUESTION = "Write a long answer of 380 words about";
const TOPICS = "rivers bridges ferries gardens gates maps clouds benches stories roofs".split(" ");

/** An answer of some 500 tokens, sent as fast as it goes. */
export async function measureAtOnce(
  product: Product,
  tracer: Tracer,
  options: { rounds: number },
): Promise<AtOnce> {
  const perChunk = { product: [] as number[], direct: [] as number[], added: [] as number[] };
  let chunks = 0;
  for (let n = -3; n < options.rounds; n++) {
    tracer.begin();
    const topic = TOPICS[(n + 3) % TOPICS.length]!;
    const turn = await sendMessage(product.person, `${QUESTION} ${topic}.`);
    await settled(product);
    const direct = await askHost(product, tracer.current().request!);
    if (n < 0) continue;
    chunks = direct.pieces.length;
    const span = ({ pieces }: { pieces: { at: number }[] }) =>
      (pieces.at(-1)!.at - pieces[0]!.at) / chunks;
    perChunk.product.push(span(turn));
    perChunk.direct.push(span(direct));
    perChunk.added.push(span(turn) - span(direct));
  }
  return {
    chunks,
    product: summary(perChunk.product),
    direct: summary(perChunk.direct),
    added: summary(perChunk.added),
  };
}

/** Answers at the stand-in's own pace: gaps between arrivals, and how late each chunk is. */
export async function measurePaced(
  product: Product,
  tracer: Tracer,
  options: { rounds: number; tokensPerSecond: number },
): Promise<Paced> {
  const gaps = { product: [] as number[], direct: [] as number[] };
  const lags: number[] = [];
  let held = 0;
  for (let n = 0; n < options.rounds; n++) {
    tracer.begin();
    const started = performance.now();
    const turn = await sendMessage(product.person, `${QUESTION} ${TOPICS[n % TOPICS.length]}.`);
    await settled(product);
    const direct = await askHost(product, tracer.current().request!);
    gaps.product.push(...gapsOf(turn.pieces));
    gaps.direct.push(...gapsOf(direct.pieces));
    for (const lag of lagsOf(tracer.current(), { turn, started })) {
      lags.push(lag);
      if (lag >= 1000 / options.tokensPerSecond) held++;
    }
  }
  return {
    tokensPerSecond: options.tokensPerSecond,
    gapProduct: summary(gaps.product),
    gapDirect: summary(gaps.direct),
    lag: summary(lags),
    atOnce: round(1 - held / Math.max(1, lags.length)),
  };
}

const gapsOf = (pieces: readonly { at: number }[]) =>
  pieces.slice(1).map(({ at }, i) => at - pieces[i]!.at);

/** For each chunk of the host the time until all of it had reached the reader. */
function* lagsOf(
  trace: Trace,
  heard: { turn: { pieces: { at: number; text: string }[] }; started: number },
): Generator<number> {
  const { pieces } = heard.turn;
  let arrived = 0;
  let next = 0;
  let sent = 0;
  for (const { at, text } of trace.chunks) {
    sent += text.length;
    while (arrived < sent && next < pieces.length) arrived += pieces[next++]!.text.length;
    if (arrived < sent) return; // the end came in another way
    yield heard.started + pieces[next - 1]!.at - at;
  }
}
