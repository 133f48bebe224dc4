import type { Clock } from "@/lib/platform/clock.ts";
import { normaliseForEmbedding } from "@/lib/model/mod.ts";

/** Makes the vectors of questions. */
export interface QueryEmbedder {
  readonly model: string;
  /** Cosine from which its vectors alone relate a row to a question. */
  readonly floor?: number;
  /** Null while the host is away. */
  embedQuery(text: string): Promise<readonly number[] | null>;
}

/** A question that is asked again within this time is not embedded again (MEM-62). */
const LIFE_MS = 5 * 60_000;
const MAX_ENTRIES = 200;
/** A host that takes longer counts as away; its vector serves the next time. */
const PATIENCE_MS = 400;

/** The vectors of the last questions, by their text; failures are not kept. */
export function createQueryVectors(embedder: QueryEmbedder, clock: Clock) {
  const kept = new Map<string, { vector: readonly number[]; until: number }>();

  async function embed(key: string, text: string): Promise<readonly number[] | null> {
    const vector = await embedder.embedQuery(text).catch(() => null);
    if (vector === null) return null;
    kept.set(key, { vector, until: clock.monotonic() + LIFE_MS });
    if (kept.size > MAX_ENTRIES) kept.delete(kept.keys().next().value!);
    return vector;
  }

  return {
    /** The vector of `text`, null while the embedding host is away or slow. */
    async of(text: string): Promise<readonly number[] | null> {
      const key = `${embedder.model}\n${normaliseForEmbedding(text)}`;
      const found = kept.get(key);
      kept.delete(key);
      if (found && found.until > clock.monotonic()) {
        kept.set(key, found);
        return found.vector;
      }
      const late = Promise.withResolvers<null>();
      const cancel = clock.after(PATIENCE_MS, () => late.resolve(null));
      try {
        return await Promise.race([embed(key, text), late.promise]);
      } finally {
        cancel();
      }
    },
  };
}
