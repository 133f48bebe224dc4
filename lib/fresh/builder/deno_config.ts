import { dirname, join } from "node:path";

/** What the build reads of a `deno.json`. */
export interface DenoConfig {
  /** Folder of the file; relative imports start there. */
  dir: string;
  imports: Record<string, string>;
  compilerOptions: {
    jsx?: string;
    jsxImportSource?: string;
    jsxPrecompileSkipElements?: string[];
  };
}

/** Elements that the server changes while rendering, so they must not be precompiled. */
export const SKIP_ELEMENTS = [
  "a",
  "img",
  "source",
  "body",
  "html",
  "head",
  "title",
  "meta",
  "script",
  "link",
  "style",
  "base",
  "noscript",
  "template",
];

/** Removes comments and trailing commas, which `JSON.parse` does not take. */
export function stripJsonc(text: string): string {
  const tokens = /"(?:\\.|[^"\\])*"|\/\/[^\n]*|\/\*[\s\S]*?\*\/|,(?=\s*(?:\/\/[^\n]*\s*)*[}\]])/g;
  return text.replace(tokens, (token) => token.startsWith('"') ? token : "");
}

async function readIfExists(path: string): Promise<string | null> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (
      error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory
    ) {
      return null;
    }
    throw error;
  }
}

/** Reads the nearest `deno.json` or `deno.jsonc`, from a folder upwards. */
export async function readDenoConfig(root: string): Promise<DenoConfig> {
  for (let dir = root;; dir = dirname(dir)) {
    for (const name of ["deno.json", "deno.jsonc"]) {
      const text = await readIfExists(join(dir, name));
      if (text === null) continue;
      const { imports = {}, compilerOptions = {} } = JSON.parse(stripJsonc(text));
      return { dir, imports, compilerOptions };
    }
    if (dirname(dir) === dir) {
      return { dir: root, imports: {}, compilerOptions: {} };
    }
  }
}

/**
 * Refuses settings under which pages would silently lose active links, asset
 * URLs or head elements.
 * @throws Error naming the missing elements.
 */
export function checkCompilerOptions({ compilerOptions }: DenoConfig): void {
  if (compilerOptions.jsx !== "precompile") return;
  const listed = new Set(compilerOptions.jsxPrecompileSkipElements);
  const missing = SKIP_ELEMENTS.filter((name) => !listed.has(name));
  if (missing.length === 0) return;
  const quoted = missing.map((name) => `"${name}"`).join(", ");
  throw new Error(
    `Expected compilerOptions.jsxPrecompileSkipElements in deno.json to contain ${quoted}`,
  );
}
