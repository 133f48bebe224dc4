import { stem } from "./stemmer.ts";

/** Words that say nothing about what a text is about. */
const STOP_WORDS = new Set(
  ("a about above after again against all am an and any are as at be because been before being " +
    "below between both but by can could did do does doing down during each either few for from " +
    "further had has have having he her here hers herself him himself his how i if in into is it " +
    "its itself just me more most my myself no nor not now of off on once only or other our ours " +
    "ourselves out over own same shall she should so some such than that the their theirs them " +
    "themselves then there these they this those through to too under until up upon us very was " +
    "we were what when where which while who whom whose why will with would you your yours " +
    "yourself yourselves also may might must ought let lets ok okay yes yeah hey hi hello please " +
    "thanks thank oh wow ve ll re don doesn didn isn aren wasn weren won wouldn couldn shouldn " +
    "hasn haven hadn cannot s t d m " +
    "across along among another around however since till within without yet per via even").split(
      " ",
    ),
);

/**
 * Words of any conversation. They help to order what was found, but a row that shares nothing else
 * with the question is not about it.
 */
const LIGHT_WORDS = stems(
  "able actually add advice ago answer anything ask away bad became began best better big " +
    "bit bought bring brought call came cause change come compare cost create day decide " +
    "default describe detail difference different discuss easy else end enough ever every " +
    "everything example explain fact far fast feel felt find first five fix found four fun " +
    "gave general get give go going good got great happen heard help high hope hour idea " +
    "important instead interesting joke keep kept kind knew know last later learn left less " +
    "life like line list little live long look lot love low made main make many mean meaning " +
    "meant mention met mind minute month much name need never new next nice number often old " +
    "one paragraph part people person place plan poem point possible probably problem put " +
    "question read really reason recently recommend remember right run said saw say second " +
    "see sentence set short show simple small someone something soon sort sound spend spent " +
    "start still stop story stuff suggest summarize sure take talk tell text thing think " +
    "thought three time today together told tomorrow took top translate tried true try turn " +
    "two type understand use used useful usually want way week well word work world write " +
    "wrong year yesterday",
);

/** Light words that yet name what a fact may be about, when a question has no other word. */
const SLOT_WORDS = stems(
  "birthday language learn like live love name old people person place plan use want work",
);

function stems(words: string): ReadonlySet<string> {
  return new Set(words.split(" ").map(stem));
}

const WORDS = /[\p{L}\p{N}\p{M}]+/gu;
const ASCII_WORDS = /[a-z0-9]+/g;
const MARKS = /\p{M}+/gu;
/** Nothing beyond ASCII but typographic marks, which end words as well. */
const PLAIN = /^[\x20-\x7e\s\u00a0\u2010-\u2027]*$/;

/** Lower-case words without accents, in order. */
export function wordsOf(text: string): string[] {
  const lower = text.toLowerCase();
  if (PLAIN.test(lower)) return lower.match(ASCII_WORDS) ?? [];
  return unaccented(lower).match(WORDS) ?? [];
}

/**
 * Finds words that may have one of the given stems, as an expression for {@link folded} texts; a
 * match is to be stemmed. An ending may change a stem's last letter ("happi", "happy").
 */
export function wordsLike(stems: readonly string[]): RegExp | null {
  if (stems.length === 0) return null;
  const starts = stems.map((value) => value.length > 3 ? value.slice(0, -1) : value).join("|");
  return /^[a-z0-9|]*$/.test(starts)
    ? new RegExp(`\\b(?:${starts})[a-z0-9]*`, "g")
    : new RegExp(`(?<![\\p{L}\\p{N}])(?:${starts})[\\p{L}\\p{N}\\p{M}]*`, "gu");
}

/** Words as they were typed, in order. */
export function typedWords(text: string): string[] {
  return text.normalize("NFC").match(WORDS) ?? [];
}

/** Lower case without accents: the form in which words are compared. */
export function folded(text: string): string {
  const lower = text.toLowerCase();
  return PLAIN.test(lower) ? lower : unaccented(lower);
}

function unaccented(lower: string): string {
  return lower.normalize("NFD").replace(MARKS, "").normalize("NFC");
}

/** Whether a word carries content. */
export function isContentWord(word: string): boolean {
  return !STOP_WORDS.has(word);
}

/** Whether a stem belongs to the words of any conversation. */
export function isLightStem(value: string): boolean {
  return LIGHT_WORDS.has(value);
}

const TIME_WORD = new RegExp(
  "^(?:\\d{1,2}(?:st|nd|rd|th)?|(?:19|20)\\d\\d|january|february|march|april|june|july|august|" +
    "september|october|november|december|(?:mon|tues|wednes|thurs|fri|satur|sun)day|morning|" +
    "evening|night|tonight|weekend|spring|summer|autumn|winter)$",
);

/** Whether a word tells a time: it fits dates, but two texts of one time need share nothing else. */
export function isTimeWord(word: string): boolean {
  return TIME_WORD.test(word);
}

/** Whether a light stem names what a fact may be about. */
export function isSlotStem(value: string): boolean {
  return SLOT_WORDS.has(value);
}

/** Stems of a text's content words, in order. */
export function contentStems(text: string): string[] {
  return wordsOf(text).filter(isContentWord).map(stem);
}

/** Letter trigrams of a word with its edges (`^ma`, `mar`, ... `en$`), each as one number. */
export function lettersOf(word: string): number[] {
  const grams: number[] = [];
  let left = 1; // the edge
  let middle = word.charCodeAt(0) & 1023;
  for (let at = 1; at <= word.length; at++) {
    const right = at < word.length ? word.charCodeAt(at) & 1023 : 2;
    grams.push((left << 20) | (middle << 10) | right);
    left = middle;
    middle = right;
  }
  return grams;
}

/**
 * Whether two words are one misspelled: a letter more, less, other or swapped, two of them in long
 * words (optimal string alignment, Damerau 1964).
 */
export function misspelled(a: string, b: string): boolean {
  const most = Math.min(a.length, b.length) >= 8 ? 2 : 1;
  if (a.length < 4 || b.length < 4 || Math.abs(a.length - b.length) > most) return false;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const other = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + other);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, before[j - 2]! + 1);
      }
      row.push(cost);
    }
    before = last;
    last = row;
  }
  return last[b.length]! <= most;
}
