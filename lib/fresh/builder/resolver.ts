import type { OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from "esbuild";
import { dirname, isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { DenoConfig } from "./deno_config.ts";

/** Path of a file of this library. */
export function libraryFile(name: string): string {
  return fileURLToPath(new URL(`../${name}`, import.meta.url));
}

/** What stands for the library's own modules in the browser. */
const OWN_MODULES: Record<string, string> = {
  "fresh": "client/fresh.ts",
  "fresh/runtime": "client/runtime.ts",
  "@fresh/core": "client/fresh.ts",
  "@fresh/core/runtime": "client/runtime.ts",
};

/** Looks a specifier up in an import map; the longest matching prefix wins. */
export function mapSpecifier(specifier: string, imports: Record<string, string>): string {
  const exact = imports[specifier];
  if (exact !== undefined) return exact;
  let best = "";
  for (const prefix of Object.keys(imports)) {
    const isPrefix = prefix.endsWith("/")
      ? specifier.startsWith(prefix)
      // A package entry also covers the package's subpaths.
      : imports[prefix]!.startsWith("npm:") &&
        specifier.startsWith(`${prefix}/`);
    if (isPrefix && prefix.length > best.length) best = prefix;
  }
  return best === "" ? specifier : imports[best]! + specifier.slice(best.length);
}

/** `npm:@scope/pkg@1.2.3/sub` as the bare specifier `@scope/pkg/sub`. */
export function npmToBare(specifier: string): string {
  const match = /^npm:\/?((?:@[^/@]+\/)?[^/@]+)(?:@[^/]+)?(\/.*)?$/.exec(specifier);
  return match === null ? specifier : match[1]! + (match[2] ?? "");
}

const SKIP = Symbol("resolved by the plugin already");

/** Resolves a package from the first of several folders that knows it. */
async function resolvePackage(
  build: PluginBuild,
  specifier: string,
  { kind, roots }: { kind: OnResolveArgs["kind"]; roots: string[] },
): Promise<OnResolveResult> {
  let result: OnResolveResult = {};
  for (const resolveDir of roots) {
    result = await build.resolve(specifier, { kind, resolveDir, pluginData: SKIP });
    if (result.errors?.length === 0) return result;
  }
  return result;
}

/**
 * Resolves imports of client code the way Deno does: through the import map of
 * `deno.json`, with packages taken from `node_modules`.
 */
export function denoResolver(config: DenoConfig, root: string): Plugin {
  // Where the project has no package of that name, this library's own one serves.
  const roots = [root, dirname(libraryFile("mod.ts"))];
  return {
    name: "deno-imports",
    setup(build) {
      build.onResolve({ filter: /.*/ }, async (args) => {
        if (args.pluginData === SKIP) return undefined;
        // Packages resolve their own imports.
        if (/[\\/]node_modules[\\/]/.test(args.importer)) return undefined;
        const own = OWN_MODULES[args.path];
        if (own !== undefined) return { path: libraryFile(own) };
        const mapped = mapSpecifier(args.path, config.imports);
        if (/^(?:jsr|https?):/.test(mapped)) {
          return {
            errors: [{
              text: `Cannot bundle "${mapped}": only npm packages and files`,
            }],
          };
        }
        if (mapped.startsWith("file:")) return { path: fileURLToPath(mapped) };
        if (mapped !== args.path && mapped.startsWith(".")) {
          return { path: join(config.dir, mapped) };
        }
        if (args.path.startsWith(".") || isAbsolute(mapped)) return undefined;
        return await resolvePackage(build, npmToBare(mapped), { kind: args.kind, roots });
      });
    },
  };
}
