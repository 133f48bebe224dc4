import { correlationId } from "@/lib/platform/log.ts";
import { notFound, Problem } from "@/lib/platform/problem.ts";
import { sha256Hex } from "@/lib/platform/crypto.ts";
import { sqlState, type Tx, violatedConstraint } from "@/lib/platform/database/mod.ts";
import { shorten } from "@/lib/platform/text.ts";
import { compose, recallBudget } from "./compose.ts";
import { messageText } from "./input.ts";
import type { ChatContext } from "./context.ts";
import type { StartedTurn, TurnRequest } from "./turn_state.ts";
import * as store from "./store.ts";
import * as turns from "./turn_store.ts";

/** A turn is closed as interrupted when its lease was not renewed for so long. */
export const LEASE_MS = 30_000;
/** Messages of the path that are read for a prompt; more never fit. */
const HISTORY_LIMIT = 200;

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
    return await context.db.asUser(request.principal.userId, async (tx) => {
      // Sent out together: one connection answers them in order.
      const [known, place] = await Promise.all([
        findKnown(tx, request, content),
        findPlace(tx, request).then((place) => ({ place }), (error) => ({ error })),
      ]);
      // An equal request from before wins over whatever is true of the conversation now.
      if (known) return known;
      if ("error" in place) throw place.error;
      const turn = prepare(context, { request, place: place.place, model, limits });
      turn.reservation = await hold(context, tx, { turn, limits });
      await Promise.all([
        checkStreams(tx, turn, limits),
        turns.storeStart(tx, startRows(context, { turn, place: place.place, request, content })),
      ]);
      return { kind: "started", turn };
    });
  } catch (error) {
    return await afterFault(context, { request, content, error });
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

async function findKnown(
  tx: Tx,
  request: TurnRequest,
  content: string | null,
): Promise<StartResult | null> {
  if (!request.clientMessageId) return null;
  const known = await turns.findByClientId(tx, {
    userId: request.principal.userId,
    scope: scopeOf(request),
    clientMessageId: request.clientMessageId,
  });
  if (!known) return null;
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
  return await context.db.asUser(request.principal.userId, async (tx) => {
    const known = await findKnown(tx, request, failed.content);
    if (known) return known;
    if (!raced) throw error;
    const session = request.sessionId ? await store.findSession(tx, request.sessionId) : null;
    throw turnInProgress(session?.activeTurnId ?? "", request.sessionId ?? "");
  });
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

/** Where in a conversation a turn takes place. */
interface Place {
  session: store.SessionRow | null;
  /** The question: a stored one, or null for a new one. */
  question: store.MessageRow | null;
  /** Parent of a new question. */
  parentId: string | null;
  editedFrom: string | null;
  /** The answer that is continued. */
  answer: store.MessageRow | null;
  history: store.MessageRow[];
}

async function findPlace(tx: Tx, request: TurnRequest): Promise<Place> {
  const nowhere: Place = {
    session: null,
    question: null,
    parentId: null,
    editedFrom: null,
    answer: null,
    history: [],
  };
  if (!request.sessionId) return nowhere;
  // Sent together: the lock is held by the time the others are answered.
  const [session, shown, target] = await Promise.all([
    store.findSession(tx, request.sessionId, { lock: true }),
    request.kind === "send" && request.targetId === undefined
      ? store.shownPath(tx, request.sessionId, HISTORY_LIMIT)
      : null,
    request.kind === "send" ? null : store.findMessage(tx, request.targetId!),
  ]);
  if (!session) throw notFound();
  if (session.activeTurnId) throw turnInProgress(session.activeTurnId, session.id);
  if (shown) {
    return { ...nowhere, session, parentId: session.headMessageId, history: shown.reverse() };
  }
  if (request.kind === "send") {
    const parentId = request.targetId ?? null;
    const history = parentId ? await pathOf(tx, session.id, parentId) : [];
    return { ...nowhere, session, parentId, history };
  }
  if (!target || target.sessionId !== session.id) throw notFound();
  if (request.kind === "edit") {
    const history = target.parentId ? await pathOf(tx, session.id, target.parentId) : [];
    return { ...nowhere, session, parentId: target.parentId, editedFrom: target.id, history };
  }
  const path = await pathOf(tx, session.id, target.parentId!);
  const answer = request.kind === "continue" ? target : null;
  return { ...nowhere, session, question: path.at(-1)!, answer, history: path.slice(0, -1) };
}

/** The path down to `id`, oldest first. @throws Problem 404 when it is not of this conversation */
async function pathOf(tx: Tx, sessionId: string, id: string): Promise<store.MessageRow[]> {
  const path = (await store.pathFrom(tx, id, HISTORY_LIMIT)).reverse();
  if (path.at(-1)?.sessionId !== sessionId) throw notFound();
  return path;
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
    reservation: null as never, // set by `hold`, in the same transaction
    promptBudget: input.limits.promptBudget,
    startedAt: clock.now(),
    startedMonotonic: clock.monotonic(),
    log: null as never, // opened once the rows are stored
    abort: new AbortController(),
    stages: ["validate"],
  };
}

/** Holds the quota for the largest prompt this turn can have, and counts the streams. */
async function hold(context: ChatContext, tx: Tx, held: { turn: StartedTurn; limits: Limits }) {
  const { turn, limits } = held;
  const { principal } = turn;
  turn.stages.push("reserve");
  const draft = compose({
    ...context.ingredients(turn, null),
    recalled: [],
    history: turn.history.filter((message) => message.content !== ""),
  });
  const mayRecall = turn.memoryMode !== "off" && turn.principal.memory.enabled;
  const recall = mayRecall ? recallBudget(turn.promptBudget) : 0;
  return await context.usage.reserve(tx, {
    userId: principal.userId,
    plan: principal.effectivePlan,
    limits: principal.limits,
    operationId: turn.id,
    promptTokens: Math.min(turn.promptBudget, draft.tokens + recall),
    answerTokens: limits.answerTokens,
    ...(principal.kind === "key"
      ? { key: { id: principal.sessionId, dailyTokens: principal.dailyTokens } }
      : {}),
  });
}

/**
 * @throws Problem 429 `too_many_streams`. Counted after the hold, whose row lock makes turns of one
 *   person wait for each other
 */
async function checkStreams(tx: Tx, turn: StartedTurn, limits: Limits): Promise<void> {
  const running = await turns.runningTurns(tx, turn.principal.userId);
  if (limits.streams === null || running < limits.streams) return;
  throw new Problem(
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
  input: { turn: StartedTurn; place: Place; request: TurnRequest; content: string | null },
): turns.TurnStartRows {
  const { turn, place, request } = input;
  return {
    turn: {
      id: turn.id,
      userId: turn.principal.userId,
      sessionId: turn.sessionId,
      userMessageId: turn.userMessage.id,
      assistantMessageId: turn.assistantMessageId,
      kind: turn.kind,
      model: turn.model,
      reservationId: turn.reservation.id,
      startedAt: turn.startedAt,
      requestHash: requestHash(request, input.content),
      leaseOwner: context.processId,
      leaseUntil: new Date(turn.startedAt.getTime() + LEASE_MS),
      idempotencyScope: scopeOf(request),
      clientMessageId: request.clientMessageId,
      correlationId: correlationId() ?? null,
      remember: turn.userMessage.remember,
    },
    session: place.session
      ? null
      : { title: turn.title, temporary: turn.temporary, memoryMode: turn.memoryMode },
    question: place.question ? null : {
      parentId: place.parentId,
      author: turn.principal.displayName,
      content: turn.userMessage.content,
      editedFrom: place.editedFrom,
    },
    reopensAnswer: place.answer !== null,
  };
}
