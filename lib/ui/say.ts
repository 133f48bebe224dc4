/** Values for the placeholders of a message. Numbers are written in the reader's own digits. */
export type SayValues = Readonly<Record<string, string | number>>;

const pluralRules = new Map<string, Intl.PluralRules>();
const numberFormats = new Map<string, Intl.NumberFormat>();

/**
 * Fills a message written in the part of ICU MessageFormat that the interface needs: `{name}`,
 * `{n, plural, =0 {none} one {# day} other {# days}}` and `{x, select, a {…} other {…}}`, nested
 * as deep as wanted. A placeholder without a value is left as it stands, so that it is seen.
 *
 * @param message text of a message file.
 * @param values what the placeholders stand for.
 * @param locale BCP 47 tag that chooses plural form and digits; default `en`.
 */
export function say(message: string, values: SayValues = {}, locale = "en"): string {
  return fill(message, { values, locale, hash: undefined });
}

interface Scope {
  values: SayValues;
  locale: string;
  /** What `#` stands for inside a plural. */
  hash: number | undefined;
}

function fill(message: string, scope: Scope): string {
  let out = "";
  for (let i = 0; i < message.length; i++) {
    const char = message[i]!;
    if (char === "#" && scope.hash !== undefined) {
      out += digits(scope.hash, scope.locale);
    } else if (char === "{") {
      const end = closing(message, i);
      out += placeholder(message.slice(i + 1, end), scope);
      i = end;
    } else {
      out += char;
    }
  }
  return out;
}

function placeholder(inside: string, scope: Scope): string {
  const first = inside.indexOf(",");
  const name = (first < 0 ? inside : inside.slice(0, first)).trim();
  const value = scope.values[name];
  if (value === undefined) return `{${inside}}`;
  if (first < 0) return typeof value === "number" ? digits(value, scope.locale) : value;
  const second = inside.indexOf(",", first + 1);
  const kind = inside.slice(first + 1, second).trim();
  const cases = choices(inside.slice(second + 1));
  if (kind === "plural") {
    const n = Number(value);
    const chosen = cases.get(`=${n}`) ?? cases.get(pluralForm(n, scope.locale)) ??
      cases.get("other");
    return fill(chosen ?? "", { ...scope, hash: n });
  }
  return fill(cases.get(String(value)) ?? cases.get("other") ?? "", scope);
}

/** The cases of a plural or select: `one {a} other {b}`. */
function choices(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (let i = 0; i < text.length; i++) {
    const open = text.indexOf("{", i);
    if (open < 0) break;
    const end = closing(text, open);
    found.set(text.slice(i, open).trim(), text.slice(open + 1, end));
    i = end;
  }
  return found;
}

/** Index of the brace that closes the one at `open`, or the end of the text. */
function closing(text: string, open: number): number {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    if (text[i] === "{") depth++;
    if (text[i] === "}" && --depth === 0) return i;
  }
  return text.length;
}

/** Languages whose small whole numbers need no tables: plain digits, and `one` for 1 alone. */
const PLAIN = /^(?:en|de)(?:-[A-Z]{2})?$/;
const isPlain = (n: number, locale: string) =>
  Number.isInteger(n) && n >= 0 && n < 1000 && PLAIN.test(locale);

/** The plural category (`one`, `few`, `other`, …) of a number in a language. */
export function pluralForm(n: number, locale: string): Intl.LDMLPluralRule {
  // The first use of `Intl` on a page loads tables for tens of milliseconds on a phone.
  if (isPlain(n, locale)) return n === 1 ? "one" : "other";
  let rules = pluralRules.get(locale);
  if (!rules) pluralRules.set(locale, rules = new Intl.PluralRules(locale));
  return rules.select(n);
}

function digits(n: number, locale: string): string {
  if (isPlain(n, locale)) return String(n);
  let format = numberFormats.get(locale);
  if (!format) numberFormats.set(locale, format = new Intl.NumberFormat(locale));
  return format.format(n);
}
