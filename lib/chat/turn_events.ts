import { problemBody } from "@/lib/platform/http/problem_response.ts";
import { correlationId } from "@/lib/platform/log.ts";
import { Problem } from "@/lib/platform/problem.ts";
import { sha256Hex } from "@/lib/platform/crypto.ts";
import type { PolicyDecision } from "@/lib/policy/mod.ts";
import { codePoints, shorten } from "@/lib/platform/text.ts";
import type { PolicyEventData, RecallEventData } from "./events.ts";
import type { RunningTurn } from "./turn_state.ts";

const SNIPPET = 200;

/** A decision as clients see it while a turn runs. */
export function policyEvent(decision: PolicyDecision): PolicyEventData {
  const stage = decision.stage === "pre" ? "pre" : "post";
  const touched = Object.entries(decision.principles)
    .filter(([, finding]) => stage === "post" || finding.score < 1)
    .map(([name, finding]) => ({ name, score: finding.score }));
  return {
    stage,
    verdict: decision.verdict,
    principles: touched,
    note: decision.rules[0]?.plain ?? null,
    decisionId: decision.id,
    ...(decision.helpRoute ? { helpRoute: decision.helpRoute } : {}),
  };
}

/** What was recalled and what was left out of the prompt. */
export function recallEvent(turn: RunningTurn): RecallEventData {
  const recall = turn.recall;
  return {
    items: (recall?.items ?? []).map((item) => {
      const common = {
        snippet: shorten(item.text, SNIPPET),
        score: item.score,
        reasons: item.reasons,
        date: item.date.toISOString(),
      };
      return item.kind === "fact"
        ? {
          kind: "fact" as const,
          memoryId: item.memoryId,
          ...common,
          tier: item.tier,
          ...(item.sourceMessageId ? { sourceMessageId: item.sourceMessageId } : {}),
        }
        : { kind: "turn" as const, messageId: item.messageId, author: item.author, ...common };
    }),
    heldBack: recall?.heldBack ?? 0,
    dropped: turn.prompt?.dropped ?? [],
    degraded: recall?.degraded ?? false,
    ms: recall?.ms ?? 0,
  };
}

/** What the last event says about an answer that failed. */
export function failureEvent(turn: RunningTurn): Record<string, unknown> {
  return problemBody(withTurn(turn.problem!, turn), {
    instance: `/api/chat/turns/${turn.id}`,
    correlationId: correlationId() ?? turn.id,
  });
}

/** A problem with the ids a client needs to go on (CON-4). */
function withTurn(problem: Problem, turn: RunningTurn): Problem {
  return new Problem(problem.code, problem.status, problem.title, problem.detail, {
    ...problem.extra,
    turnId: turn.id,
    sessionId: turn.sessionId,
    userMessageId: turn.userMessage.id,
  });
}

/** Length and hash of a stored answer, as `done` carries them. */
export function textDigest(text: string): { textLength: number; textHash: string } {
  return { textLength: codePoints(text), textHash: sha256Hex(text) };
}
