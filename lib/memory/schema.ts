import { z } from "zod";
import { hasForbiddenCharacters } from "@/lib/platform/text.ts";
import { SENSITIVE_KINDS } from "./sensitive.ts";

export const MEMORY_TYPES = [
  "fact",
  "preference",
  "event",
  "task",
  "conversation",
  "lesson",
  "error",
  "achievement",
] as const;
export const DURABLE_TIERS = ["itm", "ltm"] as const;
export const MEMORY_SOURCES = ["first_hand", "second_hand", "inferred"] as const;
export const OUTCOMES = ["success", "failure", "neutral"] as const;
export const INJECTIONS = ["any_model", "local_models", "never"] as const;

/** A fact of memory. Vectors and the searched text are never sent. */
export const memorySchema = z.strictObject({
  id: z.uuid(),
  type: z.enum(MEMORY_TYPES),
  tier: z.enum(DURABLE_TIERS),
  source: z.enum(MEMORY_SOURCES),
  text: z.string(),
  quote: z.string().nullable(),
  sourceMessageIds: z.array(z.uuid()),
  sessionId: z.uuid().nullable(),
  subject: z.string().nullable(),
  attribute: z.string().nullable(),
  value: z.string().nullable(),
  confidence: z.number(),
  emotionalWeight: z.number(),
  outcome: z.enum(OUTCOMES),
  constitutionValid: z.boolean(),
  policyDecisionId: z.uuid().nullable(),
  tags: z.array(z.string()),
  pinned: z.boolean(),
  anchor: z.boolean(),
  locked: z.boolean(),
  injection: z.enum(INJECTIONS),
  validFrom: z.string(),
  validTo: z.string().nullable(),
  createdAt: z.string(),
  updatedAt: z.string(),
  supersededBy: z.uuid().nullable(),
  supersededAt: z.string().nullable(),
  accessCount: z.number().int(),
  lastAccessedAt: z.string().nullable(),
  expiresAt: z.string().nullable(),
  deletedAt: z.string().nullable(),
  bytes: z.number().int(),
});
export type MemoryView = z.infer<typeof memorySchema>;

const plain = (max: number, name: string) =>
  z.string().trim().min(1, `${name} needs at least one character`).refine(
    (text) => [...text].length <= max,
    `${name} has at most ${max} characters`,
  ).refine((text) => !hasForbiddenCharacters(text, { lines: true, bidi: true }), {
    message: `${name} holds characters that cannot be stored`,
    params: { code: "invalid_characters" },
  });
const text = plain(4000, "A memory");
const tags = z.array(z.string().normalize("NFC").trim().toLowerCase().min(1).max(40)).max(
  20,
  "A memory has at most 20 tags",
)
  .transform((list) => [...new Set(list)]);
const time = z.iso.datetime({ offset: true, message: "Use an ISO 8601 time" });

const END_FAULT = { path: ["validTo"], message: "What ends begins before that" };

function endsAfterBegin(
  span: { validFrom?: string | null | undefined; validTo?: string | null | undefined },
): boolean {
  return !span.validFrom || !span.validTo || Date.parse(span.validTo) >= Date.parse(span.validFrom);
}

/** Body of a manual entry. */
export const newMemorySchema = z.strictObject({
  text,
  type: z.enum(MEMORY_TYPES).default("fact"),
  tier: z.enum(DURABLE_TIERS).default("ltm"),
  tags: tags.default([]),
  subject: plain(200, "A subject").optional(),
  attribute: plain(200, "An attribute").optional(),
  value: plain(1000, "A value").optional(),
  validFrom: time.optional(),
  validTo: time.nullable().optional(),
  injection: z.enum(INJECTIONS).default("any_model"),
  pinned: z.boolean().default(false),
}).refine(endsAfterBegin, END_FAULT);
export type NewMemory = z.infer<typeof newMemorySchema>;

/** Body of a change; what is not named stays. */
export const memoryChangeSchema = z.strictObject({
  text: text.optional(),
  type: z.enum(MEMORY_TYPES).optional(),
  tags: tags.optional(),
  outcome: z.enum(OUTCOMES).optional(),
  emotionalWeight: z.number().min(-1).max(1).optional(),
  confidence: z.number().min(0).max(1).optional(),
  validFrom: time.optional(),
  validTo: time.nullable().optional(),
  injection: z.enum(INJECTIONS).optional(),
  locked: z.boolean().optional(),
}).refine(endsAfterBegin, END_FAULT);
export type MemoryChange = z.infer<typeof memoryChangeSchema>;

