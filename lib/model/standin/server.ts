import { type Clock, sleep } from "../../platform/clock.ts";
import type { Log } from "../../platform/log.ts";
import { createFaultBox, type Fault, type FaultBox, faultSchema } from "./faults.ts";
import { createHandlers, type Handlers } from "./handlers.ts";
import {
  errorResponse,
  PRACTICE_EMBED_MODEL,
  PRACTICE_MODEL,
  ProtocolError,
  readBody,
} from "./protocol.ts";

/** How the stand-in is run. */
export interface StandInOptions {
  /** 0: any free port. */
  port: number;
  /** Pace of answers; 0 sends at once. */
  tokensPerSecond: number;
  clock: Clock;
  /** Whether the bearer token of a request is good; null asks for none. */
  verifyToken: ((bearer: string | null) => Promise<boolean>) | null;
  /** Whether `POST /__fault` exists (`APP_ENV=test` only). */
  faults: boolean;
  embedDim: number;
  log: Log;
}

/** A running stand-in. */
export interface StandIn {
  /** Its base address, without a slash at the end. */
  url: string;
  models: string[];
  /** Ends answers under way and stops listening. */
  close(): Promise<void>;
}

/** What every request handler needs. */
export interface ServerContext extends StandInOptions {
  closing: AbortSignal;
  /** Takes the fault for the next request of a kind, waiting out a delay. */
  fault(use: "answer" | "embedding"): Promise<Fault | null>;
}

type Route = keyof Handlers;

const ROUTES: Record<string, { method: string; route: Route }> = {
  "/api/chat": { method: "POST", route: "chat" },
  "/api/generate": { method: "POST", route: "generate" },
  "/api/embed": { method: "POST", route: "embed" },
  "/api/embeddings": { method: "POST", route: "embeddings" },
  "/api/show": { method: "POST", route: "show" },
  "/api/tags": { method: "GET", route: "tags" },
  "/api/ps": { method: "GET", route: "ps" },
  "/api/version": { method: "GET", route: "version" },
};

/** The server behind `startStandIn`. */
export function createServer(options: StandInOptions): StandIn {
  const closing = new AbortController();
  const faults = createFaultBox();
  const context: ServerContext = {
    ...options,
    closing: closing.signal,
    fault: (use) => takeFault(options.clock, { faults, use, closing: closing.signal }),
  };
  const handlers = createHandlers(context);
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: options.port,
    onListen: () => {},
    onError: () => errorResponse(500, "internal error"),
  }, async (request) => {
    try {
      return await route(request, { context, handlers, faults });
    } catch (error) {
      if (error instanceof ProtocolError) return errorResponse(error.status, error.message);
      throw error;
    }
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    models: [PRACTICE_MODEL, PRACTICE_EMBED_MODEL],
    async close() {
      closing.abort(new DOMException("The stand-in is closing", "AbortError"));
      await server.shutdown();
    },
  };
}

async function route(
  request: Request,
  { context, handlers, faults }: { context: ServerContext; handlers: Handlers; faults: FaultBox },
): Promise<Response> {
  const { pathname } = new URL(request.url);
  const method = request.method === "HEAD" ? "GET" : request.method;
  if (pathname === "/" && method === "GET") return new Response("Ollama is running");
  if (pathname === "/__fault" && context.faults && method === "POST") {
    faults.set(await readBody(request, faultSchema));
    return new Response(null, { status: 204 });
  }
  const found = Object.hasOwn(ROUTES, pathname) ? ROUTES[pathname] : undefined;
  if (!found) return new Response("404 page not found", { status: 404 });
  if (found.method !== method) return new Response("405 method not allowed", { status: 405 });
  await requireToken(request, context.verifyToken);
  return handlers[found.route](request);
}

async function requireToken(
  request: Request,
  verify: StandInOptions["verifyToken"],
): Promise<void> {
  if (!verify) return;
  const header = request.headers.get("authorization");
  const bearer = /^Bearer\s+(\S+)$/i.exec(header ?? "")?.[1] ?? null;
  if (await verify(bearer)) return;
  if (bearer === null) throw new ProtocolError(401, "a service token is required");
  throw new ProtocolError(403, "the service token is not valid");
}

async function takeFault(
  clock: Clock,
  { faults, use, closing }: {
    faults: FaultBox;
    use: "answer" | "embedding";
    closing: AbortSignal;
  },
): Promise<Fault | null> {
  const fault = faults.take(use);
  if (fault?.kind === "status") throw new ProtocolError(fault.status ?? 500, "scripted fault");
  if (fault?.kind !== "delay") return fault;
  await sleep(clock, fault.ms ?? 1_000, closing);
  return null;
}
