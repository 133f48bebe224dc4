import { type ComponentChildren, Fragment, h, type VNode } from "preact";
import { comment, patch } from "./patch.ts";
import type { HeadItem, RenderState } from "./render_state.ts";
import type { AnyVNode } from "./types.ts";

const HEAD_ELEMENTS = new Set([
  "title",
  "meta",
  "link",
  "script",
  "style",
  "base",
  "noscript",
  "template",
]);

/** Props of `<Head>`. */
export interface HeadProps {
  children?: ComponentChildren;
}

/**
 * Moves its elements (title, meta, link, script, style, base, noscript,
 * template) into the document's head. Of elements that say the same thing the
 * last one rendered stays.
 */
export function Head({ children }: HeadProps): VNode {
  return h(Fragment, null, children);
}

/** Whether a vnode type is `<Head>`. */
export function isHeadBoundary(type: unknown): boolean {
  return type === Head;
}

/** Whether an element belongs into a head. */
export function isHeadElement(type: string): boolean {
  return HEAD_ELEMENTS.has(type);
}

/**
 * What an element stands for: its key, the title, or its type with every prop
 * that does not hold the value itself. Stylesheets are told apart by address.
 */
function identityOf(type: string, key: unknown, props: Record<string, unknown>): string {
  if (key !== undefined && key !== null) return `key:${key}`;
  if (type === "title") return "title";
  const isSheet = type === "link" && props.rel === "stylesheet";
  const names = Object.keys(props).filter((name) =>
    name !== "children" && name !== "nonce" &&
    !(type === "meta" && name === "content") &&
    !(type === "link" && name === "href" && !isSheet)
  ).sort();
  return `${type}:${names.map((name) => `${name}=${String(props[name])}`).join("|")}`;
}

// Head elements that are enclosed already and are rendered as they are.
const enclosed = new WeakSet<object>();

/** Whether a vnode is a head element whose content must be left alone. */
export function isEnclosed(vnode: object): boolean {
  return enclosed.has(vnode);
}

/** Encloses a head element in comments by which `collectHead` finds it again. */
export function markHeadItem(state: RenderState, vnode: AnyVNode): void {
  const { type, key } = vnode;
  const props = key === undefined || key === null
    ? vnode.props
    : { ...vnode.props, "data-key": String(key) };
  const index = state.headItems.length;
  state.headItems.push({
    identity: identityOf(type as string, key, vnode.props),
    fromHead: state.boundaryDepth > 0,
    html: "",
  });
  const element = h(type as string, props as never);
  enclosed.add(element);
  const children = [
    comment(`${state.mark}:h:${index}`),
    element,
    comment(`${state.mark}:/h`),
  ];
  patch(vnode, { type: Fragment, props: { children } });
}

/** The last element of `<Head>` for each identity, in the order of their first appearance. */
export function headWinners(state: RenderState): Map<string, HeadItem> {
  const winners = new Map<string, HeadItem>();
  for (const item of state.headItems) if (item.fromHead) winners.set(item.identity, item);
  return winners;
}
