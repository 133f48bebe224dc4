import { type ComponentChildren, Fragment, h, isValidElement } from "preact";
import { renderToString } from "preact-render-to-string";
import type { BuildCache } from "./build_cache.ts";
import type { Context } from "./context.ts";
import { assemble, preloadHeader } from "./document.ts";
import { NONCE } from "./nonce.ts";
import { RenderState, withState } from "./render_state.ts";
import "./render_hooks.ts";
import type { PageProps, RouteComponent } from "./types.ts";

/** A layout in force for a request. */
export type LayoutEntry = RouteComponent<unknown, unknown>;

/** What to render around the page and how to answer. */
export interface RenderPlan {
  app: LayoutEntry | null;
  layouts: LayoutEntry[];
  cache: BuildCache;
  css: string[];
  init: ResponseInit;
}

/** Whether a component was written as `async function`. */
export function isAsyncFunction(fn: unknown): fn is (ctx: unknown) => Promise<unknown> {
  return typeof fn === "function" && fn.constructor.name === "AsyncFunction";
}

/** The props of a server component: the public part of the context. */
export function propsOf<State>(ctx: Context<State>): PageProps<unknown, State> {
  return {
    config: ctx.config,
    url: ctx.url,
    req: ctx.req,
    params: ctx.params,
    info: ctx.info,
    state: ctx.state,
    isPartial: ctx.isPartial,
    Component: ctx.Component,
    error: ctx.error,
    route: ctx.route,
    data: ctx.data,
  };
}

/** What an async component given as JSX receives: the context, with its own props on top. */
function withProps(ctx: Context<unknown>, props: object): unknown {
  return Object.keys(props).length === 0 ? ctx : { ...propsOf(ctx), ...props };
}

/** Wraps content in a layout; an async layout is awaited and may answer itself. */
async function wrap(
  ctx: Context<unknown>,
  layout: LayoutEntry,
  content: ComponentChildren,
): Promise<ComponentChildren | Response> {
  ctx.Component = () => h(Fragment, null, content);
  if (isAsyncFunction(layout)) {
    return await layout(ctx) as ComponentChildren | Response;
  }
  return h(layout as never, propsOf(ctx) as never);
}

/** Renders a page inside its layouts and wrapper to a whole document. */
export async function renderPage(
  ctx: Context<unknown>,
  vnode: ComponentChildren,
  plan: RenderPlan,
): Promise<Response> {
  let content: ComponentChildren | Response = vnode;
  if (isValidElement(vnode) && isAsyncFunction(vnode.type)) {
    content = await vnode.type(withProps(ctx, vnode.props)) as ComponentChildren;
  }
  const outer = plan.app === null ? [] : [plan.app];
  for (const layout of [...plan.layouts.toReversed(), ...outer]) {
    if (content instanceof Response) return content;
    content = await wrap(ctx, layout, content);
  }
  if (content instanceof Response) return content;
  return respond(ctx, content, plan);
}

/** Turns finished content into the response. */
function respond(ctx: Context<unknown>, content: ComponentChildren, plan: RenderPlan): Response {
  const state = new RenderState({
    url: ctx.url,
    cache: plan.cache,
    basePath: ctx.config.basePath,
    isPartial: ctx.isPartial,
  });
  const html = withState(state, () => {
    const body = renderToString(h(Fragment, null, content));
    return assemble(state, body, plan.css);
  });
  const headers = new Headers(plan.init.headers);
  if (!headers.has("content-type")) {
    headers.set("content-type", "text/html; charset=utf-8");
  }
  const link = preloadHeader(state);
  if (link !== null) headers.append("link", link);
  if (state.isPartial) headers.set("x-fresh-id", state.id);
  const response = new Response(html, { ...plan.init, headers });
  Object.defineProperty(response, NONCE, {
    value: state.nonce,
    enumerable: false,
  });
  return response;
}
