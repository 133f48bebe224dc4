import { isAbsolute, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** Source maps of client modules, as esbuild takes them. */
export interface SourceMapOptions {
  kind?: boolean | "linked" | "inline" | "external" | "both";
  sourceRoot?: string;
  sourcesContent?: boolean;
}

/** Options of `new Builder()`. Relative paths start at `root`. */
export interface BuildOptions {
  /** Root of the project, a path or file URL. Default: the working directory. */
  root?: string;
  /** Folder of the production build. Default: `_fresh`. */
  outDir?: string;
  /** Folder of static files. Default: `static`. */
  staticDir?: string;
  /** Folder of islands. Default: `islands`. */
  islandDir?: string;
  /** Folder of file routes. Default: `routes`. */
  routeDir?: string;
  /** Module that exports `app`. Default: `main.ts`. */
  serverEntry?: string;
  /** Browsers to build for, as esbuild names them. */
  target?: string | string[];
  /** Files to leave out, matched against their absolute path. */
  ignore?: RegExp[];
  /** Source maps of the production build. Default: none. */
  sourceMap?: SourceMapOptions;
}

/** `BuildOptions` with absolute paths and defaults. */
export interface ResolvedBuildConfig {
  root: string;
  outDir: string;
  staticDir: string;
  islandDir: string;
  routeDir: string;
  serverEntry: string;
  target: string | string[];
  ignore: RegExp[];
  mode: "development" | "production";
  buildId: string;
  sourceMap?: SourceMapOptions;
}

/** A path or file URL as a path, relative to `root`. */
export function toPath(pathOrUrl: string, root: string): string {
  const path = pathOrUrl.startsWith("file://") ? fileURLToPath(pathOrUrl) : pathOrUrl;
  return isAbsolute(path) ? path : resolve(root, path);
}

/** Fills in the defaults. */
export function resolveOptions(options: BuildOptions): ResolvedBuildConfig {
  const root = toPath(options.root ?? ".", Deno.cwd());
  const path = (given: string | undefined, fallback: string) => toPath(given ?? fallback, root);
  return {
    root,
    outDir: path(options.outDir, "_fresh"),
    staticDir: path(options.staticDir, "static"),
    islandDir: path(options.islandDir, "islands"),
    routeDir: path(options.routeDir, "routes"),
    serverEntry: path(options.serverEntry, "main.ts"),
    target: options.target ?? ["chrome99", "firefox99", "safari15"],
    ignore: options.ignore ?? [/[\\/]+node_modules[\\/]+/],
    mode: "production",
    buildId: "",
    sourceMap: options.sourceMap,
  };
}
