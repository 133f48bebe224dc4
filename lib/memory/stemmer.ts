/*
 * English stemming after M. F. Porter, "An algorithm for suffix stripping" (Program 14, 1980). Words
 * of other languages mostly pass unchanged, so that they match in the form they were written in.
 */

/** Suffixes of steps 2 to 4 in the order they are tried, with what takes their place. */
const STEP_2: Suffixes = [
  ["ational", "ate"],
  ["tional", "tion"],
  ["ization", "ize"],
  ["fulness", "ful"],
  ["ousness", "ous"],
  ["iveness", "ive"],
  ["biliti", "ble"],
  ["entli", "ent"],
  ["ousli", "ous"],
  ["ation", "ate"],
  ["alism", "al"],
  ["aliti", "al"],
  ["iviti", "ive"],
  ["enci", "ence"],
  ["anci", "ance"],
  ["izer", "ize"],
  ["abli", "able"],
  ["alli", "al"],
  ["ator", "ate"],
  ["logi", "log"],
  ["eli", "e"],
];
const STEP_3: Suffixes = [
  ["icate", "ic"],
  ["ative", ""],
  ["alize", "al"],
  ["iciti", "ic"],
  ["ical", "ic"],
  ["ness", ""],
  ["ful", ""],
];
const STEP_4: Suffixes =
  "ement ance ence able ible ment ant ent ion ism ate iti ous ive ize al er ic ou"
    .split(" ").map((suffix) => [suffix, ""] as const);

type Suffixes = readonly (readonly [suffix: string, replacement: string])[];

/** Stems seen before; words repeat so often that most never reach the algorithm. */
const known = new Map<string, string>();
const KNOWN_MAX = 20_000;

/** The stem of a lower-case word. */
export function stem(word: string): string {
  const before = known.get(word);
  if (before !== undefined) return before;
  const result = /^[a-z]{3,}$/.test(word) ? porter(word) : word;
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(word, result);
  return result;
}

function porter(word: string): string {
  let w = pastAndParticiple(plural(word));
  if (w.endsWith("y") && hasVowel(w.slice(0, -1))) w = w.slice(0, -1) + "i";
  w = replaceSuffix(w, STEP_2, 1);
  w = replaceSuffix(w, STEP_3, 1);
  w = replaceSuffix(w, STEP_4, 2);
  return tidyEnd(w);
}

/** Step 1a. */
function plural(w: string): string {
  if (w.endsWith("sses") || w.endsWith("ies")) return w.slice(0, -2);
  return w.endsWith("s") && !w.endsWith("ss") ? w.slice(0, -1) : w;
}

/** Step 1b. */
function pastAndParticiple(w: string): string {
  if (w.endsWith("eed")) return measure(w.slice(0, -3)) > 0 ? w.slice(0, -1) : w;
  const cut = w.endsWith("ed") ? 2 : w.endsWith("ing") ? 3 : 0;
  if (cut === 0 || !hasVowel(w.slice(0, -cut))) return w;
  const rest = w.slice(0, -cut);
  if (/(?:at|bl|iz)$/.test(rest)) return rest + "e";
  if (doubled(rest) && !/[lsz]$/.test(rest)) return rest.slice(0, -1);
  return measure(rest) === 1 && shortSyllable(rest) ? rest + "e" : rest;
}

function replaceSuffix(w: string, suffixes: Suffixes, least: number): string {
  for (const [suffix, replacement] of suffixes) {
    if (!w.endsWith(suffix)) continue;
    const rest = w.slice(0, -suffix.length);
    if (measure(rest) < least) return w;
    if (suffix === "ion" && !/[st]$/.test(rest)) return w;
    return rest + replacement;
  }
  return w;
}

/** Step 5. */
function tidyEnd(w: string): string {
  if (w.endsWith("e")) {
    const rest = w.slice(0, -1);
    const m = measure(rest);
    if (m > 1 || (m === 1 && !shortSyllable(rest))) return rest;
  }
  return w.endsWith("ll") && measure(w) > 1 ? w.slice(0, -1) : w;
}

function isVowel(w: string, at: number): boolean {
  const letter = w[at]!;
  if (letter === "y") return at > 0 && !isVowel(w, at - 1);
  return "aeiou".includes(letter);
}

function hasVowel(w: string): boolean {
  for (let at = 0; at < w.length; at++) if (isVowel(w, at)) return true;
  return false;
}

/** How often a vowel is followed by a consonant: the number of syllables, roughly. */
function measure(w: string): number {
  let count = 0;
  for (let at = 1; at < w.length; at++) if (!isVowel(w, at) && isVowel(w, at - 1)) count++;
  return count;
}

function doubled(w: string): boolean {
  return w.length > 1 && w.at(-1) === w.at(-2) && !isVowel(w, w.length - 1);
}

/** Ends in consonant, vowel, consonant, the last none of w, x, y. */
function shortSyllable(w: string): boolean {
  const n = w.length;
  return n >= 3 && !isVowel(w, n - 1) && isVowel(w, n - 2) && !isVowel(w, n - 3) &&
    !/[wxy]$/.test(w);
}
