import { type Method, METHODS } from "./types.ts";

interface Entry<T> {
  pattern: string;
  urlPattern: URLPattern | null;
  byMethod: Map<string, T>;
}

/** Outcome of a lookup. `item` is null when nothing answers. */
export interface RouteMatch<T> {
  item: T | null;
  /** The matched pattern, even when the method did not match. */
  pattern: string | null;
  params: Record<string, string>;
}

const PATTERN_CHARS = /[*:{}()+?\\]/;

/** Whether a path needs a `URLPattern` rather than a comparison. */
export function isPattern(path: string): boolean {
  return PATTERN_CHARS.test(path);
}

/** `%20` and friends decoded, `%2F` kept; a malformed escape is left as it is. */
function decode(text: string): string {
  try {
    return decodeURI(text);
  } catch {
    return text;
  }
}

function toggleSlash(path: string): string {
  return path.endsWith("/") ? path.slice(0, -1) : `${path}/`;
}

/**
 * Finds the one route for a path: exact paths first, then patterns in the order
 * of registration, without falling through to a later one.
 */
export class UrlPatternRouter<T> {
  #exact = new Map<string, Entry<T>>();
  #patterns: Entry<T>[] = [];
  #byPattern = new Map<string, Entry<T>>();

  /** Registers an item; for one pattern and method the first one stays. */
  add(method: Method | "ALL", pattern: string, item: T): void {
    const entry = this.#byPattern.get(pattern) ?? this.#create(pattern);
    for (const name of method === "ALL" ? METHODS : [method]) {
      if (!entry.byMethod.has(name)) entry.byMethod.set(name, item);
    }
  }

  #create(pattern: string): Entry<T> {
    const urlPattern = isPattern(pattern) ? new URLPattern({ pathname: pattern }) : null;
    const entry: Entry<T> = { pattern, urlPattern, byMethod: new Map() };
    this.#byPattern.set(pattern, entry);
    if (urlPattern === null) this.#exact.set(decode(pattern), entry);
    else this.#patterns.push(entry);
    return entry;
  }

  /** Looks a path up. `HEAD` falls back to the handler of `GET`. */
  match(method: string, pathname: string): RouteMatch<T> {
    const path = decode(pathname);
    const exact = this.#exact.get(path) ?? this.#exact.get(toggleSlash(path));
    if (exact !== undefined) return this.#pick(exact, method, {});
    for (const entry of this.#patterns) {
      const found = entry.urlPattern!.exec({ pathname });
      if (found === null) continue;
      const params: Record<string, string> = {};
      for (const [name, value] of Object.entries(found.pathname.groups)) {
        params[name] = value === undefined ? "" : decode(value);
      }
      return this.#pick(entry, method, params);
    }
    return { item: null, pattern: null, params: {} };
  }

  #pick(entry: Entry<T>, method: string, params: Record<string, string>): RouteMatch<T> {
    const item = entry.byMethod.get(method) ??
      (method === "HEAD" ? entry.byMethod.get("GET") : undefined);
    return { item: item ?? null, pattern: entry.pattern, params };
  }

  /** Methods that a registered pattern answers, for the `Allow` header. */
  allowed(pattern: string): string[] {
    const entry = this.#byPattern.get(pattern);
    if (entry === undefined) return [];
    const methods = [...entry.byMethod.keys()];
    if (entry.byMethod.has("GET") && !entry.byMethod.has("HEAD")) {
      methods.push("HEAD");
    }
    if (!entry.byMethod.has("OPTIONS")) methods.push("OPTIONS");
    return methods;
  }
}

/** Joins a base and a path: `("/a", "/b")` is `/a/b`, `("/a", "/")` is `/a`. */
export function mergePath(base: string, path: string): string {
  const prefix = base.replace(/\/?\*?$/, "");
  if (path === "*" || path === "/*") return `${prefix}/*`;
  const suffix = path === "" || path === "/"
    ? ""
    : path.startsWith("/") || path.startsWith("{/")
    ? path
    : `/${path}`;
  // An optional first segment still needs the slash that every path begins with.
  if (prefix === "" && suffix.startsWith("{/")) return `/{${suffix.slice(2)}`;
  return `${prefix}${suffix}` || "/";
}
