import type { ModelMessage } from "./types.ts";

/*
 * How many tokens a model will count, without its vocabulary. Byte-pair and SentencePiece
 * vocabularies (Sennrich et al. 2016; Kudo and Richardson 2018) hold short frequent words whole,
 * cut long and foreign ones into pieces, spell digits one by one and give scripts they saw little
 * of a token per character or more. The costs below were fitted to the counts of two vocabularies,
 * Mistral's with 32,000 and cl100k with 100,000 pieces, on the prompts of testdata/prompts.ts. The
 * estimate leans towards the smaller vocabulary, which cuts finer: with the reservation factor
 * 1.15 it is an upper bound for both.
 */

/** Frame that a chat template puts around each message, in tokens. */
const PER_MESSAGE = 5;
/** Start of the prompt and opening of the answer. */
const PER_PROMPT = 3;

/** Runs of one kind: Latin words, digits, other letters one by one, spaces, line breaks, the rest. */
const RUNS = /[\p{Script=Latin}\p{M}]+|\p{Nd}+|\p{L}|\n+|[^\S\n]+|[^]/gu;

/** Cost of one letter of another script, in tokens. */
const SCRIPTS: readonly [RegExp, number][] = [
  [/\p{Script=Cyrillic}/u, 0.55],
  [/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u, 1.2],
  [/\p{Script=Hangul}/u, 1.7],
];
/** Greek, Arabic, Hebrew, Indic scripts and all others. */
const OTHER_LETTER = 1.1;

/** Frequent words that only English has: vocabularies are richest around them. */
const COMMON = new Set(
  ("the of and to is that for it with by not this are or from but which have they you were their " +
    "we can has there been if more when will would who my your what how why does did about them " +
    "than could should please its she him into time only like just know make give because let " +
    "tell explain write where")
    .split(" "),
);
/** A word this close to a frequent English one is taken for English, in words. */
const NEAR = 5;

/**
 * Estimated number of tokens of `text`, a whole number ≥ 0. Times 1.15 it is an upper bound for at
 * least 99 % of ordinary prompts (USE-22).
 */
export function estimateTokens(text: string): number {
  const runs = text.match(RUNS) ?? [];
  const words = runs.filter((run) => WORD.test(run));
  const english = nearCommon(words);
  let tokens = 0;
  let word = 0;
  let previous = "";
  for (const run of runs) {
    if (WORD.test(run)) tokens += wordCost(run, english[word++]!);
    else tokens += run === previous ? REPEATED : costOf(run);
    previous = MARK.test(run) ? run : "";
  }
  return Math.ceil(tokens);
}

/** For each word, whether a frequent English word stands within `NEAR` words of it. */
function nearCommon(words: string[]): boolean[] {
  let last = -Infinity;
  const seen = words.map((word, at) => {
    if (COMMON.has(word.toLowerCase())) last = at;
    return at - last <= NEAR;
  });
  last = Infinity;
  for (let at = words.length - 1; at >= 0; at--) {
    if (COMMON.has(words[at]!.toLowerCase())) last = at;
    seen[at] ||= last - at <= NEAR;
  }
  return words.length < NEAR ? words.map(() => true) : seen;
}

/*
 * The same long texts are counted again and again: the constitution by every prompt, the former
 * messages by every turn of a conversation, each of them several times while a prompt is fitted.
 */
const counted = new Map<string, number>();
const KEPT_TEXTS = 500;
/** Below this a text is counted faster than it is looked up and kept, in UTF-16 units. */
const KEPT_FROM = 100;
const KEPT_UP_TO = 20_000;

function countedTokens(text: string): number {
  if (text.length < KEPT_FROM || text.length > KEPT_UP_TO) return estimateTokens(text);
  let tokens = counted.get(text);
  if (tokens === undefined) tokens = estimateTokens(text);
  else counted.delete(text); // and back to the end: what is used stays
  counted.set(text, tokens);
  if (counted.size > KEPT_TEXTS) counted.delete(counted.keys().next().value!);
  return tokens;
}

/** Estimated tokens of a whole prompt, with the frame around its messages. */
export function estimateMessages(messages: readonly ModelMessage[]): number {
  return messages.reduce(
    (sum, message) => sum + PER_MESSAGE + countedTokens(message.content),
    PER_PROMPT,
  );
}

const WORD = /^[\p{Script=Latin}\p{M}]/u;
const MARK = /^[\p{P}\p{S}]$/u;
/** A mark that repeats the one before it ("-----", "...") is mostly part of one piece. */
const REPEATED = 0.3;

function costOf(run: string): number {
  if (/^\p{Nd}/u.test(run)) return run.length;
  if (run[0] === "\n") return run.length;
  // A single space belongs to the word after it; an indentation is one piece.
  if (/^\s/.test(run)) return run.length === 1 ? 0 : 1;
  if (/^\p{L}/u.test(run)) return SCRIPTS.find(([script]) => script.test(run))?.[1] ?? OTHER_LETTER;
  const code = run.codePointAt(0)!;
  return code > 0xffff ? 3 : code > 0x7f ? 1.5 : 1;
}

/** Short words are whole; further letters, and those outside ASCII, each add a part of a piece. */
function wordCost(word: string, english: boolean): number {
  // deno-lint-ignore no-control-regex -- ASCII begins with the control characters
  const marked = word.match(/[^\u0000-\u007f]/gu)?.length ?? 0;
  if (english) return 1 + Math.max(0, word.length - 4) * 0.12 + marked * 0.9;
  return 1 + Math.max(0, word.length - 3) * 0.31 + marked * 0.7;
}
