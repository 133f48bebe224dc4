import { plainWords, type Reading, type Token } from "./normalise.ts";

/**
 * What a rule looks for, as data: one term of each group, near each other. A term is a word or a
 * phrase; a star at its end stands for any ending ("kill*"). No regular expressions, so that the
 * work grows with the text and never faster.
 */
export interface Pattern {
  all: readonly (readonly string[])[];
  /** Most words between the first and the last of them; default 10. */
  near?: number;
  /** Whether the groups have to come in their order. */
  ordered?: boolean;
  /** Terms that lift a match when they stand within {@link UNLESS_REACH} words of it. */
  unless?: readonly string[];
  /**
   * For a text that is still growing: only exceptions before the match count, within
   * {@link HARD_UNLESS_REACH} words, so that what follows cannot change the outcome.
   */
  growing?: true;
}

/** Reach of the exceptions around a match, in words. */
export const UNLESS_REACH = 14;
/** The same for a growing text. */
export const HARD_UNLESS_REACH = 9;
/** Most words a match spans when its pattern does not say. */
export const DEFAULT_NEAR = 10;

/** Where a term or a pattern stands. Positions in words, span in code points. */
export interface Found {
  at: number;
  end: number;
  from: number;
  to: number;
}

interface Term {
  words: string[];
  /** The last word may go on. */
  open: boolean;
  /** The groups it belongs to. */
  groups: number[];
}

/** Places by group, each list in the order of the text. */
export type Places = ReadonlyMap<number, Found[]>;

/** Groups of terms of all patterns, looked up together in one pass over a text. */
export interface TermIndex {
  /** The number of a group of terms; equal groups share it. */
  add(terms: readonly string[]): number;
  /** Every place where a term of a group stands. */
  find(tokens: readonly Token[]): Places;
}

const SHORTEST_OPEN = 3;
/** Fewest letters of a term that is looked for among letters that stand apart. */
const SHORTEST_HIDDEN = 4;

const NO_TERMS: readonly Term[] = [];

/** An empty index. */
export function createTermIndex(): TermIndex {
  const groups = new Map<string, number>();
  const terms = new Map<string, Term>();
  const exact = new Map<string, Term[]>();
  const open = new Map<string, Term[]>();
  let longestOpen = 0;
  const squeezed: { term: Term; letters: string }[] = [];

  function enter(text: string): Term {
    const key = text.toLowerCase();
    const known = terms.get(key);
    if (known) return known;
    const words = plainWords(key.replace(/\*$/, ""));
    if (words.length === 0) throw new RangeError(`The term "${text}" has no word`);
    const term: Term = { words, open: key.endsWith("*"), groups: [] };
    terms.set(key, term);
    if (term.open) longestOpen = Math.max(longestOpen, words[0]!.length);
    const table = term.open && words.length === 1 ? open : exact;
    const list = table.get(words[0]!);
    if (list) list.push(term);
    else table.set(words[0]!, [term]);
    const letters = words.join("");
    if (letters.length >= SHORTEST_HIDDEN) squeezed.push({ term, letters });
    return term;
  }

  /** Terms that may begin with `word`. */
  function candidates(word: string): readonly Term[] {
    const found = [...(exact.get(word) ?? [])];
    const most = Math.min(word.length, longestOpen);
    for (let n = SHORTEST_OPEN; n <= most; n++) {
      const longer = open.get(word.slice(0, n));
      if (longer) found.push(...longer);
    }
    return found.length === 0 ? NO_TERMS : found;
  }

  function find(tokens: readonly Token[]): Places {
    const places = new Map<number, Found[]>();
    const known = new Map<string, readonly Term[]>(); // words come again and again
    const note = (term: Term, place: Found) => {
      for (const group of term.groups) {
        const list = places.get(group);
        if (list) list.push(place);
        else places.set(group, [place]);
      }
    };
    for (let index = 0; index < tokens.length; index++) {
      const token = tokens[index]!;
      const { at, from } = token;
      for (const reading of token.readings) {
        const { word } = reading;
        let starting = known.get(word);
        if (starting === undefined) known.set(word, starting = candidates(word));
        for (const term of starting) {
          const whole = extend(term, { tokens, index, reading });
          if (whole) note(term, { at, end: whole.end, from, to: whole.to });
        }
        if (reading.run === undefined) continue;
        const place = { at, end: at, from, to: reading.to };
        for (const { term, letters } of squeezed) if (word.includes(letters)) note(term, place);
      }
    }
    return places;
  }

  return {
    add(group) {
      const key = group.join("\n");
      const known = groups.get(key);
      if (known !== undefined) return known;
      const id = groups.size;
      groups.set(key, id);
      for (const term of new Set(group.map(enter))) term.groups.push(id);
      return id;
    },
    find,
  };
}

