import type { ComponentChildren, VNode } from "preact";

/** Props of `<Partial>`. */
export interface PartialProps {
  name: string;
  mode?: "replace" | "prepend" | "append";
  children?: ComponentChildren;
}

/**
 * A region of the page that navigation replaces. Not implemented here.
 * @throws Error always: leaving it out silently would break the page later.
 */
export function Partial(props: PartialProps): VNode {
  throw new Error(
    `Partials are not implemented, cannot render <Partial name="${props.name}">`,
  );
}
