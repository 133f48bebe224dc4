import type { Context } from "./context.ts";
import type { HandlerByMethod, HandlerFn, PageProps, ServerNode } from "./types.ts";

/** @deprecated Use `PageProps`. */
export type AppProps<Data = unknown, State = unknown> = PageProps<Data, State>;
/** @deprecated Use `PageProps`. */
export type LayoutProps<Data = unknown, State = unknown> = PageProps<Data, State>;
/** @deprecated Use `PageProps`. */
export type UnknownPageProps<Data = unknown, State = unknown> = PageProps<Data, State>;
/** @deprecated Use `PageProps`. */
export type ErrorPageProps<Data = unknown, State = unknown> = PageProps<Data, State>;
/** @deprecated Use `HandlerFn`. */
export type Handler<Data = unknown, State = unknown> = HandlerFn<Data, State>;
/** @deprecated Use `RouteHandler`. */
export type Handlers<Data = unknown, State = unknown> =
  | HandlerFn<Data, State>
  | HandlerByMethod<Data, State>;
/** @deprecated Use `Context`. */
export type RouteContext<State = unknown> = Context<State>;

type Component<State> = (
  props: PageProps<unknown, State>,
) => ServerNode | Response | Promise<ServerNode | Response>;

/** Returns the route it is given. @deprecated Use `define.page`. */
export function defineRoute<State = unknown>(fn: Component<State>): Component<State> {
  return fn;
}

/** Returns the app wrapper it is given. @deprecated Use `define.page`. */
export const defineApp: typeof defineRoute = defineRoute;

/** Returns the layout it is given. @deprecated Use `define.layout`. */
export const defineLayout: typeof defineRoute = defineRoute;
