import { z } from "zod";
import type { JobHandler } from "@/lib/platform/outbox.ts";
import type { Memory } from "@/lib/memory/mod.ts";

const payload = z.object({ messageIds: z.array(z.uuid()).max(10) });

/** Makes the vectors of a question and its answer with the model host, off the answer's path. */
export function embedTurn(services: { memory: Memory }): JobHandler {
  return async (job) => {
    await services.memory.embedTurns(job.userId!, payload.parse(job.payload).messageIds);
  };
}
