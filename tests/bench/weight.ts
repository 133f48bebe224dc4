import { gzipSync } from "node:zlib";

/** What the build says about itself, in `_fresh/metafile.json`. */
export interface Build {
  /** Compressed bytes of each script. */
  gzip: Record<string, number>;
  outputs: Record<string, {
    imports: { path: string; kind: string }[];
    /** Minified bytes that each module takes. */
    inputs: Record<string, { bytesInOutput: number }>;
  }>;
}

/** What a page loads before it can be used; compressed bytes. */
export interface PageWeight {
  script: number;
  /** Minified, not compressed, bytes of each module in those scripts. */
  modules: Record<string, number>;
}

const ROOT = new URL("../../", import.meta.url);

/** Largest first loads, in bytes of gzip: scripts by page, and the stylesheet of all pages. */
export const BUDGETS = {
  script: {
    "/": 12 * 1024,
    "/login": 12 * 1024,
    "/register": 12 * 1024,
    "/chat": 45_000,
  },
  style: 15 * 1024,
} as const;

/** The report of the last build. @throws Deno.errors.NotFound before the first build */
export async function readBuild(): Promise<Build> {
  return JSON.parse(await Deno.readTextFile(new URL("_fresh/metafile.json", ROOT)));
}

/** Compressed bytes of the stylesheet. */
export async function styleWeight(): Promise<number> {
  return gzipSync(await Deno.readFile(new URL("static/app.css", ROOT)), { level: 9 }).length;
}

/** The scripts a page names in its document or asks the browser to fetch along with it. */
export async function scriptsOf(page: Response): Promise<string[]> {
  const named = `${page.headers.get("link") ?? ""} ${await page.text()}`;
  return [...new Set([...named.matchAll(/\/_fresh\/[^"'<>\s;]*?([\w-]+\.js)/g)].map((m) => m[1]!))];
}

/** The weight of scripts with everything they import at once. */
export function weigh(build: Build, scripts: readonly string[]): PageWeight {
  const files = new Set<string>();
  const add = (file: string) => {
    const output = build.outputs[file];
    if (!output || files.has(file)) return;
    files.add(file);
    for (const { path, kind } of output.imports) if (kind === "import-statement") add(path);
  };
  scripts.forEach(add);
  const modules: Record<string, number> = {};
  let script = 0;
  for (const file of files) {
    script += build.gzip[file] ?? 0;
    for (const [module, { bytesInOutput }] of Object.entries(build.outputs[file]!.inputs)) {
      const name = module.replace(/^.*node_modules\//, "");
      modules[name] = (modules[name] ?? 0) + bytesInOutput;
    }
  }
  return { script, modules };
}

/** Modules that weigh more than they did, or are new, heaviest growth first. */
export function grown(
  now: Record<string, number>,
  before: Record<string, number>,
): { module: string; by: number }[] {
  return Object.entries(now)
    .map(([module, bytes]) => ({ module, by: bytes - (before[module] ?? 0) }))
    .filter(({ by }) => by > 0)
    .sort((a, b) => b.by - a.by);
}
