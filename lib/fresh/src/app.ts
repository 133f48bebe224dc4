import { type BuildCache, EmptyBuildCache } from "./build_cache.ts";
import { type FreshConfig, resolveConfig, type ResolvedFreshConfig } from "./config.ts";
import { applyFsRoutes } from "./fs_routes.ts";
import { createHandler, type RequestHandler } from "./handler.ts";
import { listen, type ListenOptions } from "./listen.ts";
import { type LazyMiddleware, settle } from "./pipeline.ts";
import { addRoute, errorLoader, type ErrorRoute, lazyRoute, methodsOf, type Plan } from "./plan.ts";
import { checkHandler, handlerOf, renderRoute } from "./route.ts";
import { mergePath, UrlPatternRouter } from "./router.ts";
import { scopePath, Segment } from "./segments.ts";
import type {
  LayoutConfig,
  MaybeLazy,
  Method,
  Route,
  RouteComponent,
  RouteConfig,
} from "./types.ts";
import type { WebSocketHandlers, WebSocketUpgradeOptions } from "./websocket.ts";

/** One registration, applied when the handler is made. */
type Step<State> = (plan: Plan<State>) => void;

const caches = new WeakMap<object, BuildCache>();

/** Gives an app the result of its build. */
export function setBuildCache<State>(
  app: App<State>,
  cache: BuildCache,
  mode: "development" | "production",
): void {
  caches.set(app, cache);
  app.config.root = cache.root;
  app.config.mode = mode;
}

/** The result of an app's build, empty if there was none. */
export function buildCacheOf<State>(app: App<State>): BuildCache {
  return caches.get(app) ?? new EmptyBuildCache();
}

/** Splits `([path], ...middlewares)`. */
function pathAnd<T>(args: (string | T)[]): { path: string; rest: T[] } {
  const [first, ...rest] = args;
  if (typeof first === "string") return { path: first, rest: rest as T[] };
  return { path: "*", rest: args as T[] };
}

/**
 * A web application: middlewares, routes, layouts and error pages, applied from
 * top to bottom.
 */
export class App<State> {
  #steps: Step<State>[] = [];

  /** Resolved options. */
  readonly config: ResolvedFreshConfig;

  constructor(config: FreshConfig = {}) {
    this.config = resolveConfig(config);
  }

