import {
  type DateContext,
  dayAfter,
  findDate,
  type FoundDate,
  startOfDay,
} from "./extract_dates.ts";
import { announcesCorrection, asksToRemember, type Clause, clausesOf } from "./extract_clauses.ts";
import { thirdPerson } from "./extract_person.ts";
import { namedInPassing } from "./extract_people.ts";
import { EXTRACT_RULES } from "./extract_rules.ts";
import type { Taken } from "./extract_taken.ts";
import { tenseAt } from "./tense.ts";

/** Kinds of memories. */
export type MemoryType =
  | "fact"
  | "preference"
  | "event"
  | "task"
  | "conversation"
  | "lesson"
  | "error"
  | "achievement";

/** Something a message says about its writer that may be worth keeping. */
export interface Candidate {
  /** `forget` asks to drop what `text` names; `correct` says that something changed. */
  op: "save" | "forget" | "correct";
  type: MemoryType;
  /** One statement in the third person, with absolute dates: "The user lives in Oslo." */
  text: string;
  /** The writer's own words. */
  quote: string;
  /** Where they stand in the message, in code points: from (inclusive) and to (exclusive). */
  span: [from: number, to: number];
  subject: string | null;
  attribute: string | null;
  value: string | null;
  /** What a correction says is no longer so. */
  replaces: string | null;
  /** 0..1 (MEM-23). */
  confidence: number;
  /** The message asks to remember it. */
  asked: boolean;
  tags: string[];
  validFrom: Date | null;
  validTo: Date | null;
}

/** What is known when a message is read. */
export interface ExtractContext extends DateContext {
  /** The name of the writer's account. */
  userName?: string;
  /** Names the writer has told before, with who they are: "Kasia", "sister". */
  people?: ReadonlyMap<string, string>;
}

/** MEM-23. */
const ASKED_CONFIDENCE = 0.95;
const STATED_CONFIDENCE = 0.8;
const MAX_QUOTE = 500;

