import { askedSpans, type Span, wantsPast } from "./question_time.ts";
import { stem } from "./stemmer.ts";
import { folded, isContentWord, isLightStem, isSlotStem, lettersOf, wordsOf } from "./text_features.ts";

/** What is asked, as recall and search are given it. */
export interface Query {
  text: string;
  /** Former messages of the user, for a message that cannot stand alone. */
  previous?: readonly string[];
  now: Date;
  /** Name of who asks; "I" and "my" mean this person. */
  userName?: string;
}

/** A content word of a question. */
export interface Term {
  stem: string;
  /** As it was typed, for reasons. */
  word: string;
  /** 1 in the message itself, less in what came before it. */
  weight: number;
  /** Whether it occurs in any conversation, so that alone it proves nothing. */
  light: boolean;
}

/** What a question expects as its answer. */
export type Expected = "time" | "place" | "person" | "number" | null;

/** A question taken apart. */
export interface Question {
  terms: Term[];
  /** Index of each term by stem. */
  byStem: Map<string, number>;
  /** Neighbouring content words, as indexes of terms. */
  pairs: [number, number][];
  /** Letter trigrams of the content words. */
  letters: Map<string, number>;
  spans: Span[];
  past: boolean;
  expected: Expected;
  /** Words of the message in lower case, to find names in. */
  words: Set<string>;
  userName: string;
  firstPerson: boolean;
}

/** A message with fewer content words than this needs what came before it (MEM-52). */
const ALONE = 4;
const PREVIOUS_WEIGHT = 0.5;
const PRONOUN = /^\W*(?:and |but |so |or )?(?:it|its|it's|he|he's|she|she's|they|they're|them|him|her|his|their|that|that's|this|these|those|there)\b/i;
/** Long messages are searched by this many words. */
const MAX_TERMS = 40;

/** Takes a question apart. Pure: equal input gives equal output. */
export function parseQuestion(query: Query): Question {
  const own = contentWords(query.text);
  const terms = new Map<string, Term>();
  const add = (words: string[], weight: number) => {
    for (const word of words) {
      const key = stem(word);
      if (terms.has(key) || terms.size >= MAX_TERMS) continue;
      terms.set(key, { stem: key, word, weight, light: isLightStem(key) });
    }
  };
  add(own, 1);
  if (own.length < ALONE || PRONOUN.test(query.text)) {
    for (const text of query.previous ?? []) add(contentWords(text), PREVIOUS_WEIGHT);
  }
  const list = [...terms.values()];
  // "Where do I live?" has no other word to go by.
  if (list.every((term) => term.light)) {
    for (const term of list) term.light = !isSlotStem(term.stem);
  }
  const byStem = new Map(list.map((term, at) => [term.stem, at]));
  const lower = folded(query.text);
  return {
    terms: list,
    byStem,
    pairs: pairsOf(own, byStem),
    letters: lettersOfTerms(list),
    spans: askedSpans(query.text, query.now),
    past: wantsPast(query.text, query.now),
    expected: expectedAnswer(lower),
    words: new Set(wordsOf(query.text)),
    userName: folded(query.userName ?? ""),
    firstPerson: /\b(?:i|me|my|mine|myself)\b/.test(lower),
  };
}

/** Content words in order; a question of nothing else is taken by all its words. */
function contentWords(text: string): string[] {
  return wordsOf(text).filter(isContentWord);
}

function pairsOf(words: string[], byStem: Map<string, number>): [number, number][] {
  const pairs: [number, number][] = [];
  for (let at = 1; at < words.length; at++) {
    const left = byStem.get(stem(words[at - 1]!));
    const right = byStem.get(stem(words[at]!));
    if (left !== undefined && right !== undefined && left !== right) pairs.push([left, right]);
  }
  return pairs;
}

function lettersOfTerms(terms: Term[]): Map<string, number> {
  const letters = new Map<string, number>();
  for (const term of terms) {
    for (const gram of lettersOf(term.word)) {
      letters.set(gram, Math.max(letters.get(gram) ?? 0, term.weight));
    }
  }
  return letters;
}

function expectedAnswer(lower: string): Expected {
  if (/\b(?:when|what (?:day|date|month|year|time)|which (?:day|month|year)|how long|how often)\b/.test(lower)) {
    return "time";
  }
  if (/\bwhere\b|\b(?:which|what) (?:city|country|place|state|town)\b/.test(lower)) return "place";
  if (/\bwho(?:se|m)?\b/.test(lower)) return "person";
  if (/\bhow (?:many|much|old)\b/.test(lower)) return "number";
  return null;
}
