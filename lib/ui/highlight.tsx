import type { ComponentChildren } from "preact";
import { createLowlight } from "lowlight";
import bash from "highlight.js/lib/languages/bash";
import c from "highlight.js/lib/languages/c";
import cpp from "highlight.js/lib/languages/cpp";
import csharp from "highlight.js/lib/languages/csharp";
import css from "highlight.js/lib/languages/css";
import diff from "highlight.js/lib/languages/diff";
import go from "highlight.js/lib/languages/go";
import java from "highlight.js/lib/languages/java";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import kotlin from "highlight.js/lib/languages/kotlin";
import markdown from "highlight.js/lib/languages/markdown";
import php from "highlight.js/lib/languages/php";
import python from "highlight.js/lib/languages/python";
import ruby from "highlight.js/lib/languages/ruby";
import rust from "highlight.js/lib/languages/rust";
import sql from "highlight.js/lib/languages/sql";
import swift from "highlight.js/lib/languages/swift";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import yaml from "highlight.js/lib/languages/yaml";
import { slot } from "./slot.ts";

const lowlight = createLowlight({
  bash,
  c,
  cpp,
  csharp,
  css,
  diff,
  go,
  java,
  javascript,
  json,
  kotlin,
  markdown,
  php,
  python,
  ruby,
  rust,
  sql,
  swift,
  typescript,
  xml,
  yaml,
});

/** Longer code is shown plain: colours are an aid, not worth a stall. In UTF-16 units. */
const MAX_CODE = 50_000;

/** The colour group of each class the highlighter gives; the rest keeps the text's colour. */
const GROUPS: Readonly<Record<string, string>> = {
  keyword: "k",
  built_in: "f",
  literal: "n",
  number: "n",
  string: "s",
  regexp: "s",
  char: "s",
  symbol: "n",
  comment: "c",
  doctag: "c",
  meta: "c",
  quote: "c",
  title: "f",
  function: "f",
  section: "f",
  name: "k",
  tag: "k",
  attr: "f",
  attribute: "f",
  property: "f",
  type: "t",
  class: "t",
  variable: "v",
  template: "v",
  addition: "s",
  deletion: "d",
  selector: "k",
};

interface Piece {
  type: string;
  value?: string;
  properties?: { className?: string[] };
  children?: Piece[];
}

/** Props of {@link Highlighted}. */
export interface HighlightedProps {
  code: string;
  /** The first word of the fence, for example `ts`. */
  language: string;
}

/** Code with its parts in colours. A language that is not known stays plain. */
export default function Highlighted({ code, language }: HighlightedProps): ComponentChildren {
  const name = language.toLowerCase();
  if (code.length > MAX_CODE || !lowlight.registered(name)) return code;
  const tree = lowlight.highlight(name, code) as unknown as Piece;
  return slot((tree.children ?? []).map(piece));
}

function piece(node: Piece, key: number): ComponentChildren {
  if (node.type === "text") return node.value ?? "";
  const inside = slot((node.children ?? []).map(piece));
  const group = node.properties?.className
    ?.map((name) => GROUPS[name.replace(/^hljs-|_$/g, "").split("-")[0]!])
    .find((found) => found !== undefined);
  return <span key={key} class={group ? `hl-${group}` : undefined}>{inside}</span>;
}
