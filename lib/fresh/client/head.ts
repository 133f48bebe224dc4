import { type ComponentChildren, toChildArray, type VNode } from "preact";
import { useLayoutEffect } from "preact/hooks";

/** Attributes by which an element of the head is recognised, by element. */
const IDENTITY: Record<string, string[]> = {
  meta: ["name", "property", "http-equiv", "charset"],
  link: ["rel"],
};

function selectorFor(vnode: VNode<Record<string, unknown>>): string {
  const { type, key, props } = vnode;
  if (key !== undefined && key !== null) {
    return `[data-key="${CSS.escape(String(key))}"]`;
  }
  if (props.id !== undefined) return `#${CSS.escape(String(props.id))}`;
  const name = IDENTITY[type as string]?.find((attr) => props[attr] !== undefined);
  return name === undefined ? "" : `[${name}="${CSS.escape(String(props[name]))}"]`;
}

function find(vnode: VNode<Record<string, unknown>>): Element | null {
  const type = vnode.type as string;
  const selector = selectorFor(vnode);
  // Without a name of its own only an element that exists once can be meant.
  if (selector === "" && type !== "base") return null;
  return document.head.querySelector(type + selector);
}

function apply(vnode: VNode<Record<string, unknown>>): void {
  const type = vnode.type as string;
  const text = toChildArray(vnode.props.children as ComponentChildren).join("");
  if (type === "title") {
    document.title = text;
    return;
  }
  const element = find(vnode) ??
    document.head.appendChild(document.createElement(type));
  for (const [name, value] of Object.entries(vnode.props)) {
    if (
      name === "children" || value === undefined || value === null ||
      value === false
    ) continue;
    element.setAttribute(name, value === true ? "" : String(value));
  }
  if (vnode.key !== undefined && vnode.key !== null) {
    element.setAttribute("data-key", String(vnode.key));
  }
  if (text !== "") element.textContent = text;
}

/**
 * Keeps the live head up to date with what an island says. Scripts are left to
 * the server: adding one from a script is what a strict policy forbids.
 */
export function Head({ children }: { children?: ComponentChildren }): null {
  useLayoutEffect(() => {
    for (const child of toChildArray(children)) {
      if (typeof child !== "object" || typeof child.type !== "string") continue;
      if (child.type !== "script") {
        apply(child as VNode<Record<string, unknown>>);
      }
    }
  });
  return null;
}
