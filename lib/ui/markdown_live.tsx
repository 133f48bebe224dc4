import type { ComponentChildren, VNode } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { chatMarkdown } from "./copy_code.tsx";
import { headingBase, MarkdownBlock, type MarkdownOptions } from "./markdown.tsx";
import { finishTail, hasDefinitions, splitStableBlocks } from "./markdown_stream.ts";
import type { HighlightedProps } from "./highlight.tsx";
import { useLazy } from "./lazy.tsx";
import type { FormulaProps } from "./math.tsx";
import { slot } from "./slot.ts";

/** Props of {@link LiveMarkdown}. */
export interface LiveMarkdownProps {
  text: string;
  /** Whether text may still be added. */
  live: boolean;
  locale?: string;
}

/** What was read so far: closed blocks are made once and kept as they are. */
interface Read {
  text: string;
  blocks: VNode[];
  tail: string;
}

/**
 * Markdown that may grow. Closed blocks keep their elements, which Preact then skips without
 * looking at them; only the open tail is read and compared again (UI-88).
 */
export default function LiveMarkdown({ text, live, locale }: LiveMarkdownProps) {
  const options = useMemo(() => ({ ...chatMarkdown(locale), code: lazyCode, math: lazyMath }), [
    locale,
  ]);
  const read = useRef<Read>({ text: "", blocks: [], tail: "" });
  return <div class="prose">{grow(read.current, { text, live, options })}</div>;
}

const loadCode = () => import("./highlight.tsx");
const loadMath = () => import("./math.tsx");

/** Code is plain until the colours have come, and while it is being written. */
function Code(props: HighlightedProps) {
  const Colours = useLazy(props.language !== "", loadCode);
  return Colours ? <Colours {...props} /> : slot(props.code);
}

function Maths(props: FormulaProps) {
  const Shown = useLazy(true, loadMath);
  return Shown ? <Shown {...props} /> : <code>{props.tex}</code>;
}

const lazyCode = (props: HighlightedProps) => <Code {...props} />;
const lazyMath = (props: FormulaProps) => <Maths {...props} />;

interface Growth {
  text: string;
  live: boolean;
  options: MarkdownOptions;
}

function grow(read: Read, { text, live, options }: Growth): ComponentChildren {
  const base = headingBase(text);
  if (hasDefinitions(text)) {
    return <MarkdownBlock text={live ? finishTail(text) : text} base={base} options={options} />;
  }
  // A correction of what was there already: start over.
  if (!text.startsWith(read.text)) Object.assign(read, { text: "", blocks: [], tail: "" });
  const split = splitStableBlocks(read.tail + text.slice(read.text.length));
  for (const block of split.stable) {
    read.blocks.push(
      <MarkdownBlock key={read.blocks.length} text={block} base={base} options={options} />,
    );
  }
  read.text = text;
  read.tail = split.tail;
  const end = live ? finishTail(split.tail) : split.tail;
  // What still grows would be coloured anew with every piece.
  const last = live ? { ...options, code: undefined } : options;
  return slot([
    ...read.blocks,
    <MarkdownBlock key={read.blocks.length} text={end} base={base} options={last} />,
  ]);
}
