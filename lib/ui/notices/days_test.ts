import { expect } from "expect";
import type { Notice } from "../contract.ts";
import { byDay } from "./days.ts";

const told = (createdAt: string) => ({ id: createdAt, createdAt }) as Notice;

Deno.test("[UI-44] notices are grouped by the days of the reader's own zone", () => {
  const notices = [
    told("2026-01-02T23:30:00.000Z"), // already the 3rd in Berlin
    told("2026-01-02T10:00:00.000Z"),
    told("2026-01-02T09:00:00.000Z"),
    told("2025-12-24T09:00:00.000Z"),
  ];
  const now = new Date("2026-01-03T08:00:00.000Z");
  const days = byDay(notices, { locale: "de", timeZone: "Europe/Berlin" }, now);
  expect(days.map(({ when, items }) => [when, items.length])).toEqual([
    ["today", 1],
    ["yesterday", 2],
    ["earlier", 1],
  ]);
});
