import type { Middleware } from "../types.ts";

/** Redirects (302) to the path with or without a trailing slash; `/` stays as it is. */
export function trailingSlashes<State>(mode: "always" | "never"): Middleware<State> {
  return async function trailingSlashes(ctx) {
    const { pathname, search } = ctx.url;
    const hasSlash = pathname.endsWith("/");
    if (pathname !== "/" && hasSlash !== (mode === "always")) {
      const target = hasSlash ? pathname.replace(/\/+$/, "") : `${pathname}/`;
      return ctx.redirect(target + search);
    }
    return await ctx.next();
  };
}
