// The browser's side of `fresh/runtime`.
import { addBuildId, addBuildIdToSrcSet } from "../src/asset.ts";

export { HttpError } from "../src/http_error.ts";
export { Partial } from "./partial.ts";
export { Head } from "./head.ts";

/** Whether the code runs in a browser. */
export const IS_BROWSER = true;

// Client modules live in a folder named after the build.
const buildId = import.meta.url.split("/").at(-2)!;

/** Adds the build id to a local URL, so that browsers may keep the answer for a year. */
export function asset(path: string): string {
  return addBuildId(path, buildId);
}

/** Applies `asset` to every URL of a `srcset`. */
export function assetSrcSet(srcset: string): string {
  return addBuildIdToSrcSet(srcset, buildId);
}
