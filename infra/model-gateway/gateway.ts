import { errors, jwtVerify, type JWTVerifyGetKey } from "jose";
import { KeysUnavailable } from "./keys.ts";

/** Whom the gateway believes, where it leads, and how much at once. */
export interface GatewayOptions {
  upstream: string;
  issuer: string;
  environment: string;
  keys: JWTVerifyGetKey;
  /** Calls under way at once; a call lasts until its answer has been read. */
  maxActive: number;
  /** Calls that may wait for one to end. */
  maxWaiting: number;
  /** Longest body of a call, in bytes. */
  maxBody?: number;
  /** How long a body may take to arrive, in milliseconds. */
  bodyMs?: number;
  /** How long a call may last in all, in milliseconds: a reader who stalls holds no place for ever. */
  callMs?: number;
  /** Does something after so many milliseconds, unless the returned function was called. */
  after?: (ms: number, work: () => void) => () => void;
  fetch?: typeof globalThis.fetch;
  /** One line of JSON for each refusal and failure. */
  log?: (line: Record<string, unknown>) => void;
}

/** The handler and what it is doing. */
export interface Gateway {
  handle(request: Request): Promise<Response>;
  load(): { active: number; waiting: number };
}

/** What the product asks of a model host: nothing that changes its models. */
const ROUTES: Record<string, "GET" | "POST"> = {
  "/api/chat": "POST",
  "/api/embed": "POST",
  "/api/show": "POST",
  "/api/tags": "GET",
  "/api/ps": "GET",
  "/api/version": "GET",
};
/** Routes that cost the machine's time; the others only look. */
const HEAVY = new Set(["/api/chat", "/api/embed"]);

const MAX_BODY = 16 * 1024 * 1024;
const BODY_MS = 30_000;
const CALL_MS = 30 * 60_000;

const SCOPE = "invoke:model";
const KEYS_UNAVAILABLE = "keys_unavailable";
const DETAILS: Record<string, string> = {
  service_token_missing: "Send a service token as Bearer",
  service_token_invalid: "The service token is not accepted",
  service_token_expired: "The service token has run out",
  service_token_audience: "The service token is for another audience or environment",
  service_token_scope: "The service token does not hold the scope that is needed",
};

function problem(status: number, code: string, more: Record<string, unknown> = {}): Response {
  const retry = typeof more.retryAfterSeconds === "number"
    ? { "retry-after": String(more.retryAfterSeconds) }
    : undefined;
  return new Response(
    // `error` is what clients of Ollama read.
    JSON.stringify({
      type: `/problems/${code}`,
      status,
      code,
      error: more.detail ?? code,
      ...more,
    }),
    { status, headers: { "content-type": "application/problem+json; charset=utf-8", ...retry } },
  );
}

/** Why a token is refused, by the codes of the product, or null when it may call the model. */
async function fault(header: string | null, options: GatewayOptions): Promise<string | null> {
  const token = /^Bearer (\S+)$/i.exec(header ?? "")?.[1];
  if (!token) return header ? "service_token_invalid" : "service_token_missing";
  if (token.length > 4096) return "service_token_invalid";
  try {
    const { payload } = await jwtVerify(token, options.keys, {
      algorithms: ["EdDSA"],
      typ: "svc+jwt",
      audience: "gpu-gateway",
      issuer: options.issuer,
      requiredClaims: ["sub", "exp", "iat", "jti"],
      maxTokenAge: "24h",
      clockTolerance: 30,
    });
    if (payload.env !== options.environment) return "service_token_audience";
    const scopes = Array.isArray(payload.scope) ? payload.scope : [];
    return scopes.includes(SCOPE) ? null : "service_token_scope";
  } catch (error) {
    if (error instanceof KeysUnavailable) return KEYS_UNAVAILABLE;
    if (error instanceof errors.JWTExpired) return "service_token_expired";
    const claim = error instanceof errors.JWTClaimValidationFailed ? error.claim : "";
    return claim === "aud" ? "service_token_audience" : "service_token_invalid";
  }
}

/** A gate that lets `active` through and `waiting` wait. */
function turnstile(active: number, waiting: number) {
  let inside = 0;
  const line: (() => void)[] = [];
  return {
    load: () => ({ active: inside, waiting: line.length }),
    /** Resolves when it is one's turn, or to null when too many wait. */
    async enter(signal: AbortSignal): Promise<(() => void) | null> {
      if (signal.aborted) return null;
      if (inside < active) inside++;
      else {
        if (line.length >= waiting) return null;
        const turn = Promise.withResolvers<boolean>();
        const go = () => turn.resolve(true);
        const giveUp = () => {
          const at = line.indexOf(go);
          if (at !== -1) {
            line.splice(at, 1);
            turn.resolve(false);
          }
        };
        line.push(go);
        signal.addEventListener("abort", giveUp, { once: true });
        if (!await turn.promise) return null;
      }
      let left = false;
      return () => {
        if (left) return;
        left = true;
        const next = line.shift();
        if (next) next();
        else inside--;
      };
    },
  };
}

/** The answer, handed on as it comes; `leave` is called when its last byte was read, or it ended. */
function passedOn(answer: Response, signal: AbortSignal, leave: () => void): Response {
  const headers = new Headers({
    "content-type": answer.headers.get("content-type") ?? "application/json",
  });
  if (!answer.body) {
    leave();
    return new Response(null, { status: answer.status, headers });
  }
  const reader = answer.body.getReader();
  // Also where nobody reads on: then no chunk is asked for, and nothing would be noticed.
  signal.addEventListener("abort", () => {
    leave();
    void reader.cancel(signal.reason).catch(() => {});
  }, { once: true });
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
        leave();
        if (signal.aborted) controller.error(signal.reason);
        else controller.close();
      } catch (error) {
        leave();
        controller.error(error);
      }
    },
    cancel(reason) {
      leave();
      return reader.cancel(reason);
    },
  });
  return new Response(body, { status: answer.status, headers });
}

