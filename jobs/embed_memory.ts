import { z } from "zod";
import type { JobHandler } from "@/lib/platform/outbox.ts";
import type { Memory } from "@/lib/memory/mod.ts";

const payload = z.object({ memoryId: z.uuid() });

/** Makes the vector of a fact with the model host, off the answer's path. */
export function embedMemory(services: { memory: Memory }): JobHandler {
  return async (job) => {
    await services.memory.embed(job.userId!, payload.parse(job.payload).memoryId);
  };
}
