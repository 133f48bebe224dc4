import { z } from "zod";
import type { JobHandler } from "@/lib/platform/outbox.ts";
import type { Chat } from "@/lib/chat/mod.ts";

const payload = z.object({ sessionId: z.uuid(), questionId: z.uuid(), answerId: z.uuid() });

/** Gives a conversation a title after its first answer. */
export function nameConversation(services: { chat: Chat }): JobHandler {
  return async (job) => {
    await services.chat.nameConversation(job.userId!, payload.parse(job.payload));
  };
}