/** What is imagined, wished, doubted, asked or told about others' words is no claim. */
export const NO_CLAIM =
  /\b(?:if i|if my|if we|i wish|imagine|suppose|pretend|let's say|what if|hypothetically|i would|i'd (?:be|have|like|rather|say)|i might|maybe|perhaps|i'm not sure|not sure if|i guess|i wonder|i could|i should(?: probably)?|could you|can you|would you|will you|please (?:write|explain|give|make|tell|show|translate|summari[sz]e|fix|list|help)|he said|she said|they said|said that|says that|according to|for example|e\.g\.|in the (?:story|novel|game|film|movie|book)|my character|as an? (?:ai|assistant|expert))\b/i;
/** A plan or an event of the writer's, when a date stands beside it. */
const DATED =
  /^(?:I|we)(?:'ve| have|'m| am|'re| are|'ll| will)? ?(?:got |a |an |just |also )?(?:have|has|going|flying|travell?ing|visiting|meeting|seeing|moving|getting|starting|taking|leaving|returning|running|presenting|having|hosting|celebrating|be|start|move|fly|travel|visit|meet|see|leave|take|went|flew|visited|met|saw|bought|started|finished|got|passed|ran|won|booked|an? |my |moved|travelled|traveled|graduated|adopted|quit|retire|retired|signed|submit|submitted|due|had|lost|broke|joined|left|sold|published|began|proposed|turned)\b/i;
const DATED_THING =
  /^(?:my|our) ([\p{L} -]{2,40}?) (?:is|are|was|were|starts|started|ends|ended|takes place|begins|will be|happens|has been moved to|got moved to)\b/iu;
/** Asks to drop something. */
export const FORGET =
  /^(?:please |can you |could you )?(?:forget|delete|erase|remove|don't remember|do not remember|stop remembering)(?: everything| all)?(?: (?:that|about|what|the fact that|from your memory))?(?: (?:I (?:said|told you) about|you (?:know|remember) about))?[,:]?\s+(.+)$/i;
const TOO_VAGUE = /^(?:it|this|that|them|him|her|everything|all|about it|me|what I said)$/i;

/** The candidates in a message, by rules alone (MEM-29): statements of the writer, in order. */
export function extractCandidates(message: string, context: ExtractContext): Candidate[] {
  const plain = message.replaceAll("’", "'");
  const seen = new Set<string>();
  return clausesOf(plain).flatMap((given) => {
    const clause = { ...given, text: dateLast(ofKnown(given.text, context), context) };
    const found = fromClause(clause, context);
    const all = [...found ? [found] : [], ...fromNames(clause, { found, context })];
    return all.flatMap((candidate) => {
      if (seen.has(candidate.text)) return [];
      seen.add(candidate.text);
      return [placed(candidate, { message, clause })];
    });
  });
}

/** "Kasia moved to Warsaw" reads as "my sister Kasia moved to Warsaw" for who told of her before. */
function ofKnown(text: string, { people }: ExtractContext): string {
  const name = /^(\p{Lu}[\p{L}-]+)(?= \p{Ll})/u.exec(text)?.[1];
  const relation = name && people?.get(name);
  return relation ? `my ${relation} ${text}` : text;
}

/** Who is named in passing, and was not known before. */
function fromNames(
  clause: Clause,
  { found, context }: { found: Unplaced | null; context: ExtractContext },
): Unplaced[] {
  if (NO_CLAIM.test(clause.text) || FORGET.test(clause.text)) return [];
  return namedInPassing(clause.text)
    .filter(({ subject }) =>
      found?.subject !== subject && found?.value !== subject && !context.people?.has(subject)
    )
    .map((taken) => {
      const words = taken.says!;
      return finish({ ...taken, words }, {
        clause: { ...clause, text: words },
        asked: asksToRemember(clause),
        context,
      });
    });
}

type Unplaced = Omit<Candidate, "quote" | "span">;

function placed(
  candidate: Unplaced,
  { message, clause }: { message: string; clause: Clause },
): Candidate {
  const from = [...message.slice(0, clause.from)].length;
  const quote = [...message.slice(clause.from, clause.to)].slice(0, MAX_QUOTE);
  return { ...candidate, quote: quote.join(""), span: [from, from + quote.length] };
}

function fromClause(clause: Clause, context: ExtractContext): Unplaced | null {
  const { text } = clause;
  const forget = forgetting(clause);
  if (forget) return forget;
  const asked = asksToRemember(clause);
  if (NO_CLAIM.test(text) && !asked) return null;
  const taken = byRules(text) ?? byDate(text, context) ?? (asked ? bySaying(text) : null);
  if (!taken) return null;
  return finish(taken, { clause, asked, context });
}

/** "Since 2019 I live in Rome" reads as "I live in Rome since 2019". */
function dateLast(text: string, context: DateContext): string {
  const date = /^(?:since|in|on|next|last|this|tomorrow|yesterday|today)\b/i.test(text)
    ? findDate(text, context)
    : null;
  if (!date || date.from !== 0) return text;
  const said = text.slice(date.to).replace(/^,?\s*/, "");
  return /^(?:I|we|my|our)\b/i.test(said)
    ? `${said} ${text.slice(0, date.to).toLowerCase()}`
    : text;
}

function forgetting({ text, opening }: Clause): Unplaced | null {
  const what = FORGET.exec(text)?.[1];
  if (what === undefined || TOO_VAGUE.test(what) || /remember/i.test(opening)) return null;
  if (/^(?:to|password|it if)\b/i.test(what)) return null;
  return {
    op: "forget",
    type: "fact",
    text: thirdPerson(what),
    subject: null,
    attribute: null,
    value: what,
    replaces: null,
    confidence: ASKED_CONFIDENCE,
    asked: true,
    tags: [],
    validFrom: null,
    validTo: null,
  };
}

interface Said extends Taken {
  /** The part of the clause that says it. */
  words: string;
}

function byRules(text: string): Said | null {
  for (const { pattern, take } of EXTRACT_RULES) {
    const match = pattern.exec(text);
    const taken = match && take(match);
    if (taken) return listed({ ...taken, words: match[0] }, text);
  }
  return null;
}

/** More of the same behind a value that ended at a comma: "hiking, climbing and long train rides". */
const WORDS = "\\p{L}[\\p{L}\\d'-]*(?: \\p{L}[\\p{L}\\d'-]*){0,3}";
const MORE_OF_A_LIST = new RegExp(`^(?:, ${WORDS}){0,6},? (?:and|or) ${WORDS}$`, "u");
const NO_LIST = /\b(?:I|my|he|she|it|they|we|you|is|are|was|have|has|but|so|then|because)\b/i;

function listed(said: Said, text: string): Said {
  if (said.type !== "preference" || said.value === null) return said;
  const more = text.slice(said.words.length);
  if (!text.startsWith(said.words) || !MORE_OF_A_LIST.test(more) || NO_LIST.test(more)) return said;
  return { ...said, value: said.value + more, words: said.words + more };
}

/** Something with a date: an appointment, a journey, an event. */
function byDate(text: string, context: ExtractContext): Said | null {
  const thing = DATED_THING.exec(text);
  if (!thing && !DATED.test(text)) return null;
  const date = findDate(text, context);
  // Beside the date something has to be said.
  const saying = date ? text.slice(0, date.from) + text.slice(date.to) : "";
  if (!date || text.split(" ").length < 4 || saying.trim().split(/\s+/).length < 3) return null;
  const yearly = tenseAt(text, date.from) === "yearly";
  const type = yearly ? "fact" : isPast(date, context) ? "event" : "task";
  return {
    type,
    subject: "user",
    attribute: thing ? thing[1]!.toLowerCase() : type === "event" ? "event" : "plan",
    value: yearly ? date.written.replace(/^on /, "") : date.day,
    tags: ["plan"],
    words: text,
  };
}

/** Whatever the writer asks to remember is kept in their words. */
function bySaying(text: string): Said | null {
  if (text.split(" ").length < 3 || TOO_VAGUE.test(text)) return null;
  if (/^(?:to|when|what|how|who|where|why|if)\b/i.test(text)) return null;
  return {
    type: "fact",
    subject: "user",
    attribute: "note",
    value: text,
    tags: ["note"],
    words: text,
  };
}

function finish(
  taken: Said,
  { clause, asked, context }: { clause: Clause; asked: boolean; context: ExtractContext },
): Unplaced {
  const { words, op, ...slot } = taken;
  const withDate = `${words}${rest(clause.text, words, context)}`;
  const date = findDate(withDate, context);
  const dated = date
    ? withDate.slice(0, date.from) + date.written + withDate.slice(date.to)
    : withDate;
  return {
    op: op ??
      (announcesCorrection(clause) || /\b(?:now|since)\b/i.test(words) ? "correct" : "save"),
    type: slot.type,
    text: thirdPerson(slot.says ?? dated),
    subject: slot.subject,
    attribute: slot.attribute,
    value: valueOf(slot, date ? { ...context, tense: tenseAt(withDate, date.from) } : context),
    replaces: slot.replaces ?? null,
    confidence: asked ? ASKED_CONFIDENCE : STATED_CONFIDENCE,
    asked,
    tags: slot.tags,
    ...validity({ words: withDate, type: slot.type, attribute: slot.attribute }, { date, context }),
  };
}

/** A date that stands behind the words a rule took: "I live in Oslo | since 2019". */
function rest(text: string, words: string, context: DateContext): string {
  const tail = text.slice(words.length);
  const date = tail.length <= 40 ? findDate(tail, context) : null;
  return date && date.from <= 2 ? tail.slice(0, date.to) : "";
}

/** A value that is a date word is stored as the date it means; one behind a value is no part of it. */
function valueOf(
  { value, attribute }: Pick<Said, "value" | "attribute">,
  context: DateContext,
): string | null {
  if (value === null) return null;
  const date = findDate(value, context);
  if (!date || date.to < value.length - 1 || !/[a-z]/i.test(value)) return value;
  if (date.from <= 3) return date.written.replace(/^(?:on|in) /, "");
  return attribute === "about" || attribute === "note" ? value : value.slice(0, date.from).trim();
}

function isPast(date: FoundDate, { now, timeZone }: DateContext): boolean {
  return startOfDay(dayAfter(date.day, date.precision), timeZone) <= now;
}

/** When it is true: since a date, until a date, or up to the day of a plan (MEM-46). */
function validity(
  said: { words: string; type: MemoryType; attribute: string },
  { date, context }: { date: FoundDate | null; context: DateContext },
): { validFrom: Date | null; validTo: Date | null } {
  if (!date || /birth|age|anniversary/.test(said.attribute)) {
    return { validFrom: null, validTo: null };
  }
  const start = startOfDay(date.day, context.timeZone);
  const end = startOfDay(dayAfter(date.day, date.precision), context.timeZone);
  const lead = said.words.slice(Math.max(0, date.from - 7), date.from + 6);
  if (/\b(?:until|till)\b/i.test(lead)) return { validFrom: null, validTo: end };
  if (isPast(date, context) || /\bsince\b/i.test(lead)) return { validFrom: start, validTo: null };
  return said.type === "task"
    ? { validFrom: null, validTo: end }
    : { validFrom: start, validTo: null };
}
