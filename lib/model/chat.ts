import { Problem } from "../platform/problem.ts";
import { createDeadline } from "./deadline.ts";
import { HostError, ModelStreamError, type StreamFault } from "./errors.ts";
import type { HostContext } from "./host_context.ts";
import { MAX_ANSWER_BYTES, textCleaner } from "./host_stream.ts";
import { estimateMessages } from "./tokens.ts";
import type { Slot } from "./queue.ts";
import type { ChatRequest, ModelChunk, ModelDone } from "./types.ts";

/** Tokens a host may count beyond its own output limit and still be believed. */
const COUNT_SLACK = 16;

/** What has reached the caller so far. */
interface Progress {
  chunks: number;
  bytes: number;
}

/** Streams one answer of `model`, when it is its turn. See `ModelHost.chat`. */
export async function* streamChat(
  context: HostContext,
  request: ChatRequest & { model: string },
): AsyncGenerator<ModelChunk> {
  const { signal } = request;
  signal?.throwIfAborted();
  const slot = await slotOf(context, request);
  try {
    yield* admitted(context, request);
  } finally {
    slot.release();
  }
}

/** Waits for a place at the model; a host that is known to fail is not waited for. */
function slotOf(context: HostContext, request: ChatRequest): Slot | Promise<Slot> {
  const { target = "chat", signal, queue } = request;
  context.refuseWhileOpen(target);
  try {
    return context.queue.enter({
      // What the product asks on its own account is bounded where it is made, and comes last.
      class: target === "judge" ? "low" : "normal",
      bounded: target === "chat",
      ...queue,
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    if (error instanceof Problem) context.metrics.requests.add(1, { target, status: "rejected" });
    throw error;
  }
}

/** The answer of a call that has its place: breaker, attempts, measurements. */
async function* admitted(
  context: HostContext,
  request: ChatRequest & { model: string },
): AsyncGenerator<ModelChunk> {
  const { clock, metrics } = context;
  const { model, signal, target = "chat" } = request;
  const permit = context.admit(target);
  const started = clock.monotonic();
  const progress: Progress = { chunks: 0, bytes: 0 };
  try {
    for await (const chunk of attempts(context, request, progress)) {
      if (chunk.text !== undefined && progress.chunks === 1) {
        metrics.firstToken.observe((clock.monotonic() - started) / 1000, { model });
      }
      if (chunk.done) {
        // Settled first: a reader may stop at the last chunk.
        permit.success();
        metrics.requests.add(1, { target, status: "ok" });
      }
      yield chunk;
    }
  } catch (error) {
    const shown = context.failed(error, { target, permit, signal });
    if (progress.chunks === 0 || signal?.aborted) throw shown;
    const usage = {
      promptTokens: estimateMessages(request.messages),
      completionTokens: progress.chunks,
    };
    throw new ModelStreamError(streamFault(error), usage, { cause: error });
  } finally {
    permit.ignore(); // the caller stopped reading; otherwise it is settled already
    metrics.latency.observe((clock.monotonic() - started) / 1000, { model, operation: target });
  }
}

/** Tries again as long as no text has reached the caller (CHT-74). */
async function* attempts(
  context: HostContext,
  request: ChatRequest & { model: string },
  progress: Progress,
): AsyncGenerator<ModelChunk> {
  const whole = createDeadline(context.clock, request.signal);
  whole.limit(context.timeouts.whole, "the whole answer");
  try {
    for (let n = 0;; n++) {
      try {
        return yield* attempt(context, { request, signal: whole.signal, progress });
      } catch (error) {
        if (progress.chunks > 0) throw error;
        if (!await context.mayRetry(error, n, whole.signal)) throw error;
      }
    }
  } finally {
    whole.close();
  }
}

async function* attempt(
  context: HostContext,
  { request, signal, progress }: {
    request: ChatRequest & { model: string };
    signal: AbortSignal;
    progress: Progress;
  },
): AsyncGenerator<ModelChunk> {
  const { timeouts } = context;
  const deadline = createDeadline(context.clock, signal);
  const cleaner = textCleaner();
  try {
    await context.reach(deadline);
    deadline.limit(timeouts.firstToken, "first token");
    const body = hostRequest(context, request);
    const stream = await context.client(deadline.signal, "stream").chat(body);
    for await (const entry of stream) {
      // While the caller is busy with a chunk, the host is not to blame for the time.
      deadline.lift();
      const ending = entry.done ? cleaner : null;
      const text = cleaner.push(entry.message.content) + (ending?.end() ?? "");
      if (text !== "") {
        count(progress, text);
        yield { text };
      }
      if (entry.done) return yield { done: doneOf(context, { request, entry, progress }) };
      deadline.limit(timeouts.idle, "next token");
    }
  } finally {
    deadline.close();
  }
}

function count(progress: Progress, text: string) {
  progress.bytes += new TextEncoder().encode(text).length;
  if (progress.bytes > MAX_ANSWER_BYTES) {
    throw new HostError("too_large", `The answer is over ${MAX_ANSWER_BYTES} bytes`);
  }
  progress.chunks++;
}

function hostRequest({ options }: HostContext, request: ChatRequest & { model: string }) {
  return {
    model: request.model,
    messages: request.messages.map(({ role, content }) => ({ role, content })),
    stream: true as const,
    keep_alive: options.keepAlive ?? "10m",
    ...(request.format ? { format: request.format } : {}),
    options: {
      num_predict: request.maxTokens,
      num_ctx: options.maxWindow ?? 8192,
      temperature: request.temperature ?? 0.7,
    },
  };
}

/** The end of an answer. Counts that cannot be true are replaced by our own (CHT-48). */
function doneOf(
  context: HostContext,
  { request, entry, progress }: {
    request: ChatRequest;
    entry: { done_reason?: unknown; prompt_eval_count?: unknown; eval_count?: unknown };
    progress: Progress;
  },
): ModelDone {
  const estimate = estimateMessages(request.messages);
  const largestPrompt = Math.max(context.options.maxWindow ?? 8192, 4 * estimate);
  const prompt = believable(entry.prompt_eval_count, largestPrompt);
  const completion = believable(entry.eval_count, request.maxTokens + COUNT_SLACK);
  const measured = prompt !== null && completion !== null;
  return {
    finishReason: entry.done_reason === "length" ? "length" : "stop",
    promptTokens: measured ? prompt : estimate,
    completionTokens: measured ? completion : progress.chunks,
    measured,
  };
}

function believable(value: unknown, largest: number): number | null {
  const whole = typeof value === "number" && Number.isInteger(value);
  return whole && value >= 0 && value <= largest ? value : null;
}

function streamFault(error: unknown): StreamFault {
  const fault = error instanceof HostError ? error.fault : "cut";
  if (fault === "timeout") return "stalled";
  return fault === "host_error" || fault === "garbage" || fault === "too_large" ? fault : "cut";
}
