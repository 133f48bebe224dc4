// With `jsx: "precompile"` elements arrive as text, and only their attributes pass by.
import { options } from "preact";
import { SWITCHES } from "./switches.ts";

interface Hooks {
  attr?: (name: string, value: unknown) => string | void;
}

const hooks = options as Hooks;
const { attr: outer } = hooks;

function escape(value: unknown): string {
  return String(value).replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}

hooks.attr = (name, value) => {
  if (SWITCHES.includes(name) && typeof value === "boolean") return `${name}="${value}"`;
  // There is no vnode whose key could be written into comments.
  if (name === "key" && value !== undefined && value !== null) {
    return `data-frsh-key="${escape(value)}"`;
  }
  return outer?.(name, value);
};
