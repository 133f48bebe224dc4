// Used by the server for every link of a page and by the browser after a
// navigation, so it neither parses what it need not nor imports anything.

const SLASH = 47;
const DOT = 46;
const QUERY = 63;
const HASH = 35;

/** Whether a URL parser would write this character differently (or drop it). */
function isRewritten(code: number): boolean {
  return code < 0x21 || code > 0x7a || code === 34 || code === 60 || code === 62 ||
    code === 92 || code === 94 || code === 96;
}

/** Where the path of a link ends, or -1 when only a URL parser can tell. */
function endOfPath(href: string): number {
  for (let i = 1; i < href.length; i++) {
    const code = href.charCodeAt(i);
    if (code === QUERY || code === HASH) return i;
    if (isRewritten(code) || (code === DOT && href.charCodeAt(i - 1) === SLASH)) return -1;
  }
  return href.length;
}

/** Path and query of a local link, or null for links that lead elsewhere. */
function split(href: string): { path: string; search: string } | null {
  if (href.charCodeAt(0) !== SLASH || href.charCodeAt(1) === SLASH) return null;
  const end = endOfPath(href);
  if (end === href.length) return { path: href, search: "" };
  // Parsing is slow, so it is left to the few links that need it.
  if (end < 0 || href.charCodeAt(end) === QUERY) {
    const url = new URL(href, "http://localhost");
    return { path: url.pathname, search: url.search };
  }
  return { path: href.slice(0, end), search: "" };
}

function isBelow(path: string, ancestor: string): boolean {
  return path.charCodeAt(ancestor.length) === SLASH && path.startsWith(ancestor);
}

/** What a link leads to, seen from a page. */
export type LinkState = "current" | "ancestor" | null;

/**
 * Whether a link leads to the page at `path` and `search` itself, or to one
 * above it. A link without a query means the page whatever its query is.
 */
export function linkState(
  href: string,
  { path, search }: { path: string; search: string },
): LinkState {
  const link = split(href);
  if (link === null) return null;
  const target = withoutSlash(link.path);
  const isSame = target === path;
  if (!isSame && target !== "/" && !isBelow(path, target)) return null;
  return isSame && (link.search === "" || link.search === search) ? "current" : "ancestor";
}

/** A path without a trailing slash, unless it is nothing else. */
export function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}
