// Paths for the generated `server.js`, which imports this through `fresh/internal`.
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export { dirname, join, relative, resolve };

/** A path as a file URL. */
export function toFileUrl(path: string): URL {
  return pathToFileURL(path);
}

/** A file URL as a path. */
export function fromFileUrl(url: string | URL): string {
  return fileURLToPath(url);
}
