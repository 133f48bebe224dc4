import { type Tense, tenseAt } from "./tense.ts";

/** How exact a date is. */
export type DatePrecision = "day" | "week" | "month" | "season" | "year";

/** A date found in a text. */
export interface FoundDate {
  /** Where it stands, in UTF-16 units of the text: from (inclusive) and to (exclusive). */
  from: number;
  to: number;
  /** First day it means: `2026-03-12`. */
  day: string;
  precision: DatePrecision;
  /** How it reads when written out: "on Friday, 4 December 2026". */
  written: string;
}

/** What "today" is when a text was written. */
export interface DateContext {
  now: Date;
  /** IANA name; an unknown one counts as UTC. */
  timeZone: string;
  /** How the sentence speaks of the date, where the text is only a part of it. */
  tense?: Tense;
}

const WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const MONTHS = (
  "january february march april may june july august september october november december"
).split(" ");
const SMALL = "a an one two three four five six seven eight nine ten eleven twelve".split(" ");
const DAY_MS = 24 * 60 * 60 * 1000;

const MONTH = `(?:${MONTHS.join("|")}|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)`;
const COUNT = `(\\d{1,3}|${SMALL.join("|")}|a couple of|a few)`;
const UNIT = "(day|week|month|year)s?";

/** The day on which a text was written, and how it speaks of the date. */
interface Day {
  today: Date;
  tense: Tense;
}

/** Patterns in the order they are tried; each gives a day or null. */
const FORMS: readonly [RegExp, (match: RegExpExecArray, day: Day) => Resolved | null][] = [
  [
    /\b(\d{4})-(\d{2})-(\d{2})\b/i,
    ([, y, m, d]) => onDay(utc(Number(y), Number(m) - 1, Number(d))),
  ],
  [/\b(?:the )?day after tomorrow\b/i, (_, { today }) => onDay(shift(today, 2))],
  [/\b(?:the )?day before yesterday\b/i, (_, { today }) => onDay(shift(today, -2))],
  [/\b(?:today|tonight|this (?:morning|afternoon|evening))\b/i, (_, { today }) => onDay(today)],
  [
    /\btomorrow(?: (?:morning|afternoon|evening|night))?\b/i,
    (_, { today }) => onDay(shift(today, 1)),
  ],
  [
    /\b(?:yesterday|last night)(?: (?:morning|afternoon|evening))?\b/i,
    (_, { today }) => onDay(shift(today, -1)),
  ],
  [
    new RegExp(
      `\\b(?:on )?(?:the )?(\\d{1,2})(?:st|nd|rd|th)?(?: of)? (${MONTH})\\.?(?:,? (\\d{4}))?\\b`,
      "i",
    ),
    ([, d, m, y], day) => dayOfMonth({ d, m, y }, day),
  ],
  [
    new RegExp(
      `\\b(?:on )?(${MONTH})\\.? (\\d{1,2})(?:st|nd|rd|th)?(?:,? (\\d{4}))?\\b(?! ?\\d)`,
      "i",
    ),
    ([, m, d, y], day) => dayOfMonth({ d, m, y }, day),
  ],
  [
    new RegExp(
      `(?<!\\b(?:every|each|most) )\\b(?:on |by |until |till |since |from )?(?:(next|this|last|coming) )?(${
        WEEKDAYS.join("|")
      })\\b(?! (?:morning )?(?:school|market))`,
      "i",
    ),
    ([, which, name], day) => weekday(which, name!, day),
  ],
  [
    new RegExp(`\\bin ${COUNT} ${UNIT}(?: from now)?\\b|\\b${COUNT} ${UNIT} from now\\b`, "i"),
    ([, n1, u1, n2, u2], { today }) => span(n1 ?? n2, u1 ?? u2, today),
  ],
  [
    new RegExp(`\\b${COUNT} ${UNIT} ago\\b`, "i"),
    ([, n, unit], { today }) => span(n, unit, today, -1),
  ],
  [
    /\b(next|last|this) (week|month|year)\b/i,
    ([, which, unit], { today }) => period(which!, unit!, today),
  ],
  [/\b(next|last|this) (?:weekend)\b/i, ([, which], day) => weekday(which, "saturday", day)],
  [
    /\b(?:(next|this|last)|in(?: the)?) (spring|summer|autumn|fall|winter)\b/i,
    ([, which, name], day) => season(which, name!, day),
  ],
  [
    new RegExp(`\\b(?:in |since |from |until |till |by )?(${MONTH})\\.?(?: of)? (\\d{4})\\b`, "i"),
    ([, m, y]) => inMonth(monthOf(m!), Number(y)),
  ],
  [
    new RegExp(`\\b(?:in|since|until|till|by|next|last|this) (${MONTH})\\b`, "i"),
    ([whole, m], { today, tense }) =>
      nearMonth(monthOf(m!), {
        past: /^(?:since|last)/i.test(whole) || tense === "past" && !/^(?:next|this)/i.test(whole),
        today,
      }),
  ],
  [
    /\b(?:in|since|from|until|till|by) ((?:19|20)\d{2})\b/i,
    ([, y]) => ({ start: utc(Number(y), 0, 1), precision: "year" }),
  ],
];

