import { type ComponentChildren, Fragment, h, type VNode } from "preact";
import { useContext } from "preact/hooks";
import { InsideIsland } from "./islands.ts";
import { comment, field } from "./patch.ts";
import { currentState } from "./render_state.ts";
import { warn } from "./report.ts";

/** Props of `<Partial>`. */
export interface PartialProps {
  /** Unique on a page; by it the response to a navigation finds its place. */
  name: string;
  /** What new content does to the old: take its place (default), or go before or after it. */
  mode?: "replace" | "prepend" | "append";
  children?: ComponentChildren;
}

/** A region of the page that navigation updates while the rest stays as it is. */
export function Partial({ children }: PartialProps): VNode {
  return h(Fragment, null, children);
}

/** What `PartialBoundary` is given: the props of a `<Partial>`, and its key. */
export interface PartialBoundaryProps extends PartialProps {
  id: unknown;
}

/**
 * Renders a partial between two comments that carry its name, mode and key.
 * @throws Error inside an island, and for a name that the page has already.
 */
export function PartialBoundary({ name, mode, id, children }: PartialBoundaryProps): VNode {
  const isInIsland = useContext(InsideIsland);
  const state = currentState();
  if (state === null) return h(Fragment, null, children);
  if (isInIsland) throw new Error(`<Partial name="${name}"> cannot be inside an island`);
  if (state.partials.has(name)) {
    throw new Error(`Two partials of one page are called "${name}"`);
  }
  state.partials.add(name);
  if (id === undefined && (mode === "append" || mode === "prepend")) {
    warn(`<Partial name="${name}" mode="${mode}"> should have a key`);
  }
  return h(
    Fragment,
    null,
    comment(`frsh:partial:${field(name)}:${mode ?? "replace"}:${field(id)}`),
    children,
    comment("/frsh:partial"),
  );
}
