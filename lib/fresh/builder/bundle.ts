import type * as esbuild from "esbuild";
import { basename, extname, relative, resolve, sep } from "node:path";
import { PARTIALS_ENTRY, RUNTIME_ENTRY, SIGNALS_ENTRY } from "../src/build_cache.ts";
import type { DenoConfig } from "./deno_config.ts";
import type { SourceMapOptions } from "./options.ts";
import { denoResolver, libraryFile } from "./resolver.ts";

/** A file with islands and the name its client module gets. */
export interface IslandFile {
  name: string;
  path: string;
}

/** What to bundle. */
export interface BundleOptions {
  root: string;
  islands: IslandFile[];
  config: DenoConfig;
  mode: "development" | "production";
  target: string | string[];
  sourceMap?: SourceMapOptions;
}

/** The bundled client modules. */
export interface Bundle {
  /** Content by file name. */
  files: Map<string, Uint8Array<ArrayBuffer>>;
  /** For each entry name, the file names it imports at once. */
  imports: Map<string, string[]>;
  /** Stylesheets by entry name. */
  css: Map<string, string[]>;
  metafile: esbuild.Metafile;
}

/** Names for islands: from the file, made unique and fit for an identifier. */
export function nameIslands(paths: string[]): IslandFile[] {
  const used = new Set<string>();
  return [...paths].sort().map((path) => {
    const base = basename(path, extname(path)).replace(/[^\w$]/g, "_").replace(/^(?=\d)/, "_");
    let name = base;
    for (let i = 1; used.has(name); i++) name = `${base}_${i}`;
    used.add(name);
    return { name, path };
  });
}

/** The public part of the environment, which client code may read. */
function publicEnv(): Record<string, string> {
  const define: Record<string, string> = {};
  if (Deno.permissions.querySync({ name: "env" }).state !== "granted") {
    return define;
  }
  for (const [name, value] of Object.entries(Deno.env.toObject())) {
    if (!/^FRESH_PUBLIC_\w+$/.test(name)) continue;
    define[`process.env.${name}`] = JSON.stringify(value);
    define[`import.meta.env.${name}`] = JSON.stringify(value);
  }
  return define;
}

