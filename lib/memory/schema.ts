import { z } from "zod";
import { hasForbiddenCharacters } from "@/lib/platform/text.ts";

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
const tags = z.array(z.string().trim().toLowerCase().min(1).max(40)).max(
  20,
  "A memory has at most 20 tags",
)
  .transform((list) => [...new Set(list)]);
const time = z.iso.datetime({ offset: true, message: "Use an ISO 8601 time" });

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
});
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
});
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
  sort: z.enum(["created", "updated", "accessed", "confidence", "size"]).default("created"),
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
  createdAt: z.string(),
});

const tierCount = z.strictObject({
  count: z.number().int(),
  capacity: z.number().int().nullable(),
});

/** Answer of `GET /api/memory/stats`. */
export const memoryStatsSchema = z.strictObject({
  total: z.number().int(),
  tiers: z.strictObject({ stm: tierCount, itm: tierCount, ltm: tierCount }),
  types: z.record(z.string(), z.number().int()),
  pinned: z.number().int(),
  past: z.number().int(),
  bytes: z.number().int(),
  limitBytes: z.number().int().nullable(),
});
export type MemoryStats = z.infer<typeof memoryStatsSchema>;
