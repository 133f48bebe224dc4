import { ModelStreamError, modelUnavailable } from "@/lib/model/mod.ts";
import { errorFields } from "@/lib/platform/log.ts";
import type { AnswerGuard } from "@/lib/policy/mod.ts";
import { Problem } from "@/lib/platform/problem.ts";
import { withSpan } from "@/lib/platform/traces.ts";
import { compose, recallBudget } from "./compose.ts";
import type { ChatContext } from "./context.ts";
import { finishTurn } from "./turn_finish.ts";
import { policyEvent, recallEvent } from "./turn_events.ts";
import { keepAlive } from "./turn_keeper.ts";
import { type RunningTurn, type StartedTurn, StopRequested } from "./turn_state.ts";

/**
 * Runs a turn that has its rows and its hold. The stages come in this order, always, and each
 * does one thing; whatever happens, the turn ends exactly once, with a last event.
 *
 * Validation, rate limit and reservation came before (`turn_start.ts`, the API's gate).
 */
export async function runTurn(context: ChatContext, started: StartedTurn): Promise<void> {
  const turn = begin(started);
  const release = keepAlive(context, turn);
  try {
    await withSpan("turn.policy_pre", () => checkQuestion(context, turn));
    if (mayAnswer(context, turn)) {
      await withSpan("turn.recall", () => recall(context, turn));
      await withSpan("turn.compose", () => composePrompt(context, turn));
      const guard = context.policy.createAnswerGuard();
      await withSpan("turn.stream", () => stream(context, turn, guard), { model: turn.model });
      await withSpan("turn.policy_post", () => checkAnswer(turn, guard));
    }
  } catch (error) {
    fail(context, turn, error);
  } finally {
    await release();
  }
  // Settlement, storage, short-term memory and jobs: one transaction, then what may be lost.
  await withSpan("turn.finish", () => finishTurn(context, turn), { status: turn.status });
}

function begin(started: StartedTurn): RunningTurn {
  return {
    ...started,
    pre: null,
    recall: null,
    prompt: null,
    text: "",
    ttftMs: null,
    promptTokens: 0,
    completionTokens: 0,
    measured: false,
    post: null,
    status: "complete",
    finishReason: "stop",
    problem: null,
    metered: false,
  };
}

/** Policy pre-check: the verdict on the message decides whether and how the model is asked. */
async function checkQuestion(context: ChatContext, turn: RunningTurn): Promise<void> {
  turn.stages.push("policy_pre");
  const decision = await context.policy.checkMessage(turn.userMessage.content);
  turn.pre = decision;
  turn.log.append({ event: "policy", data: policyEvent(decision) });
}

/**
 * A refusal, or words of help where a model must not speak, take the answer's place. The practice
 * model cannot be told to take care, so that help is given in its stead.
 */
function mayAnswer(context: ChatContext, turn: RunningTurn): boolean {
  const { modelCall, helpRoute, refusalText } = turn.pre!;
  const helpAlone = helpRoute !== undefined && context.practiceModel;
  if (modelCall !== "none" && !helpAlone) return true;
  emit(turn, refusalText ?? helpRoute?.text ?? "");
  turn.status = helpRoute ? "complete" : "refused";
  turn.finishReason = "policy";
  return false;
}

/** What the person's memory holds about this message. Without it the answer goes on. */
async function recall(context: ChatContext, turn: RunningTurn): Promise<void> {
  turn.stages.push("recall");
  const allowed = turn.memoryMode !== "off" && turn.principal.memory.enabled;
  if (allowed) {
    turn.recall = await context.memory.recall({
      userId: turn.principal.userId,
      query: turn.userMessage.content,
      previous: turn.history.filter((m) => m.role === "user").slice(-2).map((m) => m.content),
      excludeMessageIds: [turn.userMessage.id, ...historyInPrompt(context, turn)],
      // What was edited away is not said any more.
      conversation: {
        sessionId: turn.sessionId,
        path: turn.history.map((message) => message.id),
        since: turn.history[0]?.createdAt ?? turn.startedAt,
      },
      userName: turn.principal.displayName,
      tokenBudget: recallBudget(turn.promptBudget),
      modelLocation: context.model.location,
      searchConversations: turn.principal.memory.searchConversations,
    });
  }
}

/** Ids of former messages that stand whole in the prompt, which need not be recalled. */
function historyInPrompt(context: ChatContext, turn: RunningTurn): string[] {
  const history = turn.history.filter((message) => message.content !== "");
  const draft = compose({ ...context.ingredients(turn, null), recalled: [], history });
  return history.slice(history.length - draft.historyCount).map((message) => message.id);
}

