import type { ZodType } from "zod";
import type { Clock } from "../platform/clock.ts";
import type { Random } from "../platform/ids.ts";
import type { Log } from "../platform/log.ts";
import type { Metrics } from "../platform/metrics.ts";
import type { BreakerSettings, BreakerState } from "./breaker.ts";
import type { QueueClass } from "./queue_order.ts";

/** One message of a prompt, in the order the model reads them. */
export interface ModelMessage {
  role: "system" | "user" | "assistant";
  content: string;
}

/** What the last chunk of an answer tells. */
export interface ModelDone {
  /** `length` when the answer reached `maxTokens`. */
  finishReason: "stop" | "length";
  promptTokens: number;
  completionTokens: number;
  /** False when the host gave no believable counts: then both are our own (CHT-48). */
  measured: boolean;
}

/** A piece of an answer: text as it comes, then exactly one `done`. */
export type ModelChunk = { text: string; done?: undefined } | { text?: undefined; done: ModelDone };

/** A prompt and how it is to be answered. */
export interface ChatRequest {
  /** Defaults to the configured chat model; an unknown one throws 400 `model_unknown`. */
  model?: string;
  messages: ModelMessage[];
  /** Largest answer in tokens; passed to the host as its output limit. */
  maxTokens: number;
  /** Default 0.7 (CHT-37). */
  temperature?: number;
  /** A JSON schema the answer has to follow. */
  format?: Record<string, unknown>;
  /** Which breaker and metrics the call belongs to; default `chat`. */
  target?: "chat" | "judge";
  /** Ends the call and closes the connection to the host at once; in the queue it leaves that. */
  signal?: AbortSignal;
  /** Whose turn it is when more ask than the host takes; default normal, for `judge` low. */
  queue?: {
    class: QueueClass;
    /** Hears of the place in the queue, 1 being next, whenever it changes; 0: it is its turn. */
    onPlace?: (place: number) => void;
  };
}

/** Texts to embed. */
export interface EmbedRequest {
  texts: string[];
  /** Some models want another prefix for questions than for what is searched (MEM-63). */
  kind?: "query" | "document";
  signal?: AbortSignal;
}

/** A call whose answer is JSON that fits `schema`. */
export interface StructuredRequest<T> extends Omit<ChatRequest, "format"> {
  schema: ZodType<T>;
  /** Short name of the purpose for the fallback counter: `judge`, `extraction`, `quiz` … */
  use: string;
}

/** An answer that fits its schema. */
export interface StructuredAnswer<T> {
  value: T;
  promptTokens: number;
  completionTokens: number;
  measured: boolean;
  /** 1, or 2 when the first answer did not fit. */
  attempts: number;
}

/** One model, for `GET /api/models`. */
export interface ModelInfo {
  id: string;
  label: string;
  /** Context window in tokens. */
  window: number;
  capabilities: string[];
  /** In the host's memory now. */
  loaded: boolean;
  /** Installed on the host, and the host answers. */
  available: boolean;
  /** `remote` when the text leaves the operator's machines (MEM-37). */
  location: "local" | "remote";
  default: boolean;
}

/** The targets that have a breaker of their own. */
export const MODEL_TARGETS = ["chat", "embed", "judge"] as const;
export type ModelTarget = (typeof MODEL_TARGETS)[number];

/** The state of one target, for `/api/status`. */
export interface TargetState {
  state: BreakerState;
  since: Date;
  retryAfterSeconds: number;
}

/** What a look at the host found. */
export interface ProbeResult {
  reachable: boolean;
  version: string | null;
  /** Milliseconds of the answer, or until it was given up. */
  latencyMs: number;
  /** Configured models the host does not have, with the command that gets them. */
  missing: { model: string; pull: string }[];
}

/** The one way to a language model. Throws `Problem` 503 `model_unavailable` when it cannot. */
export interface ModelHost {
  readonly chatModel: string;
  readonly embedModel: string;
  readonly judgeModel: string;
  readonly embedDim: number;
  readonly location: "local" | "remote";
  list(): Promise<ModelInfo[]>;
  /** The model a name stands for. Throws 400 `model_unknown` when it is not allowed. */
  resolve(model?: string): string;
  /**
   * Streams an answer. Before the first text it throws `Problem`; after it `ModelStreamError`,
   * and the signal's reason when the caller ended it.
   */
  chat(request: ChatRequest): AsyncIterable<ModelChunk>;
  /** One unit vector per text, in order. Throws `DimensionMismatchError` besides `Problem`. */
  embed(request: EmbedRequest): Promise<number[][]>;
  /** Throws `StructuredOutputError` when two answers did not fit. */
  structured<T>(request: StructuredRequest<T>): Promise<StructuredAnswer<T>>;
  state(): Record<ModelTarget, TargetState>;
  /** Answers under way, and calls that wait for a place. */
  load(): { active: number; waiting: number };
  probe(): Promise<ProbeResult>;
  /** Loads chat and embedding model into the host's memory; false when that failed. */
  warmUp(): Promise<boolean>;
}

/** Time limits of CHT-73, in milliseconds. */
export interface ModelTimeouts {
  connect: number;
  firstToken: number;
  idle: number;
  whole: number;
  embed: number;
  list: number;
}

/** Defaults of CHT-73. */
export const MODEL_TIMEOUTS: ModelTimeouts = {
  connect: 5_000,
  firstToken: 60_000,
  idle: 30_000,
  whole: 300_000,
  embed: 10_000,
  list: 3_000,
};

/** How a model host is reached and which models it offers. */
export interface ModelHostOptions {
  baseUrl: string;
  chatModel: string;
  embedModel: string;
  /** Defaults to the chat model. */
  judgeModel?: string;
  /** Further models a user may choose. */
  allowed?: string[];
  embedDim: number;
  /** Largest context window to ask the host for, in tokens; default 8,192. */
  maxWindow?: number;
  /** Answers that are asked for at once; more wait in a queue. Default: no limit. */
  concurrency?: number;
  /** How long the host keeps a model in memory, in Ollama's notation; default `10m`. */
  keepAlive?: string;
  /** Prefixes the embedding model wants; known models bring their own. */
  embedPrefixes?: { query: string; document: string };
  fetch: typeof globalThis.fetch;
  /** The service token for the gateway; null sends none. */
  token: (() => Promise<string>) | null;
  clock: Clock;
  random: Random;
  metrics: Metrics;
  log: Log;
  timeouts?: Partial<ModelTimeouts>;
  breaker?: Partial<BreakerSettings>;
}
