import { RELATION } from "./extract_people.ts";
import { relatedWords } from "./lexicon.ts";
import { attributesOf } from "./slot_words.ts";
import { askedSpans, type Span, wantsPast } from "./question_time.ts";
import { stem } from "./stemmer.ts";
import {
  folded,
  isContentWord,
  isLightStem,
  isSlotStem,
  isTimeWord,
  lettersOf,
  typedWords,
  wordsOf,
} from "./text_features.ts";

/** What is asked, as recall and search are given it. */
export interface Query {
  text: string;
  /** Former messages of the user, for a message that cannot stand alone. */
  previous?: readonly string[];
  now: Date;
  /** Name of who asks; "I" and "my" mean this person. */
  userName?: string;
  /** Whether words without content count when there are no others: someone typed them to search. */
  literal?: boolean;
}

/** A content word of a question. */
export interface Term {
  stem: string;
  /** Lower case without accents. */
  word: string;
  /** As it was typed, for reasons. */
  typed: string;
  /** 1 in the message itself, less in what came before it. */
  weight: number;
  /** Whether it occurs in any conversation, so that alone it proves nothing. */
  light: boolean;
  /** Whether it is written like a name. */
  name: boolean;
}

/** What a question expects as its answer. */
export type Expected = "time" | "place" | "person" | "number" | null;

/** A question taken apart. */
export interface Question {
  terms: Term[];
  /** Index of each term by stem. */
  byStem: ReadonlyMap<string, number>;
  /** Words that belong to what the question names, by their stems; each has an index of its own. */
  related: ReadonlyMap<string, string>;
  /** Neighbouring content words, as indexes of terms. */
  pairs: readonly (readonly [number, number])[];
  /** Letter trigrams of the content words, with their weight. */
  letters: ReadonlyMap<number, number>;
  spans: readonly Span[];
  past: boolean;
  expected: Expected;
  /** Stems of the attributes of facts that would answer it. */
  attributes: ReadonlySet<string>;
  /** Whether the one who asks is its subject: "Where do I live?", not "Where does my sister live?". */
  ofSelf: boolean;
  /** All words of the message, to find names in. */
  words: ReadonlySet<string>;
  userName: string;
  firstPerson: boolean;
  /** Whether it is about the one who asks, or typed to search: then one telling word is enough. */
  personal: boolean;
  now: Date;
}

/** Speaks of the asker's own life; "how do I" and "tell me" ask about the world. */
const PERSONAL = new RegExp(
  "\\b(?:my|mine|our|ours|myself|ourselves)\\b|(?<!how )\\b(?:do|did|am|was|have|had) i\\b|" +
    "\\bi(?:['\u2019](?:m|ve|d)| (?:am|have|had|was|said|told|mentioned|like|love|want|need|went|live|" +
    "work|feel|got|bought|met|saw))\\b|\\b(?:remember|remind|told you|we talked|we discussed)\\b",
);

/** Asks about the one who asks and nobody of theirs. */
const OF_SELF = new RegExp(`\\bi\\b|\\b(?:my|our) (?!(?:${RELATION})\\b)`, "i");

/** A message with fewer content words than this needs what came before it (MEM-52). */
const ALONE = 4;
const PREVIOUS_WEIGHT = 0.5;
const PRONOUN =
  /^\W*(?:and |but |so |or )?(?:it|its|he|she|they|them|him|her|his|their|that|this|these|those|there)\b/i;
/** Long messages are searched by this many words. */
const MAX_TERMS = 24;

/** Takes a question apart. */
export function parseQuestion(query: Query): Question {
  const content = contentWords(query.text);
  const own = content.length === 0 && query.literal ? allWords(query.text) : content;
  const terms = new Map<string, Term>();
  const add = (words: ContentWord[], weight: number) => {
    for (const { word, typed } of words) {
      const key = stem(word);
      if (terms.has(key) || terms.size >= MAX_TERMS) continue;
      const light = isLightStem(key) || isTimeWord(word);
      terms.set(key, { stem: key, word, typed, weight, light, name: isName(typed, word) });
    }
  };
  add(own, 1);
  const lower = folded(query.text);
  const words = new Set(wordsOf(query.text));
  const attributes = attributesOf([...words].map(stem));
  // "Where do I live?" is short, and yet asks for all it wants to know.
  const whole = attributes.size > 0 && OF_SELF.test(lower);
  if (PRONOUN.test(query.text) || (own.length < ALONE && !whole)) {
    for (const text of query.previous ?? []) add(contentWords(text), PREVIOUS_WEIGHT);
  }
  const list = [...terms.values()];
  // "Where do I live?" has no other word to go by, and a search means what it says.
  if (list.every((term) => term.light)) {
    for (const term of list) term.light = !query.literal && !isSlotStem(term.stem);
  }
  const byStem = new Map(list.map((term, at) => [term.stem, at]));
  const userName = folded(query.userName ?? "");
  return {
    terms: list,
    byStem,
    related: relatedWords(list.map((term) => term.stem)),
    pairs: pairsOf(own, byStem),
    letters: lettersOfTerms(list),
    spans: askedSpans(query.text, query.now),
    past: wantsPast(query.text, query.now),
    expected: expectedAnswer(lower),
    attributes,
    ofSelf: OF_SELF.test(lower),
    words,
    userName,
    personal: query.literal === true || PERSONAL.test(lower) ||
      wordsOf(userName).some((word) => words.has(word)),
    firstPerson: /\b(?:i|me|my|mine|myself)\b/.test(lower),
    now: query.now,
  };
}

interface ContentWord {
  word: string;
  typed: string;
}

/** The words that carry content. */
function contentWords(text: string): ContentWord[] {
  return allWords(text).filter(({ word }) => isContentWord(word));
}

function allWords(text: string): ContentWord[] {
  return typedWords(text).map((typed) => ({ typed, word: folded(typed) }));
}

/** A capital letter; at the start of a message most words have one. */
function isName(typed: string, word: string): boolean {
  return typed[0] !== word[0] && /^\p{Lu}/u.test(typed);
}

function pairsOf(
  words: ContentWord[],
  byStem: ReadonlyMap<string, number>,
): [number, number][] {
  const indexes = words.map(({ word }) => byStem.get(stem(word)) ?? -1);
  const seen = new Set<string>();
  return indexes.slice(1).flatMap((right, at): [number, number][] => {
    const left = indexes[at]!;
    const key = `${Math.min(left, right)} ${Math.max(left, right)}`;
    if (left < 0 || right < 0 || left === right || seen.has(key)) return [];
    seen.add(key);
    return [[left, right]];
  });
}

function lettersOfTerms(terms: Term[]): Map<number, number> {
  const letters = new Map<number, number>();
  for (const term of terms) {
    for (const gram of lettersOf(term.word)) {
      letters.set(gram, Math.max(letters.get(gram) ?? 0, term.weight));
    }
  }
  return letters;
}

const ASKS_TIME =
  /\b(?:when|(?:what|which) (?:day|date|month|year|time)|how (?:long|often|many (?:days|weeks|months|years)))\b/;
const ASKS_PLACE = /\bwhere\b|\b(?:which|what) (?:city|country|place|state|town)\b/;

function expectedAnswer(lower: string): Expected {
  if (ASKS_TIME.test(lower)) return "time";
  if (ASKS_PLACE.test(lower)) return "place";
  if (/\bwho(?:se|m)?\b/.test(lower)) return "person";
  if (/\bhow (?:many|much|old)\b/.test(lower)) return "number";
  return null;
}
