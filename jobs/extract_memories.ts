import { z } from "zod";
import type { JobHandler } from "@/lib/platform/outbox.ts";
import type { Memory } from "@/lib/memory/mod.ts";

const payload = z.object({ messageId: z.uuid(), sessionId: z.uuid() });

/** Takes facts out of what a person wrote, through the gate. */
export function extractMemories(services: { memory: Memory }): JobHandler {
  return async (job) => {
    await services.memory.extract(job.userId!, payload.parse(job.payload));
  };
}
