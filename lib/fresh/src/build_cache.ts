import type { IslandRegistry } from "./types.ts";

/** A static file, opened for reading. */
export interface StaticFile {
  /** Content hash, used as ETag; null when nobody computed one. */
  hash: string | null;
  /** Size in bytes. */
  size: number;
  contentType: string;
  /** Opens the content; call it only when the body is sent. */
  open(): Promise<ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer>>;
  /** Whether the URL itself names the content, so it may be kept for a year. */
  immutable: boolean;
}

/** What a file under the routes folder is. */
export type FsFileType =
  | "app"
  | "layout"
  | "middleware"
  | "error"
  | "notFound"
  | "route";

/** One file under the routes folder, as the build found it. */
export interface FsRouteFile {
  /** Path below the routes folder without extension, for example `/blog/[slug]`. */
  id: string;
  type: FsFileType;
  /** Path below the project root, for messages. */
  filePath?: string;
  /** URL pattern, groups left out: `/blog/:slug`. */
  routePattern: string;
  /** Place in the tree of middlewares and layouts, groups kept. */
  scope: string;
  /** The module, or a function that loads it. */
  mod: unknown | (() => Promise<unknown>);
}

/** What a build leaves for the server: files, routes, islands. */
export interface BuildCache {
  root: string;
  /** Identifies the build; part of every client URL. */
  buildId: string;
  islands: IslandRegistry;
  /** Client runtime modules as URL paths; empty without islands. */
  runtime: RuntimeFiles;
  fsRoutes(): FsRouteFile[];
  /** Finds a static file by URL path (without base path). */
  readFile(pathname: string): Promise<StaticFile | null>;
}

/** URL paths of the client runtime. */
export interface RuntimeFiles {
  /** The boot module, or null when the build has no client code. */
  entry: string | null;
  /** Revivers of signals, loaded only when props contain some. */
  signals: string | null;
  /** Partials and client navigation, loaded only by pages that have them. */
  partials: string | null;
  /** Modules that `entry` imports. */
  imports: string[];
  /** Modules that `partials` imports. */
  partialImports: string[];
  /** Script that reloads the page after a rebuild; development only. */
  liveReload?: string | null;
}

/** Names of the client modules that belong to this library. */
export const RUNTIME_ENTRY = "fresh-runtime";
/** Module with the revivers of signals. */
export const SIGNALS_ENTRY = "fresh-signals";
/** Module with partials and client navigation. */
export const PARTIALS_ENTRY = "fresh-partials";

/** The client runtime of a build, from the URLs of modules and what they import. */
export function runtimeOf(
  urlOf: (name: string) => string,
  importsOf: (name: string) => string[] = () => [],
): RuntimeFiles {
  return {
    entry: urlOf(RUNTIME_ENTRY),
    signals: urlOf(SIGNALS_ENTRY),
    partials: urlOf(PARTIALS_ENTRY),
    imports: importsOf(RUNTIME_ENTRY),
    partialImports: importsOf(PARTIALS_ENTRY),
  };
}

/** The cache of an app that was not built: no files, no islands. */
export class EmptyBuildCache implements BuildCache {
  root = "";
  buildId: string = getBuildId();
  islands: IslandRegistry = new Map();
  runtime: RuntimeFiles = runtimeOf((name) => `/_fresh/js/${this.buildId}/${name}.js`);
  fsRoutes(): FsRouteFile[] {
    return [];
  }
  readFile(): Promise<null> {
    return Promise.resolve(null);
  }
}

let buildId: string | null = null;

function readEnv(name: string): string | undefined {
  // Asking needs no permission; reading without it would prompt or throw.
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return state === "granted" ? Deno.env.get(name) : undefined;
}

/** The deployment's own id, if its environment names one. */
export function deploymentId(): string | undefined {
  for (const name of ["DENO_DEPLOYMENT_ID", "GITHUB_SHA", "CI_COMMIT_SHA"]) {
    const value = readEnv(name);
    if (value) return value;
  }
  return undefined;
}

/** Id of the current build; of an unbuilt app, one per process. */
export function getBuildId(): string {
  buildId ??= deploymentId() ?? crypto.randomUUID().replaceAll("-", "");
  return buildId;
}

/** Sets the id of the current build. */
export function setBuildId(id: string): void {
  buildId = id;
}
