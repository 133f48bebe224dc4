// Temporary: replaced by the real recall.
import type { Recall, RecallRequest, Found } from "./types.ts";
export function createRecall(_o: unknown) {
  return {
    recall: (_r: RecallRequest): Promise<Recall> => Promise.resolve({ items: [], heldBack: 0, degraded: false, weightsVersion: 1, ms: 0 }),
    search: (_u: string, _q: unknown): Promise<{ results: Found[]; total: number; degraded: boolean; ms: number }> => Promise.resolve({ results: [], total: 0, degraded: false, ms: 0 }),
  };
}
