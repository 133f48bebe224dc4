import { z } from "zod";
import { policyEventSchema, recallEventSchema, usageEventSchema } from "./events.ts";

export const MEMORY_MODES = ["on", "read_only", "off"] as const;
export type MemoryMode = (typeof MEMORY_MODES)[number];
export const TURN_STATUSES = [
  "queued",
  "streaming",
  "complete",
  "stopped",
  "interrupted",
  "refused",
  "error",
] as const;
export type TurnStatus = (typeof TURN_STATUSES)[number];
export const MESSAGE_STATUSES = [
  "streaming",
  "complete",
  "stopped",
  "interrupted",
  "refused",
  "error",
] as const;
export type MessageStatus = (typeof MESSAGE_STATUSES)[number];

const title = z.string().trim().min(1, "A title needs at least one character").max(
  200,
  "A title has at most 200 characters",
);
const model = z.string().min(1).max(200);

/** A conversation. */
export const sessionSchema = z.strictObject({
  id: z.uuid(),
  title: z.string().nullable(),
  titleSource: z.enum(["auto", "user"]),
  pinned: z.boolean(),
  archivedAt: z.string().nullable(),
  projectId: z.uuid().nullable(),
  model: z.string(),
  temporary: z.boolean(),
  memoryMode: z.enum(MEMORY_MODES),
  headMessageId: z.uuid().nullable(),
  activeTurnId: z.uuid().nullable(),
  messageCount: z.number().int(),
  createdAt: z.string(),
  updatedAt: z.string(),
  deletedAt: z.string().nullable(),
});
export type Conversation = z.infer<typeof sessionSchema>;

const feedbackRatings = z.strictObject({
  accuracy: z.number().int().min(1).max(5).optional(),
  helpfulness: z.number().int().min(1).max(5).optional(),
  alignment: z.number().int().min(1).max(5).optional(),
});

/** Body of feedback on an answer; a repeat replaces it. */
export const feedbackSchema = z.strictObject({
  vote: z.enum(["up", "down"]).nullable(),
  ratings: feedbackRatings.optional(),
  note: z.string().max(1000, "A note has at most 1,000 characters").optional(),
});
export type Feedback = z.infer<typeof feedbackSchema>;

/** A message. */
export const messageSchema = z.strictObject({
  id: z.uuid(),
  sessionId: z.uuid(),
  parentId: z.uuid().nullable(),
  turnId: z.uuid().nullable(),
  role: z.enum(["user", "assistant"]),
  author: z.string(),
  content: z.string(),
  status: z.enum(MESSAGE_STATUSES),
  model: z.string().nullable(),
  finishReason: z.enum(["stop", "length", "quota", "user", "policy", "host"]).nullable(),
  promptTokens: z.number().int().nullable(),
  completionTokens: z.number().int().nullable(),
  measured: z.boolean().nullable(),
  verdict: z.enum(["allow", "allow_with_care", "transform", "refuse", "escalate"]).nullable(),
  siblingIds: z.array(z.uuid()),
  editedFrom: z.uuid().nullable(),
  remember: z.boolean(),
  feedback: feedbackSchema.nullable(),
  receiptUrl: z.string().nullable(),
  createdAt: z.string(),
});
export type Message = z.infer<typeof messageSchema>;

/** Query of the list of conversations. */
export const sessionQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().max(500).optional(),
  archived: z.enum(["true", "false"]).default("false"),
  /** The trash instead. */
  deleted: z.enum(["true", "false"]).default("false"),
  pinned: z.enum(["true", "false"]).optional(),
  project: z.uuid().optional(),
});
export type SessionQuery = z.infer<typeof sessionQuerySchema>;

/** Query of the messages of a conversation. */
export const messageQuerySchema = z.object({
  view: z.enum(["path", "tree"]).default("path"),
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().max(500).optional(),
});
export type MessageQuery = z.infer<typeof messageQuerySchema>;

