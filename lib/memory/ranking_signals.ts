import type { Question } from "./question.ts";
import type { Candidate } from "./ranking_types.ts";
import { stem } from "./stemmer.ts";
import { folded, isContentWord, lettersOf, wordsOf } from "./text_features.ts";

/** BM25 (Robertson and Zaragoza 2009) with the constants that fit short turns. */
const K1 = 0.9;
const B = 0.3;
/** Longer texts are read so far: what matters stands at the front, and time is limited. */
const MAX_CHARS = 4_000;

/** The measures by which candidates are compared. */
export const SIGNALS = [
  "words",
  "neighbours",
  "letters",
  "pairs",
  "session",
  "coverage",
  "reply",
  "speaker",
  "date",
  "answer",
  "slot",
  "meaning",
] as const;
export type Signal = typeof SIGNALS[number];

/** What a text holds of a question. */
interface Profile {
  /** Number of content words. */
  length: number;
  /** How often each term occurs. */
  counts: Float64Array;
  /** Which terms occur beside each other, as in `Question.pairs`. */
  pairs: Float64Array;
  letters: Float64Array;
  letterLength: number;
}

/** What a word of a text is to the question. */
interface WordInfo {
  /** Index of the term, -1 when it is none. */
  term: number;
  letters: number[];
  grams: number;
}

/** Reads texts for one question; words seen before cost one look-up. */
export function createReader(question: Question) {
  const known = new Map<string, WordInfo | null>();
  const letterIndex = new Map([...question.letters.keys()].map((gram, at) => [gram, at]));
  const pairIndex = new Map(
    question.pairs.map(([a, b], at) => [a * 64 + b, at]),
  );

  function inform(word: string): WordInfo | null {
    if (!isContentWord(word)) return null;
    const grams = lettersOf(word);
    return {
      term: question.byStem.get(stem(word)) ?? -1,
      letters: grams.flatMap((gram) => letterIndex.get(gram) ?? []),
      grams: grams.length,
    };
  }

  return function read(text: string): Profile {
    const profile: Profile = {
      length: 0,
      counts: new Float64Array(question.terms.length),
      pairs: new Float64Array(question.pairs.length),
      letters: new Float64Array(letterIndex.size),
      letterLength: 0,
    };
    let previous = -1;
    for (const word of wordsOf(text.length > MAX_CHARS ? text.slice(0, MAX_CHARS) : text)) {
      let info = known.get(word);
      if (info === undefined) {
        info = inform(word);
        known.set(word, info);
      }
      if (info === null) continue;
      profile.length++;
      profile.letterLength += info.grams;
      for (const at of info.letters) profile.letters[at]!++;
      if (info.term >= 0) {
        profile.counts[info.term]!++;
        const pair = pairIndex.get(previous * 64 + info.term) ?? pairIndex.get(info.term * 64 + previous);
        if (pair !== undefined) profile.pairs[pair]!++;
      }
      previous = info.term;
    }
    return profile;
  };
}

/** Inverse document frequency over the rows: rare words say more. */
function idfOf(rows: Float64Array[], size: number): Float64Array {
  const idf = new Float64Array(size);
  for (let at = 0; at < size; at++) {
    let df = 0;
    for (const row of rows) if (row[at]! > 0) df++;
    idf[at] = Math.log(1 + (rows.length - df + 0.5) / (df + 0.5));
  }
  return idf;
}

function bm25(
  rows: { counts: Float64Array; length: number }[],
  weights: Float64Array,
  b = B,
): number[] {
  const mean = rows.reduce((sum, row) => sum + row.length, 0) / Math.max(1, rows.length) || 1;
  return rows.map(({ counts, length }) => {
    const norm = K1 * (1 - b + b * length / mean);
    let score = 0;
    for (let at = 0; at < counts.length; at++) {
      const count = counts[at]!;
      if (count > 0) score += weights[at]! * count * (K1 + 1) / (count + norm);
    }
    return score;
  });
}

