// The comments by which the server marks islands and slots.
import type { ComponentType } from "preact";

/** What the server writes about an island into the comment before it. */
export interface Marker {
  name: string;
  index: number;
  key: string;
}

/** Island components by name. */
export type Islands = Record<string, ComponentType<Record<string, unknown>>>;

/** Reads `frsh:island:NAME:INDEX:KEY`, or null for other nodes. */
export function islandMarker(node: Node): Marker | null {
  if (node.nodeType !== 8) return null;
  const [frsh, kind, name, index, key] = (node as Comment).data.split(":");
  if (frsh !== "frsh" || kind !== "island") return null;
  return { name: name!, index: Number(index), key: decodeURIComponent(key!) };
}

/** The comment that ends what `start` begins: islands may lie inside each other. */
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
