import type { Message } from "../contract.ts";

/** Where a message stands among its variants: "2 of 3". */
export interface Variant {
  /** From 1. */
  index: number;
  count: number;
  previousId: string | null;
  nextId: string | null;
}

/** The variants of a message, or null when there is only one. */
export function variantOf(message: Pick<Message, "id" | "siblingIds">): Variant | null {
  const { siblingIds } = message;
  const at = siblingIds.indexOf(message.id);
  if (siblingIds.length < 2 || at < 0) return null;
  return {
    index: at + 1,
    count: siblingIds.length,
    previousId: siblingIds[at - 1] ?? null,
    nextId: siblingIds[at + 1] ?? null,
  };
}

/**
 * The message a path has to end at so that it leads through `id`: the latest message below it,
 * always taking the latest variant. `tree` is in order of creation (CON-22).
 */
export function latestBelow(tree: readonly Pick<Message, "id" | "parentId">[], id: string): string {
  const latestChild = new Map<string, string>();
  for (const message of tree) {
    if (message.parentId !== null) latestChild.set(message.parentId, message.id);
  }
  let at = id;
  // A path cannot be longer than the tree; the bound ends a loop in damaged data.
  for (let steps = 0; steps <= tree.length; steps++) {
    const below = latestChild.get(at);
    if (below === undefined) return at;
    at = below;
  }
  return at;
}
