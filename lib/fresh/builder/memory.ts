import {
  type BuildCache,
  type FsRouteFile,
  type RuntimeFiles,
  setBuildId,
  type StaticFile,
} from "../src/build_cache.ts";
import { IslandPreparer } from "../src/islands_prepare.ts";
import { openEntry } from "../src/prod_build_cache.ts";
import type { IslandRegistry } from "../src/types.ts";
import { contentType } from "./content_type.ts";
import { importFile } from "./crawl.ts";
import { sha256 } from "./hash.ts";
import type { ResolvedBuildConfig } from "./options.ts";
import type { Project } from "./project.ts";

/** A build that exists in memory only, for development and tests. */
export class MemoryBuildCache implements BuildCache {
  readonly islands: IslandRegistry = new Map();
  #routes: FsRouteFile[] = [];
  #project: Project;
  #config: ResolvedBuildConfig;

  constructor(config: ResolvedBuildConfig, project: Project) {
    this.#config = config;
    this.#project = project;
  }

  get root(): string {
    return this.#config.root;
  }

  get buildId(): string {
    return this.#project.buildId;
  }

  get runtime(): RuntimeFiles {
    return this.#project.runtime;
  }

  /** Imports the modules of islands and of the files that are needed at once. */
  async load(): Promise<void> {
    const preparer = new IslandPreparer();
    for (const { path, module } of this.#project.islands) {
      preparer.prepare(this.islands, await importFile(path), module);
    }
    for (
      const { id, type, filePath, routePattern, scope, isLazy, path } of this.#project
        .routes
    ) {
      const load = () => importFile(path);
      const mod = isLazy ? load : await load();
      this.#routes.push({ id, type, filePath, routePattern, scope, mod });
    }
    setBuildId(this.buildId);
  }

  fsRoutes(): FsRouteFile[] {
    return this.#routes;
  }

  async readFile(pathname: string): Promise<StaticFile | null> {
    const content = this.#project.client.get(pathname);
    if (content !== undefined) {
      return {
        hash: await sha256(content),
        size: content.length,
        contentType: contentType(pathname),
        immutable: true,
        open: () => Promise.resolve(content),
      };
    }
    const entry = this.#project.statics.get(pathname);
    return entry === undefined ? null : await openEntry(this.root, entry);
  }
}
