import { z } from "zod";
import { createDeadline } from "./deadline.ts";
import { DimensionMismatchError, HostError } from "./errors.ts";
import type { HostContext } from "./host_context.ts";
import type { EmbedRequest } from "./types.ts";

/** Texts of one call (CHT-80). */
const BATCH = 64;

/** Prefixes that models were trained with (their model cards); without them recall drops. */
const KNOWN_PREFIXES: Record<string, { query: string; document: string }> = {
  "nomic-embed-text": { query: "search_query: ", document: "search_document: " },
  "mxbai-embed-large": {
    query: "Represent this sentence for searching relevant passages: ",
    document: "",
  },
  "snowflake-arctic-embed2": { query: "query: ", document: "" },
};

const answer = z.object({ embeddings: z.array(z.array(z.number())) });

/** Embeds texts in batches. See `ModelHost.embed`. */
export async function embedTexts(context: HostContext, request: EmbedRequest): Promise<number[][]> {
  const { options } = context;
  const prefix = prefixOf(context, request.kind ?? "document");
  const vectors: number[][] = [];
  for (let at = 0; at < request.texts.length; at += BATCH) {
    const texts = request.texts.slice(at, at + BATCH).map((text) => prefix + text);
    vectors.push(...await embedBatch(context, texts, request.signal));
  }
  if (vectors.length !== request.texts.length) {
    throw new RangeError(`${options.embedModel} gave ${vectors.length} vectors`);
  }
  return vectors;
}

function prefixOf({ options }: HostContext, kind: "query" | "document"): string {
  const name = options.embedModel.split("/").at(-1)!.split(":")[0]!;
  return (options.embedPrefixes ?? KNOWN_PREFIXES[name])?.[kind] ?? "";
}

async function embedBatch(
  context: HostContext,
  texts: string[],
  signal: AbortSignal | undefined,
): Promise<number[][]> {
  const { clock, metrics, options } = context;
  signal?.throwIfAborted();
  const permit = context.admit("embed");
  const started = clock.monotonic();
  try {
    const vectors = await embedWithRetries(context, texts, signal);
    permit.success();
    metrics.requests.add(1, { target: "embed", status: "ok" });
    return vectors;
  } catch (error) {
    throw context.failed(error, { target: "embed", permit, signal });
  } finally {
    const seconds = (clock.monotonic() - started) / 1000;
    metrics.latency.observe(seconds, { model: options.embedModel, operation: "embed" });
    metrics.embedding.observe(seconds, { model: options.embedModel });
  }
}

async function embedWithRetries(
  context: HostContext,
  texts: string[],
  signal: AbortSignal | undefined,
): Promise<number[][]> {
  const caller = signal ?? new AbortController().signal;
  for (let n = 0;; n++) {
    try {
      return await embedOnce(context, texts, caller);
    } catch (error) {
      if (!await context.mayRetry(error, n, caller)) throw error;
    }
  }
}

async function embedOnce(
  context: HostContext,
  texts: string[],
  signal: AbortSignal,
): Promise<number[][]> {
  const { options, timeouts } = context;
  const deadline = createDeadline(context.clock, signal);
  try {
    await context.reach(deadline);
    deadline.limit(timeouts.embed, "embedding");
    const given: unknown = await context.client(deadline.signal).embed({
      model: options.embedModel,
      input: texts,
      keep_alive: options.keepAlive ?? "10m",
    });
    return checked(given, texts.length, options);
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new HostError("garbage", "The model host sent vectors that are no JSON");
    }
    throw error;
  } finally {
    deadline.close();
  }
}

function checked(
  given: unknown,
  expected: number,
  { embedModel, embedDim }: { embedModel: string; embedDim: number },
): number[][] {
  const parsed = answer.safeParse(given);
  if (!parsed.success || parsed.data.embeddings.length !== expected) {
    throw new HostError("garbage", `The model host did not send ${expected} vectors`);
  }
  const wrong = parsed.data.embeddings.find((vector) => vector.length !== embedDim);
  if (wrong) throw new DimensionMismatchError(embedModel, embedDim, wrong.length);
  return parsed.data.embeddings;
}
