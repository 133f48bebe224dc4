import type {
  Middleware,
  PageProps,
  PageResponse,
  RouteData,
  RouteHandler,
  ServerNode,
} from "./types.ts";

type Renderer<Data, State> = (
  props: PageProps<Data, State>,
) => ServerNode | Response | Promise<ServerNode | Response>;

/** Helpers that give handlers, pages, middlewares and layouts their types. */
export interface Define<State> {
  /** Types the handlers of a route; `ctx.state` is the app's state. */
  handlers<H extends RouteHandler<unknown, State>>(handlers: H): H;
  /** Types a page; `define.page<typeof handler>` takes `data` from the handlers. */
  page<
    H extends RouteHandler<unknown, State> = never,
    Data = RouteData<H>,
    R extends Renderer<Data, State> = Renderer<Data, State>,
  >(render: R): R;
  /** Types a middleware or an array of them. */
  middleware<M extends Middleware<State> | Middleware<State>[]>(middleware: M): M;
  /** Types a layout. */
  layout<R extends Renderer<unknown, State> = Renderer<unknown, State>>(render: R): R;
}

/**
 * Makes the typed helpers of an app, usually once in a `utils.ts`. At run time
 * they return what they are given.
 */
export function createDefine<State>(): Define<State> {
  return {
    handlers: (handlers) => handlers,
    page: (render) => render,
    middleware: (middleware) => middleware,
    layout: (render) => render,
  };
}

/** Data, and optionally status and headers, for the page of a handler's route. */
export function page<T>(
  data: T,
  options?: { status?: number; headers?: HeadersInit },
): PageResponse<T>;
/** A page without data. */
export function page(): PageResponse<undefined>;
export function page<T>(
  data?: T,
  options?: { status?: number; headers?: HeadersInit },
): PageResponse<T | undefined> {
  return { data: data ?? undefined, status: options?.status, headers: options?.headers };
}
