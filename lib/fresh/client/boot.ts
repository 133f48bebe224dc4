// Starts the islands of a page. Sent to every page that has one, so every line counts.
import { unflatten } from "devalue";
import { h, hydrate } from "preact";
import { endOf, islandMarker, type Islands, type Marker } from "./markers.ts";
import { adoptPage, fillSlots, Slot } from "./slots.ts";

/** Lets Preact hydrate the nodes between two comments as if they were an element's children. */
function range(start: Node, end: Node): Element {
  const parent = start.parentNode as Element;
  const childNodes: Node[] = [];
  for (let node = start.nextSibling!; node !== end; node = node.nextSibling!) {
    childNodes.push(node);
  }
  return {
    nodeType: 1,
    namespaceURI: parent.namespaceURI,
    firstChild: childNodes[0] ?? null,
    childNodes,
    insertBefore(node: Node, before: Node | null) {
      // Preact steps over comments when it looks for a place, ours included.
      const isInside = before !== null &&
        (end.compareDocumentPosition(before) & 2) !== 0;
      return parent.insertBefore(node, isInside ? before : end);
    },
  } as unknown as Element;
}

/** Finds the outermost islands; those inside slots are started by the island around them. */
function findIslands(root: Node): { start: Node; marker: Marker }[] {
  const found: { start: Node; marker: Marker }[] = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_COMMENT);
  let end: Node | null = null;
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if (end !== null) {
      if (node === end) end = null;
      continue;
    }
    const marker = islandMarker(node);
    if (marker === null) continue;
    found.push({ start: node, marker });
    end = endOf(node, "island");
  }
  return found;
}

type PostTask = (task: () => void) => Promise<unknown>;

/** Runs a task on its own, so that the page answers between two islands. */
function later(task: () => void): void {
  const { scheduler } = globalThis as { scheduler?: { postTask?: PostTask } };
  if (scheduler?.postTask) scheduler.postTask(task).catch(reportError);
  else setTimeout(task);
}

/**
 * Hydrates the islands of the document.
 *
 * @param islands Components by the names in the markers.
 * @param text Props of all islands, as the server wrote them.
 * @param revivers Readers of the types that not every page needs.
 */
export function boot(
  islands: Islands,
  text: string,
  revivers: Record<string, (value: never) => unknown> = {},
): void {
  const props = unflatten(JSON.parse(text), {
    ...revivers,
    Slot: ([id]: [number]) => h(Slot, { id }),
  }) as Record<string, unknown>[];
  adoptPage({ islands, props });
  for (const { start, marker } of findIslands(document.documentElement)) {
    later(() => {
      const end = endOf(start, "island");
      const component = islands[marker.name];
      // HTML that nests what must not nest was torn apart by the browser.
      if (end === null || component === undefined) {
        return reportError(
          new Error(`Cannot start island "${marker.name}": its end is missing`),
        );
      }
      fillSlots(start.nextSibling, end);
      const key = marker.key || undefined;
      hydrate(h(component, { ...props[marker.index], key }), range(start, end));
    });
  }
}
