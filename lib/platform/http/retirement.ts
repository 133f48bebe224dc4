/** How a route leaves the API (API-9): announced, and gone no earlier than ninety days later. */
export interface Retirement {
  /** The day from which callers are told, as `2027-01-31`. */
  announced: string;
  /** The day from which the route may be gone. */
  gone: string;
  /** The path that takes its place, if there is one. */
  successor?: string;
}

const NOTICE_DAYS = 90;
const DAY_MS = 86_400_000;

/**
 * The headers that announce it: `Deprecation` (RFC 9745), `Sunset` (RFC 8594) and a link to what
 * takes its place.
 *
 * @throws Error for a notice of less than ninety days, when the route is declared
 */
export function retirementHeaders(retirement: Retirement): Record<string, string> {
  const [announced, gone] = [retirement.announced, retirement.gone]
    .map((day) => Date.parse(`${day}T00:00:00Z`)) as [number, number];
  if (!(gone - announced >= NOTICE_DAYS * DAY_MS)) {
    throw new Error(`A route is announced as leaving at least ${NOTICE_DAYS} days ahead`);
  }
  return {
    "Deprecation": `@${announced / 1000}`,
    "Sunset": new Date(gone).toUTCString(),
    ...(retirement.successor
      ? { "Link": `<${retirement.successor}>; rel="successor-version"` }
      : {}),
  };
}
