import type { App } from "../src/app.ts";
import { setBuildCache } from "../src/app.ts";
import type { ListenOptions } from "../src/listen.ts";
import { serveDevelopment } from "./dev_server.ts";
import { writeBuild } from "./disk.ts";
import { MemoryBuildCache } from "./memory.ts";
import { type BuildOptions, type ResolvedBuildConfig, resolveOptions, toPath } from "./options.ts";
import { type Project, readProject } from "./project.ts";

/** What to build. */
export interface BuildSettings {
  /** Default: `production`. */
  mode?: "development" | "production";
  /** `disk` writes files, `memory` keeps the build for this process. Default: `disk`. */
  snapshot?: "disk" | "memory";
}

/** Options of the development server. */
export type DevListenOptions = ListenOptions;

/** Gives an app the result of a build. */
export type ApplySnapshot = <State>(app: App<State>) => void;

/** Builds an app's client code and prepares its file routes and static files. */
export class Builder {
  /** Resolved options. */
  readonly config: ResolvedBuildConfig;
  #registered: string[] = [];

  constructor(options: BuildOptions = {}) {
    this.config = resolveOptions(options);
  }

  /**
   * Adds a file with islands from outside the islands folder.
   * @throws Error for anything but a path or file URL.
   */
  registerIsland(specifier: string): void {
    if (/^(?:jsr|npm|https?):/.test(specifier)) {
      throw new Error(
        `Cannot register "${specifier}": islands must be files of the project`,
      );
    }
    this.#registered.push(toPath(specifier, this.config.root));
  }

  /** Builds, and returns the function that gives an app this build. */
  async build(settings: BuildSettings = {}): Promise<ApplySnapshot> {
    const { mode = "production", snapshot = "disk" } = settings;
    const project = await this.#read(mode);
    if (snapshot === "disk") await writeBuild(this.config, project);
    const cache = new MemoryBuildCache(this.config, project);
    if (snapshot === "memory") await cache.load();
    return (app) => setBuildCache(app, cache, mode);
  }

  async #read(mode: "development" | "production"): Promise<Project> {
    this.config.mode = mode;
    const project = await readProject(this.config, this.#registered);
    this.config.buildId = project.buildId;
    return project;
  }

  /**
   * Serves an app during development: rebuilds client code when files change
   * and reloads the pages that are open.
   *
   * @param importApp Imports the module that exports `app`.
   */
  async listen<State>(
    importApp: () => Promise<{ app: App<State> } | App<State>>,
    options: DevListenOptions = {},
  ): Promise<void> {
    await serveDevelopment({
      config: this.config,
      importApp,
      options,
      read: () => this.#read("development"),
    });
  }
}
