// The comments by which the server marks islands, slots, partials and keys.
import type { ComponentType } from "preact";

/** Island components by name. */
export type Islands = Record<string, ComponentType<Record<string, unknown>>>;

/**
 * What a comment marks, and its fields: `island` (name, index, key), `slot`
 * (index, name), `partial` (name, mode, key), `key` (key). Null for other nodes.
 */
export function readMarker(node: Node): string[] | null {
  if (node.nodeType !== 8 || !(node as Comment).data.startsWith("frsh:")) return null;
  return (node as Comment).data.split(":").slice(1).map(decodeURIComponent);
}

/** The comment that ends what `start` begins: things of one kind may lie inside each other. */
export function endOf(start: Node, kind: string): Node | null {
  let depth = 0;
  for (let node = start.nextSibling; node !== null; node = node.nextSibling) {
    if (node.nodeType !== 8) continue;
    const { data } = node as Comment;
    if (data === `/frsh:${kind}` && depth-- === 0) return node;
    if (data.startsWith(`frsh:${kind}:`)) depth++;
  }
  return null;
}
