import type { QuietHours } from "../view.ts";

/**
 * Whether a moment lies in the quiet hours of a time zone. Hours that end before they begin go over
 * midnight; equal ones are none.
 */
export function isQuiet(quiet: QuietHours, timeZone: string, now: Date): boolean {
  if (!quiet.on || quiet.from === quiet.until) return false;
  const time = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).format(now);
  return quiet.from < quiet.until
    ? time >= quiet.from && time < quiet.until
    : time >= quiet.from || time < quiet.until;
}
