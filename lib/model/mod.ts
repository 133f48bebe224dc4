/**
 * The model host: the one way to a language model, over the Ollama protocol, with time limits,
 * attempts, circuit breakers and distrust of what comes back. The built-in stand-in that answers
 * when no host is configured is in `standin/mod.ts`.
 */
export { BREAKER_DEFAULTS, createBreaker } from "./breaker.ts";
export type { Breaker, BreakerReport, BreakerSettings, BreakerState, Permit } from "./breaker.ts";
export { detectLocalOllama } from "./detect.ts";
export {
  DimensionMismatchError,
  HostError,
  type HostFault,
  ModelStreamError,
  modelUnavailable,
  type StreamFault,
  StructuredOutputError,
} from "./errors.ts";
export { createModelHost } from "./host.ts";
export { hostLocation } from "./location.ts";
export { LEXICAL_MODEL, lexicalEmbedding, normaliseForEmbedding } from "./lexical_embedder.ts";
export { type MemoryBlockItem, parseMemoryBlock, renderMemoryBlock } from "./memory_block.ts";
export { QUEUE_CLASSES, type QueueClass } from "./queue_order.ts";
export { estimateMessages, estimateTokens } from "./tokens.ts";
export {
  type ChatRequest,
  type EmbedRequest,
  MODEL_TIMEOUTS,
  type ModelChunk,
  type ModelDone,
  type ModelHost,
  type ModelHostOptions,
  type ModelInfo,
  type ModelMessage,
  type ModelTarget,
  type ModelTimeouts,
  type ProbeResult,
  type StructuredAnswer,
  type StructuredRequest,
  type TargetState,
} from "./types.ts";