/** The measures of each candidate, raw, and what the floor needs. */
export interface Measured {
  signals: Record<Signal, number>;
  /** Indexes of the terms in its own words, and in its neighbours. */
  own: Float64Array;
  near: Float64Array;
  /** Share of the question's weight that its own words hold, and with its neighbours. */
  ownShare: number;
  nearShare: number;
  /** Greatest likeness of a word to a term that it does not equal, 0..1. */
  cosine: number | null;
}

/** Measures all candidates of both stores against one question. */
export function measure(question: Question, candidates: readonly Candidate[]): Measured[] {
  const read = createReader(question);
  const own = candidates.map((candidate) => read(ownText(candidate)));
  const near = candidates.map((candidate) => read(nearText(candidate)));
  const before = candidates.map((candidate) =>
    candidate.kind === "turn" && asks(candidate.before) ? read(candidate.before) : null
  );
  const termWeights = Float64Array.from(question.terms, (term) => term.weight);
  const times = (a: Float64Array, b: Float64Array) => a.map((value, at) => value * b[at]!);
  const idf = idfOf(own.map((row) => row.counts), question.terms.length);
  const weights = times(idf, termWeights);
  const words = bm25(own, weights);
  const neighbours = bm25(near, weights);
  const letters = bm25(
    own.map((row) => ({ counts: row.letters, length: row.letterLength })),
    times(
      idfOf(own.map((row) => row.letters), question.letters.size),
      Float64Array.from(question.letters.values()),
    ),
  );
  const pairs = bm25(
    own.map((row) => ({ counts: row.pairs, length: row.length })),
    idfOf(own.map((row) => row.pairs), question.pairs.length),
    0,
  );
  const sessions = sessionScores(candidates, own, termWeights);
  const replies = bm25(before.map((row) => row ?? { counts: new Float64Array(question.terms.length), length: 0 }), weights);
  const total = weights.reduce((sum, weight) => sum + weight, 0) || 1;
  const spoken = speakers(question, candidates);
  return candidates.map((candidate, at) => {
    const ownShare = shareOf(own[at]!.counts, weights) / total;
    const nearShare = unionShare(own[at]!.counts, near[at]!.counts, weights) / total;
    return {
      own: own[at]!.counts,
      near: near[at]!.counts,
      ownShare,
      nearShare,
      cosine: cosineOf(candidate),
      signals: {
        words: words[at]!,
        neighbours: neighbours[at]!,
        letters: letters[at]!,
        pairs: pairs[at]!,
        session: sessions[at]!,
        coverage: (ownShare + nearShare) / 2,
        reply: replies[at]!,
        speaker: spoken(candidate),
        date: dateMatch(question, candidate),
        answer: words[at]! + neighbours[at]! > 0 ? answers(question, candidate) : 0,
        slot: slotMatch(question, candidate),
        meaning: Math.max(0, cosineOf(candidate) ?? 0),
      },
    };
  });
}

function ownText(candidate: Candidate): string {
  if (candidate.kind === "turn") return candidate.text;
  const { text, subject, attribute, value, tags } = candidate;
  const extra = [subject, attribute, value].filter((part) => part && !text.includes(part));
  return [text, ...extra, ...tags].join(" ");
}

function nearText(candidate: Candidate): string {
  if (candidate.kind === "turn") return candidate.context;
  return [candidate.quote ?? "", candidate.sourceText, candidate.context].join("\n");
}

const asks = (text: string) => /\?\s*(?:\[[^\]]*\]\s*)?$/.test(text);

function shareOf(counts: Float64Array, weights: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < counts.length; at++) if (counts[at]! > 0) sum += weights[at]!;
  return sum;
}

function unionShare(own: Float64Array, near: Float64Array, weights: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < own.length; at++) if (own[at]! + near[at]! > 0) sum += weights[at]!;
  return sum;
}