function composePrompt(context: ChatContext, turn: RunningTurn): void {
  turn.stages.push("compose");
  const history = turn.history.filter((message) => message.content !== "");
  const recalled = turn.recall?.items ?? [];
  turn.prompt = compose({
    ...context.ingredients(turn, turn.pre?.careInstruction ?? null),
    recalled,
    history,
  });
  if (turn.prompt.dropped.some((block) => block.block === "recalled") && turn.recall) {
    turn.recall.items = [];
  }
  turn.log.append({ event: "recall", data: recallEvent(turn) });
  turn.promptTokens = turn.prompt.tokens;
}

/** Asks the model and hands on what it says, as the answer guard releases it. */
async function stream(context: ChatContext, turn: RunningTurn, guard: AnswerGuard): Promise<void> {
  turn.stages.push("stream");
  // The text of an answer that is continued comes first, so that clients build the whole.
  if (turn.unfinished) emit(turn, turn.unfinished);
  const chunks = context.model.chat({
    messages: turn.prompt!.messages,
    model: turn.model,
    maxTokens: turn.reservation.answerCap,
    signal: turn.abort.signal,
    queue: {
      class: context.usage.queueClass(turn.principal),
      onPlace: (place) => turn.log.setPlace(place === 0 ? null : place),
    },
  });
  for await (const chunk of chunks) {
    if (chunk.done) {
      turn.finishReason = lengthReason(context, turn, chunk.done.finishReason);
      turn.promptTokens = chunk.done.promptTokens;
      turn.completionTokens = chunk.done.completionTokens;
      turn.measured = chunk.done.measured;
      continue;
    }
    turn.metered = true;
    turn.completionTokens++;
    turn.ttftMs ??= Math.round(context.clock.monotonic() - turn.startedMonotonic);
    const { release, hit } = guard.push(chunk.text);
    emit(turn, release);
    // Leaving the loop closes the connection to the model.
    if (hit) return withdraw(turn, hit.refusalText);
  }
}

/** `quota` tells an answer that the day's rest cut short from one that the plan's cap did. */
function lengthReason(
  context: ChatContext,
  turn: RunningTurn,
  reason: "stop" | "length",
): RunningTurn["finishReason"] {
  if (reason === "stop") return "stop";
  const cap = context.usage.limits(turn.principal.effectivePlan).answerTokens ?? Infinity;
  return turn.reservation.answerCap < cap ? "quota" : "length";
}

function emit(turn: RunningTurn, text: string): void {
  if (text === "") return;
  turn.text += text;
  turn.log.append({ event: "delta", data: { text } });
}

/** A hard rule was broken: the answer so far is replaced by the refusal; the model is stopped. */
function withdraw(turn: RunningTurn, refusalText: string): void {
  turn.text = refusalText;
  turn.log.append({ event: "delta", data: { text: refusalText, replaceFrom: 0 } });
  turn.status = "refused";
  turn.finishReason = "policy";
}

/** Policy post-check: what was held back is released or withdrawn, and the whole is scored. */
async function checkAnswer(turn: RunningTurn, guard: AnswerGuard): Promise<void> {
  turn.stages.push("policy_post");
  const { release, hit, decision } = await guard.end();
  emit(turn, release);
  turn.post = decision;
  if (turn.status !== "refused" && (hit || decision.verdict === "refuse")) {
    withdraw(turn, hit?.refusalText ?? decision.refusalText ?? "");
  }
  turn.log.append({ event: "policy", data: policyEvent(decision) });
}

/** Turns what went wrong into the end of the turn; the text so far is always kept. */
function fail(context: ChatContext, turn: RunningTurn, error: unknown): void {
  const reason = turn.abort.signal.reason;
  if (reason instanceof StopRequested) {
    turn.status = reason.by === "user" ? "stopped" : "interrupted";
    turn.finishReason = reason.by === "user" ? "user" : "host";
    return;
  }
  turn.status = "error";
  turn.finishReason = "host";
  if (error instanceof ModelStreamError) {
    turn.promptTokens = error.usage.promptTokens;
    turn.completionTokens = error.usage.completionTokens;
    turn.measured = false;
    turn.problem = modelUnavailable(0, error);
  } else if (error instanceof Problem) {
    turn.problem = error;
  } else {
    context.log.error("turn.failed", "A turn ended in an error nobody expected", {
      turnId: turn.id,
      ...errorFields(error),
    });
    turn.problem = new Problem(
      "internal",
      500,
      "Something went wrong on our side",
      "Your message is kept. Try again",
    );
  }
}
