import type { Clock } from "@/lib/platform/clock.ts";

/** What was found is kept for so long, unless something changed (MEM-72). */
const LIFE_MS = 5 * 60_000;
const MAX_ENTRIES = 500;

/** Results of the last searches. Keys hold the version of the store, so that none is ever stale. */
export function createSearchCache<Answer>(clock: Clock) {
  const kept = new Map<string, { answer: Answer; until: number }>();
  return {
    get(key: string): Answer | null {
      const found = kept.get(key);
      if (!found) return null;
      if (found.until > clock.monotonic()) return found.answer;
      kept.delete(key);
      return null;
    },
    set(key: string, answer: Answer): void {
      kept.set(key, { answer, until: clock.monotonic() + LIFE_MS });
      if (kept.size > MAX_ENTRIES) kept.delete(kept.keys().next().value!);
    },
  };
}
