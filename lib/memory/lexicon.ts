import { KINDS } from "./lexicon_kinds.ts";
import { FORMS, SYNONYMS } from "./lexicon_words.ts";
import { stem } from "./stemmer.ts";
import { isContentWord, isLightStem } from "./text_features.ts";

/** More words than this a question is not widened by: each costs a look into the index. */
const MAX_RELATED = 64;

/** Words that belong to each stem; built at the first question. */
let known: ReadonlyMap<string, ReadonlySet<string>> | null = null;

/**
 * Words that belong to what a question names: other forms of it, words that say much the same, things
 * of the kind. Words of any conversation are left out, they would find everything.
 *
 * @param stems what the question is about
 * @returns each word by its stem; none of them has a stem of the question
 */
export function relatedWords(stems: readonly string[]): ReadonlyMap<string, string> {
  known ??= build();
  const asked = new Set(stems);
  const related = new Map<string, string>();
  for (const one of stems) {
    for (const word of known.get(one) ?? []) {
      const key = stem(word);
      if (asked.has(key) || isLightStem(key) || related.size >= MAX_RELATED) continue;
      related.set(key, word);
    }
  }
  return related;
}

function build(): Map<string, Set<string>> {
  const built = new Map<string, Set<string>>();
  const relate = (from: readonly string[], to: readonly string[]) => {
    for (const word of from) {
      const key = stem(word);
      const words = built.get(key) ?? new Set<string>();
      for (const other of to) if (stem(other) !== key && isContentWord(other)) words.add(other);
      built.set(key, words);
    }
  };
  for (const line of linesOf(FORMS)) relate(wordsIn(line), wordsIn(line));
  for (const line of linesOf(SYNONYMS)) relate(wordsIn(line), wordsIn(line));
  for (const line of linesOf(KINDS)) {
    const [kind, members] = line.split(":");
    relate(wordsIn(kind!), wordsIn(members!));
  }
  return built;
}

const linesOf = (text: string) => text.trim().split("\n");
const wordsIn = (text: string) => text.trim().split(" ");
