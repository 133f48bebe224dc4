import { CACHE_PARAM } from "../asset.ts";
import type { StaticFile } from "../build_cache.ts";
import { type Context, internalsOf } from "../context.ts";
import type { Middleware } from "../types.ts";

const NO_CACHE = "no-cache, no-store, max-age=0, must-revalidate";
const ONE_YEAR = "public, max-age=31536000, immutable";

function decodePath(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname;
  }
}

/** Path of a file below the base path, or null outside of it. */
function filePath<State>(ctx: Context<State>): string | null {
  const { basePath } = ctx.config;
  const { pathname } = ctx.url;
  if (basePath === "") return decodePath(pathname);
  return pathname.startsWith(`${basePath}/`) ? decodePath(pathname.slice(basePath.length)) : null;
}

/** Whether `If-None-Match` names the tag; a proxy may have made it weak. */
function matches(header: string | null, etag: string): boolean {
  if (header === null) return false;
  const plain = (tag: string) => tag.trim().replace(/^W\//, "").replaceAll('"', "");
  return header.trim() === "*" ||
    header.split(",").some((tag) => plain(tag) === plain(etag));
}

/** Sends the client to the URL without a build id that is not this build's. */
function withoutBuildId(url: URL): Response {
  const target = new URL(url);
  target.searchParams.delete(CACHE_PARAM);
  const headers = { location: target.pathname + target.search };
  return new Response(null, { status: 307, headers });
}

async function send<State>(ctx: Context<State>, file: StaticFile): Promise<Response> {
  const { buildId } = internalsOf(ctx).cache;
  const wanted = ctx.url.searchParams.get(CACHE_PARAM);
  if (wanted !== null && wanted !== buildId) return withoutBuildId(ctx.url);

  const headers = new Headers({
    "content-type": file.contentType,
    vary: "If-None-Match",
  });
  const isProduction = ctx.config.mode === "production";
  const isKept = isProduction && (wanted !== null || file.immutable);
  const hasTag = isProduction && file.hash !== null;
  if (isKept) headers.set("cache-control", ONE_YEAR);
  // With a tag browsers may keep the file, as long as they ask each time.
  else if (!hasTag) headers.set("cache-control", NO_CACHE);
  if (hasTag) {
    const etag = `W/"${file.hash}"`;
    headers.set("etag", etag);
    if (matches(ctx.req.headers.get("if-none-match"), etag)) {
      return new Response(null, { status: 304, headers });
    }
  }
  headers.set("content-length", String(file.size));
  if (ctx.req.method === "HEAD") return new Response(null, { headers });
  return new Response(await file.open(), { headers });
}

/**
 * Serves the static files and client modules of the build. In production they
 * have an ETag, and for a year when their URL names the build.
 */
export function staticFiles<State>(): Middleware<State> {
  return async function staticFiles(ctx) {
    const path = filePath(ctx);
    const file = path === null ? null : await internalsOf(ctx).cache.readFile(path);
    if (file === null) {
      // Browsers ask for it unasked; a page is no useful answer.
      if (path === "/favicon.ico") return new Response(null, { status: 404 });
      return await ctx.next();
    }
    const { method } = ctx.req;
    if (method !== "GET" && method !== "HEAD") {
      return new Response("Method Not Allowed", { status: 405 });
    }
    return await send(ctx, file);
  };
}
