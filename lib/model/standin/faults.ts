import { z } from "zod";

/** A scripted fault, as `POST /__fault` takes it. */
export const faultSchema = z.strictObject({
  kind: z.enum(["delay", "stall", "cut", "status", "garbage", "error", "dimension", "none"]),
  /** Tokens that are still sent before it happens; default 0. */
  after: z.int().min(0).optional(),
  /** Length of a delay in milliseconds; default 1,000. */
  ms: z.int().min(0).max(600_000).optional(),
  /** Status of the kind `status`; default 500. */
  status: z.int().min(400).max(599).optional(),
  /** Requests it hits, answers and embeddings counted apart; absent: until it is cleared. */
  times: z.int().min(1).optional(),
});
export type Fault = z.infer<typeof faultSchema>;

/** Which kind of request asks whether a fault is set. */
export type FaultUse = "answer" | "embedding";

/** The fault that is set, if any. */
export interface FaultBox {
  set(fault: Fault): void;
  /** The fault for the next request of a kind; counts it. */
  take(use: FaultUse): Fault | null;
}

/** A box for one fault; setting another replaces it. */
export function createFaultBox(): FaultBox {
  let current: Fault | null = null;
  let left: Record<FaultUse, number> = { answer: 0, embedding: 0 };
  return {
    set(fault) {
      current = fault.kind === "none" ? null : fault;
      const times = fault.times ?? Infinity;
      left = { answer: times, embedding: times };
    },
    take(use) {
      if (!current || left[use] === 0) return null;
      if (current.kind === "dimension" && use === "answer") return null;
      left[use]--;
      return current;
    },
  };
}
