import { type ComponentChildren, Fragment, h } from "preact";
import { type Context, internalsOf } from "./context.ts";
import { HttpError } from "./http_error.ts";
import { isAsyncFunction, propsOf } from "./render.ts";
import type {
  HandlerByMethod,
  HandlerFn,
  Method,
  PageResponse,
  Route,
  RouteComponent,
  RouteHandler,
} from "./types.ts";

/** A component with its types left open: the pair of handler and page knows them. */
export type Component = RouteComponent<unknown, unknown>;

/** The handler of a route under either of its names. */
export function handlerOf<State>(route: Route<State>): RouteHandler<unknown, State> | undefined {
  return route.handler ?? route.handlers;
}

/**
 * Refuses handlers with the signature `(req, ctx)` of Fresh 1.
 * @throws Error naming the route.
 */
export function checkHandler<State>(
  handler: RouteHandler<unknown, State> | undefined,
  where: string,
): void {
  if (handler === undefined) return;
  const all = typeof handler === "function" ? [handler] : Object.values(handler);
  for (const fn of all) {
    if (typeof fn === "function" && fn.length > 1) {
      throw new Error(
        `Handlers must only have one argument, but a handler of "${where}" has ${fn.length}`,
      );
    }
  }
}

/** The handler for a method; `HEAD` falls back to `GET`. */
function pick<State>(
  handler: RouteHandler<unknown, State> | undefined,
  method: string,
): HandlerFn<unknown, State> | undefined {
  if (typeof handler === "function") return handler;
  const byMethod = handler as HandlerByMethod<unknown, State> | undefined;
  return byMethod?.[method as Method] ??
    (method === "HEAD" ? byMethod?.GET : undefined);
}

const NO_DATA = () => ({ data: {} });

/** Options of `renderRoute`. */
export interface RouteRun {
  /** Error pages render for every method. */
  isErrorPage?: boolean;
}

/** Runs a route's handler and renders its component with the data. */
export async function renderRoute<State>(
  ctx: Context<State>,
  route: Route<State>,
  run: RouteRun = {},
): Promise<Response> {
  const internals = internalsOf(ctx);
  if (route.config?.skipAppWrapper) internals.app = null;
  if (route.config?.skipInheritedLayouts) internals.layouts = [];
  if (route.css !== undefined) internals.css = [...internals.css, ...route.css];

  const handler = handlerOf(route);
  const method = ctx.req.method;
  let fn = pick(handler, method);
  if (fn === undefined && route.component !== undefined) {
    const isRead = method === "GET" || method === "HEAD";
    if (handler === undefined || isRead || run.isErrorPage) fn = NO_DATA;
  }
  if (fn === undefined) throw new HttpError(404);

  const result = await fn(ctx);
  if (result instanceof Response) return result;
  return await renderData(ctx, route, result);
}

async function renderData<State>(
  ctx: Context<State>,
  route: Route<State>,
  result: PageResponse<unknown>,
): Promise<Response> {
  if (typeof result !== "object" || result === null || !("data" in result)) {
    throw new Error(
      `Expected a "Response" or page data from the handler, but got: ${result}`,
    );
  }
  const component = route.component as Component | undefined;
  if (component === undefined) {
    throw new Error("A handler returned page data, but the route has no component to render it");
  }
  ctx.data = result.data;
  const init = { status: result.status, headers: result.headers };
  if (isAsyncFunction(component)) {
    const node = await component(ctx as Context<unknown>);
    if (node instanceof Response) return node;
    // A component may return text or a list; a fragment makes it renderable.
    return await ctx.render(h(Fragment, null, node as ComponentChildren), init);
  }
  return await ctx.render(h(component as never, propsOf(ctx)), init);
}
