import type { Context } from "./context.ts";
import type { Lazy, MaybeLazy, Middleware } from "./types.ts";

/** A middleware, or a function that loads one (or several) on first use. */
export type LazyMiddleware<State> = MaybeLazy<
  Middleware<State> | Middleware<State>[]
>;

interface Run<State> {
  steps: Middleware<State>[];
  ctx: Context<State>;
  /** What `next()` means in the last step. */
  after: () => Promise<Response>;
}

/** Runs the steps from `index` on. `ctx.next` is restored when a step is done. */
async function runFrom<State>(run: Run<State>, index: number): Promise<Response> {
  const { steps, ctx, after } = run;
  const outer = ctx.next;
  ctx.next = index + 1 < steps.length ? () => runFrom(run, index + 1) : after;
  try {
    const response = await steps[index]!(ctx);
    if (response instanceof Response) return response;
    throw new Error(
      `Expected a "Response" instance to be returned, but got: ${
        response === null ? "null" : typeof response
      }`,
    );
  } catch (error) {
    // A middleware around this one that catches the error finds it here too.
    ctx.error = error;
    throw error;
  } finally {
    ctx.next = outer;
  }
}

/** Joins middlewares into one; the last one's `next()` is that of the caller. */
export function compose<State>(steps: Middleware<State>[]): Middleware<State> {
  if (steps.length === 0) return (ctx) => ctx.next();
  return (ctx) => runFrom({ steps, ctx, after: ctx.next }, 0);
}

/**
 * Makes a middleware of one that may be lazy. A lazy one reveals itself by
 * returning a function (or an array of them) and is kept from then on.
 */
export function settle<State>(given: LazyMiddleware<State>): Middleware<State> {
  if (Array.isArray(given)) return compose(given);
  let resolved: Middleware<State> | null = null;
  return async (ctx) => {
    if (resolved !== null) return resolved(ctx);
    const result: unknown = await (given as Middleware<State>)(ctx);
    if (typeof result === "function" || Array.isArray(result)) {
      resolved = settle(result as LazyMiddleware<State>);
      return resolved(ctx);
    }
    // A lazy function takes no argument, a middleware may; both end here.
    return result as Response;
  };
}

/** Loads a lazy value once; a failed attempt is tried again next time. */
export function once<T>(load: Lazy<T>): Lazy<T> {
  let pending: Promise<T> | null = null;
  return () => {
    pending ??= load().catch((error) => {
      pending = null;
      throw error;
    });
    return pending;
  };
}
