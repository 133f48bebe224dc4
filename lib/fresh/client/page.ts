// A document of the server, be it the one that is shown or the answer to a
// navigation. What it says in HTML is read back into vnodes, so that Preact can
// adopt, move and recreate it.
import { unflatten } from "devalue";
import { type ComponentChildren, h, type VNode } from "preact";
import { endOf, type Islands, readMarker } from "./markers.ts";

/** Readers of the types that not every page sends. */
export type Revivers = Record<string, (value: never) => unknown>;

/** What a document consists of besides its HTML. */
export interface Page {
  islands: Islands;
  /** Props of the islands, by their index. */
  props: Record<string, unknown>[];
  /** Slots that have been read, by their index. */
  slots: Map<number, ComponentChildren>;
  /** Where the templates of other slots are. */
  root: ParentNode;
  /** Makes what is neither island nor slot, from the fields of its marker and its content. */
  mark?: (fields: string[], content: ComponentChildren[]) => VNode;
}

/**
 * What partials need of this module. They are given it, because a module that
 * two others import is a file of its own, and every page with an island would
 * pay for that.
 */
export interface Kit {
  openPage: typeof openPage;
  readNodes: typeof readNodes;
  readMarker: typeof readMarker;
  endOf: typeof endOf;
}

/** What `openPage` needs. */
export interface PageInit {
  islands: Islands;
  /** Props of all islands, as the server wrote them. */
  text: string;
  revivers: Revivers;
  root: ParentNode;
}

/** Reads what the server says about a document. */
export function openPage({ islands, text, revivers, root }: PageInit): Page {
  const page: Page = { islands, root, props: [], slots: new Map() };
  page.props = unflatten(JSON.parse(text), {
    ...revivers,
    Slot: ([id]: [number]) => h(Slot, { page, id }),
  }) as Page["props"];
  return page;
}

/** Stands for a slot in the props of an island. */
function Slot({ page, id }: { page: Page; id: number }): ComponentChildren {
  const { slots, root } = page;
  if (!slots.has(id)) {
    // Not rendered by the server: its content waits in a template.
    const template = root.querySelector<HTMLTemplateElement>(`template[id^="frsh-${id}-"]`);
    slots.set(id, template && readNodes(page, template.content.firstChild));
  }
  return slots.get(id);
}

// Preact keeps these names for itself.
const RESERVED = /^(?:on|key$|ref$)/;

function attributes(element: Element): Record<string, unknown> {
  const props: Record<string, unknown> = {};
  for (const { name, value } of element.attributes) {
    // Handlers in attributes are strings; Preact would take them for listeners.
    if (RESERVED.test(name)) continue;
    const isFlag = value === "" &&
      typeof (element as unknown as Record<string, unknown>)[name] ===
        "boolean";
    props[name] = isFlag || value;
  }
  return props;
}

/** The vnode of an island whose content lies between two nodes. */
export function readIsland(
  page: Page,
  [, name, index, key]: string[],
  range: { from: Node | null; end: Node },
): VNode | undefined {
  const component = page.islands[name!];
  if (component === undefined) return undefined;
  fillSlots(page, range.from, range.end);
  return h(component, { ...page.props[Number(index)], key: key || undefined });
}

/** Reads siblings from `node` up to `end` as vnodes, and removes the marks between them. */
export function readNodes(
  page: Page,
  node: Node | null,
  end: Node | null = null,
): ComponentChildren[] {
  const children: ComponentChildren[] = [];
  while (node !== null && node !== end) {
    let next: Node | null = node.nextSibling;
    const fields = readMarker(node);
    if (fields !== null) {
      const last = endOf(node, fields[0]!);
      const vnode = last &&
        (fields[0] === "island"
          ? readIsland(page, fields, { from: next, end: last })
          : page.mark?.(fields, readNodes(page, next, last)));
      if (last && vnode) {
        next = last.nextSibling;
        children.push(vnode);
        remove(node);
        remove(last);
      }
    } else if (node.nodeType === 3) {
      children.push((node as Text).data);
    } else if (node.nodeType === 1) {
      const element = node as Element;
      const content = readNodes(page, element.firstChild);
      children.push(h(element.localName, attributes(element), content));
    }
    node = next;
  }
  return children;
}

function remove(node: Node): void {
  node.parentNode?.removeChild(node);
}

/** Reads the slots among the siblings from `node` to `end` and removes their markers. */
export function fillSlots(page: Page, node: Node | null, end: Node | null): void {
  while (node !== null && node !== end) {
    let next: Node | null = node.nextSibling;
    const fields = readMarker(node);
    const last = fields?.[0] === "slot" ? endOf(node, "slot") : null;
    if (last !== null) {
      page.slots.set(Number(fields![1]), readNodes(page, next, last));
      next = last.nextSibling;
      remove(node);
      remove(last);
    } else {
      fillSlots(page, node.firstChild, null);
    }
    node = next;
  }
}