/** Replaces `Deno.env.get("FRESH_PUBLIC_…")`, which is a call and no constant for the bundler. */
function inlineEnv(root: string): esbuild.Plugin {
  const call = /\bDeno\.env\.get\(\s*(["'`])(FRESH_PUBLIC_\w+)\1\s*\)/g;
  const loaders: Record<string, esbuild.Loader> = {
    ".tsx": "tsx",
    ".jsx": "jsx",
    ".ts": "ts",
  };
  return {
    name: "public-env",
    setup(build) {
      build.onLoad({ filter: /\.[jt]sx?$/ }, async ({ path }) => {
        if (
          !path.startsWith(root) || path.includes(`${sep}node_modules${sep}`)
        ) return undefined;
        const text = await Deno.readTextFile(path);
        if (!text.includes("FRESH_PUBLIC_")) return undefined;
        const contents = text.replace(
          call,
          (_, __, name: string) => JSON.stringify(Deno.env.get(name)) ?? "undefined",
        );
        return { contents, loader: loaders[extname(path)] ?? "js" };
      });
    },
  };
}

function esbuildOptions(options: BundleOptions): esbuild.BuildOptions {
  const { root, islands, mode } = options;
  const isProduction = mode === "production";
  const entryPoints: Record<string, string> = {
    [RUNTIME_ENTRY]: libraryFile("client/boot.ts"),
    [SIGNALS_ENTRY]: libraryFile("client/signals.ts"),
    [PARTIALS_ENTRY]: libraryFile("client/partials.ts"),
  };
  for (const island of islands) entryPoints[island.name] = island.path;
  return {
    absWorkingDir: root,
    entryPoints,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    target: options.target,
    outdir: resolve(root, "."),
    entryNames: "[name]",
    chunkNames: "chunk-[hash]",
    write: false,
    metafile: true,
    minify: isProduction,
    sourcemap: options.sourceMap?.kind ?? (isProduction ? false : "linked"),
    sourceRoot: options.sourceMap?.sourceRoot,
    sourcesContent: options.sourceMap?.sourcesContent,
    treeShaking: true,
    jsx: "automatic",
    jsxImportSource: "preact",
    tsconfigRaw: { compilerOptions: {} },
    logLevel: "silent",
    // Signals are side effects of their import; everything else here has none.
    define: { "process.env.NODE_ENV": JSON.stringify(mode), ...publicEnv() },
    plugins: [inlineEnv(root), denoResolver(options.config, root)],
  };
}

/** File names that an output loads before it runs, itself left out. */
function staticImports(meta: esbuild.Metafile, output: string, seen = new Set<string>()): string[] {
  for (const { path, kind } of meta.outputs[output]?.imports ?? []) {
    if (kind !== "import-statement" || seen.has(path)) continue;
    seen.add(path);
    staticImports(meta, path, seen);
  }
  return [...seen];
}

/**
 * Bundles the client runtime and every island; what they share ends up in
 * common chunks. Stops the bundler, so that the process can end.
 * @throws Error with the bundler's messages.
 */
export async function bundleClient(options: BundleOptions): Promise<Bundle> {
  if (options.islands.length > 0) return await bundle(options);
  // Without islands there is only the library's own code, the same for every project.
  const { mode, target, sourceMap } = options;
  const key = JSON.stringify({ mode, target, sourceMap });
  const made = ownBundles.get(key) ?? await bundle(options);
  ownBundles.set(key, made);
  return made;
}

const ownBundles = new Map<string, Bundle>();

async function bundle(options: BundleOptions): Promise<Bundle> {
  const esbuild = await import("esbuild");
  try {
    const result = await esbuild.build(esbuildOptions(options));
    return readResult(result, options.root);
  } finally {
    await esbuild.stop();
  }
}

/**
 * Takes out imports that bring nothing. The bundler's own helpers are a chunk
 * that every entry imports, also those that use none of them.
 */
function dropEmptyImports(files: Bundle["files"], { outputs }: esbuild.Metafile): void {
  const isHelper = ({ inputs, imports }: esbuild.Metafile["outputs"][string]) =>
    Object.keys(inputs).length === 0 && imports.length === 0;
  const helpers = Object.keys(outputs).filter((name) => isHelper(outputs[name]!));
  for (const [name, output] of Object.entries(outputs)) {
    const text = name.endsWith(".js") ? new TextDecoder().decode(files.get(name)) : "";
    const unused = helpers.filter((helper) => text.includes(`import"./${helper}";`));
    if (unused.length === 0) continue;
    const rest = unused.reduce((left, helper) => left.replace(`import"./${helper}";`, ""), text);
    files.set(name, new TextEncoder().encode(rest));
    output.imports = output.imports.filter(({ path }) => !unused.includes(path));
  }
}

function readResult(result: esbuild.BuildResult, root: string): Bundle {
  const metafile = result.metafile!;
  const files: Bundle["files"] = new Map();
  for (const file of result.outputFiles ?? []) {
    files.set(relative(root, file.path), file.contents as Uint8Array<ArrayBuffer>);
  }
  dropEmptyImports(files, metafile);
  const imports: Bundle["imports"] = new Map();
  const css: Bundle["css"] = new Map();
  for (const [output, info] of Object.entries(metafile.outputs)) {
    if (info.entryPoint === undefined || !output.endsWith(".js")) continue;
    const name = output.slice(0, -3);
    imports.set(name, staticImports(metafile, output));
    if (info.cssBundle !== undefined) css.set(name, [info.cssBundle]);
  }
  return { files, imports, css, metafile };
}
