import { options, type VNode } from "preact";
import { activeLink } from "./active_link.ts";
import { addBuildId, addBuildIdToSrcSet } from "./asset.ts";
import { isEnclosed, isHeadBoundary, isHeadElement, markHeadItem } from "./head.ts";
import { IslandBoundary, isRaw } from "./islands.ts";
import { comment, patch, restore } from "./patch.ts";
import { warn } from "./report.ts";
import { currentState, type RenderState } from "./render_state.ts";
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

/** Replaces an island by its boundary, wherever it may be used. */
function beforeComponent(state: RenderState, vnode: AnyVNode): void {
  if (isHeadBoundary(vnode.type)) {
    state.headDepth++;
    state.boundaryDepth++;
    return;
  }
  if (vnode.type.constructor === AsyncFunction) {
    refuseAsync(vnode.type as { name: string });
  }
  const { islands } = state.cache;
  if (islands.size === 0 || isRaw(vnode)) return;
  const island = islands.get(vnode.type);
  if (island === undefined) return;
  patch(vnode, {
    type: IslandBoundary,
    props: { island, props: vnode.props, id: vnode.key },
  });
}

let isWarned = false;

/** Client navigation does not exist here; a page that asks for it works, but reloads. */
function warnOfNavigation(): void {
  if (!isWarned) warn("f-client-nav has no effect: client navigation is not implemented");
  isWarned = true;
}

const hooks = options as Hooks;
const { __b: outerBefore, diffed: outerAfter } = hooks;

hooks.__b = (given) => {
  const state = currentState();
  if (state !== null) {
    const vnode = given as AnyVNode;
    restore(vnode);
    if (typeof vnode.type === "string") {
      if ("f-client-nav" in vnode.props) warnOfNavigation();
      beforeElement(state, vnode, vnode.type);
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
      if (isHeadBoundary(vnode.type)) {
        state.headDepth--;
        state.boundaryDepth--;
      }
    } else if (vnode.type === "head") {
      state.headDepth--;
    } else if (state.itemDepth > 0 && isEnclosed(vnode)) {
      state.itemDepth--;
    }
  }
  outerAfter?.(vnode);
};