/** Body that makes an empty conversation. */
export const newSessionSchema = z.strictObject({
  title: title.optional(),
  model: model.optional(),
  temporary: z.boolean().optional(),
  memoryMode: z.enum(MEMORY_MODES).optional(),
  projectId: z.null().optional(),
});
export type NewSession = z.infer<typeof newSessionSchema>;

/** Body that changes a conversation. */
export const sessionChangeSchema = z.strictObject({
  title: title.optional(),
  pinned: z.boolean().optional(),
  archived: z.boolean().optional(),
  model: model.optional(),
  memoryMode: z.enum(MEMORY_MODES).optional(),
  projectId: z.null().optional(),
  headMessageId: z.uuid().optional(),
});
export type SessionChange = z.infer<typeof sessionChangeSchema>;

// The rules of a message's text have codes of their own and are checked by `messageText`.
const content = z.string("Write a message first");
const clientMessageId = z.uuid().optional();

/** Body of the first message of a new conversation. */
export const firstMessageSchema = z.strictObject({
  content,
  clientMessageId,
  model: model.optional(),
  temporary: z.boolean().optional(),
  memoryMode: z.enum(MEMORY_MODES).optional(),
  projectId: z.null().optional(),
  remember: z.boolean().optional(),
});
export type FirstMessage = z.infer<typeof firstMessageSchema>;

/** Body of a further message. */
export const nextMessageSchema = z.strictObject({
  content,
  clientMessageId,
  parentId: z.uuid().nullable().optional(),
  model: model.optional(),
  remember: z.boolean().optional(),
});
export type NextMessage = z.infer<typeof nextMessageSchema>;

/** Body of an edit. */
export const editSchema = z.strictObject({
  content,
  clientMessageId,
  mode: z.enum(["branch", "text"]).default("branch"),
});

/** Body of regenerate. */
export const regenerateSchema = z.strictObject({ clientMessageId, model: model.optional() });
/** Body of continue. */
export const continueSchema = z.strictObject({ clientMessageId });
/** Body of an estimate. */
export const estimateRequestSchema = z.strictObject({
  content: z.string().max(20_000),
  sessionId: z.uuid().optional(),
  model: model.optional(),
});

/** What the next turn would cost. */
export const estimateSchema = z.strictObject({
  promptTokens: z.number().int(),
  answerTokens: z.number().int(),
  totalTokens: z.number().int(),
  share: z.number().nullable(),
  limit: z.number().int().nullable(),
  remaining: z.number().int().nullable(),
  fits: z.boolean(),
  contextFill: z.number(),
  resetsAt: z.string(),
});
export type Estimate = z.infer<typeof estimateSchema>;

/** A turn's state. */
export const turnSchema = z.strictObject({
  id: z.uuid(),
  sessionId: z.uuid(),
  userMessageId: z.uuid(),
  assistantMessageId: z.uuid(),
  status: z.enum(TURN_STATUSES),
  model: z.string(),
  startedAt: z.string(),
  endedAt: z.string().nullable(),
  errorCode: z.string().nullable(),
  eventsUrl: z.string(),
});
export type TurnView = z.infer<typeof turnSchema>;

/** A turn with its messages, also while it runs. */
export const finishedTurnSchema = z.strictObject({
  turn: turnSchema,
  userMessage: messageSchema,
  assistantMessage: messageSchema,
  recall: recallEventSchema.nullable(),
  policy: z.array(policyEventSchema),
  usage: usageEventSchema.nullable(),
});
export type FinishedTurn = z.infer<typeof finishedTurnSchema>;

/** Answer of a send with `Prefer: respond-async`. */
export const acceptedTurnSchema = z.strictObject({
  turnId: z.uuid(),
  sessionId: z.uuid(),
  userMessageId: z.uuid(),
  assistantMessageId: z.uuid(),
  eventsUrl: z.string(),
});

