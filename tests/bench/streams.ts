import { sha256Hex } from "@/lib/platform/crypto.ts";
import { codePoints } from "@/lib/platform/text.ts";
import { type HeardTurn, sendMessage } from "./calls.ts";
import type { Product } from "./product.ts";
import { type Summary, summary } from "./stats.ts";

/** What became of streams that ran at the same time. */
export interface Streams {
  streams: number;
  /** Streams that came whole: numbered without a gap, one end, the hash of the text right. */
  whole: number;
  events: number;
  /** What was wrong with the others. */
  faults: string[];
  /** Warnings and errors in the log meanwhile, by event and code. */
  warnings: Record<string, number>;
  /** Milliseconds until the first words of each stream. */
  firstToken: Summary;
  /** Longest silence within each stream, in milliseconds. */
  worstGap: Summary;
}

/** Opens one stream for each of so many people at once. */
export async function measureStreams(product: Product, count: number): Promise<Streams> {
  const people = [];
  // Ten at a time: a password takes a thread for a while.
  for (let n = 0; n < count; n += 10) {
    people.push(
      ...await Promise.all(
        Array.from({ length: Math.min(10, count - n) }, (_, i) => product.app.person(`p${n + i}`)),
      ),
    );
  }
  const logged = product.app.logs.length;
  const heard = await Promise.allSettled(
    people.map((person, n) => sendMessage(person, `Write a long answer of ${150 + n} words.`)),
  );
  const faults: string[] = [];
  const turns: HeardTurn[] = [];
  heard.forEach((result, n) => {
    const fault = result.status === "rejected" ? String(result.reason) : faultOf(result.value);
    if (fault) faults.push(`stream ${n}: ${fault}`);
    if (result.status === "fulfilled") turns.push(result.value);
  });
  return {
    streams: count,
    whole: count - faults.length,
    events: turns.reduce((sum, turn) => sum + turn.events.length, 0),
    faults,
    warnings: warningsIn(product.app.logs.slice(logged)),
    firstToken: summary(turns.map((turn) => turn.pieces[0]?.at ?? NaN)),
    worstGap: summary(
      turns.map(({ pieces }) => Math.max(...pieces.slice(1).map((p, i) => p.at - pieces[i]!.at))),
    ),
  };
}

function warningsIn(lines: readonly string[]): Record<string, number> {
  const found: Record<string, number> = {};
  for (const line of lines) {
    const { level, event, code } = JSON.parse(line) as Record<string, string>;
    if (level !== "warn" && level !== "error") continue;
    const name = [event, code].filter(Boolean).join(" ");
    found[name] = (found[name] ?? 0) + 1;
  }
  return found;
}

/** What is wrong with a stream, or null. */
export function faultOf({ events }: Pick<HeardTurn, "events">): string | null {
  const turnId = events[0]?.data.turnId;
  const gap = events.findIndex(({ id }, i) => id !== `${turnId}:${i + 1}`);
  if (gap !== -1) return `event ${gap + 1} has the id ${events[gap]!.id}`;
  const ends = events.filter(({ event }) => event === "done" || event === "error");
  if (ends.length !== 1 || ends[0] !== events.at(-1)) return `${ends.length} ends`;
  const done = ends[0]!;
  if (done.event === "error") return `ended in ${done.data.problem?.code}`;
  const text = events.filter(({ event }) => event === "delta").reduce(
    (whole, { data }) => (data.replaceFrom === undefined ? whole : "") + data.text,
    "",
  );
  if (codePoints(text) !== done.data.textLength) return "the text has another length";
  return sha256Hex(text) === done.data.textHash ? null : "the text has another hash";
}
