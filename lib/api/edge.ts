import type { Clock } from "@/lib/platform/clock.ts";
import { clientAddress } from "@/lib/platform/http/address.ts";
import {
  internalProblem,
  problemResponse,
  unstorableText,
} from "@/lib/platform/http/problem_response.ts";
import { errorFields, type Log, withCorrelation } from "@/lib/platform/log.ts";
import type { Metrics } from "@/lib/platform/metrics.ts";
import { Problem } from "@/lib/platform/problem.ts";
import { nameRequestSpan } from "@/lib/platform/traces.ts";
import { securityHeaders } from "./security_headers.ts";

/** Answers a request; the address is the client's, behind trusted proxies the forwarded one. */
export type EdgeHandler = (
  request: Request,
  context: { address: string; correlationId: string; peer: Deno.Addr },
) => Response | Promise<Response>;

/** What the edge needs to know. */
export interface EdgeOptions {
  clock: Clock;
  log: Log;
  metrics: Metrics;
  trustedProxies: readonly string[];
  baseUrl: string;
  /** Name of the route for metrics, never the path with its ids. */
  routeOf: (request: Request) => string;
}

const CORRELATION = /^[A-Za-z0-9._-]{8,128}$/;
const MAX_URL = 8 * 1024;
/** Headers that claim who somebody is: nobody reads them, and nobody shall (ACC-113). */
const CLAIMS = ["x-user-id", "x-user-role", "x-service-name"];
const SLOW_MS = 1_000;
/** Stands for a request whose address cannot be read. */
const NO_ADDRESS = new Request("http://host.invalid/");

function noHost(): Problem {
  return new Problem(
    "validation_failed",
    400,
    "The request is not valid",
    "The Host header is not the name of a host",
    { errors: [] },
  );
}

/**
 * The outermost layer of every answer: correlation id, security headers, one log line, metrics,
 * and a last resort for errors nobody caught.
 */
export function createEdge(handler: EdgeHandler, options: EdgeOptions) {
  const { clock, log, metrics } = options;
  const requests = metrics.counter("gateway_requests_total", "Requests answered", [
    "method",
    "route",
    "status_code",
  ]);
  const latency = metrics.histogram("gateway_latency_seconds", "Time to the answer's headers", {
    labels: ["method", "route"],
  });
  let inFlight = 0;
  metrics.gauge("http_requests_in_flight", "Requests being answered", { collect: () => inFlight });

  async function answer(
    request: Request,
    peer: Deno.Addr,
    correlationId: string,
  ): Promise<Response> {
    const url = new URL(request.url);
    const instance = url.pathname;
    try {
      if (request.url.length > MAX_URL) {
        throw new Problem(
          "validation_failed",
          400,
          "The request is not valid",
          "The address is too long",
          {
            errors: [],
          },
        );
      }
      const remote = "hostname" in peer ? peer.hostname : "127.0.0.1";
      const address = clientAddress(remote, request.headers, options.trustedProxies);
      const from = { address, userAgent: request.headers.get("user-agent") ?? "" };
      return await withCorrelation(
        correlationId,
        async () => await handler(withoutClaims(request), { address, correlationId, peer }),
        from,
      );
    } catch (thrown) {
      const error = unstorableText(thrown) ?? thrown;
      if (error instanceof Problem) return problemResponse(error, { instance, correlationId });
      log.error(
        "request.failed",
        "A request ended in an error nobody expected",
        errorFields(error),
      );
      return problemResponse(internalProblem(error), { instance, correlationId });
    }
  }

  function withoutClaims(request: Request): Request {
    if (!CLAIMS.some((name) => request.headers.has(name))) return request;
    const headers = new Headers(request.headers);
    for (const name of CLAIMS) headers.delete(name);
    return new Request(request, { headers });
  }

  function finish(request: Request, response: Response, correlationId: string): Response {
    // Headers of some answers are immutable; a fresh set always works.
    const headers = new Headers(response.headers);
    headers.set("x-correlation-id", correlationId);
    for (
      const [name, value] of securityHeaders(response, {
        baseUrl: options.baseUrl,
        path: URL.parse(request.url)?.pathname,
      })
    ) {
      if (!headers.has(name)) headers.set(name, value);
    }
    const body = request.method === "HEAD" ? null : response.body;
    return new Response(body, {
      status: response.status,
      statusText: response.statusText,
      headers,
    });
  }

  return (request: Request, info: { remoteAddr: Deno.Addr }): Promise<Response> => {
    const given = request.headers.get("x-correlation-id") ?? "";
    const correlationId = CORRELATION.test(given) ? given : crypto.randomUUID();
    return withCorrelation(correlationId, async () => {
      const started = clock.monotonic();
      inFlight++;
      try {
        // A Host header that is none leaves no address to read; nothing behind could.
        const asked = URL.canParse(request.url) ? request : NO_ADDRESS;
        const answered = asked === request
          ? await answer(request, info.remoteAddr, correlationId)
          : problemResponse(noHost(), { instance: "/", correlationId });
        const response = finish(asked, answered, correlationId);
        record(asked, response, clock.monotonic() - started);
        return response;
      } finally {
        inFlight--;
      }
    });
  };

  function record(request: Request, response: Response, ms: number): void {
    const route = options.routeOf(request);
    nameRequestSpan(request.method, route);
    requests.add(1, { method: request.method, route, status_code: response.status });
    latency.observe(ms / 1000, { method: request.method, route });
    const stream = response.headers.get("content-type")?.startsWith("text/event-stream");
    const level = route === "static" || route === "/healthz" || route === "/readyz"
      ? "debug"
      : ms > SLOW_MS && !stream
      ? "warn"
      : "info";
    log[level]("request", `${request.method} ${route}`, {
      method: request.method,
      route,
      status: response.status,
      durationMs: Math.round(ms * 10) / 10,
    });
  }
}
