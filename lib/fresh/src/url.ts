/** Query parameter of requests for partial updates. */
export const PARTIAL_PARAM = "fresh-partial";

/**
 * Collapses runs of slashes, so that a path can never be read as a host. A
 * backslash after the first slash counts too: browsers treat it as one.
 */
export function collapseSlashes(path: string): string {
  return path.replace(/^[\\/]+/, "/").replace(/\/{2,}/g, "/");
}

/** First value of a list header. */
function first(header: string | null): string | null {
  return header?.split(",")[0]?.trim() || null;
}

/** The URL of a request with double slashes collapsed and, if trusted, proxy headers applied. */
export function requestUrl(req: Request, trustProxy: boolean): URL {
  const url = new URL(req.url);
  if (url.pathname.includes("//")) url.pathname = collapseSlashes(url.pathname);
  if (trustProxy) {
    const proto = first(req.headers.get("x-forwarded-proto"));
    const host = first(req.headers.get("x-forwarded-host"));
    if (proto === "http" || proto === "https") url.protocol = `${proto}:`;
    if (host !== null) {
      // A forwarded host without a port means the default one, not the inner port.
      if (!/:\d+$/.test(host)) url.port = "";
      url.host = host;
    }
  }
  return url;
}

/** The query of a URL without the mark of a partial request. */
export function withoutPartialParam(url: URL): string {
  if (!url.search.includes(PARTIAL_PARAM)) return url.search;
  const params = new URLSearchParams(url.search);
  params.delete(PARTIAL_PARAM);
  return params.size === 0 ? "" : `?${params}`;
}