interface Resolved {
  start: Date;
  precision: DatePrecision;
  /** Whether the text names no year, and the date returns every year. */
  yearly?: boolean;
}

/** A preposition of the text itself: "a table for Friday". */
const LEAD_BEFORE = /\b(?:for|to|before|after|around|about|of|at)\s+$/i;

/**
 * The first date or date word in `text`, resolved in the person's time zone (MEM-46). A day or month
 * without a year is the last one where the text speaks of the past, else the coming one.
 */
export function findDate(text: string, context: DateContext): FoundDate | null {
  const today = localToday(context);
  let best: FoundDate | null = null;
  for (const [form, resolve] of FORMS) {
    const match = form.exec(text);
    if (!match || (best && match.index >= best.from)) continue;
    const tense = context.tense ?? tenseAt(text, match.index);
    const resolved = resolve(match, { today, tense });
    if (!resolved || Number.isNaN(resolved.start.getTime())) continue;
    const lead = LEAD_BEFORE.test(text.slice(0, match.index))
      ? ""
      : /^(?:since|until|till|by|from)\b/i.exec(match[0])?.[0];
    best = {
      from: match.index,
      to: match.index + match[0].length,
      day: resolved.start.toISOString().slice(0, 10),
      precision: resolved.precision,
      written: writtenDate(resolved, lead?.toLowerCase()),
    };
  }
  return best;
}

/** The moment at which `day` (`2026-03-12`) begins in a time zone. */
export function startOfDay(day: string, timeZone: string): Date {
  const noon = new Date(`${day}T12:00:00Z`);
  const parts = zoned(noon, timeZone);
  const offset = Date.UTC(parts.year, parts.month, parts.date, parts.hour, parts.minute) -
    noon.getTime();
  return new Date(Date.parse(`${day}T00:00:00Z`) - offset);
}

const MONTHS_OF = { month: 1, season: 3, year: 12 };

/** The day after `day`, or the first day after its week, month, season or year. */
export function dayAfter(day: string, precision: DatePrecision): string {
  const start = new Date(`${day}T00:00:00Z`);
  const next = precision === "day" || precision === "week"
    ? shift(start, precision === "day" ? 1 : 7)
    : utc(start.getUTCFullYear(), start.getUTCMonth() + MONTHS_OF[precision], 1);
  return next.toISOString().slice(0, 10);
}

/** Today's date in the zone, as midnight UTC. */
function localToday({ now, timeZone }: DateContext): Date {
  const { year, month, date } = zoned(now, timeZone);
  return utc(year, month, date);
}

function zoned(time: Date, timeZone: string) {
  const options = {
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  } as const;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-GB", { ...options, timeZone });
  } catch {
    format = new Intl.DateTimeFormat("en-GB", { ...options, timeZone: "UTC" });
  }
  const part = Object.fromEntries(
    format.formatToParts(time).map(({ type, value }) => [type, Number(value)]),
  );
  return {
    year: part.year!,
    month: part.month! - 1,
    date: part.day!,
    hour: part.hour!,
    minute: part.minute!,
  };
}

function utc(year: number, month: number, date: number): Date {
  return new Date(Date.UTC(year, month, date));
}

function shift(day: Date, days: number): Date {
  return new Date(day.getTime() + days * DAY_MS);
}

function onDay(start: Date): Resolved {
  return { start, precision: "day" };
}

function monthOf(name: string): number {
  return MONTHS.findIndex((month) => month.startsWith(name.toLowerCase().slice(0, 3)));
}

/** A day without a year means the next one from today on, or the last one up to today. */
function dayOfMonth(
  { d, m, y }: { d?: string; m?: string; y?: string },
  { today, tense }: Day,
): Resolved | null {
  const date = Number(d);
  if (date < 1 || date > 31) return null;
  const month = monthOf(m!);
  if (y) return onDay(utc(Number(y), month, date));
  const year = today.getUTCFullYear();
  const here = utc(year, month, date);
  if (tense === "past") return onDay(here > today ? utc(year - 1, month, date) : here);
  const next = onDay(here < today ? utc(year + 1, month, date) : here);
  return tense === "yearly" ? { ...next, yearly: true } : next;
}

