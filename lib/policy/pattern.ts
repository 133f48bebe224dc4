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
  id: number;
  words: string[];
  /** The last word may go on. */
  open: boolean;
}

/** Terms of all patterns, looked up together in one pass over a text. */
export interface TermIndex {
  /** The number of a term; equal terms share it. */
  add(term: string): number;
  /** Every term found, by number, in the order of the text. */
  find(tokens: readonly Token[]): Map<number, Found[]>;
}

const SHORTEST_OPEN = 3;
/** Fewest letters of a term that is looked for among letters that stand apart. */
const SHORTEST_HIDDEN = 4;

/** An empty index. */
export function createTermIndex(): TermIndex {
  const ids = new Map<string, number>();
  const exact = new Map<string, Term[]>();
  const open = new Map<string, Term[]>();
  const squeezed: { term: Term; letters: string }[] = [];

  function candidates(word: string): Term[] {
    const found = [...(exact.get(word) ?? [])];
    for (let n = SHORTEST_OPEN; n <= word.length; n++) {
      found.push(...(open.get(word.slice(0, n)) ?? []));
    }
    return found;
  }

  function note(found: Map<number, Found[]>, id: number, place: Found) {
    const list = found.get(id);
    if (list) list.push(place);
    else found.set(id, [place]);
  }

  return {
    add(term) {
      const key = term.toLowerCase();
      const known = ids.get(key);
      if (known !== undefined) return known;
      const entry = {
        id: ids.size,
        words: plainWords(key.replace(/\*$/, "")),
        open: key.endsWith("*"),
      };
      if (entry.words.length === 0) throw new RangeError(`The term "${term}" has no word`);
      ids.set(key, entry.id);
      const table = entry.open && entry.words.length === 1 ? open : exact;
      const first = entry.words[0]!;
      table.set(first, [...(table.get(first) ?? []), entry]);
      const letters = entry.words.join("");
      if (letters.length >= SHORTEST_HIDDEN) squeezed.push({ term: entry, letters });
      return entry.id;
    },
    find(tokens) {
      const found = new Map<number, Found[]>();
      tokens.forEach((token, index) => {
        for (const reading of token.readings) {
          const place = { at: token.at, end: reading.end, from: token.from, to: reading.to };
          for (const term of candidates(reading.word)) {
            const whole = extend(term, { tokens, index, reading });
            if (whole) note(found, term.id, { ...place, ...whole });
          }
          if (!reading.run) continue;
          for (const { term, letters } of squeezed) {
            if (reading.word.includes(letters)) note(found, term.id, { ...place, end: token.at });
          }
        }
      });
      return found;
    },
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
  match(
    found: ReadonlyMap<number, Found[]>,
    within?: { from: number; reach: number },
  ): Found | null;
}

/** Compiles a pattern, with its terms entered in `index`. */
export function compilePattern(pattern: Pattern, index: TermIndex): CompiledPattern {
  const groups = pattern.all.map((terms) => terms.map((term) => index.add(term)));
  const lifting = (pattern.unless ?? []).map((term) => index.add(term));
  const near = pattern.near ?? DEFAULT_NEAR;
  return {
    match(found, within) {
      const places = groups.map((ids) => placesOf(ids, found));
      if (places.some((list) => list.length === 0)) return null;
      const lifted = placesOf(lifting, found);
      for (const start of places[0]!) {
        const whole = gather(start, { rest: places.slice(1), near, ordered: pattern.ordered });
        if (whole && fits(whole, within) && !isLifted(whole, lifted, pattern.growing)) return whole;
      }
      return null;
    },
  };
}

function fits(whole: Found, within: { from: number; reach: number } | undefined): boolean {
  return !within || (whole.from >= within.from && whole.to - whole.from <= within.reach);
}

function placesOf(ids: readonly number[], found: ReadonlyMap<number, Found[]>): Found[] {
  return ids.flatMap((id) => found.get(id) ?? []).sort((a, b) => a.at - b.at);
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
