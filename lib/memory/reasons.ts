import { misspelledTerm } from "./floor.ts";
import type { Question } from "./question.ts";
import { isPast } from "./question_match.ts";
import type { Measured } from "./ranking_signals.ts";
import type { Candidate } from "./ranking_types.ts";
import type { ScorePart } from "./types.ts";

const DAY = 86_400_000;
const RECENT_DAYS = 7;
const MONTHS =
  "January February March April May June July August September October November December"
    .split(" ");
const TIMES = ["", "", "twice", "three times", "four times", "five times"];

/** Why a row was found, in words, the weightiest first (MEM-56). */
export function reasonsOf(
  question: Question,
  candidate: Candidate,
  { row, topic, parts }: {
    row: Measured;
    topic: readonly number[];
    parts: readonly ScorePart[];
  },
): string[] {
  const earns = (name: string) => parts.some((part) => part.name === name && part.value > 0.5);
  const reasons = mentions(question, { row, topic });
  const similar = misspelledTerm(question, candidate);
  if (reasons.length === 0 && similar !== null) {
    reasons.push(`similar to ${question.terms[similar]!.typed}`);
  }
  if (earns("vector")) reasons.push("matches meaning");
  if (candidate.kind === "turn" && earns("speaker")) reasons.push(`said by ${candidate.author}`);
  if (question.spans.length > 0 && earns("date")) {
    reasons.push(`from ${monthOf(candidate.date, question.now)}`);
  }
  if (isPast(candidate, question.now)) reasons.push("past");
  else if (question.now.getTime() - candidate.date.getTime() < RECENT_DAYS * DAY) {
    reasons.push("recent");
  }
  if (candidate.kind === "fact") {
    if (candidate.pinned) reasons.push("pinned");
    if (candidate.anchor) reasons.push("anchor");
    const sources = candidate.sourceMessageIds.length;
    if (sources > 1) reasons.push(`confirmed ${TIMES[sources] ?? `${sources} times`}`);
  }
  return reasons;
}

/** Up to two words of the question that say most; of neighbours when the row itself has none. */
function mentions(
  question: Question,
  { row, topic }: { row: Measured; topic: readonly number[] },
): string[] {
  const held = (counts: readonly number[]) =>
    question.terms
      .map((term, at) => ({ term, at, weight: topic[at]! }))
      .filter(({ at }) => counts[at]! > 0)
      .sort((a, b) => b.weight - a.weight)
      .slice(0, 2)
      .map(({ term }) => term.typed);
  const own = held(row.own);
  if (own.length > 0) return own.map((word) => `mentions ${word}`);
  return held(row.near).slice(0, 1).map((word) => `said around ${word}`);
}

function monthOf(date: Date, now: Date): string {
  const month = MONTHS[date.getUTCMonth()]!;
  const year = date.getUTCFullYear();
  return year === now.getUTCFullYear() ? month : `${month} ${year}`;
}
