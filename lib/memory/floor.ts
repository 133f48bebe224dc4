import type { Question, Term } from "./question.ts";
import type { Measured } from "./ranking_signals.ts";
import type { Candidate } from "./ranking_types.ts";
import { COSINE_FLOOR, SHARE_FLOOR } from "./ranking_weights.ts";
import { misspelled, wordsOf } from "./text_features.ts";

/** A question of so few telling words may be answered by a word of the same kind alone. */
const KIND_ASKED = 2;

/** How a row has to do with a question: by itself, by its neighbours alone, or not at all. */
export type Relation = "own" | "neighbours" | null;

/**
 * How a row has to do with the question, if at all (MEM-57): it means much the same, or holds
 * enough of what the question is about, perhaps misspelled, itself or with its neighbours, or what
 * is asked of the asker's own life is of a kind and the row names one of it.
 *
 * @param options.topic what each term counts in what the question is about; adds up to 1
 * @param options.cosineFloor of the embedding model
 * @param options.personal whether one telling word is enough
 */
export function relationOf(
  question: Question,
  candidate: Candidate,
  { row, topic, personal, lexicalVectors, cosineFloor = COSINE_FLOOR.default }: {
    row: Measured;
    topic: readonly number[];
    personal: boolean;
    lexicalVectors: boolean;
    cosineFloor?: number | undefined;
  },
): Relation {
  const floor = lexicalVectors ? COSINE_FLOOR.lexical : cosineFloor;
  if (row.cosine !== null && row.cosine >= floor) return "own";

  // Who speaks is not what is spoken of.
  const telling = question.terms.filter((term, at) => !term.light && topic[at]! > 0);
  const inOwn = telling.filter((term) => row.own[question.byStem.get(term.stem)!]! > 0);
  // A row of the very time that is asked about needs no more than a word in common.
  const lenient = personal || (question.spans.length > 0 && row.signals.date === 1);
  const least = (terms: readonly Term[]) => lenient ? 0 : leastShare(candidate, terms);
  if (inOwn.length > 0 && row.ownShare >= least(inOwn)) return "own";

  // "What pets do I have?" is answered by a row that names one.
  if (personal && telling.length <= KIND_ASKED && row.signals.kind > 0) return "own";

  const similar = misspelledTerm(question, candidate);
  if (similar !== null && topic[similar]! >= least([question.terms[similar]!])) return "own";

  const inNear = telling.some((term) => row.near[question.byStem.get(term.stem)!]! > 0);
  const near = lenient ? SHARE_FLOOR.nearPersonal : SHARE_FLOOR.near;
  return inNear && row.nearShare >= near ? "neighbours" : null;
}

function leastShare(candidate: Candidate, terms: readonly Term[]): number {
  if (candidate.kind === "turn") return SHARE_FLOOR.turn;
  return terms.some((term) => term.name) ? SHARE_FLOOR.factByName : SHARE_FLOOR.fact;
}

/**
 * Index of the term of which a row holds a misspelling, null when there is none. Only rows that the
 * database found by their letters are read.
 */
export function misspelledTerm(question: Question, candidate: Candidate): number | null {
  if (!candidate.memberships.some((member) => member.list === "trigram")) return null;
  const words = new Set(wordsOf(candidate.text));
  const at = question.terms.findIndex((term) =>
    !term.light && [...words].some((word) => misspelled(term.word, word))
  );
  return at < 0 ? null : at;
}
