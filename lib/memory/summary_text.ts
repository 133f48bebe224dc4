import { codePoints, shorten } from "@/lib/platform/text.ts";
import { FORGET, NO_CLAIM } from "./extract.ts";
import { clausesOf } from "./extract_clauses.ts";
import { sameText } from "./normalise.ts";
import { holdsCredential, type SensitiveKind, sensitiveKinds } from "./sensitive.ts";
import { stem } from "./stemmer.ts";
import { hasHiddenCharacters, looksLikeCommand, looksPasted } from "./taint.ts";
import { isContentWord, wordsOf } from "./text_features.ts";

/** A message of the owner that may be summed up. */
export interface Heard {
  id: string;
  content: string;
  createdAt: Date;
}

/** A statement of the owner, in their own words. */
export interface Statement {
  messageId: string;
  text: string;
  createdAt: Date;
}

/** A summary and the messages it was made of, in their order. */
export interface Summary {
  text: string;
  sourceMessageIds: string[];
}

/** What may not be summed up. */
export interface SummaryLimits {
  /** Sensitive kinds that the owner allowed. */
  allowed: readonly SensitiveKind[];
  /** Texts that memory itself brought into the conversation, and when (MEM-31). */
  recalled: readonly { text: string; at: Date }[];
  /** Words that facts were taken from which are past or forgotten by now. */
  ended: readonly string[];
}

/** Fewer statements than this are no conversation to speak of: the facts taken from them suffice. */
const FEWEST = 2;
/** Statements of one summary, the longest of them, and the longest summary, in code points. */
const MOST = 6;
const MAX_STATEMENT = 160;
const MAX_TEXT = 800;
/** A statement says something with so many telling words. */
const LEAST_WORDS = 2;

/**
 * The statements of a conversation that may be summed up: typed by the owner, neither asked nor
 * quoted nor ordered, no secret, nothing sensitive without consent, no repetition of what memory
 * had said before (MEM-30 … MEM-33).
 */
export function statementsOf(heard: readonly Heard[], limits: SummaryLimits): Statement[] {
  const seen = new Set<string>();
  return heard.flatMap(({ id, content, createdAt }) => {
    if (hasHiddenCharacters(content) || looksPasted(content)) return [];
    return clausesOf(content).flatMap(({ text, opening }) => {
      const same = sameText(text);
      const whole = `${opening}${text}`;
      if (seen.has(same) || !mayStand({ text, whole, createdAt }, limits)) return [];
      seen.add(same);
      return [{ messageId: id, text: text.normalize("NFC").replace(/\s+/g, " "), createdAt }];
    });
  });
}

/** Words to the companion, and words that are somebody else's. */
const NOT_OF_ONESELF =
  /\b(?:you|your|yours|yourself|nova|the (?:assistant|ai|model|companion|system))\b|\b(?:says|said|wrote|writes|claims?|claimed|told|tells)\b/i;

function mayStand(
  { text, whole, createdAt }: { text: string; whole: string; createdAt: Date },
  limits: SummaryLimits,
): boolean {
  const same = sameText(text);
  if (tellingStems(text).length < LEAST_WORDS) return false;
  const plain = text.replaceAll("’", "'");
  if (NO_CLAIM.test(plain) || FORGET.test(plain) || NOT_OF_ONESELF.test(plain)) return false;
  if (looksLikeCommand(whole) || holdsCredential(whole)) return false;
  if (sensitiveKinds(text).some((kind) => !limits.allowed.includes(kind))) return false;
  if (
    limits.recalled.some((known) => known.at < createdAt && sameText(known.text).includes(same))
  ) {
    return false;
  }
  return !limits.ended.some((words) => overlaps(same, sameText(words)));
}

const overlaps = (one: string, other: string) =>
  other !== "" && (one.includes(other) || other.includes(one));

/**
 * A summary that stands alone: the statements that say most of what was spoken of, word for word
 * and dated (MEM-13). Null when there is too little to sum up.
 *
 * @param timeZone of the owner, for the dates
 */
export function extractSummary(
  statements: readonly Statement[],
  timeZone: string,
): Summary | null {
  if (statements.length < FEWEST) return null;
  const chosen = choose(statements);
  const opening = openingOf(statements, timeZone);
  const kept: Statement[] = [];
  for (const statement of chosen) {
    const text = textOf(opening, [...kept, statement]);
    if (codePoints(text) <= MAX_TEXT) kept.push(statement);
  }
  if (kept.length < FEWEST) return null;
  const inOrder = statements.filter((statement) => kept.includes(statement));
  return {
    text: textOf(opening, inOrder),
    sourceMessageIds: [...new Set(inOrder.map(({ messageId }) => messageId))],
  };
}

/** The statements that share most with the others, each the less the more of it was said before. */
function choose(statements: readonly Statement[]): Statement[] {
  const words = new Map(statements.map((one) => [one, new Set(tellingStems(one.text))]));
  const counts = new Map<string, number>();
  for (const set of words.values()) {
    for (const word of set) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const said = new Set<string>();
  const left = new Set(statements);
  const chosen: Statement[] = [];
  const worth = (one: Statement) => {
    const fresh = [...words.get(one)!].filter((word) => !said.has(word));
    return fresh.reduce((sum, word) => sum + 1 + Math.log(counts.get(word)!), 0) /
      Math.sqrt(words.get(one)!.size);
  };
  while (left.size > 0 && chosen.length < MOST) {
    const best = [...left].reduce((a, b) => worth(b) > worth(a) ? b : a);
    left.delete(best);
    chosen.push(best);
    for (const word of words.get(best)!) said.add(word);
  }
  return chosen;
}

const tellingStems = (text: string) => wordsOf(text).filter(isContentWord).map(stem);

function textOf(opening: string, statements: readonly Statement[]): string {
  return `${opening} ${
    statements.map(({ text }) => `“${shorten(text, MAX_STATEMENT)}”`).join("; ")
  }.`;
}

function openingOf(statements: readonly Statement[], timeZone: string): string {
  const days = [...new Set(statements.map(({ createdAt }) => dayOf(createdAt, timeZone)))];
  return days.length === 1
    ? `In a conversation on ${days[0]} the user said:`
    : `In a conversation from ${days[0]} to ${days.at(-1)} the user said:`;
}

/** A day in words, as the texts of facts have it. */
export function dayOf(date: Date, timeZone: string): string {
  const written = (zone: string) =>
    new Intl.DateTimeFormat("en-GB", {
      day: "numeric",
      month: "long",
      year: "numeric",
      timeZone: zone,
    }).format(date);
  try {
    return written(timeZone);
  } catch {
    return written("UTC");
  }
}
