import { z } from "zod";
import { RESOURCES } from "@/lib/usage/mod.ts";

const verdict = z.enum(["allow", "allow_with_care", "transform", "refuse", "escalate"]);

/** Data of `turn`. */
export const turnEventSchema = z.strictObject({
  turnId: z.uuid(),
  sessionId: z.uuid(),
  userMessageId: z.uuid(),
  assistantMessageId: z.uuid(),
  model: z.string(),
  title: z.string().nullable(),
  branch: z.strictObject({ index: z.number().int(), count: z.number().int() }),
  clientMessageId: z.uuid().nullable(),
});

/** Data of `policy`. */
export const policyEventSchema = z.strictObject({
  stage: z.enum(["pre", "post"]),
  verdict,
  principles: z.array(z.strictObject({ name: z.string(), score: z.number() })),
  note: z.string().nullable(),
  decisionId: z.uuid(),
  helpRoute: z.strictObject({
    title: z.string(),
    text: z.string(),
    links: z.array(z.strictObject({ label: z.string(), href: z.string() })),
  }).optional(),
});

/** One recalled item, as the event and the finished turn show it. */
export const recallItemSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("fact"),
    memoryId: z.uuid(),
    snippet: z.string(),
    score: z.number(),
    reasons: z.array(z.string()),
    sourceMessageId: z.uuid().optional(),
    tier: z.enum(["itm", "ltm"]),
    date: z.string(),
  }),
  z.strictObject({
    kind: z.literal("turn"),
    messageId: z.uuid(),
    author: z.string(),
    snippet: z.string(),
    score: z.number(),
    reasons: z.array(z.string()),
    date: z.string(),
  }),
]);

/** Data of `recall`. */
export const recallEventSchema = z.strictObject({
  items: z.array(recallItemSchema),
  heldBack: z.number().int(),
  dropped: z.array(
    z.strictObject({ block: z.string(), count: z.number().int(), reason: z.string() }),
  ),
  degraded: z.boolean(),
  ms: z.number(),
});

/** Data of `delta`; `replaceFrom` drops everything from that offset (code points) on first. */
export const deltaEventSchema = z.strictObject({
  text: z.string(),
  replaceFrom: z.number().int().optional(),
});

/** Data of `usage`. */
export const usageEventSchema = z.strictObject({
  promptTokens: z.number().int(),
  completionTokens: z.number().int(),
  measured: z.boolean(),
  quota: z.array(z.strictObject({
    resource: z.enum(RESOURCES),
    used: z.number().int(),
    limit: z.number().int().nullable(),
    percentage: z.number().nullable(),
    resetsAt: z.string(),
    level: z.enum(["ok", "notice", "strong", "blocked"]),
  })),
});

/** Data of `done`. */
export const doneEventSchema = z.strictObject({
  status: z.enum(["complete", "stopped", "interrupted", "refused"]),
  finishReason: z.enum(["stop", "length", "quota", "user", "policy", "host"]),
  textLength: z.number().int(),
  textHash: z.string(),
  latencyMs: z.number().int().nullable(),
  ttftMs: z.number().int().nullable(),
  receiptUrl: z.string(),
});

/** Data of `error`, which takes the place of `done`. */
export const errorEventSchema = z.strictObject({
  problem: z.record(z.string(), z.unknown()),
  retryable: z.boolean(),
});

export type TurnEventData = z.infer<typeof turnEventSchema>;
export type PolicyEventData = z.infer<typeof policyEventSchema>;
export type RecallEventData = z.infer<typeof recallEventSchema>;
export type DeltaEventData = z.infer<typeof deltaEventSchema>;
export type UsageEventData = z.infer<typeof usageEventSchema>;
export type DoneEventData = z.infer<typeof doneEventSchema>;
export type ErrorEventData = z.infer<typeof errorEventSchema>;

/** An event of a turn before it has its number. */
export type TurnEventBody =
  | { event: "turn"; data: TurnEventData }
  | { event: "policy"; data: PolicyEventData }
  | { event: "recall"; data: RecallEventData }
  | { event: "delta"; data: DeltaEventData }
  | { event: "usage"; data: UsageEventData }
  | { event: "done"; data: DoneEventData }
  | { event: "error"; data: ErrorEventData };

/** An event with its number within the turn, from 1 without gaps. */
export type TurnEvent = TurnEventBody & { seq: number };

/** Whether nothing follows an event. */
export function isLast(event: TurnEventBody): boolean {
  return event.event === "done" || event.event === "error";
}

/** One frame of an event stream. JSON has no line breaks, so one `data` line holds it. */
export function encodeFrame(turnId: string, event: TurnEvent): string {
  return `id: ${turnId}:${event.seq}\nevent: ${event.event}\ndata: ${
    JSON.stringify(event.data)
  }\n\n`;
}

/** A comment that keeps proxies from closing a quiet stream. */
export const KEEP_ALIVE = ": keep-alive\n\n";

/** A comment that tells the place in the model's queue, 1 being next; 0: no longer (CHT-78). */
export const queuePlace = (place: number): string => `: queue ${place}\n\n`;
