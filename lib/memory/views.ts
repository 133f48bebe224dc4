import type { MemoryView } from "./schema.ts";
import type { MemoryRow } from "./store.ts";

/** A fact as the API shows it. */
export function memoryView(row: MemoryRow): MemoryView {
  const time = (date: Date | null) => date?.toISOString() ?? null;
  const { userId: _, ...shown } = row;
  return {
    id: shown.id,
    type: shown.type,
    tier: shown.tier,
    source: shown.source,
    text: shown.text,
    quote: shown.quote,
    sourceMessageIds: shown.sourceMessageIds,
    sessionId: shown.sessionId,
    subject: shown.subject,
    attribute: shown.attribute,
    value: shown.value,
    confidence: Math.round(shown.confidence * 1000) / 1000,
    emotionalWeight: shown.emotionalWeight,
    outcome: shown.outcome,
    constitutionValid: shown.constitutionValid,
    policyDecisionId: shown.policyDecisionId,
    tags: shown.tags,
    pinned: shown.pinned,
    anchor: shown.anchor,
    locked: shown.locked,
    injection: shown.injection,
    validFrom: shown.validFrom.toISOString(),
    validTo: time(shown.validTo),
    createdAt: shown.createdAt.toISOString(),
    updatedAt: shown.updatedAt.toISOString(),
    supersededBy: shown.supersededBy,
    supersededAt: time(shown.supersededAt),
    accessCount: shown.accessCount,
    lastAccessedAt: time(shown.lastAccessedAt),
    expiresAt: time(shown.expiresAt),
    deletedAt: time(shown.deletedAt),
    bytes: shown.bytes,
  };
}
