import type { Context } from "../context.ts";
import { HttpError } from "../http_error.ts";
import type { Middleware } from "../types.ts";

/** Options of `csrf()`. */
export interface CsrfOptions<State = unknown> {
  /** Origins that may change state. Default: the request's own. */
  origin?:
    | string
    | string[]
    | ((origin: string, ctx: Context<State>) => boolean);
}

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Refuses requests that change state and come from another site, by what the
 * browser says in `Sec-Fetch-Site` and `Origin`. A request with neither header
 * does not come from a browser and passes.
 * @throws HttpError 403.
 */
export function csrf<State>(options: CsrfOptions<State> = {}): Middleware<State> {
  const { origin: allowed } = options;
  const isAllowed = (origin: string, ctx: Context<State>): boolean => {
    if (allowed === undefined) return origin === ctx.url.origin;
    if (typeof allowed === "function") return allowed(origin, ctx);
    return typeof allowed === "string" ? origin === allowed : allowed.includes(origin);
  };
  return async function csrf(ctx) {
    if (SAFE.has(ctx.req.method)) return await ctx.next();
    const site = ctx.req.headers.get("sec-fetch-site");
    const origin = ctx.req.headers.get("origin");
    if (site === "same-origin" || site === "none") return await ctx.next();
    if (site === null && origin === null) return await ctx.next();
    if (origin !== null && isAllowed(origin, ctx)) return await ctx.next();
    throw new HttpError(403);
  };
}
