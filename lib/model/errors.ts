import { Problem } from "../platform/problem.ts";

/**
 * Why a call to the model host failed.
 * - `connect` no connection, or it broke before an answer
 * - `timeout` a time limit passed
 * - `status` an HTTP status other than 2xx
 * - `cut` the stream ended without its last chunk
 * - `host_error` the host reported an error inside the stream
 * - `garbage` not what the protocol says
 * - `too_large` a chunk or the whole answer is over its cap
 * - `dimension` vectors of another length than configured
 */
export type HostFault =
  | "connect"
  | "timeout"
  | "status"
  | "cut"
  | "host_error"
  | "garbage"
  | "too_large"
  | "dimension";

/** A failed call to the model host, before anything of it reached the caller. */
export class HostError extends Error {
  override readonly name = "HostError";

  constructor(
    readonly fault: HostFault,
    message: string,
    /** The HTTP status for the fault `status`. */
    readonly status?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** CHT-74: connection errors, 502, 503, 504 and time limits may be tried again. */
  get retryable(): boolean {
    if (this.fault === "status") return [502, 503, 504].includes(this.status ?? 0);
    return this.fault === "connect" || this.fault === "timeout";
  }

  /** The host is well and the request was not: this does not count for the breaker (CHT-75). */
  get callersFault(): boolean {
    const status = this.status ?? 0;
    if (this.fault === "dimension") return true;
    return this.fault === "status" && [400, 404, 413, 422].includes(status);
  }
}

/** Why an answer broke off after text had already been delivered. */
export type StreamFault = "cut" | "stalled" | "host_error" | "garbage" | "too_large";

/** An answer broke off in the middle: the text delivered so far stays with the caller (CHT-48). */
export class ModelStreamError extends Error {
  override readonly name = "ModelStreamError";

  constructor(
    readonly reason: StreamFault,
    /** Chunks of text delivered, and the estimate of the prompt: what is to be settled. */
    readonly usage: { promptTokens: number; completionTokens: number },
    options?: ErrorOptions,
  ) {
    super(`The model's answer broke off: ${reason}`, options);
  }
}

/** The model gave no answer that fits the schema, twice: the caller falls back to rules. */
export class StructuredOutputError extends Error {
  override readonly name = "StructuredOutputError";

  constructor(
    /** What was wrong with the last answer. */
    readonly fault: string,
    readonly usage: { promptTokens: number; completionTokens: number },
  ) {
    super(`The model's answer does not fit the schema: ${fault}`);
  }
}

/** The embedding model gives vectors of another length than `EMBED_DIM` (CHT-80). */
export class DimensionMismatchError extends HostError {
  constructor(model: string, readonly expected: number, readonly actual: number) {
    super(
      "dimension",
      `The embedding model "${model}" gives vectors of ${actual} numbers, but EMBED_DIM is ` +
        `${expected}. Set EMBED_DIM to ${actual} on an empty database, or choose another model`,
    );
  }
}

/** 503 `model_unavailable` (CHT-76). `retryAfterSeconds` is rounded up to a whole second. */
export function modelUnavailable(retryAfterSeconds: number, cause?: unknown): Problem {
  return new Problem(
    "model_unavailable",
    503,
    "The model is not available",
    "The language model does not answer at the moment. What you wrote is kept; try again shortly",
    { degraded: true, retryAfterSeconds: Math.max(1, Math.ceil(retryAfterSeconds)) },
    { cause },
  );
}

/** 503 `model_unavailable` for a queue that is full: nothing is broken, and waiting helps (CHT-78). */
export function modelBusy(retryAfterSeconds: number): Problem {
  return new Problem(
    "model_unavailable",
    503,
    "Too many people are waiting for an answer",
    `The queue for the language model is full. What you wrote is kept; try again in ${retryAfterSeconds} seconds`,
    { degraded: true, retryAfterSeconds },
  );
}

/** 400 `model_unknown` (CHT-71). */
export function modelUnknown(model: string): Problem {
  return new Problem(
    "model_unknown",
    400,
    "There is no such model here",
    `The model "${model.slice(0, 100)}" is not offered here. Choose one from the list of models`,
  );
}
