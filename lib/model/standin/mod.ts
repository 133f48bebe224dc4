import { createServer } from "./server.ts";
import type { StandIn, StandInOptions } from "./server.ts";

export { PRACTICE_EMBED_MODEL, PRACTICE_MODEL } from "./protocol.ts";
export { practiceReply } from "./reply.ts";
export type { StandIn, StandInOptions } from "./server.ts";

/**
 * Starts the built-in stand-in for a model host on loopback: a real server that speaks Ollama's
 * protocol, with a rule-based chat model and the lexical embedder (CHT-82). It serves until
 * `close()`.
 */
export function startStandIn(options: StandInOptions): StandIn {
  return createServer(options);
}
