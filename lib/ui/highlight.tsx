import type { ComponentChildren, VNode } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
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

/** Lines of one part, which is coloured in one go. */
const PART_LINES = 80;

/**
 * Code with its words in colours. A language that is not known stays plain. Long code is coloured
 * part by part with the frames, so that no task becomes long (UI-88).
 */
export default function Highlighted({ code, language }: HighlightedProps): ComponentChildren {
  const lines = useMemo(() => colour(code, language.toLowerCase()), [code, language]);
  const parts = Math.ceil(lines.length / PART_LINES);
  // Elsewhere than in a browser there are no frames to wait for.
  const [done, next] = useState(typeof document === "undefined" ? parts : 1);
  const made = useRef<VNode<{ of: Word[][]; from: number }>[]>([]);
  useEffect(() => {
    if (done >= parts) return;
    const frame = requestAnimationFrame(() => next(done + 1));
    return () => cancelAnimationFrame(frame);
  }, [done, parts]);
  if (parts <= 1) return slot(lines.flat().map(word));
  if (made.current[0]?.props.of !== lines) made.current = [];
  for (let n = made.current.length; n < Math.min(done, parts); n++) {
    made.current.push(<Part key={n} of={lines} from={n * PART_LINES} />);
  }
  const rest = lines.slice(made.current.length * PART_LINES);
  return slot([
    ...made.current,
    rest.length > 0
      ? <span key="rest" class="lines">{rest.flat().map(({ text }) => text).join("")}</span>
      : null,
  ]);
}

function Part({ of, from }: { of: Word[][]; from: number }) {
  return <span class="lines">{slot(of.slice(from, from + PART_LINES).flat().map(word))}</span>;
}

/** Characters of one colour, of one line. */
interface Word {
  text: string;
  group: string | undefined;
}

const word = ({ text, group }: Word, key: number): ComponentChildren =>
  group ? <span key={key} class={`hl-${group}`}>{text}</span> : text;

/** The lines of a code, each with its break, cut where the colour changes. */
function colour(code: string, language: string): Word[][] {
  const lines: Word[][] = [[]];
  const add = (text: string, group: string | undefined) => {
    for (const [n, piece] of text.split(/(?<=\n)/).entries()) {
      if (n > 0 || lines.at(-1)!.at(-1)?.text.endsWith("\n")) lines.push([]);
      const line = lines.at(-1)!;
      const last = line.at(-1);
      if (last && last.group === group) last.text += piece;
      else if (piece !== "") line.push({ text: piece, group });
    }
  };
  if (code.length > MAX_CODE || !lowlight.registered(language)) add(code, undefined);
  else {
    const walk = (node: Piece, outer: string | undefined) => {
      if (node.type === "text") return add(node.value ?? "", outer);
      const own = node.properties?.className
        ?.map((name) => GROUPS[name.replace(/^hljs-|_$/g, "").split("-")[0]!])
        .find((found) => found !== undefined);
      for (const child of node.children ?? []) walk(child, own ?? outer);
    };
    walk(lowlight.highlight(language, code) as unknown as Piece, undefined);
  }
  return lines;
}
