import type { ComponentChildren, FunctionComponent } from "preact";
import { isValidElement } from "preact";
import type { BuildCache } from "./build_cache.ts";
import type { ResolvedFreshConfig } from "./config.ts";
import { HttpError } from "./http_error.ts";
import { collapseSlashes, PARTIAL_PARAM } from "./url.ts";
import { type LayoutEntry, renderPage, type RenderPlan } from "./render.ts";
import type { ConnInfo, LayoutConfig, RouteComponent } from "./types.ts";
import {
  attach,
  isHandlers,
  upgradeRequest,
  type WebSocketHandlers,
  type WebSocketUpgradeOptions,
} from "./websocket.ts";

/** State of a request that only the library reads. */
export interface Internals {
  cache: BuildCache;
  app: RouteComponent<unknown, unknown> | null;
  layouts: LayoutEntry[];
  /** Status used by `render()` when the caller gives none. */
  defaultStatus: number;
  css: string[];
}

/** Reads the library's own state of a request. */
export let internalsOf: <S>(ctx: Context<S>) => Internals;

/** Everything a context is made of. */
export interface ContextInit {
  req: Request;
  url: URL;
  info: ConnInfo;
  params: Record<string, string>;
  route: string | null;
  config: ResolvedFreshConfig;
  cache: BuildCache;
}

function unmounted(): never {
  throw new Error("Component is only available in layouts and the app wrapper");
}

/** The request as every middleware, handler and async component sees it. */
export class Context<State> {
  #internals: Internals;

  /** Resolved options of the app. */
  readonly config: ResolvedFreshConfig;
  /** The URL, with double slashes collapsed and proxy headers applied. */
  readonly url: URL;
  /** The incoming request. */
  readonly req: Request;
  /** Parameters of the matched pattern, decoded. */
  readonly params: Record<string, string>;
  /** Values shared by the middlewares of this request. */
  readonly state: State = {} as State;
  /** Information about the connection. */
  readonly info: ConnInfo;
  /** Whether the client asks for a partial update. */
  readonly isPartial: boolean;
  /** The matched pattern, null if none. */
  readonly route: string | null;
  /** The caught error, on error pages. */
  error: unknown = null;
  /** Data of the page being rendered. */
  data: unknown = undefined;
  /** The nested content, in layouts and the app wrapper. */
  Component: FunctionComponent = unmounted;
  /** Calls the next middleware. */
  next: () => Promise<Response> = () => Promise.reject(new HttpError(404));

  static {
    internalsOf = (ctx) => ctx.#internals;
  }

  constructor(init: ContextInit) {
    this.req = init.req;
    this.url = init.url;
    this.info = init.info;
    this.params = init.params;
    this.route = init.route;
    this.config = init.config;
    this.isPartial = init.url.searchParams.has(PARTIAL_PARAM);
    this.#internals = {
      cache: init.cache,
      app: null,
      layouts: [],
      defaultStatus: 200,
      css: [],
    };
  }

  /**
   * Redirects. A path that starts with a slash stays on this host, however many
   * slashes follow; a full URL is passed on as it is.
   */
  redirect(pathOrUrl: string, status = 302): Response {
    let location = pathOrUrl;
    if (location.startsWith("/")) {
      const end = location.search(/[?#]/);
      const path = end < 0 ? location : location.slice(0, end);
      location = collapseSlashes(path) + (end < 0 ? "" : location.slice(end));
    }
    if (this.isPartial) {
      const hashAt = location.indexOf("#");
      const base = hashAt < 0 ? location : location.slice(0, hashAt);
      const hash = hashAt < 0 ? "" : location.slice(hashAt);
      location = `${base}${base.includes("?") ? "&" : "?"}${PARTIAL_PARAM}=true${hash}`;
    }
    return new Response(null, { status, headers: { location } });
  }

  /**
   * Renders JSX inside the layouts and the app wrapper of the matched route.
   * @throws Error when called without JSX.
   */
  async render(
    vnode: ComponentChildren,
    init: ResponseInit = {},
    config: LayoutConfig = {},
  ): Promise<Response> {
    if (arguments.length === 0) {
      throw new Error("No arguments passed to: ctx.render()");
    }
    if (vnode !== null && !isValidElement(vnode)) {
      throw new Error("Non-JSX element passed to: ctx.render()");
    }
    const internals = this.#internals;
    const plan: RenderPlan = {
      app: config.skipAppWrapper ? null : internals.app,
      layouts: config.skipInheritedLayouts ? [] : internals.layouts,
      cache: internals.cache,
      css: internals.css,
      init: { ...init, status: init.status ?? internals.defaultStatus },
    };
    return await renderPage(this as Context<unknown>, vnode, plan);
  }

  /** A plain text response. */
  text(content: string, init?: ResponseInit): Response {
    return new Response(content, init);
  }

  /** An HTML response from a string that the caller vouches for. */
  html(content: string, init?: ResponseInit): Response {
    const headers = new Headers(init?.headers);
    headers.set("content-type", "text/html; charset=utf-8");
    return new Response(content, { ...init, headers });
  }

  /** A JSON response. */
  // deno-lint-ignore no-explicit-any -- what JSON.stringify takes
  json(content: any, init?: ResponseInit): Response {
    return Response.json(content, init);
  }

  /** A streamed response from chunks of text or bytes. */
  stream<U extends string | Uint8Array>(
    stream:
      | Iterable<U>
      | AsyncIterable<U>
      | (() => Iterable<U> | AsyncIterable<U>),
    init?: ResponseInit,
  ): Response {
    const chunks = typeof stream === "function" ? stream() : stream;
    const encoder = new TextEncoder();
    const body = ReadableStream.from(chunks as AsyncIterable<U>).pipeThrough(
      new TransformStream<U, Uint8Array>({
        transform(chunk, controller) {
          controller.enqueue(typeof chunk === "string" ? encoder.encode(chunk) : chunk);
        },
      }),
    );
    return new Response(body, init);
  }

  /** Upgrades to a WebSocket whose events go to the callbacks. */
  upgrade(handlers: WebSocketHandlers, options?: WebSocketUpgradeOptions): Response;
  /** Upgrades to a WebSocket and hands it out with the response to return. */
  upgrade(options?: WebSocketUpgradeOptions): { socket: WebSocket; response: Response };
  upgrade(
    first?: WebSocketHandlers | WebSocketUpgradeOptions,
    options?: WebSocketUpgradeOptions,
  ): Response | { socket: WebSocket; response: Response } {
    if (!isHandlers(first)) {
      return upgradeRequest(this.req, first as WebSocketUpgradeOptions | undefined);
    }
    const { socket, response } = upgradeRequest(this.req, options);
    attach(socket, first);
    return response;
  }
}
