import { z } from "zod";
import kept from "./quality.json" with { type: "json" };

const figuresSchema = z.strictObject({
  /** Day of the measurement. */
  at: z.iso.date(),
  /** The first 16 digits of the SHA-256 of the conversations that were asked. */
  data: z.string().regex(/^[0-9a-f]{16}$/),
  conversations: z.number().int().positive(),
  questions: z.number().int().positive(),
  /** What was measured: version of the ranking's weights, and the vectors that were used. */
  configuration: z.strictObject({ weights: z.number().int(), embedder: z.string() }),
  /** Shares of one, by the name of the measure. */
  figures: z.record(z.string(), z.number().min(-1).max(1)),
});

/** How well retrieval finds what answers a question, as it was last measured (MEM-98). */
export type QualityFigures = z.infer<typeof figuresSchema>;

/** What must be reached without a neural model (MEM-90, MEM-91), by the name of the measure. */
export const QUALITY_BARS: Readonly<Record<string, number>> = {
  overall: 0.72,
  "multi-hop": 0.45,
  temporal: 0.8,
  "gain over the best single list": 0.05,
};

/** The latest figures. `deno task bench:recall --data DIR --accept` writes them. */
export function qualityFigures(): QualityFigures {
  return figuresSchema.parse(kept);
}
