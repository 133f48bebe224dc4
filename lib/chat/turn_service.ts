import { sleep } from "@/lib/platform/clock.ts";
import { errorFields } from "@/lib/platform/log.ts";
import { notFound, Problem, validationFailed } from "@/lib/platform/problem.ts";
import { codePoints } from "@/lib/platform/text.ts";
import { estimateTokens } from "@/lib/model/mod.ts";
import type { Tx } from "@/lib/platform/database/mod.ts";
import { effectivePlanOf } from "./plan_of.ts";
import type { ChatContext } from "./context.ts";
import { isLast, type TurnEvent, type TurnEventBody } from "./events.ts";
import type { FinishedTurn, TurnView } from "./schema.ts";
import { runTurn } from "./turn.ts";
import { textDigest } from "./turn_events.ts";
import { EndedElsewhere } from "./turn_finish.ts";
import { type FollowOptions, textOf } from "./turn_log.ts";
import { startTurn } from "./turn_start.ts";
import { type StartedTurn, StopRequested, type TurnRequest } from "./turn_state.ts";
import { messageView, turnView } from "./views.ts";
import { watchStops } from "./turn_watch.ts";
import * as store from "./store.ts";
import * as turns from "./turn_store.ts";

const POLL_MS = 500;

/** The service of turns. */
export type TurnService = ReturnType<typeof turnService>;

