// Partials and client navigation. Only pages that have them load this module.
import { options } from "preact";
import { SWITCHES } from "../src/switches.ts";
import { listen } from "./navigation.ts";
import type { Kit, Page } from "./page.ts";
import { markedVNode } from "./partial_view.ts";
import { takeKit } from "./response.ts";

interface Hooks {
  vnode?: (vnode: { type: unknown; key: unknown; props: Record<string, unknown> }) => void;
}

/**
 * Writes switches of client navigation out, which Preact would drop when they
 * are off, and takes over the keys of precompiled elements.
 */
function watchElements(): void {
  const hooks = options as Hooks;
  const { vnode: outer } = hooks;
  hooks.vnode = (vnode) => {
    const { props } = vnode;
    if (typeof vnode.type === "string" && props) {
      for (const name of SWITCHES) {
        if (typeof props[name] === "boolean") props[name] = String(props[name]);
      }
      if ("data-frsh-key" in props) vnode.key = props["data-frsh-key"];
    }
    outer?.(vnode);
  };
}

/** Lets a page have partials. What it returns starts navigation, given when islands have started. */
export function partials(page: Page, kit: Kit): (ready: Promise<unknown>) => void {
  watchElements();
  takeKit(kit);
  page.mark = markedVNode;
  return (ready) => listen(page, ready);
}
