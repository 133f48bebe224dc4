import { formatDateTime, formatDay, formatRelative, type Reader } from "../format.ts";
import type { Row } from "./store.ts";

/** Ways of writing a time, by the word that names them. */
const WAYS = {
  day: (iso: string, reader: Reader) => formatDay(iso, reader),
  long: (iso: string, reader: Reader) => formatDateTime(iso, reader),
  ago: (iso: string, reader: Reader, now: Date) => formatRelative(iso, reader, now),
};

/** Times as the server wrote them, by way and time: `day 2026-01-01T00:00:00.000Z`. */
export type Written = Readonly<Record<string, string>>;

/** A time in words: as the server wrote it, where it did. */
export function written(
  way: keyof typeof WAYS,
  iso: string,
  { written = {}, reader, now }: { written?: Written; reader: Reader; now: Date },
): string {
  return written[`${way} ${iso}`] ?? WAYS[way](iso, reader, now);
}

/**
 * The times that a list of memories shows first. A browser that is given them need not load the
 * tables of dates before the page answers, which takes a phone a tenth of a second.
 */
export function writeTimes(
  rows: readonly Pick<Row & { kind: "fact" }, "memory">[],
  at: { reader: Reader; now: Date; days: readonly string[] },
): Written {
  const all: Record<string, string> = {};
  const write = (way: keyof typeof WAYS, iso: string) =>
    all[`${way} ${iso}`] = WAYS[way](iso, at.reader, at.now);
  for (const { memory } of rows) {
    write("long", memory.createdAt);
    if (memory.validTo) write("day", memory.validTo);
    else write("ago", memory.createdAt);
  }
  for (const day of at.days) write("day", day);
  return all;
}
