/** Who reads: decides separators, words of dates, and which day a moment falls on. */
export interface Reader {
  /** BCP 47 tag, for example `en` or `de-CH`. */
  locale: string;
  /** IANA zone, for example `Europe/Lisbon`. */
  timeZone: string;
}

/** A reader nothing is known about. */
export const anyReader: Reader = { locale: "en", timeZone: "UTC" };

const dates = new Map<string, Intl.DateTimeFormat>();
const numbers = new Map<string, Intl.NumberFormat>();
const relatives = new Map<string, Intl.RelativeTimeFormat>();

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A whole or decimal number with separators: `12,345.6`. */
export function formatNumber(
  value: number,
  reader: Reader,
  options: Intl.NumberFormatOptions = {},
): string {
  return numberFormat(reader.locale, options).format(value);
}

/** A percentage given as 0..100, rounded to whole percent: `83%`. Above 0 it never reads `0%`. */
export function formatPercent(percent: number, reader: Reader): string {
  const shown = percent > 0 && percent < 1 ? 1 : Math.round(percent);
  const text = numberFormat(reader.locale, { style: "percent" }).format(shown / 100);
  return percent > 0 && percent < 1 ? `< ${text}` : text;
}

/** A score of 0..1 with two places: `0.86`. */
export function formatScore(score: number, reader: Reader): string {
  return formatNumber(score, reader, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

/** An amount of money from minor units: `$12`. */
export function formatMoney(minor: number, currency: string, reader: Reader): string {
  const amount = minor / 100;
  const digits = Number.isInteger(amount) ? 0 : 2;
  return formatNumber(amount, reader, {
    style: "currency",
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

const BYTE_UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

/** Bytes in binary units with at most one decimal: `1.4 MiB`, `10 GiB`. */
export function formatBytes(bytes: number, reader: Reader): string {
  let unit = 0;
  let value = bytes;
  while (value >= 1024 && unit < BYTE_UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${formatNumber(value, reader, { maximumFractionDigits: 1 })} ${BYTE_UNITS[unit]}`;
}

/** Day and time: `22 November 2026, 18:12`. */
export function formatDateTime(iso: string, reader: Reader): string {
  return dateFormat(reader, { dateStyle: "long", timeStyle: "short" }).format(new Date(iso));
}

/** Day and time where room is scarce, as in tables: `22 Nov 2026, 18:12`. */
export function formatMoment(iso: string, reader: Reader): string {
  return dateFormat(reader, { dateStyle: "medium", timeStyle: "short" }).format(new Date(iso));
}

/** A day: `22 November 2026`. */
export function formatDay(iso: string, reader: Reader): string {
  return dateFormat(reader, { dateStyle: "long" }).format(new Date(iso));
}

/** A day without its year: `22 Nov`. */
export function formatShortDay(iso: string, reader: Reader): string {
  return dateFormat(reader, { day: "numeric", month: "short" }).format(new Date(iso));
}

/** A time of day: `18:12`. */
export function formatTime(iso: string, reader: Reader): string {
  return dateFormat(reader, { timeStyle: "short" }).format(new Date(iso));
}

/** How long ago or ahead, in its largest whole unit: `2 hours ago`, `yesterday`, `in 5 minutes`. */
export function formatRelative(iso: string, reader: Reader, now: Date): string {
  const ms = new Date(iso).getTime() - now.getTime();
  const size = Math.abs(ms);
  const format = relativeFormat(reader.locale);
  if (size < MINUTE) return format.format(0, "minute");
  if (size < HOUR) return format.format(Math.trunc(ms / MINUTE), "minute");
  if (size < DAY) return format.format(Math.trunc(ms / HOUR), "hour");
  if (size < 30 * DAY) return format.format(Math.trunc(ms / DAY), "day");
  return formatDay(iso, reader);
}

/** A length of time in hours and minutes, rounded up to the minute: `5 hr 40 min`, `1 min`. */
export function formatDuration(ms: number, reader: Reader): string {
  const minutes = Math.max(1, Math.ceil(ms / MINUTE));
  const hours = Math.floor(minutes / 60);
  const unit = (value: number, name: string) =>
    formatNumber(value, reader, { style: "unit", unit: name, unitDisplay: "short" });
  if (hours === 0) return unit(minutes, "minute");
  const rest = minutes % 60;
  return rest === 0 ? unit(hours, "hour") : `${unit(hours, "hour")} ${unit(rest, "minute")}`;
}

/** How far back a moment lies, as a list groups it. */
export type Age = "today" | "week" | "older";

/** The group a moment falls into, by the reader's own calendar days. */
export function ageOf(iso: string, reader: Reader, now: Date): Age {
  const days = dayNumber(now, reader) - dayNumber(new Date(iso), reader);
  if (days <= 0) return "today";
  return days < 7 ? "week" : "older";
}

/**
 * The shortest form that still tells when something was: `18:12` today, `Fri` this week, `3 Nov`
 * before, and after today.
 */
export function formatWhen(iso: string, reader: Reader, now: Date): string {
  if (dayNumber(new Date(iso), reader) > dayNumber(now, reader)) return formatShortDay(iso, reader);
  const age = ageOf(iso, reader, now);
  if (age === "today") return formatTime(iso, reader);
  if (age === "week") return dateFormat(reader, { weekday: "short" }).format(new Date(iso));
  return formatShortDay(iso, reader);
}

/** Whole days since 1970 in the reader's zone. */
function dayNumber(at: Date, reader: Reader): number {
  const parts = dateFormat({ locale: "en-CA", timeZone: reader.timeZone }, {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  }).formatToParts(at);
  const part = (type: string) => Number(parts.find((p) => p.type === type)?.value);
  return Math.floor(Date.UTC(part("year"), part("month") - 1, part("day")) / DAY);
}

// Intl objects cost far more to make than to use, so each combination is made once.
function dateFormat(reader: Reader, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${reader.locale}|${reader.timeZone}|${JSON.stringify(options)}`;
  let format = dates.get(key);
  if (!format) {
    // English without a region would write American dates, which most readers of it do not use.
    const locale = reader.locale === "en" ? "en-GB" : reader.locale;
    format = new Intl.DateTimeFormat(locale, { ...options, timeZone: reader.timeZone });
    dates.set(key, format);
  }
  return format;
}

function numberFormat(locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${locale}|${JSON.stringify(options)}`;
  let format = numbers.get(key);
  if (!format) numbers.set(key, format = new Intl.NumberFormat(locale, options));
  return format;
}

function relativeFormat(locale: string): Intl.RelativeTimeFormat {
  let format = relatives.get(locale);
  if (!format) {
    relatives.set(locale, format = new Intl.RelativeTimeFormat(locale, { numeric: "auto" }));
  }
  return format;
}
