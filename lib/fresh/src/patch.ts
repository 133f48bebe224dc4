import { Fragment, h, isValidElement, type VNode } from "preact";
import type { AnyVNode } from "./types.ts";

interface Patched {
  /** What the vnode was before this render changed it. */
  frshOriginal?: { type: unknown; props: Record<string, unknown> };
}

/**
 * Changes a vnode for this render. The original is kept on it: a vnode held in
 * a constant is rendered for many requests and must not remember the last one.
 */
export function patch(
  vnode: AnyVNode,
  change: { type?: unknown; props: Record<string, unknown> },
): void {
  const { type, props } = vnode;
  (vnode as Patched).frshOriginal ??= { type, props };
  if (change.type !== undefined) vnode.type = change.type as AnyVNode["type"];
  vnode.props = change.props as AnyVNode["props"];
}

/** Undoes what an earlier render changed. */
export function restore(vnode: AnyVNode): void {
  const original = (vnode as Patched).frshOriginal;
  if (original === undefined) return;
  vnode.type = original.type as AnyVNode["type"];
  vnode.props = original.props as AnyVNode["props"];
}

/** A value inside a comment, which it must neither end nor be taken apart by. */
export function field(value: unknown): string {
  return value === undefined || value === null ? "" : encodeURIComponent(String(value));
}

/** A comment in the output. */
export function comment(text: string): VNode {
  return h(Fragment as never, { UNSTABLE_comment: text } as never);
}

/**
 * Whether a value is JSX. Preact's own check also takes objects without
 * prototype for it, and signals, which can stand in its place.
 */
export function isVNode(value: unknown): value is VNode {
  return isValidElement(value) && Object.hasOwn(value, "props");
}
