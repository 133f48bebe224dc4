/** Query parameter that names the build a URL was made for. */
export const CACHE_PARAM = "__frsh_c";

/** Adds the build id to a local URL path; other URLs come back unchanged. */
export function addBuildId(path: string, buildId: string): string {
  if (
    !path.startsWith("/") || path.startsWith("//") ||
    path.includes(`${CACHE_PARAM}=`)
  ) {
    return path;
  }
  const hashAt = path.indexOf("#");
  const url = hashAt < 0 ? path : path.slice(0, hashAt);
  const hash = hashAt < 0 ? "" : path.slice(hashAt);
  return `${url}${url.includes("?") ? "&" : "?"}${CACHE_PARAM}=${buildId}${hash}`;
}

/** Adds the build id to every local URL of a `srcset`. */
export function addBuildIdToSrcSet(srcset: string, buildId: string): string {
  if (srcset.includes("(")) return srcset;
  return srcset.split(",").map((part) => {
    const match = /^(\s*)(\S+)([\s\S]*)$/.exec(part);
    if (match === null) return part;
    return `${match[1]}${addBuildId(match[2]!, buildId)}${match[3]}`;
  }).join(",");
}
