// Helpers of the tests in this folder.
import type { FunctionComponent } from "preact";
import { type App, setBuildCache } from "./app.ts";
import { EmptyBuildCache, type StaticFile } from "./build_cache.ts";
import { IslandPreparer } from "./islands_prepare.ts";

/** What a fake build contains. */
export interface FakeBuild {
  /** Islands by the name of their module. */
  islands?: Record<string, FunctionComponent<never>>;
  /** Text of static files by path. */
  files?: Record<string, string>;
  mode?: "development" | "production";
}

class FakeBuildCache extends EmptyBuildCache {
  files: Record<string, string> = {};

  override readFile(pathname?: string): Promise<null> {
    const text = this.files[pathname ?? ""];
    if (text === undefined) return Promise.resolve(null);
    const bytes = new TextEncoder().encode(text);
    const file: StaticFile = {
      hash: `hash-${text.length}`,
      size: bytes.length,
      contentType: "text/css; charset=utf-8",
      immutable: pathname!.startsWith("/_fresh/js/"),
      open: () => Promise.resolve(bytes),
    };
    return Promise.resolve(file as never);
  }
}

/** Gives an app a build that was never made, with the id `BUILD`. */
export function withBuild<State>(app: App<State>, build: FakeBuild): App<State> {
  const cache = new FakeBuildCache();
  cache.buildId = "BUILD";
  cache.files = build.files ?? {};
  cache.runtime = {
    entry: "/_fresh/js/BUILD/boot.js",
    signals: "/_fresh/js/BUILD/signals.js",
    partials: "/_fresh/js/BUILD/partials.js",
    imports: [],
    partialImports: [],
  };
  for (const [name, component] of Object.entries(build.islands ?? {})) {
    const module = {
      name,
      file: `/_fresh/js/BUILD/${name}.js`,
      imports: ["/_fresh/js/BUILD/chunk.js"],
    };
    new IslandPreparer().prepare(cache.islands, { default: component }, module);
  }
  setBuildCache(app, cache, build.mode ?? "production");
  return app;
}

/** Requests a path and returns the response. */
export async function request<State>(app: App<State>, path: string, init?: RequestInit) {
  return await app.handler()(new Request(`http://localhost${path}`, init));
}

/** Requests a path and returns the text of the response. */
export async function html<State>(app: App<State>, path = "/"): Promise<string> {
  return await (await request(app, path)).text();
}