  #add(step: Step<State>): this {
    this.#steps.push(step);
    return this;
  }

  /** Adds middlewares for everything registered below. */
  use(...middleware: LazyMiddleware<State>[]): this;
  /** Adds middlewares for what is registered below a path. */
  use(path: string, ...middleware: LazyMiddleware<State>[]): this;
  use(...args: (string | LazyMiddleware<State>)[]): this {
    const { path, rest } = pathAnd(args);
    return this.#add((plan) => {
      const segment = plan.root.at(scopePath(mergePath(plan.base, path)));
      segment.middlewares.push(...rest.map((middleware) => settle(middleware)));
    });
  }

  #on(method: Method | "ALL", path: string, middleware: LazyMiddleware<State>[]): this {
    return this.#add((plan) => {
      addRoute(plan, { methods: [method], path }, middleware.map((given) => settle(given)));
    });
  }

  /** Answers `GET` requests (and `HEAD`, unless there is a handler for it). */
  get(path: string, ...middleware: LazyMiddleware<State>[]): this {
    return this.#on("GET", path, middleware);
  }

  /** Answers `POST` requests. */
  post(path: string, ...middleware: LazyMiddleware<State>[]): this {
    return this.#on("POST", path, middleware);
  }

  /** Answers `PUT` requests. */
  put(path: string, ...middleware: LazyMiddleware<State>[]): this {
    return this.#on("PUT", path, middleware);
  }

  /** Answers `PATCH` requests. */
  patch(path: string, ...middleware: LazyMiddleware<State>[]): this {
    return this.#on("PATCH", path, middleware);
  }

  /** Answers `DELETE` requests. */
  delete(path: string, ...middleware: LazyMiddleware<State>[]): this {
    return this.#on("DELETE", path, middleware);
  }

  /** Answers `HEAD` requests. */
  head(path: string, ...middleware: LazyMiddleware<State>[]): this {
    return this.#on("HEAD", path, middleware);
  }

  /** Answers requests of every method. */
  all(path: string, ...middleware: LazyMiddleware<State>[]): this {
    return this.#on("ALL", path, middleware);
  }

  /** Accepts WebSocket connections at a path. */
  ws(path: string, handlers: WebSocketHandlers, options?: WebSocketUpgradeOptions): this {
    return this.get(path, (ctx) => ctx.upgrade(handlers, options));
  }

  /** Adds a route with a component, handlers, or both; it may be loaded lazily. */
  route(path: string, route: MaybeLazy<Route<State>>, config?: RouteConfig): this {
    return this.#add((plan) => {
      if (typeof route === "function") {
        const methods = config?.methods === undefined || config.methods === "ALL"
          ? ["ALL"] as const
          : config.methods;
        addRoute(plan, { methods, path }, [lazyRoute(path, route, config)]);
        return;
      }
      checkHandler(handlerOf(route), path);
      const merged = { ...route, config: { ...route.config, ...config } };
      addRoute(plan, { methods: methodsOf(route), path }, [(ctx) => renderRoute(ctx, merged)]);
    });
  }

  /** Sets the layout of what is registered below a path. */
  layout(path: string, component: RouteComponent<unknown, State>, config?: LayoutConfig): this {
    return this.#add((plan) => {
      const segment = plan.root.at(scopePath(mergePath(plan.base, path)));
      segment.layout = { component: component as never, config: config ?? {} };
    });
  }

  /** Sets the component around every page, usually `<html>` to `<body>`. */
  appWrapper(component: RouteComponent<unknown, State>): this {
    return this.#add((plan) => {
      plan.root.app = component as never;
    });
  }

  /** Sets the answer to every 404; there is one per app. */
  notFound(routeOrMiddleware: ErrorRoute<State>): this {
    return this.#add((plan) => {
      plan.shared.notFound = errorLoader(routeOrMiddleware);
    });
  }

  /** Sets the answer to errors in everything. */
  onError(routeOrMiddleware: ErrorRoute<State>): this;
  /** Sets the answer to errors below a path; the nearest one answers. */
  onError(path: string, routeOrMiddleware: ErrorRoute<State>): this;
  onError(...args: (string | ErrorRoute<State>)[]): this {
    const { path, rest } = pathAnd(args as (string | ErrorRoute<State>)[]);
    return this.#add((plan) => {
      const segment = plan.root.at(scopePath(mergePath(plan.base, path)));
      segment.onError = errorLoader(rest[0] as ErrorRoute<State>);
    });
  }

  /** Adds everything another app has registered, below a path. */
  mountApp(path: string, app: App<State>): this {
    return this.#add((plan) => {
      const prefix = path === "*" || path === "/*" ? "/" : path;
      const base = mergePath(mergePath(plan.base, prefix), app.config.basePath);
      app.#apply({
        ...plan,
        cache: caches.get(app) ?? plan.cache,
        base: base === "/" ? "" : base,
      });
    });
  }

  /** Adds the files of the routes folder, as the build found them, below a path. */
  fsRoutes(path = "*"): this {
    return this.#add((plan) => {
      const base = mergePath(plan.base, path === "*" ? "/" : path);
      applyFsRoutes({ ...plan, base: base === "/" ? "" : base });
    });
  }

  #apply(plan: Plan<State>): void {
    for (const step of this.#steps) step(plan);
  }

  /** Makes the function that answers requests; what is added later is not seen. */
  handler(): RequestHandler {
    const plan: Plan<State> = {
      router: new UrlPatternRouter(),
      root: new Segment<State>(null),
      shared: { notFound: null },
      cache: buildCacheOf(this),
      base: this.config.basePath,
    };
    this.#apply(plan);
    return createHandler(plan, this.config);
  }

  /**
   * Starts a server. Without a port, the first free one of 8000 to 8019 is used.
   */
  async listen(options: ListenOptions = {}): Promise<void> {
    await listen(this.handler(), {
      basePath: this.config.basePath,
      ...options,
    });
  }
}