/** Starts, follows, stops and recovers turns. A turn belongs to the server, not to a socket. */
export function turnService(context: ChatContext) {
  const { db, clock, logs } = context;
  const running = new Map<string, { turn: StartedTurn; ended: Promise<void> }>();
  const stops = watchStops(context, {
    ids: () => [...running.keys()],
    stop: (id) => running.get(id)?.turn.abort.abort(new StopRequested("user")),
  });
  context.metrics.gauge("intelligence_turns_active", "Turns under way", {
    collect: () => running.size,
  });

  async function announceStart(turn: StartedTurn): Promise<void> {
    turn.log = logs.open({ id: turn.id, userId: turn.principal.userId });
    const answerBranch = turn.kind === "regenerate";
    const branchId = answerBranch ? turn.assistantMessageId : turn.userMessage.id;
    // The first message of a conversation has no siblings, nor has one that goes on at its end.
    const mayBranch = turn.kind !== "send" || turn.history.length === 0;
    const branch = mayBranch && !turn.opensConversation
      ? await branchOf(turn, branchId, answerBranch ? turn.userMessage.id : undefined)
      : { index: 1, count: 1 };
    turn.log.append({
      event: "turn",
      data: {
        turnId: turn.id,
        sessionId: turn.sessionId,
        userMessageId: turn.userMessage.id,
        assistantMessageId: turn.assistantMessageId,
        model: turn.model,
        title: turn.title,
        branch,
        clientMessageId: turn.clientMessageId,
      },
    });
  }

  async function branchOf(turn: StartedTurn, id: string, parentId?: string) {
    const parent = parentId ?? turn.history.at(-1)?.id ?? null;
    const siblings = await db.asUser(
      turn.principal.userId,
      (tx) => store.siblingsOf(tx, turn.sessionId, [{ id, parentId: parent }]),
    );
    const ids = siblings.get(id)!;
    return { index: Math.max(1, ids.indexOf(id) + 1), count: ids.length };
  }

  function run(turn: StartedTurn): void {
    const ended = runTurn(context, turn)
      .catch((error) => {
        context.log.error("turn.crashed", "A turn could not be brought to its end", {
          turnId: turn.id,
          ...errorFields(error),
        });
      })
      .finally(() => {
        running.delete(turn.id);
        stops.rest();
      });
    running.set(turn.id, { turn, ended });
    stops.begin();
  }

  /** A turn of this owner. @throws Problem 404 */
  async function requireTurn(userId: string, id: string): Promise<turns.TurnRow> {
    const row = await db.asUser(userId, (tx) => turns.findTurn(tx, id));
    if (!row) throw notFound();
    return row;
  }

  /** What is told about a turn whose log is gone: its stored text and its end (CHT-44). */
  async function storedEnd(userId: string, turn: turns.TurnRow): Promise<TurnEventBody[]> {
    const message = await db.asUser(userId, (tx) => store.findMessage(tx, turn.assistantMessageId));
    const text = message?.content ?? "";
    const delta: TurnEventBody = { event: "delta", data: { text, replaceFrom: 0 } };
    if (turn.status === "error") {
      const code = turn.errorCode ?? "internal";
      const problem = {
        type: `/problems/${code}`,
        title: "The answer failed",
        status: code === "model_unavailable" ? 503 : 500,
        detail: "Your message is kept. Try again",
        instance: `/api/chat/turns/${turn.id}`,
        code,
        correlationId: turn.id,
        turnId: turn.id,
        sessionId: turn.sessionId,
        userMessageId: turn.userMessageId,
      };
      return [delta, { event: "error", data: { problem, retryable: true } }];
    }
    return [delta, {
      event: "done",
      data: {
        status: turn.status as "complete" | "stopped" | "interrupted" | "refused",
        finishReason: message?.finishReason ?? "host",
        ...textDigest(text),
        latencyMs: message?.latencyMs ?? null,
        ttftMs: message?.ttftMs ?? null,
        receiptUrl: `/api/chat/messages/${turn.assistantMessageId}/receipt`,
      },
    }];
  }

  async function* follow(
    userId: string,
    turnId: string,
    options: FollowOptions & { after: number },
  ): AsyncGenerator<TurnEvent> {
    const live = logs.running(turnId);
    const behind = live && options.after <= live.events.length;
    if (
      live && behind &&
      !isLast(live.events[options.after - 1] ?? { event: "delta", data: { text: "" } })
    ) {
      return yield* live.follow(options.after, options);
    }
    let turn = await requireTurn(userId, turnId);
    while (turn.endedAt === null && !options.signal?.aborted) {
      // It runs in another process, or ended in a crash and waits to be closed.
      await sleep(clock, POLL_MS, options.signal).catch(() => {});
      turn = await requireTurn(userId, turnId);
    }
    const kept = live ? [...live.events] : await logs.kept({ id: turnId, userId });
    const whole = kept.length > 0 && isLast(kept.at(-1)!);
    if (whole && options.after <= kept.length) {
      yield* kept.slice(options.after === kept.length ? kept.length - 1 : options.after);
      return;
    }
    let seq = Math.max(options.after, 0);
    for (const event of await storedEnd(userId, turn)) yield { ...event, seq: ++seq } as TurnEvent;
  }

  async function finished(userId: string, turnId: string): Promise<FinishedTurn> {
    const row = await requireTurn(userId, turnId);
    const live = logs.running(turnId);
    return await db.asUser(userId, async (tx) => {
      const question = (await store.findMessage(tx, row.userMessageId))!;
      const answer = (await store.findMessage(tx, row.assistantMessageId))!;
      const siblings = await store.siblingsOf(tx, row.sessionId, [question, answer]);
      const events = row.endedAt === null && live ? live.events : [];
      const found = <Name extends TurnEventBody["event"]>(name: Name) =>
        events.flatMap((event) => event.event === name ? [event.data] : []);
      return {
        // The row learns of the first text with the next heartbeat; the log knows it already.
        turn: turnView(
          events.some((event) => event.event === "delta") ? { ...row, status: "streaming" } : row,
        ),
        userMessage: messageView(question, siblings.get(question.id)!),
        assistantMessage: messageView(
          events.length > 0 ? { ...answer, content: textOf(events) } : answer,
          siblings.get(answer.id)!,
        ),
        recall: row.recall ?? (found("recall")[0] as FinishedTurn["recall"]) ?? null,
        policy: row.policy.length > 0 ? row.policy : found("policy") as FinishedTurn["policy"],
        usage: row.usage ?? (found("usage")[0] as FinishedTurn["usage"]) ?? null,
      };
    });
  }

  async function settleLost(tx: Tx, turn: turns.TurnRow, completionTokens: number) {
    if (!turn.reservationId) return;
    if (completionTokens === 0) return await context.usage.release(tx, { id: turn.reservationId });
    const apiKeyId = await context.usage.keyOf(tx, turn.reservationId);
    await context.usage.settle(tx, { id: turn.reservationId }, {
      promptTokens: 0,
      completionTokens,
      messages: 1,
      metadata: {
        feature: "chat",
        turnId: turn.id,
        sessionId: turn.sessionId,
        measured: false,
        ...(apiKeyId ? { apiKeyId } : {}),
      },
      plan: await effectivePlanOf(tx, turn.userId, clock.now()),
    });
  }

  async function closeLost(turn: turns.TurnRow & { content: string }): Promise<void> {
    const kept = textOf(await logs.kept({ id: turn.id, userId: turn.userId }));
    const text = codePoints(kept) > codePoints(turn.content) ? kept : turn.content;
    await db.asSystem("chat: close lost turns", async (tx) => {
      await store.lockSession(tx, turn.sessionId);
      const completionTokens = text === "" ? 0 : estimateTokens(text);
      await settleLost(tx, turn, completionTokens);
      const ended = await turns.endTurn(tx, {
        id: turn.id,
        status: "interrupted",
        errorCode: null,
        recall: turn.recall,
        policy: turn.policy,
        endedAt: clock.now(),
      });
      if (!ended) throw new EndedElsewhere("The turn had ended before");
      await store.finishAnswer(tx, {
        id: turn.assistantMessageId,
        content: text,
        status: "interrupted",
        finishReason: "host",
        promptTokens: 0,
        completionTokens,
        measured: false,
        ttftMs: null,
        latencyMs: null,
        verdict: null,
        policyDecisionId: null,
        model: null,
      });
    });
    context.log.warn("turn.interrupted", "A turn was closed after its process had gone", {
      turnId: turn.id,
    });
  }

  return {
    /**
     * Starts a turn, or finds the one an equal request started. The rows are stored when this
     * returns; the run goes on by itself.
     *
     * @throws Problem for whatever keeps the turn from starting; nothing has happened then
     */
    async start(
      request: TurnRequest,
    ): Promise<{ turnId: string; turn: TurnView; replayed: boolean }> {
      const started = await startTurn(context, request);
      if (started.kind === "known") {
        const row = await requireTurn(request.principal.userId, started.turnId);
        return { turnId: started.turnId, turn: turnView(row), replayed: true };
      }
      const { turn } = started;
      await announceStart(turn);
      run(turn);
      return {
        turnId: turn.id,
        replayed: false,
        turn: {
          id: turn.id,
          sessionId: turn.sessionId,
          userMessageId: turn.userMessage.id,
          assistantMessageId: turn.assistantMessageId,
          status: "queued",
          model: turn.model,
          startedAt: turn.startedAt.toISOString(),
          endedAt: null,
          errorCode: null,
          eventsUrl: `/api/chat/turns/${turn.id}/events`,
        },
      };
    },

    /** Checks that a turn is the caller's own before its events are streamed. */
    requireOwn: (userId: string, turnId: string) => requireTurn(userId, turnId).then(turnView),

    /** Events after a number: those that are missing, then live ones, up to the last. */
    follow,

    /** Reads the number after which to resume. @throws Problem 400 for a malformed one */
    resumeFrom(turnId: string, header: string | undefined, query: string | undefined): number {
      const fault = (message: string) =>
        validationFailed([{ path: "after", code: "after", message }]);
      if (header) {
        const match = /^([0-9a-f-]{36}):(\d{1,9})$/.exec(header);
        if (!match) throw fault("Last-Event-ID must be <turnId>:<number>");
        if (match[1] !== turnId) throw fault("Last-Event-ID names another turn");
        return Number(match[2]);
      }
      if (query === undefined) return 0;
      if (!/^\d{1,9}$/.test(query)) throw fault("after must be a whole number");
      return Number(query);
    },

    /** Waits until a turn has ended. */
    async ended(userId: string, turnId: string): Promise<void> {
      await running.get(turnId)?.ended;
      while ((await requireTurn(userId, turnId)).endedAt === null) await sleep(clock, POLL_MS);
    },

    finished,

    /**
     * The finished turn, as a waiting client gets it.
     *
     * @throws Problem of the turn when it failed
     */
    async wait(userId: string, turnId: string): Promise<FinishedTurn> {
      await this.ended(userId, turnId);
      const result = await finished(userId, turnId);
      if (result.turn.status !== "error") return result;
      const last = logs.running(turnId)?.events.at(-1);
      if (last?.event === "error") throw problemOf(last.data.problem);
      const code = result.turn.errorCode ?? "internal";
      const unavailable = code === "model_unavailable";
      throw new Problem(
        code,
        unavailable ? 503 : code === "policy_unavailable" ? 503 : 500,
        unavailable ? "The model does not answer" : "The answer failed",
        "Your message is kept. Try again in a moment",
        {
          ...(unavailable ? { degraded: true } : {}),
          retryAfterSeconds: unavailable ? context.model.state().chat.retryAfterSeconds || 5 : 5,
          turnId,
          sessionId: result.turn.sessionId,
          userMessageId: result.turn.userMessageId,
        },
      );
    },

    /** Ends a turn early, from anywhere; returns it once it has ended. Stopping twice is fine. */
    async stop(userId: string, turnId: string): Promise<TurnView> {
      const row = await requireTurn(userId, turnId);
      if (row.endedAt === null) {
        const here = running.get(turnId);
        if (here) here.turn.abort.abort(new StopRequested("user"));
        else await db.asUser(userId, (tx) => turns.requestStop(tx, turnId, clock.now()));
        await this.ended(userId, turnId);
      }
      return turnView(await requireTurn(userId, turnId));
    },

    /**
     * Closes turns whose process has gone: all of them when this process is the only one and has
     * just started, else those whose lease ran out.
     */
    async recover(options: { all: boolean }): Promise<number> {
      const lost = await db.asSystem(
        "chat: find lost turns",
        (tx) => turns.lostTurns(tx, { leaseBefore: options.all ? null : clock.now() }),
      );
      const gone = lost.filter((turn) => !running.has(turn.id));
      for (const turn of gone) {
        await closeLost(turn).catch((error) => {
          if (!(error instanceof EndedElsewhere)) throw error;
        });
      }
      return gone.length;
    },

    /** Waits for running turns, at most `limitMs`; what is left then ends as interrupted. */
    async drain(limitMs: number): Promise<void> {
      const all = () => Promise.all([...running.values()].map((entry) => entry.ended));
      const timer = new AbortController();
      const waited = sleep(clock, limitMs, timer.signal).then(
        () => "late" as const,
        () => "done" as const,
      );
      const first = await Promise.race([all().then(() => "done" as const), waited]);
      timer.abort(new Error("drained"));
      if (first === "late") {
        for (const { turn } of running.values()) turn.abort.abort(new StopRequested("shutdown"));
        await all();
      }
      await logs.flush();
    },

    /** Number of turns under way in this process. */
    get runningCount() {
      return running.size;
    },
  };
}

/** The problem that a failed turn ended with, from its last event. */
function problemOf(body: Record<string, unknown>): Problem {
  const { type: _type, instance: _at, correlationId: _id, code, status, title, detail, ...extra } =
    body;
  return new Problem(String(code), Number(status), String(title), String(detail), extra);
}
