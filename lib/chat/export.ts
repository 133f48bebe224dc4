import type { Conversation, Message, Receipt } from "./schema.ts";

/** A conversation with everything that belongs to it, as it is exported (CHT-8). */
export interface ExportedConversation {
  format: "nova.conversation";
  version: 1;
  exportedAt: string;
  conversation: Conversation;
  /** The whole tree in order of creation; an answer carries its receipt. */
  messages: (Message & { receipt: Receipt | null })[];
}

/**
 * The conversation as Markdown. Texts stand as they are, byte for byte; only headings are added.
 * With `allBranches` every message follows in order of creation and says what it answers.
 */
export function conversationMarkdown(
  exported: ExportedConversation,
  options: { allBranches: boolean },
): string {
  const { conversation, messages } = exported;
  const shown = options.allBranches ? messages : pathTo(conversation.headMessageId, messages);
  const number = new Map(messages.map((message, i) => [message.id, i + 1]));
  const parts = shown.map((message) => {
    const branch = options.allBranches
      ? `\n\n<!-- ${number.get(message.id)}${
        message.parentId ? `, after ${number.get(message.parentId)}` : ""
      } -->`
      : "";
    return `## ${message.author}, ${message.createdAt}${branch}\n\n${message.content}`;
  });
  const title = (conversation.title ?? "Conversation").replace(/\s+/gu, " ");
  return [`# ${title}`, ...parts].join("\n\n") + "\n";
}

function pathTo<Item extends { id: string; parentId: string | null }>(
  headId: string | null,
  messages: readonly Item[],
): Item[] {
  const byId = new Map(messages.map((message) => [message.id, message]));
  const path: Item[] = [];
  for (let at = headId ? byId.get(headId) : undefined; at;) {
    path.unshift(at);
    at = at.parentId ? byId.get(at.parentId) : undefined;
  }
  return path;
}

/** A file name that every system takes, from a title. */
export function fileName(title: string | null, extension: string): string {
  const base = (title ?? "").normalize("NFKD").replace(/[^A-Za-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "").slice(0, 60).toLowerCase();
  return `${base || "conversation"}.${extension}`;
}