/** Where a term that begins at a token ends; null when its further words do not follow. */
function extend(
  term: Term,
  { tokens, index, reading }: { tokens: readonly Token[]; index: number; reading: Reading },
): { end: number; to: number } | null {
  let last = reading;
  let next = index + reading.covers;
  for (let n = 1; n < term.words.length; n++) {
    const wanted = term.words[n]!;
    const ending = term.open && n === term.words.length - 1;
    const fitting = tokens[next]?.readings.find(({ word }) =>
      ending ? word.startsWith(wanted) : word === wanted
    );
    if (!fitting) return null;
    last = fitting;
    next += fitting.covers;
  }
  return { end: last.end, to: last.to };
}

/** A pattern ready for use. */
export interface CompiledPattern {
  /**
   * The first place where it matches, null when nowhere; only one that begins at code point `from`
   * or later and is at most `reach` code points long.
   */
  match(places: Places, within?: { from: number; reach: number }): Found | null;
}

const NONE: Found[] = [];

/** Compiles a pattern, with its terms entered in `index`. */
export function compilePattern(pattern: Pattern, index: TermIndex): CompiledPattern {
  const groups = pattern.all.map((terms) => index.add(terms));
  const lifting = pattern.unless ? index.add(pattern.unless) : null;
  const near = pattern.near ?? DEFAULT_NEAR;
  return {
    match(places, within) {
      const first = places.get(groups[0]!);
      if (!first) return null;
      const rest = groups.slice(1).map((group) => places.get(group) ?? NONE);
      if (rest.includes(NONE)) return null;
      const lifted = (lifting === null ? undefined : places.get(lifting)) ?? NONE;
      for (const start of first) {
        const whole = gather(start, { rest, near, ordered: pattern.ordered });
        if (whole && fits(whole, within) && !isLifted(whole, lifted, pattern.growing)) return whole;
      }
      return null;
    },
  };
}

function fits(whole: Found, within: { from: number; reach: number } | undefined): boolean {
  return !within || (whole.from >= within.from && whole.to - whole.from <= within.reach);
}

/** Whether an exception stands near enough. */
function isLifted(whole: Found, lifted: Found[], growing?: true): boolean {
  const first = lifted[firstFrom(lifted, whole.at - (growing ? HARD_UNLESS_REACH : UNLESS_REACH))];
  return first !== undefined && first.at <= (growing ? whole.end : whole.end + UNLESS_REACH);
}

/** Index of the first place at or after position `at`, found by halving. */
function firstFrom(places: Found[], at: number): number {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (places[middle]!.at < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Extends `start` by the nearest place of each further group. */
function gather(
  start: Found,
  { rest, near, ordered }: { rest: Found[][]; near: number; ordered?: boolean },
): Found | null {
  let whole = start;
  for (const places of rest) {
    const next = nearest(whole, places, ordered);
    if (!next) return null;
    whole = {
      at: Math.min(whole.at, next.at),
      end: Math.max(whole.end, next.end),
      from: Math.min(whole.from, next.from),
      to: Math.max(whole.to, next.to),
    };
    if (whole.end - whole.at > near) return null;
  }
  return whole;
}

/** The place nearest to `whole`; behind it when the order counts. */
function nearest(whole: Found, places: Found[], ordered?: boolean): Found | null {
  const index = firstFrom(places, ordered ? whole.end + 1 : whole.at);
  const after = places[index] ?? null;
  const before = ordered ? null : places[index - 1] ?? null;
  if (!after || !before) return after ?? before;
  return after.at - whole.end <= whole.at - before.end ? after : before;
}
