import type { Context } from "../context.ts";
import type { Middleware } from "../types.ts";
import { addVary, mutable } from "./headers.ts";

/** Options of `cors()`. */
export interface CORSOptions<State = unknown> {
  /** Origins that may read responses. Default: `*`. */
  origin:
    | string
    | string[]
    | ((requestOrigin: string, ctx: Context<State>) => string | undefined | null);
  /** Methods a preflight allows. */
  allowMethods?: string[];
  /** Headers a preflight allows. Default: those it asks for. */
  allowHeaders?: string[];
  /** Seconds a preflight may be kept. */
  maxAge?: number;
  /** Whether cookies may be sent. */
  credentials?: boolean;
  /** Headers that scripts may read. */
  exposeHeaders?: string[];
}

const DEFAULT_METHODS = ["GET", "HEAD", "PUT", "POST", "DELETE", "PATCH"];

function allowedOrigin<State>(
  { origin }: CORSOptions<State>,
  ctx: Context<State>,
): string | undefined | null {
  const requested = ctx.req.headers.get("origin") ?? "";
  if (typeof origin === "function") return origin(requested, ctx);
  if (origin === "*") return origin;
  const allowed = typeof origin === "string" ? [origin] : origin;
  return allowed.includes(requested) ? requested : undefined;
}

/** The headers that every response gets. */
function setCommon<State>(headers: Headers, options: CORSOptions<State>, origin: string): void {
  headers.set("access-control-allow-origin", origin);
  if (options.credentials) {
    headers.set("access-control-allow-credentials", "true");
  }
  if (options.exposeHeaders?.length) {
    headers.set("access-control-expose-headers", options.exposeHeaders.join(","));
  }
}

function preflight<State>(options: CORSOptions<State>, ctx: Context<State>): Headers {
  const headers = new Headers();
  if (options.maxAge !== undefined) {
    headers.set("access-control-max-age", String(options.maxAge));
  }
  const methods = options.allowMethods ?? DEFAULT_METHODS;
  if (methods.length > 0) {
    headers.set("access-control-allow-methods", methods.join(","));
  }
  const requested = ctx.req.headers.get("access-control-request-headers");
  const allowed = options.allowHeaders?.length
    ? options.allowHeaders
    : requested?.split(",").map((name) => name.trim()) ?? [];
  if (allowed.length > 0) {
    headers.set("access-control-allow-headers", allowed.join(","));
    addVary(headers, "Access-Control-Request-Headers");
  }
  return headers;
}

/** Says which other origins may read the responses, and answers preflights with 204. */
export function cors<State>(options?: Partial<CORSOptions<State>>): Middleware<State> {
  const settings: CORSOptions<State> = {
    ...options,
    origin: options?.origin ?? "*",
  };
  return async function cors(ctx) {
    const origin = allowedOrigin(settings, ctx);
    if (ctx.req.method === "OPTIONS") {
      const headers = preflight(settings, ctx);
      if (origin) setCommon(headers, settings, origin);
      if (settings.origin !== "*") addVary(headers, "Origin");
      return new Response(null, { status: 204, headers });
    }
    const response = mutable(await ctx.next());
    if (origin) setCommon(response.headers, settings, origin);
    // The answer differs by origin, so caches must keep them apart.
    if (settings.origin !== "*") addVary(response.headers, "Origin");
    return response;
  };
}
