import { type Context, Hono } from "hono";
import { z } from "zod";
import { type ApiEnv, caller, route } from "@/lib/platform/http/route.ts";
import { validationFailed } from "@/lib/platform/problem.ts";
import type { Clock } from "@/lib/platform/clock.ts";
import { sleep } from "@/lib/platform/clock.ts";
import { takenSchema } from "@/lib/memory/mod.ts";
import * as schema from "./schema.ts";
import { encodeFrame, KEEP_ALIVE, queuePlace } from "./events.ts";
import type { Chat } from "./mod.ts";
import type { TurnRequest } from "./turn_state.ts";

const CONVERSATIONS = "Conversations";
const MESSAGES = "Messages and turns";
const CHAT_KEY = ["chat:write"] as const;
const KEEP_ALIVE_MS = 15_000;

const listOf = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({ items: z.array(item), nextCursor: z.string().nullable() });

/** What starting a turn can answer with. */
const turnResponses = {
  200: {
    schema: schema.finishedTurnSchema,
    description: "The finished turn, or with Accept: text/event-stream its events",
  },
  202: { schema: schema.acceptedTurnSchema, description: "With Prefer: respond-async" },
};
const turnProblems = [
  "message_too_long",
  "invalid_characters",
  "turn_in_progress",
  "idempotency_mismatch",
  "quota_exceeded",
  "too_many_streams",
  "model_unavailable",
];

