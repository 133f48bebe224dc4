import type { Question, Term } from "./question.ts";
import type { Measured } from "./ranking_signals.ts";
import type { Candidate } from "./ranking_types.ts";
import { COSINE_FLOOR, SHARE_FLOOR } from "./ranking_weights.ts";
import { misspelled, wordsOf } from "./text_features.ts";

/** A question of so few telling words may be answered by a word of the same kind alone. */
const KIND_ASKED = 2;

/**
 * Whether a row has to do with the question at all (MEM-57): it means much the same, or holds
 * enough of what the question is about, perhaps misspelled, itself or with its neighbours, or what
 * is asked of the asker's own life is of a kind and the row names one of it.
 *
 * @param options.topic what each term counts in what the question is about; adds up to 1
 * @param options.personal whether one telling word is enough
 */
export function passesFloor(
  question: Question,
  candidate: Candidate,
  { row, topic, personal, lexicalVectors }: {
    row: Measured;
    topic: readonly number[];
    personal: boolean;
    lexicalVectors: boolean;
  },
): boolean {
  const floor = lexicalVectors ? COSINE_FLOOR.lexical : COSINE_FLOOR.default;
  if (row.cosine !== null && row.cosine >= floor) return true;

  // Who speaks is not what is spoken of.
  const telling = question.terms.filter((term, at) => !term.light && topic[at]! > 0);
  const inOwn = telling.filter((term) => row.own[question.byStem.get(term.stem)!]! > 0);
  // A row of the very time that is asked about needs no more than a word in common.
  const lenient = personal || (question.spans.length > 0 && row.signals.date === 1);
  const least = (terms: readonly Term[]) => lenient ? 0 : leastShare(candidate, terms);
  if (inOwn.length > 0 && row.ownShare >= least(inOwn)) return true;

  // "What pets do I have?" is answered by a row that names one.
  if (personal && telling.length <= KIND_ASKED && row.signals.kind > 0) return true;

  const inNear = telling.some((term) => row.near[question.byStem.get(term.stem)!]! > 0);
  const near = lenient ? SHARE_FLOOR.nearPersonal : SHARE_FLOOR.near;
  if (inNear && row.nearShare >= near) return true;

  const similar = misspelledTerm(question, candidate);
  return similar !== null && topic[similar]! >= least([question.terms[similar]!]);
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
