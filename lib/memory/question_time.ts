/** A stretch of time a question names, in milliseconds, the end excluded. */
export interface Span {
  from: number;
  to: number;
}

const DAY = 86_400_000;
const MONTHS = [
  "january",
  "february",
  "march",
  "april",
  "may",
  "june",
  "july",
  "august",
  "september",
  "october",
  "november",
  "december",
];
/** Months that are ordinary words too; they count as months beside a number or a preposition. */
const AMBIGUOUS = new Set([2, 4]);
const MONTH = "(january|february|march|april|may|june|july|august|september|october|november|" +
  "december|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec)\\.?";
const NAMED_DATE = new RegExp(
  `(?<before>\\b(?:in|on|of|since|during|until|by|from|last|this|early|mid|late|between|and|around)[ -]+(?:the )?)?` +
    `(?:\\b(?<day>\\d{1,2})(?:st|nd|rd|th)?(?: of)?,? )?\\b${MONTH}(?![a-z])` +
    `(?: (?<after>\\d{1,2})(?:st|nd|rd|th)?\\b(?!\\d))?(?:,? (?:of )?(?<year>(?:19|20)\\d\\d)\\b)?`,
  "g",
);
const YEAR = /\b(?:19|20)\d\d\b/g;
const ISO_DAY = /\b((?:19|20)\d\d)-(\d\d)(?:-(\d\d))?\b/g;
const SEASON = /\b(spring|summer|autumn|fall|winter)(?: (?:of )?((?:19|20)\d\d))/g;
const SEASON_START: Record<string, number> = {
  spring: 2,
  summer: 5,
  autumn: 8,
  fall: 8,
  winter: 11,
};
const UNIT_DAYS: Record<string, number> = { day: 1, week: 7, month: 30.44, year: 365.25 };
const NUMBERS: Record<string, number> = {
  a: 1,
  an: 1,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
};
const AGO =
  /\b(\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten) (day|week|month|year)s? ago\b/g;
const LAST = /\b(?:last|past|previous) (day|week|month|year|night)\b/g;

/**
 * The stretches of time that a question names ("in May", "on 4 December 2023", "last year", "two
 * weeks ago"), seen from `now`. A month without a year means its last two occurrences.
 */
export function askedSpans(text: string, now: Date): Span[] {
  const lower = text.toLowerCase();
  const spans = [
    ...[...lower.matchAll(NAMED_DATE)].flatMap((match) => namedDate(match, now)),
    ...[...lower.matchAll(ISO_DAY)].map(([, year, month, day]) =>
      day ? daySpan(+year!, +month! - 1, +day) : monthSpan(+year!, +month! - 1)
    ),
    ...[...lower.matchAll(SEASON)].map(([, season, year]) => seasonSpan(season!, +year!)),
    ...relativeSpans(lower, now),
  ];
  if (spans.length > 0) return spans;
  return [...lower.matchAll(YEAR)].map(([year]) => ({
    from: Date.UTC(+year!, 0),
    to: Date.UTC(+year! + 1, 0),
  }));
}

function namedDate(match: RegExpMatchArray, now: Date): Span[] {
  const { before, day, after, year } = match.groups ?? {};
  const month = MONTHS.findIndex((name) => name.startsWith(match[3]!.slice(0, 3)));
  const date = Number(day ?? after ?? 0);
  if (AMBIGUOUS.has(month) && !before && !date && !year) return [];
  const years = year ? [Number(year)] : lastYears(month, now);
  return years.map((y) => date >= 1 && date <= 31 ? daySpan(y, month, date) : monthSpan(y, month));
}

/** The two last years in which the month had begun. */
function lastYears(month: number, now: Date): number[] {
  const year = now.getUTCFullYear() - (month > now.getUTCMonth() ? 1 : 0);
  return [year, year - 1];
}

function relativeSpans(lower: string, now: Date): Span[] {
  const at = now.getTime();
  const spans: Span[] = [];
  for (const [, count, unit] of lower.matchAll(AGO)) {
    const days = (NUMBERS[count!] ?? Number(count)) * UNIT_DAYS[unit!]!;
    const slack = Math.max(0.5, UNIT_DAYS[unit!]! / 2) * DAY;
    spans.push({ from: at - days * DAY - slack, to: at - days * DAY + slack });
  }
  for (const [, unit] of lower.matchAll(LAST)) {
    if (unit === "year") {
      const year = now.getUTCFullYear() - 1;
      spans.push({ from: Date.UTC(year, 0), to: Date.UTC(year + 1, 0) });
    } else if (unit === "month") spans.push(monthSpan(now.getUTCFullYear(), now.getUTCMonth() - 1));
    else {spans.push({
        from: at - (unit === "week" ? 14 : 2) * DAY,
        to: at - (unit === "week" ? 1 : 0) * DAY,
      });}
  }
  if (/\byesterday\b/.test(lower)) spans.push({ from: at - 2 * DAY, to: at });
  return spans;
}

const daySpan = (year: number, month: number, day: number): Span => ({
  from: Date.UTC(year, month, day),
  to: Date.UTC(year, month, day + 1),
});
const monthSpan = (year: number, month: number): Span => ({
  from: Date.UTC(year, month),
  to: Date.UTC(year, month + 1),
});
function seasonSpan(season: string, year: number): Span {
  const start = SEASON_START[season]!;
  return { from: Date.UTC(year, start), to: Date.UTC(year, start + 3) };
}

const PAST = new RegExp(
  "\\b(?:before|previous(?:ly)?|former(?:ly)?|used to|earlier|once|originally|back then|at that time|" +
    "in the past|no longer|any ?more|ago|yesterday|last (?:day|night|week|month|year|spring|summer|autumn|fall|winter)|" +
    "old (?:address|home|house|flat|job|phone|number|car|school|name|employer|company|team)|" +
    "(?:did|was|were) (?:i|we|my|our|he|she|they|[a-z]+) (?:.* )?(?:live|work|study|drive|own|like|love|prefer|use|play|plan|want|speak)(?:ing|d)?)\\b",
  "i",
);

/**
 * Whether a question asks about how things were (MEM-54), so that facts which were replaced may
 * answer it: "before", "used to", "where did I live", a date or a time gone by.
 */
export function wantsPast(text: string, now: Date = new Date(8.64e15)): boolean {
  if (PAST.test(text)) return true;
  return askedSpans(text, now).some((span) => span.from < now.getTime());
}
