import type { Intent } from "./categories.ts";
import { createIntentReader } from "./intent.ts";
import { plainWords, type Token, tokenise } from "./normalise.ts";
import {
  type CompiledPattern,
  compilePattern,
  createTermIndex,
  DEFAULT_NEAR,
  type Found,
} from "./pattern.ts";
import type { Rule } from "./rules/rule.ts";

/** Longest stretch within which a hard rule has to be decided, in characters (POL-24). */
export const HARD_REACH = 64;

/** A rule that matched, where, and what the words around it say about the intent. */
export interface Match {
  rule: Rule;
  place: Found;
  intent: Intent;
}

/** Rules ready for use. */
export interface RuleBook {
  rules: readonly Rule[];
  /** Every rule of one side that matches `text`, in the order of the rules. */
  check(text: string, applies: Rule["applies"]): Match[];
  /** The hard rules among `tokens` of an answer; only places that begin at or after `from`. */
  hard(tokens: readonly Token[], from: number): { rule: Rule; place: Found } | null;
  /** What hard matches begin with, for what a growing text may still become. */
  openings: Openings;
}

/** What hard matches begin with. */
export interface Openings {
  all: readonly HardOpening[];
  /** Those whose first word `word` is, or continues where it may go on. */
  beginningWith(word: string): readonly HardOpening[];
}

/** A term a hard match may begin with. */
export interface HardOpening {
  words: string[];
  /** The last word may go on. */
  open: boolean;
  /** Most words between its begin and the end of the match. */
  near: number;
}

interface Compiled {
  rule: Rule;
  pattern: CompiledPattern;
}

/**
 * Compiles rules and runs their own examples (POL-21). Throws `RangeError` that names each rule
 * whose examples fail, so that a broken rule set never serves.
 */
export function compileRules(rules: readonly Rule[]): RuleBook {
  const index = createTermIndex();
  const compiled = rules.map((rule) => ({ rule, pattern: compilePattern(rule.pattern, index) }));
  const intents = createIntentReader(index);
  const sides = {
    input: compiled.filter(({ rule }) => rule.applies === "input"),
    output: compiled.filter(({ rule }) => rule.applies === "output"),
  };
  // Hard rules have an index of their own: they run on every piece of a streaming answer.
  const hardIndex = createTermIndex();
  const hard = rules.filter((rule) => rule.hard)
    .map((rule) => ({ rule, pattern: compilePattern(rule.pattern, hardIndex) }));

  const book: RuleBook = {
    rules,
    check(text, applies) {
      const found = index.find(tokenise(text));
      const spoken = intents.read(found);
      return sides[applies].flatMap(({ rule, pattern }) => {
        const place = pattern.match(found);
        return place ? [{ rule, place, intent: intentOf(rule, spoken) }] : [];
      });
    },
    hard(tokens, from) {
      const found = hardIndex.find(tokens);
      for (const { rule, pattern } of hard) {
        const place = pattern.match(found, { from, reach: HARD_REACH });
        if (place) return { rule, place };
      }
      return null;
    },
    openings: indexOpenings(hard.flatMap(({ rule }) => openingsOf(rule))),
  };
  const faults = compiled.flatMap((entry) => exampleFaults(entry, book));
  if (faults.length > 0) throw new RangeError(`Rules fail their examples: ${faults.join("; ")}`);
  return book;
}

/** A rule on suffering stays one whatever else is said; else the words around it decide. */
function intentOf(rule: Rule, spoken: Exclude<Intent, "help"> | null): Intent {
  return rule.asks === "help" ? "help" : spoken ?? rule.asks;
}

/** Where a hard match may begin: any group when the order is free, else the first. */
function openingsOf({ pattern }: Rule): HardOpening[] {
  const groups = pattern.ordered ? pattern.all.slice(0, 1) : pattern.all;
  // A rule of one group is complete with its term.
  const near = pattern.all.length === 1 ? 0 : pattern.near ?? DEFAULT_NEAR;
  return [...new Set(groups.flat())].map((term) => {
    const words = plainWords(term.replace(/\*$/, ""));
    return { words, open: term.endsWith("*"), near: Math.max(near, words.length) };
  });
}

/** Openings by their first word, so that a growing text asks only a few of them each time. */
function indexOpenings(all: readonly HardOpening[]): Openings {
  const goesOn = ({ words, open }: HardOpening) => open && words.length === 1;
  const whole = Map.groupBy(all, ({ words }) => words[0]!);
  const begun = Map.groupBy(all.filter(goesOn), ({ words }) => words[0]!);
  const lengths = [...new Set([...begun.keys()].map((word) => word.length))];
  return {
    all,
    beginningWith(word) {
      const found = [...whole.get(word) ?? []];
      for (const length of lengths) {
        if (length < word.length) found.push(...begun.get(word.slice(0, length)) ?? []);
      }
      return found;
    },
  };
}

function exampleFaults({ rule }: Compiled, book: RuleBook): string[] {
  const hits = (text: string) =>
    book.check(text, rule.applies).find((match) => match.rule === rule)?.place ?? null;
  const faults: string[] = [];
  if (rule.match.length < 3 || rule.noMatch.length < 3) faults.push(`${rule.id} has too few`);
  for (const text of rule.match) {
    const place = hits(text);
    if (!place) faults.push(`${rule.id} misses "${text}"`);
    else if (rule.hard && place.to - place.from > HARD_REACH) {
      faults.push(`${rule.id} needs more than ${HARD_REACH} characters for "${text}"`);
    }
  }
  for (const text of rule.noMatch) if (hits(text)) faults.push(`${rule.id} matches "${text}"`);
  return faults;
}
