import type { Question } from "./question.ts";
import { stem } from "./stemmer.ts";
import { folded, isContentWord, lettersOf, wordsLike, wordsOf } from "./text_features.ts";

/** Longer texts are read so far: what matters mostly stands at the front, and time is limited. */
const MAX_CHARS = 4_000;

/** How often something of a question occurs in a text, and how long the text is. */
export interface Counts {
  counts: number[];
  /** How long the text is, in a unit that is the same for all texts compared. */
  length: number;
}

/** What a text holds of a question. */
export interface Profile {
  terms: Counts;
  /** Terms that occur beside each other, as in `Question.pairs`. */
  pairs: Counts;
  letters: Counts;
  /** Words that belong to what the question names, as in `Question.related`. */
  related: Counts;
}

/** What a word is to the question; null stands for words that carry nothing. */
interface WordInfo {
  /** Index of the term, -1 when it is none. */
  term: number;
  /** Index among the related words, -1 when it is none. */
  related: number;
  /** Indexes of its trigrams that the question holds too. */
  letters: readonly number[];
  grams: number;
}

/** Reads texts for one question; a word seen before costs one look-up. */
export function createReader(question: Question): {
  read(text: string): Profile;
  /** The terms alone, faster. */
  readTerms(text: string): Counts;
} {
  const like = wordsLike(question.terms.map((term) => term.stem));
  const known = new Map<string, WordInfo | null>();
  const relatedIndex = new Map([...question.related.keys()].map((key, at) => [key, at]));
  const letterIndex = new Map([...question.letters.keys()].map((gram, at) => [gram, at]));
  const pairIndex = new Map<number, number>();
  question.pairs.forEach(([left, right], at) => {
    pairIndex.set(pairKey(left, right), at);
    pairIndex.set(pairKey(right, left), at);
  });

  function inform(word: string): WordInfo | null {
    const before = known.get(word);
    if (before !== undefined) return before;
    const key = stem(word);
    const term = question.byStem.get(key) ?? -1;
    const related = relatedIndex.get(key) ?? -1;
    const info = term < 0 && !isContentWord(word) ? null : describe(word, { term, related });
    known.set(word, info);
    return info;
  }

  function describe(word: string, is: { term: number; related: number }): WordInfo {
    const letters: number[] = [];
    for (const gram of lettersOf(word)) {
      const at = letterIndex.get(gram);
      if (at !== undefined) letters.push(at);
    }
    return { ...is, letters, grams: word.length };
  }

  return {
    read(text) {
      const terms = counts(question.terms.length);
      const pairs = counts(question.pairs.length);
      const letters = counts(letterIndex.size);
      const related = counts(relatedIndex.size);
      let previous = -1;
      for (const word of wordsOf(text.slice(0, MAX_CHARS))) {
        const info = inform(word);
        if (info === null) continue;
        terms.length++;
        letters.length += info.grams;
        for (const at of info.letters) letters.counts[at]!++;
        if (info.related >= 0) related.counts[info.related]!++;
        if (info.term >= 0) {
          terms.counts[info.term]!++;
          const pair = previous < 0 ? undefined : pairIndex.get(pairKey(previous, info.term));
          if (pair !== undefined) pairs.counts[pair]!++;
        }
        previous = info.term;
      }
      pairs.length = related.length = terms.length;
      return { terms, pairs, letters, related };
    },
    readTerms(text) {
      const terms = counts(question.terms.length);
      terms.length = text.length;
      if (!like) return terms;
      for (const [word] of folded(text.slice(0, MAX_CHARS)).matchAll(like)) {
        const term = question.byStem.get(stem(word));
        if (term !== undefined) terms.counts[term]!++;
      }
      return terms;
    },
  };
}

/** Nothing of a question that has `size` things to count. */
export function counts(size: number): Counts {
  return { counts: new Array<number>(size).fill(0), length: 0 };
}

const pairKey = (left: number, right: number) => left * 1_000 + right;
