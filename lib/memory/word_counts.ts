import type { Clock } from "@/lib/platform/clock.ts";

/** A word that stands in so many rows of a store finds nothing; it only orders what others find. */
export const COMMON = 1_000;

const LIFE_MS = 5 * 60_000;
const MAX_OWNERS = 500;
const MAX_WORDS = 200;

type Store = "turns" | "facts";

/** What is known of how often people's words occur. */
export type WordCounts = ReturnType<typeof createWordCounts>;

/**
 * Remembers for some minutes which words of a person are common, so that they are not looked for
 * again: of a store of 100,000 rows they take most of the time, and change nothing. It may be out of
 * date without harm: a common word that became rare meanwhile still counts in every row that another
 * word finds, and is looked for when no other word finds any.
 */
export function createWordCounts(clock: Clock) {
  const owners = new Map<string, Map<string, number>>();

  return {
    /** Whether each word is common in each store. */
    common(userId: string, words: readonly string[]): Record<Store, boolean[]> {
      const known = owners.get(userId);
      const now = clock.monotonic();
      const isCommon = (store: Store) =>
        words.map((word) => (known?.get(`${store} ${word}`) ?? 0) > now);
      return { turns: isCommon("turns"), facts: isCommon("facts") };
    },

    /** Notes how many rows of a store hold each word. */
    learn(userId: string, store: Store, words: readonly (readonly [string, number])[]): void {
      const common = words.filter(([, rows]) => rows >= COMMON);
      if (common.length === 0) return;
      const known = owners.get(userId) ?? new Map<string, number>();
      owners.delete(userId);
      owners.set(userId, known);
      if (owners.size > MAX_OWNERS) owners.delete(owners.keys().next().value!);
      const now = clock.monotonic();
      for (const [word] of common) {
        const key = `${store} ${word}`;
        // Not renewed by what it spares: after its time it is looked for again.
        if ((known.get(key) ?? 0) > now) continue;
        known.delete(key);
        known.set(key, now + LIFE_MS);
      }
      while (known.size > MAX_WORDS) known.delete(known.keys().next().value!);
    },
  };
}
