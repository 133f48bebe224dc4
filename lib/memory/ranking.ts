/**
 * The one ranking of recall and search, over facts and turns together (MEM-50). Pure: candidates
 * and time come in, an order with its reasons goes out.
 */
import { type Relation, relationOf } from "./floor.ts";
import type { Question } from "./question.ts";
import { measure, type Measured } from "./ranking_signals.ts";
import type { Candidate, Corpus, FactCandidate } from "./ranking_types.ts";
import {
  HALF_LIFE_DAYS,
  LIKENESS_SHARE,
  RANKING_WEIGHTS_VERSION,
  type Signal,
  SIGNAL_WEIGHTS,
  SIGNALS,
  SMALL_TERMS,
} from "./ranking_weights.ts";
import { reasonsOf } from "./reasons.ts";
import type { ScorePart } from "./types.ts";

export { parseQuestion, type Query, type Question } from "./question.ts";
export { wantsPast } from "./question_time.ts";
export type {
  Candidate,
  Corpus,
  FactCandidate,
  Membership,
  TurnCandidate,
} from "./ranking_types.ts";
export { RANKING_WEIGHTS_VERSION };

/** A candidate in its place. */
export interface Ranked {
  candidate: Candidate;
  /** 0..1. */
  score: number;
  /** Whether it is related to the question at all (MEM-57). */
  related: boolean;
  /** What that is by. */
  relation: Relation;
  /** What the score is made of, and why the row was found, in words. */
  explain(): Explanation;
}

/** Why a candidate has its place. */
export interface Explanation {
  /** Largest first; their amounts add up to the score. */
  parts: ScorePart[];
  reasons: string[];
}

const DAY = 86_400_000;
const LISTED: Partial<Record<Signal, Candidate["memberships"][number]["list"]>> = {
  full_text: "full_text",
  trigram: "trigram",
  slot: "slot",
  vector: "vector",
};

/**
 * Ranks candidates, best first; equal scores by date, the later first, then by id (MEM-60).
 *
 * @param options.lexicalVectors whether the vectors are hashed words, which say nothing new where
 *   words were found
 * @param options.cosineFloor from which the embedding model's vectors alone relate a row (MEM-57)
 * @param options.corpus how common the question's terms are among all rows
 */
export function rank(
  question: Question,
  candidates: readonly Candidate[],
  options: { lexicalVectors: boolean; cosineFloor?: number | undefined; corpus: Corpus },
): Ranked[] {
  const { rows, topic, personal } = measure(question, candidates, options.corpus);
  const weights = weightsFor(candidates, options);
  const top = Object.fromEntries(
    // A measure that is 0 everywhere adds 0 to every row, whatever it is divided by.
    SIGNALS.map((name) => [name, Math.max(...rows.map((row) => row.signals[name])) || 1]),
  ) as Record<Signal, number>;
  return candidates.map((candidate, at): Ranked => {
    const row = rows[at]!;
    const small = smallTerms(question, candidate);
    let score = 0;
    for (const name of SIGNALS) score += (row.signals[name] / top[name]) * weights[name];
    for (const [name, value] of small) score += SMALL_TERMS[name] * value;
    const relation = relationOf(question, candidate, { row, topic, personal, ...options });
    return {
      candidate,
      score,
      related: relation !== null,
      relation,
      explain() {
        const parts = [
          ...likenessParts(candidate, { row, top, weights }),
          ...small.map(([name, value]) => part(name, value, SMALL_TERMS[name])),
        ].filter(({ amount }) => amount > 0).sort((a, b) => b.amount - a.amount);
        return { parts, reasons: reasonsOf(question, candidate, { row, topic, parts }) };
      },
    };
  }).sort(inOrder);
}

function part(name: string, value: number, weight: number): ScorePart {
  return { name, value, weight, amount: value * weight };
}

/** The order of results: score, then the later date, then id. */
export function inOrder(a: Ranked, b: Ranked): number {
  return b.score - a.score || b.candidate.date.getTime() - a.candidate.date.getTime() ||
    (a.candidate.id < b.candidate.id ? -1 : 1);
}

/** The weights of a question's measures, scaled so that a row that leads in all of them earns the whole share. */
function weightsFor(
  candidates: readonly Candidate[],
  { lexicalVectors }: { lexicalVectors: boolean },
): Record<Signal, number> {
  const has = (list: string) =>
    candidates.some((candidate) => candidate.memberships.some((member) => member.list === list));
  const silent = new Set<Signal>();
  if (!has("vector") || (lexicalVectors && has("full_text"))) silent.add("vector");
  if (!candidates.some((candidate) => candidate.kind === "fact")) silent.add("slot");
  const sum = SIGNALS.reduce((n, name) => n + (silent.has(name) ? 0 : SIGNAL_WEIGHTS[name]), 0);
  return Object.fromEntries(
    SIGNALS.map((name) => [
      name,
      silent.has(name) ? 0 : SIGNAL_WEIGHTS[name] * LIKENESS_SHARE / sum,
    ]),
  ) as Record<Signal, number>;
}

function likenessParts(
  candidate: Candidate,
  { row, top, weights }: {
    row: Measured;
    top: Record<Signal, number>;
    weights: Record<Signal, number>;
  },
): ScorePart[] {
  return SIGNALS.map((name) => {
    const rank = candidate.memberships.find((member) => member.list === LISTED[name])?.place;
    const likeness = part(name, row.signals[name] / top[name], weights[name]);
    return rank === undefined ? likeness : { ...likeness, rank };
  });
}

/** Recency of both kinds, and of facts what is known about them (MEM-55). */
function smallTerms(
  question: Question,
  candidate: Candidate,
): [name: keyof typeof SMALL_TERMS, value: number][] {
  const terms: ReturnType<typeof smallTerms> = [["recency", recency(question, candidate)]];
  if (candidate.kind === "fact") {
    const { confidence, accessCount, pinned } = candidate;
    terms.push(
      ["confidence", confidence],
      ["access", Math.min(1, Math.log(1 + accessCount) / Math.log(21))],
      ["pin", pinned ? 1 : 0],
    );
  }
  return terms;
}

function recency(question: Question, candidate: Candidate): number {
  const age = Math.max(0, question.now.getTime() - candidate.date.getTime()) / DAY;
  return 2 ** (-age / (candidate.kind === "fact" ? halfLife(candidate) : HALF_LIFE_DAYS.other));
}

function halfLife(fact: FactCandidate): number {
  if (fact.tier === "itm") return HALF_LIFE_DAYS.itm;
  return fact.source === "first_hand" ? HALF_LIFE_DAYS.ltmFirstHand : HALF_LIFE_DAYS.other;
}
