/** What is metered. */
export const RESOURCES = [
  "llm_tokens",
  "messages",
  "memory_storage",
  "agent_minutes",
  "system_tokens",
] as const;
export type Resource = (typeof RESOURCES)[number];

/** How near a limit is: 80, 90 and 100 per cent. */
export type QuotaLevel = "ok" | "notice" | "strong" | "blocked";

/** The five numbers of a resource; limit, remaining and percentage are null when unlimited. */
export interface ResourceBalance {
  used: number;
  reserved: number;
  limit: number | null;
  remaining: number | null;
  percentage: number | null;
}

/** The balance of a resource from what is used, held and allowed. */
export function balance(used: number, reserved: number, limit: number | null): ResourceBalance {
  if (limit === null) return { used, reserved, limit: null, remaining: null, percentage: null };
  const remaining = Math.max(0, limit - used - reserved);
  const share = limit === 0 ? 100 : (used / limit) * 100;
  return { used, reserved, limit, remaining, percentage: Math.round(share * 100) / 100 };
}

/** Work whose answer has a cap of its own, beside the answers of chat. */
export type CappedWork = "tutor" | "lesson" | "quiz";

/** Most answer tokens of such work (USE-25). */
const ANSWER_CAPS: Record<CappedWork, number> = { tutor: 1_000, lesson: 4_000, quiz: 2_048 };

/**
 * What to ask for when such work is metered: a tutor's answer is bound by the plan's largest answer
 * too and may be shorter; what is generated at one stroke is bound by the rest of the day alone and
 * is worth nothing when it is cut.
 */
export function cappedAnswer(
  work: CappedWork,
  planCap: number | null,
): { answerTokens: number; whole: boolean } {
  const cap = ANSWER_CAPS[work];
  if (work !== "tutor") return { answerTokens: cap, whole: true };
  return { answerTokens: Math.min(cap, planCap ?? cap), whole: false };
}

/** The warning level of a percentage. */
export function quotaLevel(percentage: number | null): QuotaLevel {
  if (percentage === null || percentage < 80) return "ok";
  if (percentage < 90) return "notice";
  return percentage < 100 ? "strong" : "blocked";
}

/** The UTC day of a moment, `2026-01-31`. A day of limits is the UTC day. */
export function utcDay(at: Date): string {
  return at.toISOString().slice(0, 10);
}

/** The next midnight UTC, when the day's limits start anew. */
export function nextUtcMidnight(at: Date): Date {
  return new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate() + 1));
}

/** The first moment of the next month, UTC. */
export function nextUtcMonth(at: Date): Date {
  return new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 1));
}
