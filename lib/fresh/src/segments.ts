import { type Context, internalsOf } from "./context.ts";
import { HttpError } from "./http_error.ts";
import { type Component, renderRoute } from "./route.ts";
import type { LayoutConfig, Middleware, Route } from "./types.ts";

/** A resolved error page: a route, or a middleware that answers. */
export type ErrorTarget<State> = Route<State> | Middleware<State>;
/** Loads an error page. */
export type ErrorLoader<State> = (ctx: Context<State>) => Promise<ErrorTarget<State> | Response>;

/** Handlers that exist once per app. */
export interface Shared<State> {
  notFound: ErrorLoader<State> | null;
}

/** A layout as it was registered. */
export interface LayoutDef {
  component: Component;
  config: LayoutConfig;
}

/**
 * A node of the tree of path segments. Middlewares, layouts and error pages
 * hang on it and apply to every route registered below it afterwards.
 */
export class Segment<State> {
  middlewares: Middleware<State>[] = [];
  layout: LayoutDef | null = null;
  app: Component | null = null;
  onError: ErrorLoader<State> | null = null;
  readonly children = new Map<string, Segment<State>>();

  constructor(readonly parent: Segment<State> | null) {}

  /** Finds or creates the segment of a path below this one. */
  at(path: string): Segment<State> {
    const [first, ...rest] = path.split("/").filter((part) => part !== "");
    if (first === undefined) return this;
    let child = this.children.get(first);
    if (child === undefined) {
      child = new Segment<State>(this);
      this.children.set(first, child);
    }
    return child.at(rest.join("/"));
  }
}

/** The path of a segment: a trailing `*` means the segment before it. */
export function scopePath(path: string): string {
  return path.replace(/\/?\*$/, "");
}

/**
 * The pipeline from the root down to a segment, as registered so far: what is
 * added later does not wrap what was registered before.
 */
export function pipelineOf<State>(
  segment: Segment<State>,
  shared: Shared<State>,
): Middleware<State>[] {
  const path: Segment<State>[] = [];
  for (let s: Segment<State> | null = segment; s !== null; s = s.parent) {
    path.unshift(s);
  }
  return path.flatMap((s) => [scopeStep(s, shared), ...s.middlewares]);
}

/** Brings a segment's layout and wrapper into force and catches what fails below it. */
function scopeStep<State>(segment: Segment<State>, shared: Shared<State>): Middleware<State> {
  const { layout, app } = segment;
  const isRoot = segment.parent === null;
  return async (ctx) => {
    const internals = internalsOf(ctx);
    if (app !== null) internals.app = app;
    if (layout !== null) {
      if (layout.config.skipAppWrapper) internals.app = null;
      const inherited = layout.config.skipInheritedLayouts ? [] : internals.layouts;
      internals.layouts = [...inherited, layout.component];
    }
    const { app: ownApp, layouts: ownLayouts } = internals;
    try {
      return await ctx.next();
    } catch (error) {
      internals.app = ownApp;
      internals.layouts = ownLayouts;
      return await recover(ctx, { error, segment, shared, isRoot });
    }
  };
}

interface Failure<State> {
  error: unknown;
  segment: Segment<State>;
  shared: Shared<State>;
  isRoot: boolean;
}

/** Answers with the not-found page or the segment's error page, or passes the error up. */
async function recover<State>(ctx: Context<State>, failure: Failure<State>): Promise<Response> {
  const { error, segment, shared, isRoot } = failure;
  const is404 = error instanceof HttpError && error.status === 404;
  if (is404 && shared.notFound !== null) {
    // There is one not-found page; it gets the outermost layouts.
    if (!isRoot) throw error;
    try {
      return await showError(ctx, shared.notFound, error);
    } catch (second) {
      if (segment.onError === null || second === error) throw second;
      return await showError(ctx, segment.onError, second);
    }
  }
  if (segment.onError === null) throw error;
  return await showError(ctx, segment.onError, error);
}

async function showError<State>(
  ctx: Context<State>,
  load: ErrorLoader<State>,
  error: unknown,
): Promise<Response> {
  const status = error instanceof HttpError ? error.status : 500;
  ctx.error = error;
  internalsOf(ctx).defaultStatus = status;
  const target = await load(ctx);
  if (target instanceof Response) return target;
  if (typeof target === "function") return await target(ctx);
  return await renderRoute(ctx, target, { isErrorPage: true });
}
