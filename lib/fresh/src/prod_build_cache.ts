import { join } from "node:path";
import {
  type BuildCache,
  type FsRouteFile,
  type RuntimeFiles,
  setBuildId,
  type StaticFile,
} from "./build_cache.ts";
import type { IslandRegistry } from "./types.ts";

/** A static file as the build recorded it. */
export interface StaticEntry {
  /** URL path. */
  name: string;
  hash: string;
  contentType: string;
  /** Path below the project root. */
  filePath: string;
  /** Whether the URL names the content. */
  immutable: boolean;
}

/** What `_fresh/snapshot.js` exports. */
export interface Snapshot {
  version: string;
  runtime: RuntimeFiles;
  islands: IslandRegistry;
  staticFiles: Map<string, StaticEntry>;
  fsRoutes: FsRouteFile[];
}

/** Opens a file of the build. */
export async function openEntry(root: string, entry: StaticEntry): Promise<StaticFile> {
  const path = join(root, entry.filePath);
  const { size } = await Deno.stat(path);
  return {
    hash: entry.hash,
    size,
    contentType: entry.contentType,
    immutable: entry.immutable,
    open: async () => (await Deno.open(path)).readable,
  };
}

/** The build that `_fresh/snapshot.js` describes. */
export class ProdBuildCache implements BuildCache {
  readonly buildId: string;
  readonly islands: IslandRegistry;
  readonly runtime: RuntimeFiles;
  #snapshot: Snapshot;

  constructor(readonly root: string, snapshot: Snapshot) {
    this.#snapshot = snapshot;
    this.buildId = snapshot.version;
    this.islands = snapshot.islands;
    this.runtime = snapshot.runtime;
    setBuildId(snapshot.version);
  }

  fsRoutes(): FsRouteFile[] {
    return this.#snapshot.fsRoutes;
  }

  async readFile(pathname: string): Promise<StaticFile | null> {
    const entry = this.#snapshot.staticFiles.get(pathname);
    return entry === undefined ? null : await openEntry(this.root, entry);
  }
}
