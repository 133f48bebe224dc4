/** How a text speaks of a date: as past, as yet to come or open, or as one that returns every year. */
export type Tense = "past" | "open" | "yearly";

/** What returns every year; nobody says in which year it will be next. */
const YEARLY = /\b(?:birthday|anniversary|name day|born)\b/i;
/** Words that lead to a day ahead, whatever the verb in front of them. */
const LEADS_AHEAD = /\b(?:for|to)\s+$/i;

const BE = "(?:am|is|are|be|being|get|gets|getting|['’](?:m|re)|['’]s(?= \\w+(?:ed|en|ing)\\b))";
/** A verb of which the day that follows is the day ahead: "booked a table on Friday". */
const AHEAD =
  "booked|planned|scheduled|arranged|reserved|invited|promised|agreed|decided|postponed|delayed|" +
  "extended|hoped|intended";
const PAST =
  "was|were|had|did|got|went|came|met|made|took|gave|bought|brought|began|broke|built|caught|chose|" +
  "fell|felt|flew|found|forgot|grew|held|kept|left|lost|paid|ran|saw|sold|sent|slept|spent|spoke|" +
  "stood|swam|taught|told|thought|won|wrote|ate|drank|drove|became|woke|wore|sang|rode|hurt|quit|cut|hit";
/** The verbs of a text in their order; the first group is of what lies ahead or is open. */
const VERBS = new RegExp(
  `(\\b(?:will|shall|gonna|going to|plans?|planning|wants?|hopes?|can|may|might|must|should|would` +
    `|needs?|${AHEAD})\\b|['’]ll\\b|(?:\\b|(?=['’]))${BE}(?: (?:not|also|being|getting|\\w+ly))*(?: \\w+(?:ed|en|ing)\\b)?)` +
    `|\\b(?:${PAST}|(?!hundred|sacred|naked|wicked)[a-z]{2,}[^e\\W]ed|died|agreed)\\b`,
  "g",
);

/**
 * How `text` speaks of the date at `from`: the verb before it tells, or where none is before it the
 * first one behind it. English alone, by the forms of the commonest verbs; what cannot be told is open.
 *
 * @param from where the date begins, in UTF-16 units of the text
 */
export function tenseAt(text: string, from: number): Tense {
  const start = Math.max(text.lastIndexOf(". ", from), text.lastIndexOf("; ", from), 0);
  const before = text.slice(start, from);
  if (YEARLY.test(text.slice(start))) return "yearly";
  if (LEADS_AHEAD.test(before)) return "open";
  const verb = [...before.matchAll(VERBS)].at(-1) ?? text.slice(from).matchAll(VERBS).next().value;
  return !verb || verb[1] !== undefined ? "open" : "past";
}
