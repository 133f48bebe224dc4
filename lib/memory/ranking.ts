/**
 * The one ranking of recall and search, over facts and turns together (MEM-50). Pure: candidates
 * and time come in, an order with its reasons goes out.
 */
import { passesFloor } from "./floor.ts";
import type { Question } from "./question.ts";
import { measure, type Measured } from "./ranking_signals.ts";
import type { Candidate, FactCandidate } from "./ranking_types.ts";
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
export type { Candidate, FactCandidate, Membership, TurnCandidate } from "./ranking_types.ts";
export { RANKING_WEIGHTS_VERSION };

/** A candidate in its place. */
export interface Ranked {
  candidate: Candidate;
  /** 0..1. */
  score: number;
  /** Largest first; their amounts add up to the score. */
  parts: ScorePart[];
  /** Why it was found, in words. */
  reasons: string[];
  /** Whether it is related to the question at all (MEM-57). */
  related: boolean;
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
 */
export function rank(
  question: Question,
  candidates: readonly Candidate[],
  options: { lexicalVectors: boolean },
): Ranked[] {
  const { rows, termWeights } = measure(question, candidates);
  const weights = weightsFor(candidates, options);
  const top = Object.fromEntries(
    SIGNALS.map((signal) => [signal, Math.max(0, ...rows.map((row) => row.signals[signal]))]),
  ) as Record<Signal, number>;
  return candidates.map((candidate, at): Ranked => {
    const row = rows[at]!;
    const parts = [
      ...likenessParts(candidate, { row, top, weights }),
      ...smallParts(question, candidate),
    ].filter((part) => part.amount > 0).sort((a, b) => b.amount - a.amount);
    return {
      candidate,
      score: parts.reduce((sum, part) => sum + part.amount, 0),
      parts,
      reasons: reasonsOf(question, candidate, { row, termWeights, parts }),
      related: passesFloor(question, candidate, { row, lexicalVectors: options.lexicalVectors }),
    };
  }).sort(inOrder);
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
    const value = top[name] > 0 ? row.signals[name] / top[name] : 0;
    const rank = candidate.memberships.find((member) => member.list === LISTED[name])?.place;
    return {
      name,
      ...(rank === undefined ? {} : { rank }),
      value,
      weight: weights[name],
      amount: value * weights[name],
    };
  });
}

/** Recency of both kinds, and of facts what is known about them (MEM-55). */
function smallParts(question: Question, candidate: Candidate): ScorePart[] {
  const values: [keyof typeof SMALL_TERMS, number][] = [["recency", recency(question, candidate)]];
  if (candidate.kind === "fact") {
    values.push(
      ["confidence", candidate.confidence],
      ["access", Math.min(1, Math.log(1 + candidate.accessCount) / Math.log(21))],
      ["pin", candidate.pinned ? 1 : 0],
    );
  }
  return values.map(([name, value]) => {
    const weight = SMALL_TERMS[name];
    return { name, value, weight, amount: value * weight };
  });
}

function recency(question: Question, candidate: Candidate): number {
  const age = Math.max(0, question.now.getTime() - candidate.date.getTime()) / DAY;
  return 2 ** (-age / (candidate.kind === "fact" ? halfLife(candidate) : HALF_LIFE_DAYS.other));
}

function halfLife(fact: FactCandidate): number {
  if (fact.tier === "itm") return HALF_LIFE_DAYS.itm;
  return fact.source === "first_hand" ? HALF_LIFE_DAYS.ltmFirstHand : HALF_LIFE_DAYS.other;
}
