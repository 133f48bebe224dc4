// JSX that the page passed to an island is HTML by the time it gets here. It is
// read back into vnodes, so that Preact can adopt, move and recreate it.
import { type ComponentChildren, h } from "preact";
import { endOf, islandMarker, type Islands } from "./markers.ts";

/** What is needed to start islands inside slots. */
export interface Page {
  islands: Islands;
  props: Record<string, unknown>[];
}

const filled = new Map<number, ComponentChildren>();
let page: Page;

/** Sets the page whose slots are read. */
export function adoptPage(current: Page): void {
  filled.clear();
  page = current;
}

/** Stands for a slot in the props of an island. */
export function Slot({ id }: { id: number }): ComponentChildren {
  if (!filled.has(id)) {
    // Not rendered by the server: its content waits in a template.
    const template = document.querySelector<HTMLTemplateElement>(
      `template[id^="frsh-${id}-"]`,
    );
    filled.set(id, template && readNodes(template.content.firstChild, null));
  }
  return filled.get(id);
}

function attributes(element: Element): Record<string, unknown> {
  const props: Record<string, unknown> = {};
  for (const { name, value } of element.attributes) {
    // Handlers in attributes are strings; Preact would take them for listeners.
    if (name.startsWith("on")) continue;
    const isFlag = value === "" &&
      typeof (element as unknown as Record<string, unknown>)[name] ===
        "boolean";
    props[name] = isFlag || value;
  }
  return props;
}

/** Reads siblings from `node` up to `end` as vnodes. */
function readNodes(node: Node | null, end: Node | null): ComponentChildren[] {
  const children: ComponentChildren[] = [];
  while (node !== null && node !== end) {
    let next: Node | null = node.nextSibling;
    const marker = islandMarker(node);
    if (marker !== null) {
      const last = endOf(node, "island");
      const component = page.islands[marker.name];
      if (last !== null && component !== undefined) {
        next = last.nextSibling;
        fillSlots(node.nextSibling, last);
        const key = marker.key || undefined;
        children.push(h(component, { ...page.props[marker.index], key }));
        remove(node);
        remove(last);
      }
    } else if (node.nodeType === 3) {
      children.push((node as Text).data);
    } else if (node.nodeType === 1) {
      const element = node as Element;
      children.push(h(element.localName, attributes(element), readNodes(element.firstChild, null)));
    }
    node = next;
  }
  return children;
}

function remove(node: Node): void {
  node.parentNode?.removeChild(node);
}

/** Reads the slots among the siblings from `node` to `end` and removes their markers. */
export function fillSlots(node: Node | null, end: Node | null): void {
  while (node !== null && node !== end) {
    let next: Node | null = node.nextSibling;
    const id = node.nodeType === 8 &&
      /^frsh:slot:(\d+)/.exec((node as Comment).data)?.[1];
    const last = id ? endOf(node, "slot") : null;
    if (last !== null) {
      next = last.nextSibling;
      filled.set(Number(id), readNodes(node.nextSibling, last));
      remove(node);
      remove(last);
    } else {
      fillSlots(node.firstChild, null);
    }
    node = next;
  }
}
