import { z } from "zod";
import type { JobHandler } from "@/lib/platform/outbox.ts";
import type { Memory } from "@/lib/memory/mod.ts";

const payload = z.object({ sessionId: z.uuid() });

/** Sums up a conversation that came to rest, or went on for twenty turns. */
export function summariseConversation(services: { memory: Memory }): JobHandler {
  return async (job) => {
    await services.memory.summarise(job.userId!, payload.parse(job.payload));
  };
}
