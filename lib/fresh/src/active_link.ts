import { linkState } from "./link_state.ts";
import { patch } from "./patch.ts";
import type { RenderState } from "./render_state.ts";
import type { AnyVNode } from "./types.ts";

/**
 * Marks a link to the page itself (`data-current`, `aria-current="page"`) or to
 * a page above it (`data-ancestor`, `aria-current="true"`). A link whose author
 * decides about `aria-current` is left alone, also where that is undefined.
 */
export function activeLink(state: RenderState, vnode: AnyVNode): void {
  const { href } = vnode.props;
  if (typeof href !== "string" || "aria-current" in vnode.props) return;
  const found = linkState(href, state);
  if (found === null) return;
  patch(vnode, {
    props: {
      [`data-${found}`]: "true",
      ...vnode.props,
      "aria-current": found === "current" ? "page" : "true",
    },
  });
}
