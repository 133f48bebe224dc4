import type { FsRouteFile } from "./build_cache.ts";
import { compareRoutes } from "./fs_order.ts";
import { settle } from "./pipeline.ts";
import { addRoute, errorLoader, lazyRoute, methodsOf, type Plan } from "./plan.ts";
import { warn } from "./report.ts";
import { checkHandler, handlerOf, renderRoute } from "./route.ts";
import { mergePath } from "./router.ts";
import { scopePath } from "./segments.ts";
import type { LayoutConfig, Middleware, Route, RouteConfig } from "./types.ts";

export { sortRoutePaths } from "./fs_order.ts";

/** Exports that a file under the routes folder may have. */
interface FsModule<State> {
  default?: unknown;
  handler?: Route<State>["handler"];
  handlers?: Route<State>["handler"];
  config?: RouteConfig & LayoutConfig;
  css?: string[];
}

function isModule<State>(value: unknown): value is FsModule<State> {
  return typeof value === "object" && value !== null;
}

/** The route a module describes. @throws Error when it has none of the exports. */
function toRoute<State>(mod: unknown, id: string): Route<State> {
  if (!isModule<State>(mod)) {
    throw new Error(`Expected a module for route "${id}"`);
  }
  const handler = mod.handler ?? mod.handlers;
  const component = mod.default as Route<State>["component"];
  if (
    handler === undefined && component === undefined && mod.config === undefined
  ) {
    throw new Error(
      `Expected "${id}" to have relevant exports: a component, handlers or config`,
    );
  }
  checkHandler(handler, id);
  return { component, handler, config: mod.config, css: mod.css };
}

function middlewaresOf<State>({ mod, id, filePath }: FsRouteFile): Middleware<State>[] {
  const exported = isModule<State>(mod) ? mod.handler ?? mod.handlers ?? mod.default : undefined;
  const list = Array.isArray(exported) ? exported : [exported];
  if (list.length > 0 && list.every((fn) => typeof fn === "function")) {
    return list as Middleware<State>[];
  }
  if (typeof exported === "object" && exported !== null) {
    warn(
      "Unsupported route config: Middleware does not support object handlers " +
        `with GET, POST, etc. in ${filePath ?? id}`,
    );
    return [];
  }
  throw new Error(`Expected "${id}" to export a middleware function`);
}

/** Loads what was left lazy by the build. */
function lazily<State>(file: FsRouteFile): () => Promise<Route<State>> {
  const load = file.mod as () => Promise<unknown>;
  return async () => toRoute<State>(await load(), file.id);
}

function addWrapper<State>(plan: Plan<State>, file: FsRouteFile): void {
  const mod = file.mod as FsModule<State>;
  if (mod.handler !== undefined || mod.handlers !== undefined) {
    warn("Unsupported route config: Layout does not support handlers");
  }
  if (typeof mod.default !== "function") {
    throw new Error(`Expected "${file.id}" to export a component as default`);
  }
  const segment = plan.root.at(scopeOf(plan, file));
  if (file.type === "app") segment.app = mod.default as never;
  else {segment.layout = {
      component: mod.default as never,
      config: mod.config ?? {},
    };}
}

function scopeOf<State>(plan: Plan<State>, file: FsRouteFile): string {
  return scopePath(mergePath(plan.base, file.scope));
}

function addPage<State>(plan: Plan<State>, file: FsRouteFile): void {
  const scope = mergePath(plan.base, file.scope);
  if (typeof file.mod === "function") {
    const run = lazyRoute<State>(file.id, lazily(file));
    // What it answers is only known once it is loaded.
    addRoute(plan, { methods: ["ALL"], path: file.routePattern, scope }, [run]);
    return;
  }
  const route = toRoute<State>(file.mod, file.id);
  const path = route.config?.routeOverride ?? file.routePattern;
  const methods = handlerOf(route) === undefined && route.component === undefined
    ? []
    : methodsOf(route);
  addRoute(plan, { methods, path, scope }, [(ctx) => renderRoute(ctx, route)]);
}

function addFile<State>(plan: Plan<State>, file: FsRouteFile): void {
  switch (file.type) {
    case "app":
    case "layout":
      return addWrapper(plan, file);
    case "middleware": {
      const middlewares = middlewaresOf<State>(file).map((fn) => settle(fn));
      plan.root.at(scopeOf(plan, file)).middlewares.push(...middlewares);
      return;
    }
    case "error":
      plan.root.at(scopeOf(plan, file)).onError = errorLoader(toRoute<State>(file.mod, file.id));
      return;
    case "notFound":
      plan.shared.notFound = errorLoader(toRoute<State>(file.mod, file.id));
      return;
    case "route":
      return addPage(plan, file);
  }
}

/** Registers the files of the routes folder, each folder from what applies to all of it. */
export function applyFsRoutes<State>(plan: Plan<State>): void {
  for (const file of plan.cache.fsRoutes().toSorted(compareRoutes)) addFile(plan, file);
}
