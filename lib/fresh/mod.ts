/**
 * Pages, routes, middlewares and islands: the server side of the page layer.
 * @module
 */
export { App } from "./src/app.ts";
export type { RequestHandler } from "./src/handler.ts";
export type { FreshConfig, ResolvedFreshConfig } from "./src/config.ts";
export type { Context } from "./src/context.ts";
export type { FreshContext } from "./src/types.ts";
export { createDefine, type Define, page } from "./src/define.ts";
export { HttpError } from "./src/http_error.ts";
export type { ListenOptions } from "./src/listen.ts";
export type {
  HandlerByMethod,
  HandlerFn,
  Island,
  LayoutConfig,
  Lazy,
  MaybeLazy,
  Method,
  Middleware,
  MiddlewareFn,
  PageProps,
  PageResponse,
  Route,
  RouteComponent,
  RouteConfig,
  RouteData,
  RouteHandler,
} from "./src/types.ts";
export type { WebSocketHandlers, WebSocketUpgradeOptions } from "./src/websocket.ts";
export { cors, type CORSOptions } from "./src/middlewares/cors.ts";
export { csp, type CSPOptions } from "./src/middlewares/csp.ts";
export { csrf, type CsrfOptions } from "./src/middlewares/csrf.ts";
export {
  ipFilter,
  type IpFilterOptions,
  type IpFilterRemote,
  type IpFilterRules,
} from "./src/middlewares/ip_filter.ts";
export { staticFiles } from "./src/middlewares/static_files.ts";
export { trailingSlashes } from "./src/middlewares/trailing_slashes.ts";
