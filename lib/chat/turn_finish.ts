import { sleep } from "@/lib/platform/clock.ts";
import { errorFields } from "@/lib/platform/log.ts";
import type { Tx } from "@/lib/platform/database/mod.ts";
import { isProblem } from "@/lib/platform/problem.ts";
import { quotaLevel, type Settlement } from "@/lib/usage/mod.ts";
import type { ChatContext } from "./context.ts";
import type { UsageEventData } from "./events.ts";
import { failureEvent, policyEvent, recallEvent, textDigest } from "./turn_events.ts";
import type { RunningTurn } from "./turn_state.ts";
import * as receipts from "./receipt_store.ts";
import * as store from "./store.ts";
import { TITLE_JOB } from "./title.ts";
import * as turns from "./turn_store.ts";

/** The kind of the job that takes facts out of a person's message. */
export const EXTRACT_JOB = "memory.extract";
/** The kind of the job that erases a temporary conversation. */
export const ERASE_JOB = "chat.erase_temporary";
const TEMPORARY_LIFE_MS = 60 * 60_000;

/** Tries to store the end before the sweeper takes over, and the wait before each. */
const STORE_WAITS_MS = [0, 250, 1_000, 3_000];

/**
 * Ends a turn: settlement, answer, receipt, decisions, searched text and jobs in one transaction,
 * then the last events, then what may be lost.
 */
export async function finishTurn(context: ChatContext, turn: RunningTurn): Promise<void> {
  const stored = await storeEnd(context, turn);
  if (stored === "closed_elsewhere") return;
  if (stored === "not_stored") {
    // Nothing is lost: the sweeper closes the turn from the stream log and the saved text.
    context.log.error("turn.not_stored", "The end of a turn could not be stored", {
      turnId: turn.id,
    });
    turn.log.append({
      event: "error",
      data: { problem: databaseGone(turn), retryable: true },
    });
    return;
  }
  await announceEnd(context, turn);
  if (turn.memoryMode === "on" && turn.status !== "error") {
    await context.memory.rememberTurn({
      userId: turn.principal.userId,
      sessionId: turn.sessionId,
      turn: {
        id: turn.id,
        question: turn.userMessage.content,
        answer: turn.text,
        at: turn.startedAt.toISOString(),
      },
    });
  }
  context.outbox.wake();
}

/** Another process closed the turn first; what this one wrote is rolled back. */
export class EndedElsewhere extends Error {}

async function storeEnd(
  context: ChatContext,
  turn: RunningTurn,
): Promise<"stored" | "closed_elsewhere" | "not_stored"> {
  for (const wait of STORE_WAITS_MS) {
    if (wait > 0) await sleep(context.clock, wait);
    try {
      await context.db.asUser(turn.principal.userId, (tx) => storeIn(context, tx, turn));
      return "stored";
    } catch (error) {
      if (error instanceof EndedElsewhere) return "closed_elsewhere";
      context.log.warn("turn.store", "The end of a turn was not stored yet", {
        turnId: turn.id,
        ...errorFields(error),
      });
      if (!isProblem(error, "database_unavailable")) break;
    }
  }
  return "not_stored";
}

/** @throws EndedElsewhere */
async function storeIn(context: ChatContext, tx: Tx, turn: RunningTurn): Promise<void> {
  const now = context.clock.now();
  const { userId } = turn.principal;
  turn.stages.push("settle", "store");
  await Promise.all([store.lockSession(tx, turn.sessionId), settle(context, tx, turn)]);
  const ended = await turns.endTurn(tx, {
    id: turn.id,
    status: turn.status,
    errorCode: turn.problem?.code ?? null,
    recall: turn.prompt ? recallEvent(turn) : null,
    policy: [turn.pre, turn.post].filter((decision) => decision !== null).map(policyEvent),
    endedAt: now,
  });
  if (!ended) throw new EndedElsewhere("The turn had ended before");
  await store.finishAnswer(tx, {
    id: turn.assistantMessageId,
    content: turn.text,
    status: turn.status,
    finishReason: turn.finishReason,
    promptTokens: turn.metered ? turn.promptTokens : 0,
    completionTokens: turn.completionTokens,
    measured: turn.measured,
    ttftMs: turn.ttftMs,
    latencyMs: Math.round(context.clock.monotonic() - turn.startedMonotonic),
    verdict: (turn.post ?? turn.pre)?.verdict ?? null,
    policyDecisionId: (turn.post ?? turn.pre)?.id ?? null,
    model: turn.model,
  });
  await storeDecisions(tx, turn, now);
  await receipts.insertReceipt(tx, {
    messageId: turn.assistantMessageId,
    userId,
    sessionId: turn.sessionId,
    recall: turn.recall,
    dropped: turn.prompt?.dropped ?? [],
    at: now,
  });
  await remember(context, tx, turn);
}

function settle(context: ChatContext, tx: Tx, turn: RunningTurn): Promise<void> {
  if (!turn.metered) return context.usage.release(tx, turn.reservation);
  return context.usage.settle(tx, turn.reservation, {
    ...settlementOf(context, turn),
    plan: turn.principal.effectivePlan,
  });
}

async function storeDecisions(tx: Tx, turn: RunningTurn, at: Date): Promise<void> {
  const subject = { userId: turn.principal.userId, turnId: turn.id, at };
  if (turn.pre) {
    await receipts.insertDecision(tx, turn.pre, subject);
    await store.setVerdict(tx, turn.userMessage.id, {
      verdict: turn.pre.verdict,
      decisionId: turn.pre.id,
    });
  }
  if (turn.post) await receipts.insertDecision(tx, turn.post, subject);
}