/**
 * "On Friday" is the coming one, or the last one where it speaks of the past; "next Friday" the one
 * of the next week; weeks begin on Monday.
 */
function weekday(which: string | undefined, name: string, { today, tense }: Day): Resolved {
  const wanted = (WEEKDAYS.indexOf(name.toLowerCase()) + 6) % 7;
  const now = (today.getUTCDay() + 6) % 7;
  const word = which?.toLowerCase();
  if (word === "next") return onDay(shift(today, 7 - now + wanted));
  if (word === "last" || !word && tense === "past") {
    return onDay(shift(today, -(((now - wanted + 7) % 7) || 7)));
  }
  if (word === "this") {
    return onDay(shift(today, wanted - now < 0 ? wanted - now + 7 : wanted - now));
  }
  return onDay(shift(today, ((wanted - now + 7) % 7) || 7));
}

function span(
  count: string | undefined,
  unit: string | undefined,
  today: Date,
  sign = 1,
): Resolved | null {
  if (!count || !unit) return null;
  const small = SMALL.indexOf(count.toLowerCase());
  const n = sign *
    (/^\d/.test(count)
      ? Number(count)
      : small >= 0
      ? Math.max(1, small - 1)
      : count.includes("couple")
      ? 2
      : 3);
  const [year, month, date] = [today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate()];
  switch (unit.toLowerCase()) {
    case "day":
      return onDay(shift(today, n));
    case "week":
      return onDay(shift(today, 7 * n));
    case "month":
      return { start: utc(year, month + n, Math.min(date, 28)), precision: "month" };
    default:
      return { start: utc(year + n, month, 1), precision: "year" };
  }
}

function period(which: string, unit: string, today: Date): Resolved {
  const step = { next: 1, last: -1, this: 0 }[which.toLowerCase()] ?? 0;
  const [year, month] = [today.getUTCFullYear(), today.getUTCMonth()];
  if (unit.toLowerCase() === "week") {
    const start = shift(today, -((today.getUTCDay() + 6) % 7) + 7 * step);
    return { start, precision: "week" };
  }
  if (unit.toLowerCase() === "month") return inMonth(month + step, year);
  return { start: utc(year + step, 0, 1), precision: "year" };
}

/** A season of the north, where its months are meant: the coming one, or the last one of what is past. */
function season(which: string | undefined, name: string, { today, tense }: Day): Resolved {
  const month = { spring: 2, summer: 5, autumn: 8, fall: 8, winter: 11 }[name.toLowerCase()]!;
  const year = today.getUTCFullYear();
  const here = utc(year, month, 1);
  const begun = here <= today;
  const over = utc(year, month + 3, 1) <= today;
  const word = which?.toLowerCase();
  const years = word === "last"
    ? (over ? 0 : -1)
    : word === "this"
    ? 0
    : !word && tense === "past"
    ? (begun ? 0 : -1)
    : begun
    ? 1
    : 0;
  return { start: utc(year + years, month, 1), precision: "season" };
}

function inMonth(month: number, year: number): Resolved {
  return { start: utc(year, month, 1), precision: "month" };
}

/** A month without a year: the last one, or the next one; the running one is both. */
function nearMonth(month: number, { past, today }: { past: boolean; today: Date }): Resolved {
  const year = today.getUTCFullYear();
  const now = today.getUTCMonth();
  if (past) return inMonth(month, month > now ? year - 1 : year);
  return inMonth(month, month < now ? year + 1 : year);
}

const SEASONS: Record<number, string> = { 2: "spring", 5: "summer", 8: "autumn", 11: "winter" };

/** @param lead what stands before it; by default "on" or "in" */
function writtenDate({ start, precision, yearly }: Resolved, lead: string | undefined): string {
  if (precision === "season") {
    return `${lead ?? "in"} ${SEASONS[start.getUTCMonth()]} ${start.getUTCFullYear()}`.trim();
  }
  if (precision === "week") {
    const day = writtenDate({ start, precision: "day" }, "");
    return `${lead ?? "in"} the week of ${day}`.trim();
  }
  const date = start.toLocaleDateString("en-GB", {
    ...precision === "day" ? { day: "numeric" } : {},
    ...precision === "year" ? {} : { month: "long" },
    ...yearly ? {} : { year: "numeric" },
    timeZone: "UTC",
  });
  return `${lead ?? (precision === "day" ? "on" : "in")} ${date}`.trim();
}
