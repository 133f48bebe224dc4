/**
 * Names of Fresh 1, so that routes can be moved one at a time.
 * @module
 */
export { defineApp, defineLayout, defineRoute } from "./src/compat.ts";
export type {
  AppProps,
  ErrorPageProps,
  Handler,
  Handlers,
  LayoutProps,
  RouteContext,
  UnknownPageProps,
} from "./src/compat.ts";
