/**
 * What pages and islands share. In the browser the build puts
 * `client/runtime.ts` in the place of this module.
 * @module
 */
import { addBuildId, addBuildIdToSrcSet } from "./src/asset.ts";
import { getBuildId } from "./src/build_cache.ts";

export { Head } from "./src/head.ts";
export type { HeadProps } from "./src/head.ts";
export { HttpError } from "./src/http_error.ts";
export { Partial } from "./src/partial.ts";
export type { PartialProps } from "./src/partial.ts";

/** Whether the code runs in a browser. */
export const IS_BROWSER: boolean = false;

/** Adds the build id to a local URL, so that browsers may keep the answer for a year. */
export function asset(path: string): string {
  return addBuildId(path, getBuildId());
}

/** Applies `asset` to every URL of a `srcset`. */
export function assetSrcSet(srcset: string): string {
  return addBuildIdToSrcSet(srcset, getBuildId());
}
