import { type ComponentChildren, createElement, type VNode } from "preact";
import katex from "katex";
import { slot } from "./slot.ts";

/** What KaTeX makes of a formula, as far as it is used here. */
interface MathNode {
  type?: string;
  text?: string;
  attributes?: Record<string, string>;
  children?: MathNode[];
}

interface TreeMaker {
  __renderToDomTree(tex: string, options: Record<string, unknown>): MathNode;
}

/** Attributes of MathML that lay out and do nothing else; `style` would need an open policy. */
const ALLOWED = new Set(
  ("xmlns display encoding mathvariant stretchy fence separator symmetric movablelimits largeop " +
    "lspace rspace width height depth voffset minsize maxsize accent accentunder linethickness " +
    "columnalign rowalign columnspacing rowspacing columnlines rowlines displaystyle scriptlevel " +
    "notation form").split(" "),
);

/** Longer formulas are shown as they were typed. */
const MAX_TEX = 4_000;

/** Props of {@link Formula}. */
export interface FormulaProps {
  /** TeX without its signs. */
  tex: string;
  display: boolean;
}

/**
 * A formula as MathML, which browsers draw and screen readers read by themselves. What is not TeX
 * is shown as it was typed.
 */
export default function Formula({ tex, display }: FormulaProps): VNode {
  const tree = mathTree(tex, display);
  return tree ? <span class={display ? "math is-block" : "math"}>{tree}</span> : <code>{tex}</code>;
}

function mathTree(tex: string, display: boolean): VNode | null {
  if (tex.length > MAX_TEX) return null;
  try {
    const maker = katex as unknown as TreeMaker;
    const tree = maker.__renderToDomTree(tex, {
      output: "mathml",
      displayMode: display,
      throwOnError: true,
      strict: "ignore",
      trust: false,
      maxSize: 20,
      maxExpand: 200,
    });
    const math = tree.children?.find((child) => child.type === "math");
    return math ? element(math) as VNode : null;
  } catch {
    return null;
  }
}

function element(node: MathNode, key?: number): ComponentChildren {
  // A fragment has children and no name.
  if (!node.type) return node.text ?? slot((node.children ?? []).map(element));
  const attributes = Object.fromEntries(
    Object.entries(node.attributes ?? {}).filter(([name]) => ALLOWED.has(name)),
  );
  const children = (node.children ?? []).map((child, i) => element(child, i));
  return createElement(node.type, { ...attributes, key }, children) as VNode;
}
