import { expect } from "expect";
import {
  ageOf,
  formatBytes,
  formatDay,
  formatDuration,
  formatMoney,
  formatNumber,
  formatPercent,
  formatRelative,
  formatWhen,
  type Reader,
} from "./format.ts";

const lisbon: Reader = { locale: "en", timeZone: "Europe/Lisbon" };
const berlin: Reader = { locale: "de", timeZone: "Europe/Berlin" };
const now = new Date("2026-11-22T18:20:00.000Z");

Deno.test("[UI-8] numbers carry the separators of the reader", () => {
  expect(formatNumber(1234567.5, lisbon)).toBe("1,234,567.5");
  expect(formatNumber(1234567.5, berlin)).toBe("1.234.567,5");
  expect(formatPercent(83.4, lisbon)).toBe("83%");
  expect(formatPercent(0.2, lisbon)).toBe("< 1%");
  expect(formatPercent(0, lisbon)).toBe("0%");
  expect(formatMoney(900, "USD", lisbon)).toBe("$9");
  expect(formatMoney(950, "USD", lisbon)).toBe("$9.50");
});

Deno.test("bytes are binary units with one decimal", () => {
  expect(formatBytes(0, lisbon)).toBe("0 B");
  expect(formatBytes(3412, lisbon)).toBe("3.3 KiB");
  expect(formatBytes(1073741824, lisbon)).toBe("1 GiB");
});

Deno.test("[UI-8] a moment falls on the reader's own day", () => {
  expect(formatDay("2026-11-22T23:30:00.000Z", lisbon)).toBe("22 November 2026");
  expect(formatDay("2026-11-22T23:30:00.000Z", berlin)).toBe("23. November 2026");
  expect(ageOf("2026-11-22T00:10:00.000Z", lisbon, now)).toBe("today");
  expect(ageOf("2026-11-16T12:00:00.000Z", lisbon, now)).toBe("week");
  expect(ageOf("2026-11-15T12:00:00.000Z", lisbon, now)).toBe("older");
});

Deno.test("a list shows the shortest form that tells when", () => {
  expect(formatWhen("2026-11-22T18:12:00.000Z", lisbon, now)).toBe("18:12");
  expect(formatWhen("2026-11-20T18:12:00.000Z", lisbon, now)).toBe("Fri");
  expect(formatWhen("2026-11-03T18:12:00.000Z", lisbon, now)).toBe("3 Nov");
  // What is to come is never taken for a time of today.
  expect(formatWhen("2026-12-22T18:12:00.000Z", lisbon, now)).toBe("22 Dec");
});

Deno.test("relative times and durations use the largest unit that fits", () => {
  expect(formatRelative("2026-11-22T18:19:40.000Z", lisbon, now)).toBe("this minute");
  expect(formatRelative("2026-11-22T16:20:00.000Z", lisbon, now)).toBe("2 hours ago");
  expect(formatRelative("2026-11-21T16:20:00.000Z", lisbon, now)).toBe("yesterday");
  expect(formatDuration(5 * 3600_000 + 40 * 60_000, lisbon)).toBe("5 hr 40 min");
  expect(formatDuration(20_000, lisbon)).toBe("1 min");
});
