import type { Tx } from "@/lib/platform/database/mod.ts";
import type { Found, Recall, ScorePart } from "@/lib/memory/mod.ts";
import type { PolicyDecision } from "@/lib/policy/mod.ts";
import type { DroppedBlock } from "./compose.ts";

/** Stores what was in the prompt of one answer. A continued answer replaces its receipt. */
export async function insertReceipt(
  tx: Tx,
  receipt: {
    messageId: string;
    userId: string;
    sessionId: string;
    recall: Recall | null;
    dropped: DroppedBlock[];
    at: Date;
  },
): Promise<void> {
  const { recall } = receipt;
  await tx`delete from receipts where message_id = ${receipt.messageId}`;
  await tx`insert into receipts (message_id, user_id, session_id, weights_version, held_back, degraded,
      dropped, ms, created_at)
    values (${receipt.messageId}, ${receipt.userId}, ${receipt.sessionId},
      ${recall?.weightsVersion ?? 0}, ${recall?.heldBack ?? 0}, ${recall?.degraded ?? false},
      ${tx.json(receipt.dropped as never)}, ${Math.round(recall?.ms ?? 0)}, ${receipt.at})`;
  const rows = (recall?.items ?? []).map((item, position) =>
    itemRow(tx, receipt, { item, position })
  );
  if (rows.length > 0) await tx`insert into receipt_items ${tx(rows)}`;
}

function itemRow(
  tx: Tx,
  receipt: { messageId: string; userId: string },
  { item, position }: { item: Found; position: number },
) {
  return {
    message_id: receipt.messageId,
    position,
    user_id: receipt.userId,
    kind: item.kind,
    memory_id: item.kind === "fact" ? item.memoryId : null,
    source_message_id: item.kind === "fact" ? item.sourceMessageId : item.messageId,
    author: item.kind === "turn" ? item.author : null,
    tier: item.kind === "fact" ? item.tier : null,
    text: item.text,
    score: item.score,
    parts: tx.json(item.parts as never),
    reasons: item.reasons,
    said_at: item.date,
  };
}

/** One item of a stored receipt. */
export interface ReceiptItemRow {
  kind: "fact" | "turn";
  memoryId: string | null;
  sourceMessageId: string | null;
  sourceSessionId: string | null;
  author: string | null;
  tier: "itm" | "ltm" | null;
  text: string;
  score: number;
  parts: ScorePart[];
  reasons: string[];
  saidAt: Date;
  forgottenAt: Date | null;
}

/** A stored receipt with its items, or null. */
export async function findReceipt(tx: Tx, messageId: string): Promise<
  {
    weightsVersion: number;
    heldBack: number;
    degraded: boolean;
    dropped: DroppedBlock[];
    items: ReceiptItemRow[];
  } | null
> {
  const [row] = await tx<
    { weightsVersion: number; heldBack: number; degraded: boolean; dropped: DroppedBlock[] }[]
  >`select weights_version, held_back, degraded, dropped from receipts where message_id = ${messageId}`;
  if (!row) return null;
  const items = await tx<ReceiptItemRow[]>`
    select i.kind, i.memory_id, i.source_message_id, m.session_id as source_session_id, i.author,
      i.tier, i.text, i.score, i.parts, i.reasons, i.said_at, i.forgotten_at
    from receipt_items i left join messages m on m.id = i.source_message_id
    where i.message_id = ${messageId} order by i.position`;
  return { ...row, items };
}

/** Stores a decision. It holds lengths, hashes and positions, never the text. */
export async function insertDecision(
  tx: Tx,
  decision: PolicyDecision,
  subject: { userId: string; turnId: string; at: Date },
): Promise<void> {
  await tx`insert into policy_decisions (id, user_id, turn_id, stage, verdict, categories, rules,
      principles, alignment_score, aligned, policy_version, text_length, text_hash, ms, created_at)
    values (${decision.id}, ${subject.userId}, ${subject.turnId}, ${decision.stage},
      ${decision.verdict}, ${decision.categories}, ${tx.json(decision.rules as never)},
      ${tx.json(decision.principles as never)}, ${decision.alignmentScore}, ${decision.aligned},
      ${decision.policyVersion}, ${decision.textLength}, ${decision.textHash}, ${decision.ms},
      ${subject.at})
    on conflict do nothing`;
}

/** A stored decision. */
export interface DecisionRow {
  id: string;
  stage: string;
  verdict: string;
  categories: string[];
  principles: Record<string, { score: number; finding: string }>;
  alignmentScore: number | null;
  policyVersion: number;
  ms: number;
}

/** The decisions of a turn, in order. */
export function decisionsOf(tx: Tx, turnId: string): Promise<DecisionRow[]> {
  return tx<DecisionRow[]>`
    select id, stage, verdict, categories, principles, alignment_score, policy_version, ms
    from policy_decisions where turn_id = ${turnId} order by created_at, id`;
}
