import { HostError } from "./errors.ts";
import { capBytes, normaliseStream } from "./host_stream.ts";

/** Largest answer that is read as a whole (64 vectors of 4,000 numbers), in bytes. */
const MAX_JSON_BYTES = 16 * 1024 * 1024;
const MAX_ERROR_BYTES = 4 * 1024;

type Body = ReadableStream<Uint8Array<ArrayBuffer>>;

/** One call to the host: how it is stopped and what is told about it. */
export interface HostCall {
  signal: AbortSignal;
  correlationId: string | undefined;
  /** The answer is a stream of lines. */
  streaming: boolean;
}

/**
 * The `fetch` that the Ollama client is given for one call: it adds the service token and the
 * correlation id, bounds and checks what comes back before the client parses it, and turns every
 * failure into a {@link HostError}. Redirects are refused: they could lead the token elsewhere.
 */
export function hostFetch(
  deps: {
    fetch: typeof globalThis.fetch;
    token: (() => Promise<string>) | null;
    /** Told whether the host answered at all. */
    onContact: (answered: boolean) => void;
  },
  call: HostCall,
): typeof globalThis.fetch {
  return async (input, init) => {
    const headers = await callHeaders(deps.token, call, init?.headers);
    const signal = init?.signal ? AbortSignal.any([call.signal, init.signal]) : call.signal;
    signal.throwIfAborted();
    let response: Response;
    try {
      const request = { ...init, headers, signal, redirect: "manual" as const };
      response = await orAborted(deps.fetch(input, request), signal);
    } catch (error) {
      deps.onContact(false);
      throw signal.aborted ? signal.reason : asConnectError(error);
    }
    deps.onContact(true);
    if (!response.ok) throw await statusError(response, signal);
    if (!response.body) throw new HostError("garbage", "The model host sent no body");
    const check = call.streaming ? normaliseStream() : capBytes(MAX_JSON_BYTES);
    const body = reported(response.body, signal).pipeThrough(check, { signal });
    return new Response(body, { status: 200, headers: { "content-type": "application/json" } });
  };
}

async function callHeaders(
  token: (() => Promise<string>) | null,
  call: HostCall,
  given: HeadersInit | undefined,
): Promise<Headers> {
  const headers = new Headers(given);
  headers.set("user-agent", "novacoreai");
  if (token) headers.set("authorization", `Bearer ${await token()}`);
  if (call.correlationId) headers.set("x-correlation-id", call.correlationId);
  return headers;
}

/** Settles with `promise`, or rejects as soon as `signal` is aborted. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

/** A body whose read errors are {@link HostError}s. */
function reported(body: Body, signal: AbortSignal): Body {
  const reader = body.getReader();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        controller.error(signal.aborted ? signal.reason : asConnectError(error));
      }
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}

function asConnectError(error: unknown): HostError {
  if (error instanceof HostError) return error;
  return new HostError("connect", "The connection to the model host failed", undefined, {
    cause: error,
  });
}

/** The error a status stands for, with the host's own words (`{"error": …}`) cut short. */
async function statusError(response: Response, signal: AbortSignal): Promise<HostError> {
  let said = "";
  try {
    const body = response.body?.pipeThrough(capBytes(MAX_ERROR_BYTES), { signal });
    said = body ? await new Response(body).text() : "";
    const parsed: unknown = JSON.parse(said);
    if (parsed !== null && typeof parsed === "object" && "error" in parsed) {
      said = String(parsed.error);
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (!(error instanceof SyntaxError)) said = "";
  }
  const words = said.replace(/\s+/g, " ").slice(0, 200);
  return new HostError(
    "status",
    `The model host answered ${response.status}: ${words}`.trim(),
    response.status,
  );
}
