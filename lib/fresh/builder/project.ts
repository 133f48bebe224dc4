import { join, relative, sep } from "node:path";
import { deploymentId, type RuntimeFiles, runtimeOf } from "../src/build_cache.ts";
import type { IslandModule } from "../src/islands_prepare.ts";
import type { StaticEntry } from "../src/prod_build_cache.ts";
import { type Bundle, bundleClient, nameIslands } from "./bundle.ts";
import { contentType } from "./content_type.ts";
import { crawl, type RouteFile, walk } from "./crawl.ts";
import { checkCompilerOptions, readDenoConfig } from "./deno_config.ts";
import { hashAll, sha256 } from "./hash.ts";
import type { ResolvedBuildConfig } from "./options.ts";

/** A project, crawled and bundled, in a form that both kinds of build use. */
export interface Project {
  buildId: string;
  routes: RouteFile[];
  /** Files with islands and their client modules. */
  islands: { path: string; module: IslandModule }[];
  runtime: RuntimeFiles;
  /** Client modules by URL path. */
  client: Map<string, Uint8Array<ArrayBuffer>>;
  /** Static files by URL path. */
  statics: Map<string, StaticEntry>;
  bundle: Bundle;
}

/** Finds and hashes the static files. */
async function readStatics(config: ResolvedBuildConfig): Promise<Map<string, StaticEntry>> {
  const entries = new Map<string, StaticEntry>();
  for (const path of await walk(config.staticDir)) {
    if (config.ignore.some((pattern) => pattern.test(path))) continue;
    const name = `/${relative(config.staticDir, path).replaceAll(sep, "/")}`;
    entries.set(name, {
      name,
      hash: await sha256(await Deno.readFile(path)),
      contentType: contentType(path),
      filePath: relative(config.root, path),
      immutable: false,
    });
  }
  return entries;
}

/**
 * Id of a build: the deployment's, or a hash of everything the browser can
 * get, so that an unchanged project keeps its URLs.
 */
async function computeBuildId(
  statics: Map<string, StaticEntry>,
  bundle: Bundle,
): Promise<string> {
  const deployment = deploymentId();
  if (deployment !== undefined) {
    return (await hashAll([["deployment", deployment]])).slice(0, 40);
  }
  const parts: [string, string][] = [];
  for (const [name, { hash }] of statics) parts.push([`static${name}`, hash]);
  for (const [name, content] of bundle.files) {
    parts.push([`client/${name}`, await sha256(content)]);
  }
  return (await hashAll(parts)).slice(0, 40);
}

/**
 * Crawls and bundles a project.
 *
 * @param registered Further files with islands.
 * @throws Error when `deno.json` has settings under which pages would break.
 */
export async function readProject(
  config: ResolvedBuildConfig,
  registered: string[],
): Promise<Project> {
  const denoConfig = await readDenoConfig(config.root);
  checkCompilerOptions(denoConfig);
  const [crawled, statics] = [await crawl(config), await readStatics(config)];
  const files = nameIslands([...new Set([...crawled.islands, ...registered])]);
  const bundle = await bundleClient({
    root: config.root,
    islands: files,
    config: denoConfig,
    mode: config.mode,
    target: config.target,
    sourceMap: config.sourceMap,
  });
  const buildId = await computeBuildId(statics, bundle);
  const urlOf = (file: string) => `/_fresh/js/${buildId}/${file}`;
  const importsOf = (entry: string) => (bundle.imports.get(entry) ?? []).map(urlOf);
  const client = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const [name, content] of bundle.files) {
    client.set(urlOf(name), content);
  }
  return {
    buildId,
    routes: crawled.routes,
    islands: files.map(({ path, name }) => ({
      path,
      module: {
        name,
        file: urlOf(`${name}.js`),
        css: (bundle.css.get(name) ?? []).map(urlOf),
        imports: importsOf(name),
      },
    })),
    runtime: runtimeOf((name) => urlOf(`${name}.js`), importsOf),
    client,
    statics,
    bundle,
  };
}

/** A path below `root`, as it is written into generated files. */
export function belowRoot(root: string, path: string): string {
  return relative(root, path).replaceAll(sep, "/");
}

/** Where a client module of a build is written. */
export function clientPath(config: ResolvedBuildConfig, url: string): string {
  return join(config.outDir, "static", url);
}
