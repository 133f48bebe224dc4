import { extname, join, relative, sep } from "node:path";
import { toFileUrl } from "../src/path.ts";
import type { FsFileType } from "../src/build_cache.ts";
import { pathToPattern } from "../src/fs_pattern.ts";
import type { ResolvedBuildConfig } from "./options.ts";

/** A file under the routes folder. */
export interface RouteFile {
  id: string;
  path: string;
  /** Path below the project root, for messages. */
  filePath: string;
  type: FsFileType;
  routePattern: string;
  scope: string;
  /** Whether the module is loaded by its first request. */
  isLazy: boolean;
}

/** What the folders of a project contain. */
export interface Crawled {
  routes: RouteFile[];
  /** Files with islands. */
  islands: string[];
}

const CODE = /\.[cm]?[jt]sx?$/;
const TEST = /[._]test\.[cm]?[jt]sx?$/;

const SPECIAL: Record<string, FsFileType> = {
  _app: "app",
  _layout: "layout",
  _middleware: "middleware",
  _error: "error",
  _500: "error",
  _404: "notFound",
};

/** All files below a folder, none if it does not exist. */
export async function walk(dir: string): Promise<string[]> {
  const files: string[] = [];
  try {
    for await (const entry of Deno.readDir(dir)) {
      const path = join(dir, entry.name);
      if (entry.isDirectory) files.push(...await walk(path));
      else if (entry.isFile) files.push(path);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return files.sort();
}

/** Whether a path contains a group that is no route group, such as `(_components)`. */
function isPrivate(id: string): boolean {
  return id.split("/").some((part) => part.startsWith("(_") && part.endsWith(")"));
}

async function toRoute(path: string, id: string, root: string): Promise<RouteFile> {
  const slash = id.lastIndexOf("/");
  const type = SPECIAL[id.slice(slash + 1)] ?? "route";
  const isRoute = type === "route";
  const { pattern, scope } = pathToPattern(isRoute ? id : id.slice(0, slash));
  // The pattern of such a file is only known to the module itself.
  const isLazy = isRoute &&
    !(await Deno.readTextFile(path)).includes("routeOverride");
  const filePath = relative(root, path).replaceAll(sep, "/");
  return { id, path, filePath, type, routePattern: pattern, scope, isLazy };
}

/** Finds routes and islands. */
export async function crawl(config: ResolvedBuildConfig): Promise<Crawled> {
  const isCode = (path: string) =>
    CODE.test(path) && !TEST.test(path) &&
    !config.ignore.some((pattern) => pattern.test(path));
  const islands = (await walk(config.islandDir)).filter(isCode);
  const routes: RouteFile[] = [];
  for (const path of (await walk(config.routeDir)).filter(isCode)) {
    const below = relative(config.routeDir, path).replaceAll(sep, "/");
    const id = `/${below.slice(0, -extname(below).length)}`;
    if (id.includes("/(_islands)/")) islands.push(path);
    if (!isPrivate(id)) routes.push(await toRoute(path, id, config.root));
  }
  return { routes, islands };
}

/** Imports a module by path; `version` bypasses what was imported before. */
export function importFile(path: string, version = 0): Promise<Record<string, unknown>> {
  return import(toFileUrl(path).href + (version === 0 ? "" : `?v=${version}`));
}