/** A part of a score: which list or term, its value and weight, and what it adds. */
export const scorePartSchema = z.object({
  name: z.string(),
  rank: z.number().int().optional(),
  value: z.number(),
  weight: z.number(),
  amount: z.number(),
});

/** What was in the prompt of one answer, and why. */
export const receiptSchema = z.strictObject({
  messageId: z.uuid(),
  turnId: z.uuid(),
  model: z.string().nullable(),
  items: z.array(z.strictObject({
    kind: z.enum(["fact", "turn"]),
    memoryId: z.uuid().nullable(),
    sourceMessageId: z.uuid().nullable(),
    sourceSessionId: z.uuid().nullable(),
    author: z.string().nullable(),
    tier: z.enum(["itm", "ltm"]).nullable(),
    text: z.string().nullable(),
    forgotten: z.boolean(),
    score: z.number(),
    parts: z.array(scorePartSchema),
    reasons: z.array(z.string()),
    date: z.string(),
  })),
  learned: z.array(z.unknown()),
  dropped: recallEventSchema.shape.dropped,
  heldBack: z.number().int(),
  degraded: z.boolean(),
  weightsVersion: z.number().int().nullable(),
  policy: z.array(z.strictObject({
    id: z.uuid(),
    stage: z.string(),
    verdict: z.string(),
    categories: z.array(z.string()),
    principles: z.record(z.string(), z.object({ score: z.number(), finding: z.string() })),
    alignmentScore: z.number().nullable(),
    policyVersion: z.number().int(),
    ms: z.number(),
  })),
  usage: z.strictObject({
    promptTokens: z.number().int().nullable(),
    completionTokens: z.number().int().nullable(),
    measured: z.boolean().nullable(),
    ttftMs: z.number().int().nullable(),
    latencyMs: z.number().int().nullable(),
  }),
});
export type Receipt = z.infer<typeof receiptSchema>;

/** Query of a search over own conversations. */
export const searchRequestSchema = z.object({
  q: z.string().trim().min(1, "Write what to look for").max(
    500,
    "A search has at most 500 characters",
  ),
  limit: z.coerce.number().int().min(1).max(50).default(20),
  cursor: z.string().max(500).optional(),
});
export type SearchRequest = z.infer<typeof searchRequestSchema>;

/** One hit: a title, or a message with the piece of it that was found. */
export const searchHitSchema = z.strictObject({
  kind: z.enum(["title", "message"]),
  sessionId: z.uuid(),
  sessionTitle: z.string().nullable(),
  messageId: z.uuid().nullable(),
  role: z.enum(["user", "assistant"]).nullable(),
  author: z.string().nullable(),
  snippet: z.string(),
  /** Offsets in code points of `snippet`. */
  highlights: z.array(z.tuple([z.number().int(), z.number().int()])),
  createdAt: z.string(),
});
export type SearchHit = z.infer<typeof searchHitSchema>;

/** Body of one act on several conversations. */
export const bulkRequestSchema = z.strictObject({
  ids: z.array(z.uuid()).min(1, "Choose a conversation").max(100, "At most 100 at a time"),
  action: z.enum(["archive", "unarchive", "delete", "restore"]),
});
export type BulkRequest = z.infer<typeof bulkRequestSchema>;

/** What became of each. */
export const bulkResultSchema = z.strictObject({
  done: z.array(z.uuid()),
  failed: z.array(z.strictObject({ id: z.uuid(), code: z.string() })),
});
export type BulkResult = z.infer<typeof bulkResultSchema>;

/** Body that copies a conversation. */
export const duplicateSchema = z.strictObject({ messageId: z.uuid().optional() });

/** Query of an export. */
export const exportQuerySchema = z.object({
  format: z.enum(["json", "markdown"]).default("json"),
  branches: z.enum(["shown", "all"]).default("shown"),
});

/** Query of deleting a conversation: `permanent` erases it instead of using the trash. */
export const removeQuerySchema = z.object({
  permanent: z.enum(["true", "false"]).default("false"),
});
