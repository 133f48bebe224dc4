import { linkState } from "./link_state.ts";
import { patch } from "./patch.ts";
import type { RenderState } from "./render_state.ts";
import type { AnyVNode } from "./types.ts";

/**
 * Marks a link to the page itself (`data-current`, `aria-current="page"`) or to
 * a page above it (`data-ancestor`, `aria-current="true"`). What the author says
 * in `aria-current` stays.
 */
export function activeLink(state: RenderState, vnode: AnyVNode): void {
  const { href } = vnode.props;
  const found = typeof href === "string" ? linkState(href, state) : null;
  if (found === null) return;
  patch(vnode, {
    props: {
      [`data-${found}`]: "true",
      "aria-current": found === "current" ? "page" : "true",
      ...vnode.props,
    },
  });
}
