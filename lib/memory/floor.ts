import type { Question } from "./question.ts";
import type { Measured } from "./ranking_signals.ts";
import type { Candidate } from "./ranking_types.ts";
import { COSINE_FLOOR, NEIGHBOUR_FLOOR } from "./ranking_weights.ts";
import { misspelled, wordsOf } from "./text_features.ts";

/**
 * Whether a row has to do with the question at all (MEM-57): it shares a word that is not one of
 * any conversation, perhaps misspelled; or its neighbours hold a good part of the question; or it
 * means much the same.
 */
export function passesFloor(
  question: Question,
  candidate: Candidate,
  { row, lexicalVectors }: { row: Measured; lexicalVectors: boolean },
): boolean {
  if (row.cosine !== null) {
    if (row.cosine >= (lexicalVectors ? COSINE_FLOOR.lexical : COSINE_FLOOR.default)) return true;
  }
  const holds = (counts: readonly number[]) =>
    question.terms.some((term, at) => !term.light && counts[at]! > 0);
  if (holds(row.own)) return true;
  if (holds(row.near) && row.nearShare >= NEIGHBOUR_FLOOR) return true;
  return misspelledTerm(question, candidate) !== null;
}

/** The term of which a row holds a misspelling; only rows that the database found so are read. */
export function misspelledTerm(question: Question, candidate: Candidate): string | null {
  if (!candidate.memberships.some((member) => member.list === "trigram")) return null;
  const words = new Set(wordsOf(candidate.text));
  const term = question.terms.find((term) =>
    !term.light && [...words].some((word) => misspelled(term.word, word))
  );
  return term?.typed ?? null;
}
