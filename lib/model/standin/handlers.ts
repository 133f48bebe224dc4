import type { z } from "zod";
import { lexicalEmbedding } from "../lexical_embedder.ts";
import { estimateTokens } from "../tokens.ts";
import type { ModelMessage } from "../types.ts";
import { answerStream, type PlannedAnswer } from "./answer_stream.ts";
import { details, listEntry, runningEntry } from "./model_cards.ts";
import { countPieces, pieces } from "./pieces.ts";
import {
  chatBody,
  embedBody,
  embeddingsBody,
  generateBody,
  PRACTICE_EMBED_MODEL,
  PRACTICE_MODEL,
  PRACTICE_VERSION,
  ProtocolError,
  readBody,
  requireModel,
  showBody,
} from "./protocol.ts";
import { practiceReply } from "./reply.ts";
import { schemaInstance } from "./schema_instance.ts";
import type { ServerContext } from "./server.ts";

/** Tokens that the chat template adds around each message. */
const TEMPLATE_TOKENS = 4;

type Handler = (request: Request) => Promise<Response> | Response;
type Body = z.infer<typeof chatBody> | z.infer<typeof generateBody>;

/** One handler per route of the protocol. */
export interface Handlers {
  chat: Handler;
  generate: Handler;
  embed: Handler;
  embeddings: Handler;
  show: Handler;
  tags: Handler;
  ps: Handler;
  version: Handler;
}

/** The handlers of one server. */
export function createHandlers(context: ServerContext): Handlers {
  const loaded = new Set<string>();
  const now = () => context.clock.now().toISOString();

  /** Answers a chat or generate request whose text has been decided. */
  async function respond(
    body: Body,
    { messages, wrap }: { messages: ModelMessage[]; wrap: (text: string) => object },
  ): Promise<Response> {
    const model = requireModel(body.model, "chat");
    const stamp = () => ({ model: body.model, created_at: now() });
    if (messages.length === 0) {
      const unload = body.keep_alive === 0 || body.keep_alive === "0";
      if (unload) loaded.delete(model);
      else loaded.add(model);
      const reason = unload ? "unload" : "load";
      return Response.json({ ...stamp(), ...wrap(""), done: true, done_reason: reason });
    }
    loaded.add(model);
    const started = context.clock.monotonic();
    const fault = await context.fault("answer");
    const { parts, reason } = limited(textFor(body, messages), body.options);
    const counts = { prompt: promptTokens(messages), answer: parts.length };
    const answer: PlannedAnswer = {
      pieces: parts,
      line: (piece) => ({ ...stamp(), ...wrap(piece), done: false }),
      last: () => ({
        ...stamp(),
        ...wrap(body.stream ? "" : parts.join("")),
        done: true,
        done_reason: reason,
        ...durations(context.clock.monotonic() - started, counts),
      }),
    };
    return send(body, { answer, fault });
  }

  async function send(
    body: Body,
    { answer, fault }: { answer: PlannedAnswer; fault: Awaited<ReturnType<typeof context.fault>> },
  ): Promise<Response> {
    const { clock, log, closing, tokensPerSecond } = context;
    const stream = answerStream(answer, { clock, log, closing, tokensPerSecond, fault });
    if (body.stream) {
      return new Response(stream, { headers: { "content-type": "application/x-ndjson" } });
    }
    // One piece after the other all the same, so that the pace and the faults are those of a stream.
    const lines = (await new Response(stream).text()).trimEnd().split("\n");
    return new Response(lines.at(-1), { headers: { "content-type": "application/json" } });
  }

  async function vectors(model: string, texts: string[]): Promise<number[][]> {
    loaded.add(requireModel(model, "embed"));
    const fault = await context.fault("embedding");
    const dim = context.embedDim + (fault?.kind === "dimension" ? 1 : 0);
    return texts.map((text) => lexicalEmbedding(text, dim));
  }

  return {
    async chat(request) {
      const body = await readBody(request, chatBody);
      const messages = body.messages.map(({ role, content }) => ({
        role: role === "tool" ? "system" as const : role,
        content,
      }));
      const wrap = (content: string) => ({ message: { role: "assistant", content } });
      return await respond(body, { messages, wrap });
    },
    async generate(request) {
      const body = await readBody(request, generateBody);
      const messages: ModelMessage[] = body.prompt === ""
        ? []
        : [{ role: "system", content: body.system ?? "" }, { role: "user", content: body.prompt }];
      return await respond(body, { messages, wrap: (response) => ({ response }) });
    },
    async embed(request) {
      const { model, input } = await readBody(request, embedBody);
      const started = context.clock.monotonic();
      const texts = typeof input === "string" ? [input] : input;
      const embeddings = await vectors(model, texts);
      return Response.json({
        model,
        embeddings,
        total_duration: nanoseconds(context.clock.monotonic() - started),
        load_duration: 0,
        prompt_eval_count: texts.reduce((sum, text) => sum + estimateTokens(text), 0),
      });
    },
    async embeddings(request) {
      const { model, prompt } = await readBody(request, embeddingsBody);
      const [embedding] = await vectors(model, [prompt]);
      return Response.json({ embedding });
    },
    async show(request) {
      const body = await readBody(request, showBody);
      const model = (body.model ?? body.name ?? "").replace(/:latest$/, "");
      if (model === "") throw new ProtocolError(400, "model is required");
      requireModel(model, model === PRACTICE_EMBED_MODEL ? "embed" : "chat");
      return Response.json(details(model, { embedDim: context.embedDim, now: now() }));
    },
    tags: () =>
      Response.json({
        models: [PRACTICE_MODEL, PRACTICE_EMBED_MODEL].map((model) => listEntry(model, now())),
      }),
    ps: () => Response.json({ models: [...loaded].map((model) => runningEntry(model, now())) }),
    version: () => Response.json({ version: PRACTICE_VERSION }),
  };
}

function textFor(body: Body, messages: ModelMessage[]): string {
  if (body.format && typeof body.format === "object") {
    return JSON.stringify(schemaInstance(body.format));
  }
  const reply = practiceReply(messages);
  return body.format === "json" ? JSON.stringify({ answer: reply }) : reply;
}

/** The pieces that the output limit and the stop words leave. */
function limited(
  text: string,
  options: Body["options"],
): { parts: string[]; reason: "stop" | "length" } {
  const stops = [options?.stop ?? []].flat().filter((stop) => stop !== "");
  const ends = stops.map((stop) => text.indexOf(stop)).filter((at) => at !== -1);
  const parts = pieces(text.slice(0, Math.min(text.length, ...ends)));
  const most = options?.num_predict ?? -1;
  if (most < 0 || parts.length <= most) return { parts, reason: "stop" };
  return { parts: parts.slice(0, most), reason: "length" };
}

function promptTokens(messages: ModelMessage[]): number {
  return messages.reduce((sum, { content }) => sum + TEMPLATE_TOKENS + countPieces(content), 3);
}

function durations(ms: number, counts: { prompt: number; answer: number }) {
  return {
    total_duration: nanoseconds(ms),
    load_duration: 0,
    prompt_eval_count: counts.prompt,
    prompt_eval_duration: 0,
    eval_count: counts.answer,
    eval_duration: nanoseconds(ms),
  };
}

function nanoseconds(ms: number): number {
  return Math.round(ms * 1e6);
}