/** Query of the list of facts. */
export const memoryQuerySchema = z.object({
  tier: z.enum(DURABLE_TIERS).optional(),
  type: z.enum(MEMORY_TYPES).optional(),
  source: z.enum(MEMORY_SOURCES).optional(),
  tag: z.string().max(40).optional(),
  pinned: z.enum(["true", "false"]).optional(),
  includePast: z.enum(["true", "false"]).default("false"),
  from: time.optional(),
  to: time.optional(),
  /** Facts as they were believed at this time. */
  asOf: time.optional(),
  /** What was forgotten or ended and can still be restored, instead of what is there. */
  trash: z.enum(["true", "false"]).default("false"),
  /** Greatest first; `unused` begins with what was longest not used. */
  sort: z.enum(["created", "updated", "accessed", "confidence", "size", "unused"]).default(
    "created",
  ),
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().max(500).optional(),
});
export type MemoryQuery = z.infer<typeof memoryQuerySchema>;

/** Body of a search over facts and turns. */
export const memorySearchSchema = z.strictObject({
  query: plain(1000, "A search"),
  limit: z.number().int().min(1).max(50).default(10),
  kinds: z.array(z.enum(["fact", "turn"])).min(1).max(2).default(["fact", "turn"]),
  includePast: z.boolean().default(false),
  /** They narrow facts alone. */
  filters: z.strictObject({
    tier: z.enum(DURABLE_TIERS).optional(),
    type: z.enum(MEMORY_TYPES).optional(),
    source: z.enum(MEMORY_SOURCES).optional(),
    tag: z.string().max(40).optional(),
    pinned: z.boolean().optional(),
    from: time.optional(),
    to: time.optional(),
  }).default({}),
  asOf: time.optional(),
  minConfidence: z.number().min(0).max(1).optional(),
});
export type MemorySearch = z.infer<typeof memorySearchSchema>;

const scorePart = z.strictObject({
  name: z.string(),
  rank: z.number().int().optional(),
  value: z.number(),
  weight: z.number(),
  amount: z.number(),
});

/** Answer of a search. */
export const memorySearchAnswerSchema = z.strictObject({
  items: z.array(z.discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("fact"),
      memory: memorySchema,
      score: z.number(),
      parts: z.array(scorePart),
      reasons: z.array(z.string()),
    }),
    z.strictObject({
      kind: z.literal("turn"),
      message: z.strictObject({
        id: z.uuid(),
        sessionId: z.uuid(),
        sessionTitle: z.string().nullable(),
        role: z.enum(["user", "assistant"]),
        author: z.string(),
        content: z.string(),
        createdAt: z.string(),
      }),
      score: z.number(),
      parts: z.array(scorePart),
      reasons: z.array(z.string()),
    }),
  ])),
  total: z.number().int(),
  degraded: z.boolean(),
  ms: z.number(),
});
export type MemorySearchAnswer = z.infer<typeof memorySearchAnswerSchema>;

/** Answer of forgetting with undo. */
export const forgottenSchema = z.strictObject({
  id: z.uuid(),
  deletedAt: z.string(),
  undoUntil: z.string(),
});

/** A line of a memory's history. */
export const memoryEventSchema = z.strictObject({
  id: z.uuid(),
  action: z.string(),
  actor: z.enum(["user", "extraction", "distillation", "import", "admin"]),
  reason: z.string().nullable(),
  /** What the step changed, member by member; empty for the one that made it. */
  changes: z.array(z.strictObject({ name: z.string(), before: z.unknown(), after: z.unknown() })),
  createdAt: z.string(),
});
export type MemoryEvent = z.infer<typeof memoryEventSchema>;

const tierCount = z.strictObject({
  count: z.number().int(),
  capacity: z.number().int().nullable(),
});

