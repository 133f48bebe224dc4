import { correlationId } from "@/lib/platform/log.ts";
import { notFound, Problem } from "@/lib/platform/problem.ts";
import { sha256Hex } from "@/lib/platform/crypto.ts";
import { sqlState, violatedConstraint } from "@/lib/platform/database/mod.ts";
import { shorten } from "@/lib/platform/text.ts";
import { compose, recallBudget } from "./compose.ts";
import { messageText } from "./input.ts";
import type { ChatContext } from "./context.ts";
import { findPlace, type Place } from "./turn_place.ts";
import type { StartedTurn, TurnRequest } from "./turn_state.ts";
import * as store from "./store.ts";
import * as turns from "./turn_store.ts";

/** A turn is closed as interrupted when its lease was not renewed for so long. */
export const LEASE_MS = 30_000;

/** Either a turn that may run now, or the one an equal request started before. */
export type StartResult =
  | { kind: "started"; turn: StartedTurn }
  | { kind: "known"; turnId: string };

/** What a person may spend and which window the model has. */
interface Limits {
  promptBudget: number;
  answerTokens: number;
  streams: number | null;
}

/** How often a conversation may change under a turn that is about to start. */
const ATTEMPTS = 5;

/**
 * Validates, holds quota and stores the rows of a turn, in one transaction: afterwards the turn
 * exists and nothing typed can be lost, or nothing has happened at all.
 *
 * @throws Problem 400, 404, 409 `turn_in_progress`, 422 `idempotency_mismatch`, 429
 */
export async function startTurn(context: ChatContext, request: TurnRequest): Promise<StartResult> {
  const content = request.content === null ? null : messageText(request.content);
  const model = context.model.resolve(request.model);
  const limits = await limitsOf(context, request, model);
  try {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const place = await findPlace(context.db, request);
      // An equal request from before wins over whatever is true of the conversation now.
      if ("requestHash" in place) return knownAs(place, request, content);
      const result = await startAt(context, { request, place, model, limits, content });
      if (result !== "moved") return result;
    }
    throw turnInProgress("", request.sessionId ?? "");
  } catch (error) {
    return await afterFault(context, { request, content, error });
  }
}

/** Starts a turn at a place; `moved` when the conversation is not as it was read any more. */
async function startAt(
  context: ChatContext,
  input: {
    request: TurnRequest;
    place: Place;
    model: string;
    limits: Limits;
    content: string | null;
  },
): Promise<StartResult | "moved"> {
  const { request, place, limits, content } = input;
  const turn = prepare(context, input);
  const rows = startRows(context, { turn, place, request, content, limits });
  let result: turns.StartOutcome | undefined;
  const reservation = await context.usage.reserveBy(heldBy(context, turn, limits), async (hold) => {
    result = await turns.storeStart(context.db, turn.principal.userId, { ...rows, hold });
    return "hold" in result ? result.hold : null;
  }).catch((error) => {
    throw error instanceof turns.TooManyStreams ? tooManyStreams(error.running, limits) : error;
  });
  if (reservation) return { kind: "started", turn: { ...turn, reservation } };
  switch (result?.outcome) {
    case "known":
      return knownAs(result.known, request, content);
    case "busy":
      throw turnInProgress(result.busy, turn.sessionId);
    case "gone":
      throw notFound();
    default:
      return "moved";
  }
}

async function limitsOf(
  context: ChatContext,
  request: TurnRequest,
  model: string,
): Promise<Limits> {
  const { principal } = request;
  const plan = principal.limits ?? context.usage.limits(principal.effectivePlan);
  const window = await context.modelWindow(model);
  const answerTokens = Math.min(plan.answerTokens ?? Infinity, Math.floor(window / 2));
  return {
    promptBudget: Math.min(plan.promptTokens ?? Infinity, window - answerTokens),
    answerTokens,
    streams: plan.concurrentStreams,
  };
}

/** Equal requests have equal hashes; the id of the client is not part of it. */
function requestHash(request: TurnRequest, content: string | null): string {
  return sha256Hex(JSON.stringify([
    request.kind,
    request.sessionId ?? null,
    request.targetId ?? null,
    content,
    request.model ?? null,
    request.remember,
  ]));
}

const scopeOf = (request: TurnRequest) => request.sessionId ?? request.principal.userId;

/** @throws Problem 422 when the client used its id for another message */
function knownAs(
  known: turns.KnownTurn,
  request: TurnRequest,
  content: string | null,
): StartResult {
  if (known.requestHash === requestHash(request, content)) {
    return { kind: "known", turnId: known.id };
  }
  throw new Problem(
    "idempotency_mismatch",
    422,
    "This id was used for another message",
    "Send every new message with a new clientMessageId",
    { clientMessageId: request.clientMessageId, turnId: known.id },
  );
}

/**
 * Equal requests that arrive together all miss each other at first. Whichever fault the later one
 * then meets (the unique index, a full quota, no stream left, a running answer), the turn of the
 * earlier one is its answer.
 *
 * @throws the fault itself when there is no such turn
 */
