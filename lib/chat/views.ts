import type { Conversation, Message, TurnView } from "./schema.ts";
import type { MessageRow, SessionRow } from "./store.ts";
import type { TurnRow } from "./turn_store.ts";

/** A conversation as the API shows it. */
export function conversationView(row: SessionRow): Conversation {
  return {
    id: row.id,
    title: row.title,
    titleSource: row.titleSource,
    pinned: row.pinned,
    archivedAt: row.archivedAt?.toISOString() ?? null,
    projectId: row.projectId,
    model: row.model,
    temporary: row.temporary,
    memoryMode: row.memoryMode,
    headMessageId: row.headMessageId,
    activeTurnId: row.activeTurnId,
    messageCount: row.messageCount,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    deletedAt: row.deletedAt?.toISOString() ?? null,
  };
}

/** A message as the API shows it. */
export function messageView(row: MessageRow, siblingIds: string[]): Message {
  const answer = row.role === "assistant";
  return {
    id: row.id,
    sessionId: row.sessionId,
    parentId: row.parentId,
    turnId: row.turnId,
    role: row.role,
    author: row.author,
    content: row.content,
    status: row.status,
    model: row.model,
    finishReason: row.finishReason,
    promptTokens: row.promptTokens,
    completionTokens: row.completionTokens,
    measured: row.measured,
    verdict: row.verdict,
    siblingIds,
    editedFrom: row.editedFrom,
    remember: row.remember,
    feedback: row.feedback,
    receiptUrl: answer ? `/api/chat/messages/${row.id}/receipt` : null,
    createdAt: row.createdAt.toISOString(),
  };
}

/** A turn as the API shows it. */
export function turnView(row: TurnRow): TurnView {
  return {
    id: row.id,
    sessionId: row.sessionId,
    userMessageId: row.userMessageId,
    assistantMessageId: row.assistantMessageId,
    status: row.status,
    model: row.model,
    startedAt: row.startedAt.toISOString(),
    endedAt: row.endedAt?.toISOString() ?? null,
    errorCode: row.errorCode,
    eventsUrl: `/api/chat/turns/${row.id}/events`,
  };
}
