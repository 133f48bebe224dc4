/** Classes of the model's queue, the one that is served first in front. */
export const QUEUE_CLASSES = ["priority", "normal", "low"] as const;
export type QueueClass = (typeof QUEUE_CLASSES)[number];

/** Whoever waited so long is not passed any more by anybody who came later. */
export const AGED_MS = 60_000;

/** Who came so much earlier than somebody of the lowest class is served in the same turn. */
const HEAD_START_MS: Record<QueueClass, number> = {
  priority: AGED_MS,
  normal: AGED_MS / 2,
  low: 0,
};

/** Somebody who waits. */
export interface InLine {
  class: QueueClass;
  /** Monotonic milliseconds of the arrival. */
  at: number;
}

/**
 * In which order those who wait would be served if nobody else came (CHT-78). Pure.
 *
 * A higher class counts as having come earlier, by its head start: that is the weight. Whoever has
 * waited for a minute goes before all who have not, in order of arrival: so nobody is behind a
 * higher class that came later for more than that minute. Within a class the first is first.
 *
 * @param waiting in order of arrival
 * @param now monotonic milliseconds
 */
export function orderOf<Entry extends InLine>(waiting: readonly Entry[], now: number): Entry[] {
  const key = (entry: Entry) =>
    now - entry.at >= AGED_MS ? entry.at - 2 * AGED_MS : entry.at - HEAD_START_MS[entry.class];
  // Those who waited a minute have keys at or below now − 3 minutes, all others above now − 2.
  return waiting.toSorted((a, b) => key(a) - key(b) || a.at - b.at || rank(a) - rank(b));
}

const rank = (entry: InLine) => QUEUE_CLASSES.indexOf(entry.class);