async function afterFault(
  context: ChatContext,
  failed: { request: TurnRequest; content: string | null; error: unknown },
): Promise<StartResult> {
  const { request, error } = failed;
  const raced = sqlState(error) === "23505" && violatedConstraint(error)?.startsWith("turns_");
  if (!raced && !(error instanceof Problem)) throw error;
  const { principal: { userId }, clientMessageId, sessionId } = request;
  const known = clientMessageId &&
    await turns.findByClientId(context.db, { userId, scope: scopeOf(request), clientMessageId });
  if (known) return knownAs(known, request, failed.content);
  if (!raced) throw error;
  const session = sessionId
    ? await context.db.asUser(userId, (tx) => store.findSession(tx, sessionId))
    : null;
  throw turnInProgress(session?.activeTurnId ?? "", sessionId ?? "");
}

/** 409 `turn_in_progress`. */
export function turnInProgress(turnId: string, sessionId: string): Problem {
  return new Problem(
    "turn_in_progress",
    409,
    "An answer is still being written",
    "Wait for the answer, follow it at eventsUrl, or stop it first",
    { turnId, sessionId, eventsUrl: `/api/chat/turns/${turnId}/events` },
  );
}

function prepare(
  context: ChatContext,
  input: {
    request: TurnRequest;
    place: Place;
    model: string;
    limits: Limits;
  },
): StartedTurn {
  const { request, place } = input;
  const { ids, clock } = context;
  const id = ids();
  const content = place.question?.content ?? messageText(request.content!);
  return {
    id,
    principal: request.principal,
    kind: request.kind,
    clientMessageId: request.clientMessageId,
    sessionId: place.session?.id ?? ids(),
    opensConversation: place.session === null,
    title: place.session ? place.session.title : shorten(content, 60),
    userMessage: {
      id: place.question?.id ?? ids(),
      content,
      remember: place.question?.remember ?? request.remember,
    },
    assistantMessageId: place.answer?.id ?? ids(),
    model: request.model ? input.model : place.session?.model ?? input.model,
    memoryMode: place.session?.memoryMode ??
      (request.temporary ? "off" : request.memoryMode ?? "on"),
    temporary: place.session?.temporary ?? request.temporary ?? false,
    history: place.history,
    unfinished: place.answer?.content ?? null,
    reservation: null as never, // set when the rows are stored
    promptBudget: input.limits.promptBudget,
    startedAt: clock.now(),
    startedMonotonic: clock.monotonic(),
    log: null as never, // opened once the rows are stored
    abort: new AbortController(),
    stages: ["validate"],
  };
}

/** What is held for a turn: the largest prompt it can have, and the answer. */
function heldBy(context: ChatContext, turn: StartedTurn, limits: Limits) {
  const { principal } = turn;
  turn.stages.push("reserve");
  const draft = compose({
    ...context.ingredients(turn, null),
    recalled: [],
    history: turn.history.filter((message) => message.content !== ""),
  });
  const mayRecall = turn.memoryMode !== "off" && principal.memory.enabled;
  const recall = mayRecall ? recallBudget(turn.promptBudget) : 0;
  return {
    userId: principal.userId,
    plan: principal.effectivePlan,
    limits: principal.limits,
    operationId: turn.id,
    promptTokens: Math.min(turn.promptBudget, draft.tokens + recall),
    answerTokens: limits.answerTokens,
    ...(principal.kind === "key"
      ? { key: { id: principal.sessionId, dailyTokens: principal.dailyTokens } }
      : {}),
  };
}

/** 429 `too_many_streams`. */
function tooManyStreams(running: number, limits: Limits): Problem {
  return new Problem(
    "too_many_streams",
    429,
    "Too many answers at once",
    `Your plan allows ${limits.streams} at a time; wait for one to end or stop it`,
    { limit: limits.streams, active: running, retryAfterSeconds: 5 },
  );
}

/** The rows of a turn that begins. */
function startRows(
  context: ChatContext,
  input: {
    turn: StartedTurn;
    place: Place;
    request: TurnRequest;
    content: string | null;
    limits: Limits;
  },
): turns.TurnStartRows {
  const { turn, place, request } = input;
  return {
    turn: {
      id: turn.id,
      sessionId: turn.sessionId,
      userMessageId: turn.userMessage.id,
      assistantMessageId: turn.assistantMessageId,
      kind: turn.kind,
      model: turn.model,
      at: turn.startedAt,
      requestHash: requestHash(request, input.content),
      leaseOwner: context.processId,
      leaseUntil: new Date(turn.startedAt.getTime() + LEASE_MS),
      scope: scopeOf(request),
      clientMessageId: request.clientMessageId,
      correlationId: correlationId() ?? null,
      remember: turn.userMessage.remember,
      reopensAnswer: place.answer !== null,
      streams: input.limits.streams,
    },
    seen: place.session,
    opened: place.session
      ? null
      : { title: turn.title, temporary: turn.temporary, memoryMode: turn.memoryMode },
    question: place.question ? null : {
      parentId: place.parentId,
      author: turn.principal.displayName,
      content: turn.userMessage.content,
      editedFrom: place.editedFrom,
    },
  };
}
