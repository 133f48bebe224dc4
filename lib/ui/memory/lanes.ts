import type { Memory } from "../contract.ts";

/** What a timeline shows at once. */
export const ZOOMS = ["all", "year", "month", "week", "day"] as const;
export type Zoom = typeof ZOOMS[number];

const DAY_MS = 86_400_000;
const SPAN_MS: Record<Exclude<Zoom, "all">, number> = {
  day: DAY_MS,
  week: 7 * DAY_MS,
  month: 30 * DAY_MS,
  year: 365 * DAY_MS,
};

/** A stretch of time that is shown, with the ends of those beside it. Times are ISO 8601. */
export interface Stretch {
  zoom: Zoom;
  from: string;
  to: string;
  /** The end of the stretch before it; null where nothing was known yet. */
  earlier: string | null;
  /** The end of the stretch after it; null at the present. */
  later: string | null;
}

/**
 * The stretch that an address asks for; what makes no sense counts as absent.
 *
 * @param asked.until the end of the stretch; the present without one
 * @param known.first when the first fact became true, null without facts
 */
export function stretchOf(
  asked: { zoom: string | null; until: string | null },
  known: { first: string | null; now: string },
): Stretch {
  const zoom = ZOOMS.find((name) => name === asked.zoom) ?? "all";
  const now = Date.parse(known.now);
  const first = Math.min(known.first ? Date.parse(known.first) : now, now - DAY_MS);
  const iso = (ms: number) => new Date(ms).toISOString();
  if (zoom === "all") return { zoom, from: iso(first), to: iso(now), earlier: null, later: null };
  const span = SPAN_MS[zoom];
  const until = Date.parse(asked.until ?? "");
  const to = Math.min(now, Math.max(Number.isNaN(until) ? now : until, first + 1));
  return {
    zoom,
    from: iso(to - span),
    to: iso(to),
    earlier: to - span > first ? iso(to - span) : null,
    later: to < now ? iso(Math.min(now, to + span)) : null,
  };
}

/** A bar of a lane, in thousandths of the stretch. */
export interface Bar {
  fact: Memory;
  start: number;
  end: number;
  /** Whether it began before the stretch, or goes on after it. */
  opens: boolean;
  goesOn: boolean;
  /** Whether an arrow leads from its end to the fact that replaced it. */
  replaced: boolean;
}

/** Facts that replaced each other, oldest first, in one line. */
export type Lane = Bar[];

/** Lays facts into lanes, the lane with the latest beginning first (UI-50). */
export function lanesOf(facts: readonly Memory[], { from, to }: Stretch): Lane[] {
  const byId = new Map(facts.map((fact) => [fact.id, fact]));
  const replaced = new Map<string, Memory[]>();
  for (const fact of facts) {
    const next = fact.supersededBy;
    if (next && byId.has(next)) replaced.set(next, [...replaced.get(next) ?? [], fact]);
  }
  const lane = (fact: Memory): Memory[] => [...(replaced.get(fact.id) ?? []).flatMap(lane), fact];
  const [start, end] = [Date.parse(from), Date.parse(to)];
  const at = (time: string) =>
    Math.round(Math.min(1, Math.max(0, (Date.parse(time) - start) / (end - start))) * 1000);
  return facts.filter((fact) => !fact.supersededBy || !byId.has(fact.supersededBy))
    .map((last) =>
      lane(last).sort((a, b) => a.validFrom < b.validFrom ? -1 : 1).map((fact): Bar => ({
        fact,
        start: Math.min(at(fact.validFrom), 994),
        end: fact.validTo ? at(fact.validTo) : 1000,
        opens: Date.parse(fact.validFrom) < start,
        goesOn: fact.validTo === null || Date.parse(fact.validTo) > end,
        replaced: fact.supersededBy !== null && byId.has(fact.supersededBy),
      }))
    )
    .sort((a, b) => a.at(-1)!.fact.validFrom < b.at(-1)!.fact.validFrom ? 1 : -1);
}
