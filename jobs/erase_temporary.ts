import { z } from "zod";
import type { JobHandler } from "@/lib/platform/outbox.ts";
import type { Chat } from "@/lib/chat/mod.ts";

const payload = z.object({ sessionId: z.uuid() });

/** Erases a temporary conversation an hour after its last message. */
export function eraseTemporary(services: { chat: Chat }): JobHandler {
  return async (job) => {
    await services.chat.eraseTemporary(job.userId!, payload.parse(job.payload).sessionId);
  };
}
