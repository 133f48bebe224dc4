import { stem } from "./stemmer.ts";

/** Words that say nothing about what a text is about. */
const STOP_WORDS = new Set(
  ("a about above after again against all am an and any are as at be because been before being below " +
    "between both but by can could did do does doing down during each either few for from further had " +
    "has have having he her here hers herself him himself his how i if in into is it its itself just me " +
    "more most my myself no nor not now of off on once only or other our ours ourselves out over own " +
    "same shall she should so some such than that the their theirs them themselves then there these " +
    "they this those through to too under until up upon us very was we were what when where which while " +
    "who whom whose why will with would you your yours yourself yourselves also may might must ought " +
    "let lets ok okay yes yeah hey hi hello please thanks thank oh wow ve ll re don doesn didn isn " +
    "aren wasn weren won wouldn couldn shouldn hasn haven hadn cannot s t d m").split(" "),
);

/**
 * Words that occur in any conversation. They help to order what was found, but a row that shares
 * nothing else with the question is not about it.
 */
const LIGHT_WORDS = new Set(
  ("able actually add advice ago answer anything ask away bad best better big bit call change come " +
    "compare create day default describe detail difference different easy else enough ever every " +
    "everything example explain fact far feel find first fix fun general get give go going good got " +
    "great happen help idea important instead keep kind know last later learn less like little list " +
    "live long look lot love made main make many mean mention much name need never new next nice number often old " +
    "one part people person place plan possible probably problem question read really reason recommend recent " +
    "recently remember right run said say see set short show simple small someone something soon sort " +
    "start still stop stuff suggest summarize sure take talk tell thing think time today together told tomorrow " +
    "translate true try turn two type understand use used useful usually want way week well word work " +
    "world write wrong year yesterday month cost mind hour minute second three four five line long name " +
    "point high low top start end put text sentence paragraph story poem").split(" ").map(stem),
);

/** Words of any conversation that yet name what a fact may be about, when nothing else is asked. */
const SLOT_WORDS = new Set(
  "name live work old like love plan goal learn language want play place people person birthday use"
    .split(" ").map(stem),
);

const WORDS = /[\p{L}\p{N}\p{M}]+/gu;
const MARKS = /\p{M}+/gu;
const ASCII = /^[\x20-\x7e\s]*$/;

/** Lower-case words without accents, in order. */
export function wordsOf(text: string): string[] {
  return folded(text).match(WORDS) ?? [];
}

/** Lower case without accents: the form in which words are compared. */
export function folded(text: string): string {
  const lower = text.toLowerCase();
  return ASCII.test(lower) ? lower : lower.normalize("NFD").replace(MARKS, "").normalize("NFC");
}

/** Whether a word carries content. */
export function isContentWord(word: string): boolean {
  return !STOP_WORDS.has(word);
}

/** Whether a stem belongs to the words of any conversation. */
export function isLightStem(value: string): boolean {
  return LIGHT_WORDS.has(value);
}

/** Stems of a text's content words, in order. */
export function contentStems(text: string): string[] {
  return wordsOf(text).filter(isContentWord).map(stem);
}

/** Whether a stem names what a fact may be about. */
export function isSlotStem(value: string): boolean {
  return SLOT_WORDS.has(value);
}

/** Letter trigrams of a word with its edges: `^ma`, `mar`, ... `en$`. */
export function lettersOf(word: string): string[] {
  const padded = `^${word}$`;
  const grams: string[] = [];
  for (let at = 0; at + 3 <= padded.length; at++) grams.push(padded.slice(at, at + 3));
  return grams;
}