/** Answer of `GET /api/memory/stats`. */
export const memoryStatsSchema = z.strictObject({
  total: z.number().int(),
  tiers: z.strictObject({ stm: tierCount, itm: tierCount, ltm: tierCount }),
  types: z.record(z.string(), z.number().int()),
  sources: z.record(z.string(), z.number().int()),
  pinned: z.number().int(),
  anchors: z.number().int(),
  past: z.number().int(),
  bytes: z.number().int(),
  limitBytes: z.number().int().nullable(),
  /** What waits for the owner's word. */
  waiting: z.strictObject({ proposals: z.number().int(), contradictions: z.number().int() }),
  /** Facts that came in each of the last 30 days; days without any are left out. */
  growth: z.array(z.strictObject({ day: z.string(), count: z.number().int() })),
  /** Share of the last 30 days' answers that used memory, and of statements that were saved; 0..1, null without any. */
  hitRate: z.number().nullable(),
  saveRate: z.number().nullable(),
  health: z.strictObject({
    embeddingModel: z.string(),
    /** Facts without a vector yet, and with one of a former model. */
    withoutVector: z.number().int(),
    otherModel: z.number().int(),
    trash: z.number().int(),
    trashBytes: z.number().int(),
    /** Facts that end within a day unless they are used. */
    ending: z.number().int(),
    /** Pairs that nearly say the same. */
    duplicates: z.number().int(),
    /** Long-term facts that no answer used in ninety days since they were kept. */
    unused: z.number().int(),
    /** Facts whose message is gone, and that their owner did not type. */
    withoutSource: z.number().int(),
  }),
});
export type MemoryStats = z.infer<typeof memoryStatsSchema>;

/** What is to be tidied up: for duplicates merging is proposed, for what is unused forgetting. */
export const healthFixSchema = z.strictObject({ what: z.enum(["duplicates", "unused"]) });
export type HealthFix = z.infer<typeof healthFixSchema>["what"];

/** A page of a list. */
export interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

/** Query of a list without filters. */
export const pageQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().max(500).optional(),
});

const REASONS = [
  "duplicate",
  "no_user_claim",
  "too_vague",
  "tainted_source",
  "recall_echo",
  "policy_invalid",
  "sensitive",
  "credential",
  "temporary_chat",
  "opted_out",
  "forgotten_before",
  "quota",
  "extractor_failed",
] as const;

/** Something that waits for its owner's word. */
export const proposalSchema = z.strictObject({
  id: z.uuid(),
  /** `forget` and `merge` are about the facts in `affects`. */
  op: z.enum(["save", "forget", "merge"]),
  type: z.enum(MEMORY_TYPES),
  text: z.string(),
  quote: z.string().nullable(),
  subject: z.string().nullable(),
  attribute: z.string().nullable(),
  value: z.string().nullable(),
  tags: z.array(z.string()),
  /** Why it is asked; null when only the settings say so. */
  reason: z.string().nullable(),
  /** The words may not be the owner's own. */
  shield: z.boolean(),
  sourceMessageId: z.uuid().nullable(),
  sessionId: z.uuid().nullable(),
  affects: z.array(z.strictObject({ id: z.uuid(), text: z.string() })),
  createdAt: z.string(),
  expiresAt: z.string(),
});
export type ProposalView = z.infer<typeof proposalSchema>;

/** What memory took from one message. */
export const takenSchema = z.strictObject({
  saved: z.array(memorySchema),
  /** Facts that the saved ones replaced; `eventId` takes the replacement back. */
  replaced: z.array(z.strictObject({ memory: memorySchema, eventId: z.uuid() })),
  proposals: z.array(proposalSchema),
});
export type TakenView = z.infer<typeof takenSchema>;

/** Something that was not saved. */
export const notSavedSchema = z.strictObject({
  id: z.uuid(),
  reason: z.enum(REASONS),
  /** Empty for a credential. */
  text: z.string(),
  sourceMessageId: z.uuid().nullable(),
  sessionId: z.uuid().nullable(),
  canSave: z.boolean(),
  createdAt: z.string(),
  expiresAt: z.string(),
});
export type NotSavedView = z.infer<typeof notSavedSchema>;

/** Two facts that cannot both be true. */
export const contradictionSchema = z.strictObject({
  id: z.uuid(),
  older: memorySchema,
  newer: memorySchema,
  createdAt: z.string(),
});
export type ContradictionView = z.infer<typeof contradictionSchema>;

/** Which of two facts is true; for both, since and until when. */
export const resolveContradictionSchema = z.strictObject({
  answer: z.enum(["keep_new", "keep_old", "both_true", "neither"]),
  olderValidTo: time.optional(),
  newerValidFrom: time.optional(),
});
export type ResolveContradiction = z.infer<typeof resolveContradictionSchema>;

/** Answer to all that waits. */
export const decideAllSchema = z.strictObject({ answer: z.enum(["accept", "reject"]) });