/** BM25 of each whole conversation, as far as its candidates show it. */
function sessionScores(
  candidates: readonly Candidate[],
  own: Profile[],
  termWeights: Float64Array,
): number[] {
  const sums = new Map<string, { counts: Float64Array; length: number }>();
  candidates.forEach((candidate, at) => {
    if (candidate.sessionId === null) return;
    const sum = sums.get(candidate.sessionId) ??
      { counts: new Float64Array(termWeights.length), length: 1 };
    own[at]!.counts.forEach((count, term) => sum.counts[term]! += Math.min(1, count));
    sums.set(candidate.sessionId, sum);
  });
  const rows = [...sums.values()];
  const idf = idfOf(rows.map((row) => row.counts), termWeights.length);
  const scores = bm25(rows, idf.map((value, at) => value * termWeights[at]!), 0);
  const bySession = new Map([...sums.keys()].map((id, at) => [id, scores[at]!]));
  return candidates.map(({ sessionId }) => sessionId === null ? 0 : bySession.get(sessionId)!);
}

/** Whether the question names who said a turn; "I" is the user, "you" whoever answers. */
function speakers(question: Question, candidates: readonly Candidate[]) {
  const named = new Map<string, boolean>();
  for (const candidate of candidates) {
    if (candidate.kind !== "turn" || named.has(candidate.author)) continue;
    named.set(candidate.author, wordsOf(candidate.author).some((word) => question.words.has(word)));
  }
  const any = [...named.values()].includes(true);
  return (candidate: Candidate): number => {
    if (candidate.kind !== "turn") return 0;
    if (any) return named.get(candidate.author) ? 1 : 0;
    if (!question.firstPerson) return 0;
    return folded(candidate.author) === question.userName || candidate.role === "user" ? 1 : 0;
  };
}

const DAY = 86_400_000;
/** People speak of a time for some weeks after it. */
const AFTERGLOW = 14 * DAY;

function dateMatch(question: Question, candidate: Candidate): number {
  const from = candidate.date.getTime();
  const to = candidate.kind === "fact" ? (candidate.validTo?.getTime() ?? from) : from;
  let best = 0;
  for (const span of question.spans) {
    if (from < span.to && to >= span.from) return 1;
    const late = from - span.to;
    if (late >= 0) best = Math.max(best, Math.exp(-late / AFTERGLOW));
    else best = Math.max(best, Math.exp(-(span.from - to) / (AFTERGLOW / 7)) / 2);
  }
  return best;
}

const TIMES =
  /\b(?:yesterday|today|tonight|tomorrow|last|next|ago|since|weekend|week|month|year|years|monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|june|july|august|september|october|november|december|\d{4})\b/i;
const PLACES = /\b(?:in|at|to|from|near|around) (?:the )?[A-Z]\p{L}+/u;
const NUMBERS = /\b(?:\d+|two|three|four|five|six|seven|eight|nine|ten|twice|dozen)\b/i;
const NAMES = /[\p{L},] [A-Z]\p{Ll}+/u;

/** Whether a text holds the kind of thing that is asked for. */
function answers(question: Question, candidate: Candidate): number {
  switch (question.expected) {
    case "time":
      return TIMES.test(candidate.text) ? 1 : 0;
    case "place":
      return PLACES.test(candidate.text) ? 1 : 0;
    case "number":
      return NUMBERS.test(candidate.text) ? 1 : 0;
    case "person":
      return NAMES.test(candidate.text) ? 1 : 0;
    default:
      return asks(candidate.text) ? 0 : 1;
  }
}

/** Whether the question names a fact's subject, attribute, value or tag. */
function slotMatch(question: Question, candidate: Candidate): number {
  if (candidate.kind !== "fact") return 0;
  const { subject, attribute, value, tags } = candidate;
  const words = wordsOf([attribute ?? "", value ?? "", subject ?? "", ...tags].join(" "));
  const hits = words.filter((word) => isContentWord(word) && question.byStem.has(stem(word)));
  return Math.min(1, hits.length / 2);
}

function cosineOf(candidate: Candidate): number | null {
  return candidate.memberships.find((member) => member.list === "vector")?.value ?? null;
}
