import type { BuildCache } from "./build_cache.ts";
import { compose, once } from "./pipeline.ts";
import { checkHandler, handlerOf, renderRoute } from "./route.ts";
import { mergePath, type UrlPatternRouter } from "./router.ts";
import { type ErrorLoader, pipelineOf, type Segment, type Shared } from "./segments.ts";
import {
  type MaybeLazy,
  type Method,
  METHODS,
  type Middleware,
  type Route,
  type RouteConfig,
} from "./types.ts";

/** A route that a file or an `onError` may give: a component, a handler, or a middleware. */
export type ErrorRoute<State> = MaybeLazy<Route<State>> | Middleware<State>;

/** The router and the tree under construction. */
export interface Plan<State> {
  router: UrlPatternRouter<Middleware<State>>;
  root: Segment<State>;
  shared: Shared<State>;
  cache: BuildCache;
  /** Prefix of every path registered from here on. */
  base: string;
}

/** Registers a middleware chain for a method and path, inside the scope of that path. */
export function addRoute<State>(
  plan: Plan<State>,
  route: { methods: readonly (Method | "ALL")[]; path: string; scope?: string },
  steps: Middleware<State>[],
): void {
  const pattern = mergePath(plan.base, route.path);
  const segment = plan.root.at(route.scope ?? pattern);
  const chain = compose([...pipelineOf(segment, plan.shared), ...steps]);
  for (const method of route.methods) plan.router.add(method, pattern, chain);
}

/** Methods that a route given as an object answers. */
export function methodsOf<State>(route: Route<State>): (Method | "ALL")[] {
  const handler = handlerOf(route);
  if (typeof handler === "function") return ["ALL"];
  const methods = METHODS.filter((method) => handler?.[method] !== undefined);
  if (route.component !== undefined && !methods.includes("GET")) {
    methods.push("GET");
  }
  return methods;
}

/** Loads an error page; a middleware stays one, a lazy function is called once. */
export function errorLoader<State>(given: ErrorRoute<State>): ErrorLoader<State> {
  if (typeof given !== "function") return () => Promise.resolve(given);
  let target: Route<State> | Middleware<State> | null = null;
  return async (ctx) => {
    if (target !== null) return target;
    const result = await (given as Middleware<State>)(ctx) as unknown;
    if (result instanceof Response) return result;
    target = result as Route<State> | Middleware<State>;
    return target;
  };
}

/** A route module that is loaded by its first request. */
export function lazyRoute<State>(
  where: string,
  load: () => Promise<Route<State>>,
  config?: RouteConfig,
): Middleware<State> {
  const loaded = once(async () => {
    const route = await load();
    checkHandler(handlerOf(route), where);
    return { ...route, config: { ...route.config, ...config } };
  });
  return async (ctx) => renderRoute(ctx, await loaded());
}
