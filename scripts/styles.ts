import { transform } from "esbuild";

/** Where the sources of the stylesheet lie, below the root of the project. */
export const STYLES_DIR = "static/styles";

/** The file the build writes, and the only stylesheet a page links (as `/app.css`). */
export const STYLESHEET_FILE = "static/app.css";

/** Declares the order of the cascade layers, so it has to come before everything else. */
const FIRST = "layers.css";

/**
 * Names of the source files in the order in which they are joined: the layer order first, then by
 * name. Which rule wins is decided by the layers, not by this order.
 */
export async function styleFiles(root: string | URL): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(within(root, STYLES_DIR))) {
    if (entry.isFile && entry.name.endsWith(".css") && entry.name !== FIRST) names.push(entry.name);
  }
  return [FIRST, ...names.sort()];
}

/**
 * Joins and minifies the stylesheets of the project.
 *
 * @param root the folder that holds `static/`.
 * @returns the text of the one stylesheet that pages link. Throws when a file does not parse.
 */
export async function buildStyles(root: string | URL): Promise<string> {
  const files = await styleFiles(root);
  const sources = await Promise.all(
    files.map((name) => Deno.readTextFile(within(root, `${STYLES_DIR}/${name}`))),
  );
  const built = await transform(sources.join("\n"), {
    loader: "css",
    minify: true,
    legalComments: "none",
    logLevel: "silent",
  });
  return built.code;
}

/** Builds the stylesheet and writes it below `static/`. Returns its size in bytes. */
export async function writeStyles(root: string | URL): Promise<number> {
  const css = await buildStyles(root);
  await Deno.writeTextFile(within(root, STYLESHEET_FILE), css);
  return new TextEncoder().encode(css).length;
}

function within(root: string | URL, path: string): string | URL {
  return root instanceof URL ? new URL(path, root) : `${root.replace(/\/$/, "")}/${path}`;
}

if (import.meta.main) await writeStyles(new URL("../", import.meta.url));
