import { type ComponentChildren, Fragment, h } from "preact";

/**
 * Children as one node. Put it around `children` wherever a component renders them inside an
 * element: the precompiled JSX of the server escapes the strings of an array twice (`&` would come
 * out as `&amp;amp;`), a fragment's only once.
 */
export function slot(children: ComponentChildren): ComponentChildren {
  return Array.isArray(children) ? h(Fragment, null, ...children) : children;
}

/** A boolean as ARIA wants it. Precompiled JSX drops `false` and writes `true` as an empty value. */
export function aria(value: boolean | undefined): "true" | "false" | undefined {
  return value === undefined ? undefined : value ? "true" : "false";
}