/** The whole body, before the call takes a place: who sends slowly keeps nobody waiting. */
async function bodyOf(
  request: Request,
  limit: { bytes: number; signal: AbortSignal },
): Promise<Uint8Array<ArrayBuffer> | "too_large" | "too_slow"> {
  if (Number(request.headers.get("content-length") ?? 0) > limit.bytes) return "too_large";
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = request.body?.getReader();
  const late = Promise.withResolvers<"too_slow">();
  const end = () => late.resolve("too_slow");
  limit.signal.addEventListener("abort", end, { once: true });
  try {
    while (reader) {
      const next = await Promise.race([reader.read(), late.promise]);
      if (next === "too_slow") return next;
      if (next.done) break;
      length += next.value.byteLength;
      if (length > limit.bytes) return "too_large";
      chunks.push(next.value);
    }
  } catch {
    return "too_slow"; // the caller went away; nobody reads the answer
  } finally {
    limit.signal.removeEventListener("abort", end);
    void reader?.cancel().catch(() => {});
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}

/** A gateway over one model host. */
export function createGateway(options: GatewayOptions): Gateway {
  const call = options.fetch ?? globalThis.fetch;
  const log = options.log ?? (() => {});
  const gate = turnstile(options.maxActive, options.maxWaiting);

  const after = options.after ?? ((ms, work) => {
    const timer = setTimeout(work, ms);
    return () => clearTimeout(timer);
  });
  /** A signal that is aborted when the time is over, or with another one; `end` stops the watch. */
  const deadline = (ms: number, other: AbortSignal) => {
    const controller = new AbortController();
    const abort = () => controller.abort(new DOMException("It took too long", "TimeoutError"));
    const follow = () => controller.abort(other.reason);
    other.addEventListener("abort", follow, { once: true });
    if (other.aborted) follow();
    const stop = after(ms, abort);
    const end = () => {
      stop();
      other.removeEventListener("abort", follow);
    };
    return { signal: controller.signal, end };
  };

  async function forward(
    request: Request,
    { pathname, body, leave }: {
      pathname: string;
      body: Uint8Array<ArrayBuffer> | null;
      leave: () => void;
    },
  ): Promise<Response> {
    const { signal, end } = deadline(options.callMs ?? CALL_MS, request.signal);
    const done = () => {
      end();
      leave();
    };
    try {
      const answer = await call(new URL(pathname, options.upstream), {
        method: request.method,
        // The token stays here.
        headers: {
          "content-type": request.headers.get("content-type") ?? "application/json",
          ...(request.headers.has("x-correlation-id")
            ? { "x-correlation-id": request.headers.get("x-correlation-id")! }
            : {}),
        },
        ...(body ? { body } : {}),
        redirect: "manual",
        signal,
      });
      return passedOn(answer, signal, done);
    } catch (error) {
      done();
      log({ event: "upstream.failed", path: pathname, error: String(error) });
      return problem(502, "model_unavailable", { detail: "The model host does not answer" });
    }
  }

  async function arrived(request: Request) {
    const { signal, end } = deadline(options.bodyMs ?? BODY_MS, request.signal);
    try {
      return await bodyOf(request, { bytes: options.maxBody ?? MAX_BODY, signal });
    } finally {
      end();
    }
  }

  async function health(): Promise<Response> {
    const signal = AbortSignal.timeout(3_000);
    const up = await call(new URL("/api/version", options.upstream), { signal, redirect: "manual" })
      .then(async (answer) => {
        await answer.body?.cancel();
        return answer.ok;
      }, () => false);
    return Response.json(
      { status: up ? "ok" : "degraded", upstream: up ? "online" : "offline", ...gate.load() },
      { status: up ? 200 : 503, headers: { "cache-control": "no-store" } },
    );
  }

  return {
    load: gate.load,
    async handle(request) {
      const { pathname } = new URL(request.url);
      if (pathname === "/healthz" && request.method === "GET") return await health();
      const wrong = await fault(request.headers.get("authorization"), options);
      if (wrong === KEYS_UNAVAILABLE) {
        return problem(503, "model_unavailable", {
          detail: "The product's keys cannot be read",
          retryAfterSeconds: 5,
        });
      }
      if (wrong) {
        log({
          event: "refused",
          code: wrong,
          path: pathname.slice(0, 100),
          correlationId: request.headers.get("x-correlation-id"),
        });
        return problem(403, wrong, { detail: `${DETAILS[wrong]}. The scope needed is ${SCOPE}` });
      }
      if (ROUTES[pathname] !== request.method) {
        return problem(404, "not_found", { detail: "There is no such route" });
      }
      const body = request.method === "POST" ? await arrived(request) : null;
      if (body === "too_large") {
        return problem(413, "body_too_large", { detail: "The body is too long" });
      }
      if (body === "too_slow") {
        return problem(408, "body_too_slow", { detail: "The body took too long to arrive" });
      }
      if (!HEAVY.has(pathname)) return await forward(request, { pathname, body, leave: () => {} });
      const leave = await gate.enter(request.signal);
      if (!leave) {
        return problem(503, "model_unavailable", {
          detail: "Too many calls wait for the model",
          retryAfterSeconds: 2,
        });
      }
      return await forward(request, { pathname, body, leave });
    },
  };
}
