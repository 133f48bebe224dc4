import { errors, jwtVerify, type JWTVerifyGetKey } from "jose";

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

const SCOPE = "invoke:model";
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
    if (error instanceof errors.JWTExpired) return "service_token_expired";
    const claim = error instanceof errors.JWTClaimValidationFailed ? error.claim : "";
    return claim === "aud" ? "service_token_audience" : "service_token_invalid";
  }
}

/** A key of a service is named `svc-…`; others are not looked up. */
export function serviceKeysOnly(keys: JWTVerifyGetKey): JWTVerifyGetKey {
  return (header, token) => {
    if (!/^svc-[A-Za-z0-9_-]{1,43}$/.test(header?.kid ?? "")) throw new errors.JWKSNoMatchingKey();
    return keys(header, token);
  };
}

/** A gate that lets `active` through and `waiting` wait. */
function turnstile(active: number, waiting: number) {
  let inside = 0;
  const line: (() => void)[] = [];
  return {
    load: () => ({ active: inside, waiting: line.length }),
    /** Resolves when it is one's turn, or to null when too many wait. */
    async enter(signal: AbortSignal): Promise<(() => void) | null> {
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

/** The answer, handed on as it comes; `leave` is called when its last byte was read. */
function passedOn(answer: Response, leave: () => void): Response {
  const headers = new Headers({
    "content-type": answer.headers.get("content-type") ?? "application/json",
  });
  if (!answer.body) {
    leave();
    return new Response(null, { status: answer.status, headers });
  }
  const reader = answer.body.getReader();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
        leave();
        controller.close();
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

/** A gateway over one model host. */
export function createGateway(options: GatewayOptions): Gateway {
  const call = options.fetch ?? globalThis.fetch;
  const log = options.log ?? (() => {});
  const gate = turnstile(options.maxActive, options.maxWaiting);

  async function forward(request: Request, pathname: string, leave: () => void): Promise<Response> {
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
        ...(request.method === "POST" ? { body: request.body } : {}),
        redirect: "manual",
        signal: request.signal,
      });
      return passedOn(answer, leave);
    } catch (error) {
      leave();
      log({ event: "upstream.failed", path: pathname, error: String(error) });
      return problem(502, "model_unavailable", { detail: "The model host does not answer" });
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
      if (!HEAVY.has(pathname)) return await forward(request, pathname, () => {});
      const leave = await gate.enter(request.signal);
      if (!leave) {
        return problem(503, "model_unavailable", {
          detail: "Too many calls wait for the model",
          retryAfterSeconds: 2,
        });
      }
      return await forward(request, pathname, leave);
    },
  };
}