/** How far memory may go by itself. */
export const memorySettingsSchema = z.strictObject({
  automatic: z.enum(["on", "proposals", "off"]),
  allowed: z.array(z.enum(SENSITIVE_KINDS)),
  pausedUntil: z.string().nullable(),
});
export type MemorySettings = z.infer<typeof memorySettingsSchema>;
export const memorySettingsChangeSchema = z.strictObject({
  automatic: z.enum(["on", "proposals", "off"]).optional(),
  allowed: z.array(z.enum(SENSITIVE_KINDS)).max(20).transform((list) => [...new Set(list)])
    .optional(),
  /** Pauses memory; null ends a pause. */
  pause: z.enum(["hour", "day"]).nullable().optional(),
});
export type MemorySettingsChange = z.infer<typeof memorySettingsChangeSchema>;

/** A tie to another fact. `direction` says where the other one stands: `to`, or `from`. */
export const memoryLinkSchema = z.strictObject({
  kind: z.enum([
    "supports",
    "contradicts",
    "supersedes",
    "derived_from",
    "part_of",
    "same_as",
    "mentions",
  ]),
  direction: z.enum(["from", "to"]),
  memoryId: z.uuid(),
  text: z.string(),
  past: z.boolean(),
  createdAt: z.string(),
});
export type MemoryLink = z.infer<typeof memoryLinkSchema>;

/** A message that a fact comes from. */
export const memorySourceSchema = z.strictObject({
  id: z.uuid(),
  sessionId: z.uuid(),
  sessionTitle: z.string().nullable(),
  role: z.enum(["user", "assistant"]),
  author: z.string(),
  content: z.string(),
  createdAt: z.string(),
});
export type MemorySource = z.infer<typeof memorySourceSchema>;

/** What forgetting a fact would reach. */
export const forgetPreviewSchema = z.strictObject({
  id: z.uuid(),
  sources: z.number().int(),
  links: z.number().int(),
  receipts: z.number().int(),
  /** Summaries of conversations that its words stand in. */
  summaries: z.number().int(),
});
export type ForgetPreview = z.infer<typeof forgetPreviewSchema>;

/** Query of the line of time. */
export const timelineQuerySchema = pageQuerySchema.extend({
  from: time.optional(),
  to: time.optional(),
});
export type TimelineQuery = z.infer<typeof timelineQuerySchema>;

/** A step of any fact's history. */
export const timelineItemSchema = memoryEventSchema.extend({
  memoryId: z.uuid(),
  text: z.string(),
});
export type TimelineItem = z.infer<typeof timelineItemSchema>;

/** A fact of an import. Members of an export that mean nothing elsewhere are left out. */
export const importedFactSchema = z.object({
  key: z.string().max(100).optional(),
  text,
  type: z.enum(MEMORY_TYPES).default("fact"),
  tier: z.enum(DURABLE_TIERS).default("ltm"),
  source: z.enum(MEMORY_SOURCES).default("second_hand"),
  quote: plain(500, "A quote").nullable().optional(),
  subject: plain(200, "A subject").nullable().optional(),
  attribute: plain(200, "An attribute").nullable().optional(),
  value: plain(1000, "A value").nullable().optional(),
  confidence: z.number().min(0).max(1).default(0.8),
  emotionalWeight: z.number().min(-1).max(1).default(0),
  outcome: z.enum(OUTCOMES).default("neutral"),
  tags: tags.default([]),
  pinned: z.boolean().default(false),
  anchor: z.boolean().default(false),
  locked: z.boolean().default(false),
  injection: z.enum(INJECTIONS).default("any_model"),
  validFrom: time.nullable().optional(),
  validTo: time.nullable().optional(),
  supersededAt: time.nullable().optional(),
}).refine(endsAfterBegin, END_FAULT);

/** Body of an import: JSON lines as an export gives them, or one JSON list. */
export const importSchema = z.strictObject({ data: z.string().min(1).max(20_000_000) });

/** What an import did, or would do. */
export const importReportSchema = z.strictObject({
  preview: z.boolean(),
  lines: z.number().int(),
  added: z.number().int(),
  known: z.number().int(),
  forgotten: z.number().int(),
  /** Held a credential. */
  refused: z.number().int(),
  /** The first hundred. */
  items: z.array(z.strictObject({
    text: z.string(),
    result: z.enum(["new", "known", "forgotten", "refused"]),
  })),
});
export type ImportReport = z.infer<typeof importReportSchema>;
