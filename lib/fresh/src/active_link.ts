import { patch } from "./patch.ts";
import type { RenderState } from "./render_state.ts";
import type { AnyVNode } from "./types.ts";

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

/**
 * Marks a link to the page itself (`data-current`, `aria-current="page"`) or to
 * a page above it (`data-ancestor`, `aria-current="true"`). What the author says
 * in `aria-current` stays.
 */
export function activeLink(state: RenderState, vnode: AnyVNode): void {
  const { href } = vnode.props;
  if (typeof href !== "string") return;
  const link = split(href);
  if (link === null) return;
  const path = link.path.length > 1 && link.path.endsWith("/") ? link.path.slice(0, -1) : link.path;
  const isSame = path === state.path;
  if (!isSame && path !== "/" && !isBelow(state.path, path)) return;
  const isCurrent = isSame && link.search === state.url.search;
  patch(vnode, {
    props: {
      [isCurrent ? "data-current" : "data-ancestor"]: "true",
      "aria-current": isCurrent ? "page" : "true",
      ...vnode.props,
    },
  });
}
