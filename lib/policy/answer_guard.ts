import type { CategoryId } from "./categories.ts";
import { type Reading, type Token, tokenise } from "./normalise.ts";
import {
  HARD_REACH,
  type HardOpening,
  type Match,
  type Openings,
  type RuleBook,
} from "./rule_book.ts";
import type { RuleHit } from "./types.ts";

/** Released text that is kept to see what came before, in code points. */
const CONTEXT = 160;

/** A hard hit: the answer ends here, and nothing of the span has been released. */
export interface GuardHit {
  rule: RuleHit;
  category: CategoryId;
  /** Code points released before it. */
  at: number;
  /** What the person reads instead of the rest. */
  refusalText: string;
}

/** What came of one piece of an answer. */
export interface GuardStep {
  /** Text that may be shown now. */
  release: string;
  hit?: GuardHit;
}

/** The incremental part of the guard: what may go out, and whether a hard rule was met. */
export interface HardScanner {
  push(delta: string): { release: string; match: Match | null };
  /** Releases what was held back, unless it is a match after all. */
  end(): { release: string; match: Match | null };
}

/**
 * Holds text back only while a hard rule may still be completed, at most {@link HARD_REACH}
 * characters (POL-24). `canary` is a mark in the system prompt that must never come out.
 */
export function createHardScanner(book: RuleBook, canary?: string): HardScanner {
  let context: string[] = [];
  let pending = "";

  function step(delta: string, final: boolean): { release: string; match: Match | null } {
    const text = [...context, ...pending, ...delta];
    const from = context.length;
    const tokens = tokenise(text.join(""));
    const match = firstMatch(text, { tokens, from, final });
    if (match) return { release: text.slice(from, match.place.from).join(""), match };
    const hold = final ? text.length : holdFrom(text, { tokens, from });
    const released = text.slice(from, hold);
    pending = text.slice(hold).join("");
    context = text.slice(Math.max(0, hold - CONTEXT), hold);
    return { release: released.join(""), match: null };
  }

  function firstMatch(
    text: readonly string[],
    { tokens, from, final }: { tokens: Token[]; from: number; final: boolean },
  ): Match | null {
    const leaked = canary ? canaryAt(text, canary, from) : null;
    if (leaked) return leaked;
    const found = book.hard(tokens, from);
    // A last word may still go on and become another one.
    if (!found || (!final && found.place.to >= text.length)) return null;
    return { rule: found.rule, place: found.place, intent: "harm" };
  }

  function holdFrom(
    text: readonly string[],
    { tokens, from }: { tokens: Token[]; from: number },
  ): number {
    const starts = openStarts(tokens, { openings: book.openings, length: text.length })
      .filter((start) => start >= from && text.length - start < HARD_REACH);
    if (canary) starts.push(canaryStart(text, canary, from));
    return Math.min(text.length, ...starts);
  }

  return { push: (delta) => step(delta, false), end: () => step("", true) };
}

/** Code points at which a match may have begun that the next pieces complete. */
function openStarts(
  tokens: readonly Token[],
  { openings, length }: { openings: Openings; length: number },
): number[] {
  const last = tokens.at(-1);
  if (!last) return [];
  const unfinished = last.to === length;
  const starts: number[] = [];
  // A match is at most HARD_REACH long, so that a few words from the end are enough.
  for (let index = tokens.length - 1; index >= 0; index--) {
    const token = tokens[index]!;
    if (length - token.from >= HARD_REACH) break;
    const open = token.readings.some((first) => {
      // A last word may still become any other that begins with it.
      const growing = unfinished && index + first.covers >= tokens.length;
      const may = growing ? openings.all : openings.beginningWith(first.word);
      return may.some((opening) => mayGoOn(opening, { tokens, index, first, unfinished }));
    });
    if (open) starts.push(token.from);
  }
  return starts;
}

function mayGoOn(
  { words, open, near }: HardOpening,
  { tokens, index, first, unfinished }: {
    tokens: readonly Token[];
    index: number;
    first: Reading;
    unfinished: boolean;
  },
): boolean {
  if (tokens.at(-1)!.at - tokens[index]!.at > near) return false;
  let reading = first;
  let next = index + first.covers;
  for (let n = 0; n < words.length; n++) {
    const wanted = words[n]!;
    const ending = n === words.length - 1;
    const atEnd = next >= tokens.length;
    if (reading.word !== wanted && !(open && ending && reading.word.startsWith(wanted))) {
      return atEnd && unfinished && wanted.startsWith(reading.word);
    }
    if (ending || atEnd) return true;
    const following = tokens[next]!;
    reading = following.readings.find(({ word }) => words[n + 1]!.startsWith(word)) ??
      following.readings[0]!;
    next += reading.covers;
  }
  return true;
}

function canaryAt(text: readonly string[], canary: string, from: number): Match | null {
  const whole = text.join("");
  const at = whole.indexOf(canary);
  if (at === -1) return null;
  const start = Math.max(from, [...whole.slice(0, at)].length);
  const place = { at: 0, end: 0, from: start, to: start + canary.length };
  return { rule: CANARY_RULE, place, intent: "harm" };
}

/** Where the end of the text may be the beginning of the canary. */
function canaryStart(text: readonly string[], canary: string, from: number): number {
  for (let start = Math.max(from, text.length - canary.length + 1); start < text.length; start++) {
    if (canary.startsWith(text.slice(start).join(""))) return start;
  }
  return text.length;
}

const CANARY_RULE: Match["rule"] = {
  id: "answer.canary",
  category: "prompt_override",
  languages: [],
  applies: "output",
  pattern: { all: [] },
  asks: "harm",
  severity: 1,
  plain: "gives away the instructions the companion works by",
  hard: true,
  match: [],
  noMatch: [],
};