/** The routes of conversations, messages and turns. */
export function chatApi(chat: Chat, options: { clock: Clock }) {
  const { conversations, turns } = chat;

  /** Starts a turn and answers in the way that was asked for (CON-23). */
  async function respond(c: Context<ApiEnv>, request: Omit<TurnRequest, "principal">) {
    const principal = caller(c);
    if (principal.kind === "web" && !request.clientMessageId && !c.req.header("x-nova-client")) {
      throw validationFailed([{
        path: "clientMessageId",
        code: "required",
        message: "Send a clientMessageId, so that sending twice is sending once",
      }]);
    }
    const { turnId, turn } = await turns.start({ ...request, principal });
    if (/\brespond-async\b/.test(c.req.header("prefer") ?? "")) {
      const { sessionId, userMessageId, assistantMessageId, eventsUrl } = turn;
      return c.json({ turnId, sessionId, userMessageId, assistantMessageId, eventsUrl }, 202);
    }
    if ((c.req.header("accept") ?? "").includes("text/event-stream")) {
      return eventStream(c, turnId, 0);
    }
    return c.json(await turns.wait(principal.userId, turnId), 200);
  }

  /** The events of a turn as a stream; the turn goes on when the client leaves. */
  function eventStream(c: Context<ApiEnv>, turnId: string, after: number): Response {
    const { userId } = caller(c);
    const gone = new AbortController();
    const encoder = new TextEncoder();
    const body = new ReadableStream<Uint8Array>({
      async start(controller) {
        const send = (text: string) => {
          if (!gone.signal.aborted) controller.enqueue(encoder.encode(text));
        };
        void keepAlive(send, gone.signal);
        try {
          const onPlace = (place: number) => send(queuePlace(place));
          for await (
            const event of turns.follow(userId, turnId, { after, signal: gone.signal, onPlace })
          ) {
            send(encodeFrame(turnId, event));
          }
        } catch (error) {
          c.var.log.warn("stream.broken", "A stream of events broke off", {
            turnId,
            error: error instanceof Error ? error.message : String(error),
          });
        } finally {
          const open = !gone.signal.aborted;
          gone.abort();
          if (open) controller.close();
        }
      },
      cancel: () => gone.abort(),
    });
    return new Response(body, {
      headers: {
        ...Object.fromEntries(c.res.headers),
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store, no-transform",
        "x-accel-buffering": "no",
      },
    });
  }

  async function keepAlive(send: (text: string) => void, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(options.clock, KEEP_ALIVE_MS, signal).then(() => send(KEEP_ALIVE), () => {});
    }
  }

  return new Hono<ApiEnv>()
    .get(
      "/api/chat/sessions",
      route({
        summary: "Conversations, latest change first",
        tag: CONVERSATIONS,
        auth: "user",
        scopes: CHAT_KEY,
        query: schema.sessionQuerySchema,
        responses: { 200: { schema: listOf(schema.sessionSchema), description: "A page" } },
      }),
      async (c) => c.json(await conversations.list(caller(c).userId, c.req.valid("query")), 200),
    )
    .post(
      "/api/chat/sessions",
      route({
        summary: "Make an empty conversation",
        tag: CONVERSATIONS,
        auth: "user",
        scopes: CHAT_KEY,
        body: schema.newSessionSchema,
        bodyOptional: true,
        responses: { 201: { schema: schema.sessionSchema, description: "The conversation" } },
        problems: ["model_unknown"],
      }),
      async (c) => c.json(await conversations.create(caller(c).userId, c.req.valid("json")), 201),
    )
    .get(
      "/api/chat/sessions/:id",
      route({
        summary: "One conversation",
        tag: CONVERSATIONS,
        auth: "user",
        scopes: CHAT_KEY,
        responses: { 200: { schema: schema.sessionSchema, description: "The conversation" } },
      }),
      async (c) => c.json(await conversations.get(caller(c).userId, c.req.param("id")), 200),
    )
    .patch(
      "/api/chat/sessions/:id",
      route({
        summary: "Rename, pin, archive, or show another branch",
        tag: CONVERSATIONS,
        auth: "user",
        scopes: CHAT_KEY,
        body: schema.sessionChangeSchema,
        responses: { 200: { schema: schema.sessionSchema, description: "The conversation" } },
        problems: ["turn_in_progress", "model_unknown"],
      }),
      async (c) =>
        c.json(
          await conversations.change(caller(c).userId, c.req.param("id"), c.req.valid("json")),
          200,
        ),
    )
    .get(
      "/api/chat/sessions/:id/messages",
      route({
        summary: "Messages of the shown path, or of the whole tree",
        tag: MESSAGES,
        auth: "user",
        scopes: CHAT_KEY,
        query: schema.messageQuerySchema,
        responses: { 200: { schema: listOf(schema.messageSchema), description: "A page" } },
      }),
      async (c) =>
        c.json(
          await conversations.messages(caller(c).userId, c.req.param("id"), c.req.valid("query")),
          200,
        ),
    )
    .post(
      "/api/chat/messages",
      route({
        summary: "Send the first message of a new conversation",
        tag: MESSAGES,
        auth: "user",
        scopes: CHAT_KEY,
        chatTurn: true,
        body: schema.firstMessageSchema,
        responses: turnResponses,
        problems: turnProblems,
      }),
      (c) => {
        const { content, clientMessageId, remember, model, temporary, memoryMode } = c.req.valid(
          "json",
        );
        return respond(c, {
          kind: "send",
          content,
          clientMessageId: clientMessageId ?? null,
          remember: remember ?? true,
          model,
          temporary,
          memoryMode,
        });
      },
    )
    .post(
      "/api/chat/sessions/:id/messages",
      route({
        summary: "Send a further message",
        tag: MESSAGES,
        auth: "user",
        scopes: CHAT_KEY,
        chatTurn: true,
        body: schema.nextMessageSchema,
        responses: turnResponses,
        problems: turnProblems,
      }),
      (c) => {
        const { content, clientMessageId, remember, model, parentId } = c.req.valid("json");
        return respond(c, {
          kind: "send",
          sessionId: c.req.param("id"),
          content,
          clientMessageId: clientMessageId ?? null,
          remember: remember ?? true,
          model,
          targetId: parentId,
        });
      },
    )
    .post(
      "/api/chat/messages/:id/edit",
      route({
        summary: "Change a message: as a new branch, or its text alone",
        tag: MESSAGES,
        auth: "user",
        chatTurn: true,
        body: schema.editSchema,
        responses: { ...turnResponses },
        problems: [...turnProblems, "conflict"],
      }),
      async (c) => {
        const { content, clientMessageId, mode } = c.req.valid("json");
        const id = c.req.param("id");
        const { userId } = caller(c);
        if (mode === "text") {
          return c.json(await conversations.editText(userId, id, content), 200);
        }
        const message = await conversations.message(userId, id);
        requireRole(message, "user", "Only your own messages can be edited");
        return await respond(c, {
          kind: "edit",
          sessionId: message.sessionId,
          targetId: id,
          content,
          clientMessageId: clientMessageId ?? null,
          remember: message.remember,
        });
      },
    )
    .post(
      "/api/chat/messages/:id/regenerate",
      route({
        summary: "Answer the same question again, as a new branch",
        tag: MESSAGES,
        auth: "user",
        chatTurn: true,
        body: schema.regenerateSchema,
        bodyOptional: true,
        responses: turnResponses,
        problems: turnProblems,
      }),
      (c) => again(c, "regenerate", c.req.valid("json")),
    )
    .post(
      "/api/chat/messages/:id/continue",
      route({
        summary: "Go on with an answer that was cut short",
        tag: MESSAGES,
        auth: "user",
        chatTurn: true,
        body: schema.continueSchema,
        bodyOptional: true,
        responses: turnResponses,
        problems: turnProblems,
      }),
      (c) => again(c, "continue", c.req.valid("json")),
    )
    .post(
      "/api/chat/messages/:id/feedback",
      route({
        summary: "Rate an answer",
        tag: MESSAGES,
        auth: "user",
        body: schema.feedbackSchema,
        responses: { 200: { schema: schema.feedbackSchema, description: "The stored feedback" } },
      }),
      async (c) =>
        c.json(
          await conversations.feedback(caller(c).userId, c.req.param("id"), c.req.valid("json")),
          200,
        ),
    )
    .post(
      "/api/chat/messages/:id/forget",
      route({
        summary: "Do not remember a message, and forget what it created",
        tag: MESSAGES,
        auth: "user",
        responses: {
          200: {
            schema: z.strictObject({
              id: z.uuid(),
              remember: z.literal(false),
              forgottenMemoryIds: z.array(z.uuid()),
            }),
            description: "What was forgotten",
          },
        },
      }),
      async (c) => c.json(await conversations.forget(caller(c).userId, c.req.param("id")), 200),
    )
    .get(
      "/api/chat/messages/:id/memory",
      route({
        summary: "What memory took from a message, and what waits for its owner's word",
        tag: MESSAGES,
        auth: "user",
        scopes: ["memory:read"],
        responses: { 200: { schema: takenSchema, description: "Facts and proposals" } },
      }),
      async (c) => c.json(await conversations.taken(caller(c).userId, c.req.param("id")), 200),
    )
    .get(
      "/api/chat/messages/:id/receipt",
      route({
        summary: "What was in the prompt of an answer, and why it was allowed",
        tag: MESSAGES,
        auth: "user",
        responses: { 200: { schema: schema.receiptSchema, description: "The receipt" } },
      }),
      async (c) => c.json(await conversations.receipt(caller(c).userId, c.req.param("id")), 200),
    )
    .get(
      "/api/chat/turns/:id",
      route({
        summary: "A turn with its messages; while it runs, with the text so far",
        tag: MESSAGES,
        auth: "user",
        scopes: CHAT_KEY,
        responses: { 200: { schema: schema.finishedTurnSchema, description: "The turn" } },
      }),
      async (c) => c.json(await turns.finished(caller(c).userId, c.req.param("id")), 200),
    )
    .get(
      "/api/chat/turns/:id/events",
      route({
        summary: "Follow a turn from any point, from any tab or device",
        tag: MESSAGES,
        auth: "user",
        scopes: CHAT_KEY,
        query: z.object({ after: z.string().optional() }),
        responses: {
          200: {
            schema: null,
            description: "Events (text/event-stream)",
            type: "text/event-stream",
          },
        },
      }),
      async (c) => {
        const id = c.req.param("id");
        await turns.requireOwn(caller(c).userId, id);
        const after = turns.resumeFrom(
          id,
          c.req.header("last-event-id"),
          c.req.valid("query").after,
        );
        return eventStream(c, id, after);
      },
    )
    .post(
      "/api/chat/turns/:id/stop",
      route({
        summary: "Stop an answer; what was written is kept",
        tag: MESSAGES,
        auth: "user",
        scopes: CHAT_KEY,
        responses: {
          200: {
            schema: schema.turnSchema.extend({ turn: schema.turnSchema }),
            description: "The ended turn; once more as `turn`, where a finished turn has it",
          },
        },
      }),
      async (c) => {
        const turn = await turns.stop(caller(c).userId, c.req.param("id"));
        return c.json({ ...turn, turn }, 200);
      },
    )
    .post(
      "/api/chat/estimate",
      route({
        summary: "What the next turn would cost",
        tag: MESSAGES,
        auth: "user",
        rate: "CHAT_ESTIMATE",
        body: schema.estimateRequestSchema,
        responses: { 200: { schema: schema.estimateSchema, description: "The estimate" } },
      }),
      async (c) => c.json(await chat.estimate(caller(c), c.req.valid("json")), 200),
    );

  /** Regenerates or continues the answer named in the path. */
  async function again(
    c: Context<ApiEnv>,
    kind: "regenerate" | "continue",
    request: { clientMessageId?: string; model?: string },
  ) {
    const answer = await conversations.message(caller(c).userId, c.req.param("id")!);
    requireRole(answer, "assistant", "Name an answer, not a question");
    return await respond(c, {
      kind,
      sessionId: answer.sessionId,
      targetId: answer.id,
      content: null,
      clientMessageId: request.clientMessageId ?? null,
      model: request.model,
      remember: answer.remember,
    });
  }
}

function requireRole(message: { role: string }, role: string, hint: string): void {
  if (message.role !== role) throw validationFailed([{ path: "id", code: "role", message: hint }]);
}
