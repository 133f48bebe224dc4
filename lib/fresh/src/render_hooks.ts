import { Fragment, h, options, type VNode } from "preact";
import { activeLink } from "./active_link.ts";
import { addBuildId, addBuildIdToSrcSet } from "./asset.ts";
import { isEnclosed, isHeadBoundary, isHeadElement, markHeadItem } from "./head.ts";
import { IslandBoundary, isRaw, SlotBoundary } from "./islands.ts";
import { Partial, PartialBoundary } from "./partial.ts";
import { comment, field, patch, restore } from "./patch.ts";
import { currentState, type RenderState } from "./render_state.ts";
import "./precompiled.ts";
import { SWITCHES } from "./switches.ts";
import type { AnyVNode } from "./types.ts";

// Preact publishes these hooks under short names; renderers call them around
// every vnode: `__b` before it is rendered, `diffed` after.
interface Hooks {
  __b?: (vnode: VNode) => void;
  diffed?: (vnode: VNode) => void;
}

/** Adds comments at the ends of an element, where `assemble` inserts things. */
function enclose(vnode: AnyVNode, first: VNode | null, last: VNode): void {
  const { props } = vnode;
  if ("dangerouslySetInnerHTML" in props) return;
  patch(vnode, {
    props: { ...props, children: [first, props.children, last] },
  });
}

/** Gives images the build id, so that browsers may keep them. */
function lockAssets(state: RenderState, vnode: AnyVNode): void {
  const { props } = vnode;
  if ("data-fresh-disable-lock" in props) return;
  const id = state.cache.buildId;
  const srcset = "srcSet" in props ? "srcSet" : "srcset";
  const locked = { ...props };
  if (typeof props.src === "string") locked.src = addBuildId(props.src, id);
  if (typeof props[srcset] === "string") {
    locked[srcset] = addBuildIdToSrcSet(props[srcset], id);
  }
  patch(vnode, { props: locked });
}

/** Adds what an element of the document needs, by its name. */
function beforeElement(state: RenderState, vnode: AnyVNode, type: string): void {
  const { mark } = state;
  switch (type) {
    case "a":
      return activeLink(state, vnode);
    case "img":
    case "source":
      return lockAssets(state, vnode);
    case "html":
      state.hasHtml = true;
      return enclose(vnode, comment(`${mark}:html`), comment(`${mark}:/html`));
    case "body":
      state.hasBody = true;
      return enclose(vnode, null, comment(`${mark}:/body`));
    case "head":
      state.hasHead = true;
      state.headDepth++;
      return enclose(vnode, null, comment(`${mark}:/head`));
  }
  if (isHeadElement(type)) beforeHeadElement(state, vnode, type);
}

function beforeHeadElement(state: RenderState, vnode: AnyVNode, type: string): void {
  const { props } = vnode;
  if ((type === "script" || type === "style") && props.nonce === undefined) {
    patch(vnode, { props: { ...props, nonce: state.nonce } });
  }
  if (isEnclosed(vnode)) state.itemDepth++;
  else if (state.headDepth > 0 && state.itemDepth === 0) {
    markHeadItem(state, vnode);
  }
}

const AsyncFunction = (async () => {}).constructor;

/** Pages, layouts and wrappers are awaited before; deeper down nothing can wait. */
function refuseAsync({ name }: { name: string }): never {
  throw new Error(
    `Async component "${name}" can only be a page, a layout or the app wrapper`,
  );
}

/**
 * Encloses what has a key in comments that carry it, so that a partial update
 * finds it again. Islands and partials say their key themselves.
 */
function markKey(vnode: AnyVNode): void {
  const { type, key, props } = vnode;
  const children = [
    comment(`frsh:key:${field(key)}`),
    h(type as string, props),
    comment("/frsh:key"),
  ];
  patch(vnode, { type: Fragment, props: { children } });
}

/** Replaces islands and partials by their boundaries, wherever they may be used. */
function beforeComponent(state: RenderState, vnode: AnyVNode): void {
  const { type, key, props } = vnode;
  if (type as unknown === Partial) {
    state.partialDepth++;
    return patch(vnode, { type: PartialBoundary, props: { ...props, id: key } });
  }
  if (type === SlotBoundary) {
    state.islandDepths.push(state.islandDepth);
    state.islandDepth = 0;
    return;
  }
  if (isHeadBoundary(type)) {
    state.headDepth++;
    state.boundaryDepth++;
    return;
  }
  if (type.constructor === AsyncFunction) refuseAsync(type as { name: string });
  if (isRaw(vnode)) {
    state.islandDepth++;
    return;
  }
  const island = state.cache.islands.get(type);
  if (island !== undefined) {
    return patch(vnode, { type: IslandBoundary, props: { island, props, id: key } });
  }
  if (needsKey(state, vnode)) markKey(vnode);
}

/**
 * Whether a key must be written out. The client needs those inside partials;
 * elsewhere they would only make pages longer, but Fresh shows bigints as well.
 */
function needsKey(state: RenderState, { key, type, props }: AnyVNode): boolean {
  // The vnode of precompiled text has a number of its own for a key.
  if (key === undefined || key === null || "tpl" in props) return false;
  if (state.islandDepth > 0 || state.headDepth > 0) return false;
  return state.partialDepth > 0 || (typeof key === "bigint" && typeof type === "function");
}

function beforeSwitches(state: RenderState, vnode: AnyVNode): void {
  for (const name of SWITCHES) {
    if (!(name in vnode.props)) continue;
    const value = vnode.props[name];
    if (typeof value === "boolean") {
      patch(vnode, { props: { ...vnode.props, [name]: String(value) } });
    }
    const isOff = value === false || value === "false" || value === undefined || value === null;
    if (name === "f-client-nav" && !isOff) state.hasClientNav = true;
  }
}

function afterComponent(state: RenderState, vnode: VNode): void {
  if (isHeadBoundary(vnode.type)) {
    state.headDepth--;
    state.boundaryDepth--;
  } else if (vnode.type as unknown === PartialBoundary) state.partialDepth--;
  else if (vnode.type as unknown === SlotBoundary) {
    state.islandDepth = state.islandDepths.pop() ?? 0;
  } else if (isRaw(vnode)) state.islandDepth--;
}

const hooks = options as Hooks;
const { __b: outerBefore, diffed: outerAfter } = hooks;

hooks.__b = (given) => {
  const state = currentState();
  if (state !== null) {
    const vnode = given as AnyVNode;
    restore(vnode);
    if (typeof vnode.type === "string") {
      const { props } = vnode;
      if (needsKey(state, vnode)) {
        // The element itself comes by again, without its key.
        markKey(vnode);
      } else {
        if ("f-client-nav" in props || "f-view-transition" in props) beforeSwitches(state, vnode);
        beforeElement(state, vnode, vnode.type);
      }
    } else {
      beforeComponent(state, vnode);
    }
  }
  outerBefore?.(given);
};

hooks.diffed = (vnode) => {
  const state = currentState();
  if (state !== null) {
    if (typeof vnode.type !== "string") {
      afterComponent(state, vnode);
    } else if (vnode.type === "head") {
      state.headDepth--;
    } else if (state.itemDepth > 0 && isEnclosed(vnode)) {
      state.itemDepth--;
    }
  }
  outerAfter?.(vnode);
};