/** Makes the turn findable, counts what was used of memory, and writes the jobs that follow. */
async function remember(context: ChatContext, tx: Tx, turn: RunningTurn): Promise<void> {
  const { userId } = turn.principal;
  const used = (turn.recall?.items ?? []).filter((item) => item.kind === "fact");
  await context.memory.countAccess(tx, { userId, memoryIds: used.map((item) => item.memoryId) });
  const searchable = turn.memoryMode !== "off" && !turn.temporary &&
    turn.principal.memory.enabled &&
    turn.userMessage.remember && turn.status !== "refused" && turn.status !== "error";
  if (searchable && turn.principal.memory.searchConversations) {
    await context.memory.indexTurn(tx, {
      userId,
      questionId: turn.userMessage.id,
      answerId: turn.assistantMessageId,
    });
  }
  turn.stages.push("enqueue");
  // Also when an answer is written anew: the first try may have failed. A job runs once a message.
  if (searchable && turn.memoryMode === "on") {
    await context.outbox.add(tx, {
      kind: EXTRACT_JOB,
      key: `${EXTRACT_JOB}:${turn.userMessage.id}`,
      userId,
      payload: { messageId: turn.userMessage.id, sessionId: turn.sessionId },
    });
  }
  // Without a capable model the first words are the title.
  const named = turn.history.length === 0 && !turn.temporary && turn.status === "complete";
  if (named && !context.practiceModel) {
    await context.outbox.add(tx, {
      kind: TITLE_JOB,
      key: `${TITLE_JOB}:${turn.sessionId}`,
      userId,
      payload: {
        sessionId: turn.sessionId,
        questionId: turn.userMessage.id,
        answerId: turn.assistantMessageId,
      },
    });
  }
  if (turn.temporary) {
    await context.outbox.add(tx, {
      kind: ERASE_JOB,
      key: `${ERASE_JOB}:${turn.id}`,
      userId,
      payload: { sessionId: turn.sessionId },
      runAfter: new Date(context.clock.now().getTime() + TEMPORARY_LIFE_MS),
    });
  }
}

/** What the turn used, with metadata that holds no text. */
function settlementOf(context: ChatContext, turn: RunningTurn): Settlement {
  return {
    promptTokens: turn.promptTokens,
    completionTokens: turn.completionTokens,
    messages: 1,
    metadata: {
      feature: "chat",
      sessionId: turn.sessionId,
      turnId: turn.id,
      model: turn.model,
      provider: context.model.location,
      promptTokens: turn.promptTokens,
      completionTokens: turn.completionTokens,
      measured: turn.measured,
      streaming: true,
      ttftMs: turn.ttftMs,
      latencyMs: Math.round(context.clock.monotonic() - turn.startedMonotonic),
      ...(turn.principal.kind === "key" ? { apiKeyId: turn.principal.sessionId } : {}),
    },
  };
}

/** The events `usage` and `done`, or `error`; the last one is in the log before anything else. */
async function announceEnd(context: ChatContext, turn: RunningTurn): Promise<void> {
  const usage = await usageEvent(context, turn);
  if (usage) turn.log.append({ event: "usage", data: usage });
  if (turn.problem) {
    turn.log.append({ event: "error", data: { problem: failureEvent(turn), retryable: true } });
  } else {
    turn.log.append({
      event: "done",
      data: {
        status: turn.status as "complete" | "stopped" | "interrupted" | "refused",
        finishReason: turn.finishReason!,
        ...textDigest(turn.text),
        latencyMs: Math.round(context.clock.monotonic() - turn.startedMonotonic),
        ttftMs: turn.ttftMs,
        receiptUrl: `/api/chat/messages/${turn.assistantMessageId}/receipt`,
      },
    });
  }
  await turn.log.flush();
}

/** What the turn cost and what is left now; null when the figures cannot be read. */
async function usageEvent(context: ChatContext, turn: RunningTurn): Promise<UsageEventData | null> {
  const { principal } = turn;
  try {
    const report = await context.usage.quota({
      userId: principal.userId,
      plan: principal.plan,
      effectivePlan: principal.effectivePlan,
      trialEndsAt: principal.trialEndsAt,
    });
    const data: UsageEventData = {
      promptTokens: turn.metered ? turn.promptTokens : 0,
      completionTokens: turn.completionTokens,
      measured: turn.measured,
      quota: (["llm_tokens", "messages"] as const).map((resource) => {
        const { used, limit, percentage } = report.resources[resource];
        return {
          resource,
          used,
          limit,
          percentage,
          resetsAt: report.resetsAt,
          level: quotaLevel(percentage),
        };
      }),
    };
    await context.db.asUser(principal.userId, (tx) => turns.setUsage(tx, turn.id, data));
    return data;
  } catch (error) {
    context.log.warn("turn.usage", "The cost of a turn could not be read back", errorFields(error));
    return null;
  }
}

function databaseGone(turn: RunningTurn): Record<string, unknown> {
  return {
    type: "/problems/database_unavailable",
    title: "The answer could not be stored yet",
    status: 503,
    detail: "It will be stored as soon as the database answers; reload the page in a moment",
    instance: `/api/chat/turns/${turn.id}`,
    code: "database_unavailable",
    correlationId: turn.id,
    turnId: turn.id,
    retryAfterSeconds: 5,
  };
}
