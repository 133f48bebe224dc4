import type { Question } from "./question.ts";
import type { Candidate, FactCandidate } from "./ranking_types.ts";
import { stem } from "./stemmer.ts";
import { folded, isContentWord, wordsOf } from "./text_features.ts";

const DAY = 86_400_000;
/** People speak of a time for some weeks after it, and of plans for some days before it. */
const AFTER = 14 * DAY;
const BEFORE = 2 * DAY;

/** Whether a text ends in a question. */
export function asks(text: string): boolean {
  return /\?\s*(?:\[[^\]]*\]\s*)?$/.test(text);
}

/** Everyone who said one of the turns. */
export function authorsOf(candidates: readonly Candidate[]): string[] {
  return [
    ...new Set(
      candidates.flatMap((candidate) => candidate.kind === "turn" ? [candidate.author] : []),
    ),
  ];
}

/** Whether the question names someone who said one of the turns. */
export function namesAuthor(question: Question, candidates: readonly Candidate[]): boolean {
  return authorsOf(candidates).some((name) => isNamed(question, name));
}

function isNamed(question: Question, name: string): boolean {
  return wordsOf(name).some((word) => question.words.has(word));
}

/**
 * Whether a question names who said a turn or whom a fact is about, 0 or 1. When it names nobody,
 * "I" and "my" are the user.
 */
export function speakerMatch(
  question: Question,
  candidates: readonly Candidate[],
): (candidate: Candidate) => number {
  const named = new Set(authorsOf(candidates).filter((name) => isNamed(question, name)));
  const userNamed = isNamed(question, question.userName);
  const asked = named.size > 0 || userNamed;
  const user = userNamed || (!asked && question.firstPerson);
  return (candidate) => {
    if (candidate.kind === "fact") return user && ofUser(question, candidate) ? 1 : 0;
    if (asked) return named.has(candidate.author) ? 1 : 0;
    return user && candidate.role === "user" ? 1 : 0;
  };
}

function ofUser(question: Question, fact: FactCandidate): boolean {
  const subject = folded(fact.subject ?? "");
  return subject === "user" || subject === question.userName || fact.source === "first_hand";
}

/** How well a row's time fits the times a question names, 0..1. */
export function dateMatch(question: Question, candidate: Candidate): number {
  const from = candidate.date.getTime();
  const to = candidate.kind === "fact" ? (candidate.validTo?.getTime() ?? from) : from;
  if (question.spans.length === 0) return question.past && isPast(candidate, question.now) ? 1 : 0;
  return Math.max(...question.spans.map((span) => {
    if (from < span.to && to >= span.from) return 1;
    if (from >= span.to) return Math.exp((span.to - from) / AFTER);
    return Math.exp((to - span.from) / BEFORE) / 2;
  }));
}

/** Whether a fact was true once and is no longer. */
export function isPast(candidate: Candidate, now: Date): boolean {
  if (candidate.kind === "turn") return false;
  return candidate.supersededAt !== null ||
    (candidate.validTo !== null && candidate.validTo.getTime() <= now.getTime());
}

const TIMES = new RegExp(
  "\\b(?:yesterday|today|tonight|tomorrow|last|next|ago|since|weekends?|weeks?|months?|years?|" +
    "(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|june|july|august|" +
    "september|october|november|december|\\d{4})\\b",
  "i",
);
const PLACES = /\b(?:in|at|to|from|near|around) (?:the )?[A-Z]\p{L}+/u;
const NUMBERS = /\b(?:\d+|two|three|four|five|six|seven|eight|nine|ten|twice|dozen)\b/i;
const NAMES = /[\p{L},] [A-Z]\p{Ll}+/u;

/** Whether a row holds the kind of thing that is asked for, 0 or 1. */
export function answers(question: Question, candidate: Candidate): number {
  const text = candidate.text;
  switch (question.expected) {
    case "time":
      return Number(TIMES.test(text));
    case "place":
      return Number(PLACES.test(text));
    case "number":
      return Number(NUMBERS.test(text));
    case "person":
      return Number(NAMES.test(text));
    default:
      return Number(!asks(text));
  }
}

const OWN = /\b(?:i|my|we|our)\b/i;
const QUOTED = /["\u201c]/;
/** A capital letter within a sentence. */
const NAMED = /[\p{Ll},"\u201c] ["\u201c]?\p{Lu}\p{Ll}/u;
/** A picture that was sent along, in words. */
const PICTURE = /\[shares [^\]]*\]/g;

/**
 * How much a row tells that one may want to know: times, numbers, names, titles and the speaker's own
 * life; 0..1. "That sounds great, good luck!" tells nothing. A fact was found worth keeping.
 */
export function tells(candidate: Candidate): number {
  if (candidate.kind === "fact") return 1;
  const text = candidate.text.replace(PICTURE, "");
  return (0.2 * Number(OWN.test(text)) + 0.35 * Number(TIMES.test(text)) +
    0.4 * Number(NUMBERS.test(text)) + 0.5 * Number(NAMED.test(text)) +
    0.3 * Number(QUOTED.test(text))) / 1.75;
}

/** What it counts when a question names words of a fact's slot, for each of at most two. */
const NAMED_WORD = 0.2;

/**
 * How much a question is about the slot of a fact, 0..1. Wholly, when it asks for the attribute of
 * whom it speaks of ("Where do I live?": the home city of the user); a little, when it names words of
 * subject, attribute, value or tags.
 */
export function slotMatch(question: Question, candidate: Candidate): number {
  if (candidate.kind !== "fact") return 0;
  const { subject, attribute, value, tags, text } = candidate;
  const named = (words: string) =>
    wordsOf(words).filter((word) => isContentWord(word) && question.byStem.has(stem(word))).length;
  const asked = wordsOf(attribute ?? "").some((word) => question.attributes.has(stem(word)));
  const meant = subject === "user" ? question.ofSelf : named(`${subject ?? ""} ${text}`) > 0;
  if (asked && meant) return 1;
  return NAMED_WORD * Math.min(2, named([subject, attribute, value, ...tags].join(" ")));
}
