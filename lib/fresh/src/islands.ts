import {
  type ComponentChildren,
  type Context,
  createContext,
  Fragment,
  h,
  type VNode,
} from "preact";
import { useContext } from "preact/hooks";
import { comment, field, isVNode } from "./patch.ts";
import { currentState, type RenderState } from "./render_state.ts";
import { SlotRef } from "./serialize.ts";
import type { AnyVNode, Island } from "./types.ts";

// Inside an island everything is the island's own; inside a slot it is the page again.
export const InsideIsland: Context<boolean> = createContext(false);

const raw = new WeakSet<object>();

/** Whether a vnode is an island's own content, already inside its boundary. */
export function isRaw(vnode: object): boolean {
  return raw.has(vnode);
}

function content(island: Island, props: Record<string, unknown>): VNode {
  const vnode = h(island.fn, props) as AnyVNode;
  raw.add(vnode);
  return vnode as VNode;
}

function isJsx(value: unknown): boolean {
  return isVNode(value) || (Array.isArray(value) && value.some(isJsx));
}

/** Whether a prop is rendered in its place: JSX, and everything visible between the tags. */
function isSlot(name: string, value: unknown): boolean {
  if (name !== "children") return isJsx(value);
  return isJsx(value) || typeof value === "string" || typeof value === "number" ||
    typeof value === "bigint" || Array.isArray(value);
}

interface BoundaryProps {
  island: Island;
  props: Record<string, unknown>;
  id: unknown;
}

/** Renders an island between two comments that carry its name, number and key. */
export function IslandBoundary({ island, props, id }: BoundaryProps): VNode {
  const state = currentState();
  const isNested = useContext(InsideIsland);
  if (state === null || isNested) return content(island, props);

  const rendered: Record<string, unknown> = {};
  const sent: Record<string, unknown> = {};
  const index = state.islands.push({ island, props: sent }) - 1;
  for (const [name, value] of Object.entries(props)) {
    if (isSlot(name, value)) {
      const slot = state.slots.push({ name, children: value as never, rendered: false }) -
        1;
      rendered[name] = h(SlotBoundary, { slot });
      sent[name] = new SlotRef(slot);
    } else {
      rendered[name] = sent[name] = value;
    }
  }
  return h(
    Fragment,
    null,
    comment(`frsh:island:${island.name}:${index}:${field(id)}`),
    h(InsideIsland.Provider, { value: true }, content(island, rendered)),
    comment("/frsh:island"),
  );
}

function outsideIsland(children: ComponentChildren): VNode {
  return h(InsideIsland.Provider, { value: false }, children) as VNode;
}

/** Renders JSX passed to an island between two comments. */
export function SlotBoundary({ slot }: { slot: number }): ComponentChildren {
  const found = currentState()?.slots[slot];
  if (found === undefined) return null;
  found.rendered = true;
  return h(
    Fragment,
    null,
    comment(`frsh:slot:${slot}:${field(found.name)}`),
    outsideIsland(found.children),
    comment("/frsh:slot"),
  );
}

/** JSX that islands received but did not render, as templates the client takes it from. */
export function unrenderedSlots(state: RenderState, render: (vnode: VNode) => string): string {
  let html = "";
  // Rendering a slot may bring further islands with further slots.
  for (let i = 0; i < state.slots.length; i++) {
    const slot = state.slots[i]!;
    if (slot.rendered) continue;
    slot.rendered = true;
    // A prop's name may hold anything; an attribute value must not end early.
    const name = slot.name.replace(/[^\w-]/g, "_");
    html += `<template id="frsh-${i}-${name}">${render(outsideIsland(slot.children))}</template>`;
  }
  return html;
}
