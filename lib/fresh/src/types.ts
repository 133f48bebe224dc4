import type { ComponentChildren, FunctionComponent, VNode } from "preact";
import type { Context } from "./context.ts";

/** Methods a route can answer. */
export type Method =
  | "GET"
  | "POST"
  | "PATCH"
  | "PUT"
  | "DELETE"
  | "HEAD"
  | "OPTIONS";

/** Every method a route can answer. */
export const METHODS: readonly Method[] = [
  "GET",
  "POST",
  "PATCH",
  "PUT",
  "DELETE",
  "HEAD",
  "OPTIONS",
];

/** A function that loads something when it is first needed. */
export type Lazy<T> = () => Promise<T>;
/** Something, or a function that loads it when it is first needed. */
export type MaybeLazy<T> = T | Lazy<T>;

/** A step of the request pipeline: answers, or passes on with `ctx.next()`. */
export type Middleware<State> = (ctx: Context<State>) => Response | Promise<Response>;
/** @deprecated Use `Context`. */
export type FreshContext<State = unknown> = Context<State>;
/** @deprecated Use `Middleware`. */
export type MiddlewareFn<State> = Middleware<State>;

/** What a handler returns to have its page rendered with data. */
export interface PageResponse<T> {
  data: T;
  status?: number;
  headers?: HeadersInit;
}

/** A route handler: returns a response, or data for the page component. */
export type HandlerFn<Data, State> = (
  ctx: Context<State>,
) => Response | PageResponse<Data> | Promise<Response | PageResponse<Data>>;

/** Handlers by HTTP method. */
export type HandlerByMethod<Data, State> = {
  [M in Method]?: HandlerFn<Data, State>;
};

/** Either one handler for all methods, or handlers by method. */
export type RouteHandler<Data, State> =
  | HandlerFn<Data, State>
  | HandlerByMethod<Data, State>;

type DataOf<R> = Awaited<R> extends infer A ? A extends PageResponse<infer D> ? D : never
  : never;
type ReturnOf<F> = F extends (ctx: never) => infer R ? R : never;

/** The data a handler (or any method of a handler object) passes to its page. */
export type RouteData<H> = [H] extends [never] ? unknown
  : H extends (ctx: never) => infer R ? DataOf<R>
  : { [K in keyof H]: DataOf<ReturnOf<NonNullable<H[K]>>> }[keyof H];

/** What a page, layout, app wrapper or error page receives. */
export type PageProps<Data = unknown, T = unknown> =
  & Pick<
    Context<T>,
    | "config"
    | "url"
    | "req"
    | "params"
    | "info"
    | "state"
    | "isPartial"
    | "Component"
    | "error"
    | "route"
  >
  & { data: Data };

/** What a server component may return. */
export type ServerNode = ComponentChildren;

/** A page component; an `async function` may also answer with a response. */
export type RouteComponent<Data, State> = (
  props: PageProps<Data, State>,
) => ServerNode | Response | Promise<ServerNode | Response>;

/** Settings of a layout. */
export interface LayoutConfig {
  /** Drop the app wrapper. */
  skipAppWrapper?: boolean;
  /** Drop the layouts above this one. */
  skipInheritedLayouts?: boolean;
}

/** Settings of a route, the `config` export of a file route. */
export interface RouteConfig extends LayoutConfig {
  /** URL pattern used instead of the one from the file path. */
  routeOverride?: string;
  /** Methods to register; only read for lazy routes. */
  methods?: "ALL" | Method[];
  /** Accepted for compatibility; read nowhere. */
  csp?: boolean;
}

/** A route given to `app.route()`, `app.notFound()` or `app.onError()`. */
export interface Route<State> {
  // The data type differs from route to route; only the pair knows it.
  // deno-lint-ignore no-explicit-any
  component?: RouteComponent<any, State>;
  // deno-lint-ignore no-explicit-any -- as above
  handler?: RouteHandler<any, State>;
  /** Older spelling of `handler`. */
  // deno-lint-ignore no-explicit-any -- as above
  handlers?: RouteHandler<any, State>;
  config?: RouteConfig;
  /** Stylesheets to link from the head. */
  css?: string[];
}

/** An interactive component and the client file that contains it. */
export interface Island {
  /** Client module, as an absolute URL path. */
  file: string;
  /** Name in the page's markers and boot script. */
  name: string;
  /** Export of the client module. */
  exportName: string;
  fn: FunctionComponent<Record<string, unknown>>;
  /** Stylesheets the island needs. */
  css: string[];
  /** Client modules that `file` imports; they are preloaded with it. */
  imports: string[];
}

/** Islands by the component function. */
export type IslandRegistry = Map<unknown, Island>;

/** A vnode of any component. */
export type AnyVNode = VNode<Record<string, unknown>>;

/** Information about the connection, as `Deno.serve` gives it. */
export type ConnInfo = Deno.ServeHandlerInfo;
