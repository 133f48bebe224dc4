/** Headers that programs of other origins may read beside the usual ones. */
const READABLE = [
  "etag",
  "location",
  "ratelimit",
  "ratelimit-policy",
  "retry-after",
  "x-correlation-id",
  "x-nova-api-version",
].join(", ");
const METHODS = "GET, POST, PUT, PATCH, DELETE";
/** How long a browser need not ask again, in seconds. */
const MAX_AGE = 600;

/** Lets pages of listed origins call the API (API-22). Nobody else is told anything. */
export function createCors(allowed: readonly string[]) {
  const origins = new Set(allowed);
  const allows = (request: Request): string | null => {
    const origin = request.headers.get("origin");
    return origin !== null && origins.has(origin) ? origin : null;
  };

  return {
    /** The answer to a browser that asks whether it may; null where nobody listed asks. */
    preflight(request: Request): Response | null {
      const origin = allows(request);
      const asks = request.method === "OPTIONS" &&
        request.headers.has("access-control-request-method");
      if (!origin || !asks) return null;
      const wanted = request.headers.get("access-control-request-headers");
      return new Response(null, {
        status: 204,
        headers: {
          ...shared(origin),
          "access-control-allow-methods": METHODS,
          ...(wanted ? { "access-control-allow-headers": wanted } : {}),
          "access-control-max-age": String(MAX_AGE),
          "vary": "Origin, Access-Control-Request-Headers",
        },
      });
    },

    /** Adds to an answer that its reader may read it. */
    mark(request: Request, headers: Headers): void {
      // Also for the others: a cache must not give them the answer of a listed origin.
      if (origins.size > 0) headers.append("vary", "Origin");
      const origin = allows(request);
      if (!origin) return;
      for (const [name, value] of Object.entries(shared(origin))) headers.set(name, value);
      headers.set("access-control-expose-headers", READABLE);
    },
  };
}

const shared = (origin: string) => ({
  "access-control-allow-origin": origin,
  "access-control-allow-credentials": "true",
});
