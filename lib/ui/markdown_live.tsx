import { cloneElement, type ComponentChildren, type VNode } from "preact";
import { useEffect, useMemo, useReducer, useRef } from "preact/hooks";
import { chatMarkdown } from "./copy_code.tsx";
import {
  firstHeading,
  MarkdownBlock,
  type MarkdownBlockProps,
  type MarkdownOptions,
  plainCode,
} from "./markdown.tsx";
import { type Definitions, definitionsIn } from "./markdown_lexer.ts";
import { finishTail, splitStableBlocks } from "./markdown_stream.ts";
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
  blocks: VNode<MarkdownBlockProps>[];
  tail: string;
  /** Level of the first heading; null until one has come. */
  base: number | null;
  definitions: Definitions | null;
}

const unread = (): Read => ({ text: "", blocks: [], tail: "", base: null, definitions: null });

/** Most characters that are added between two frames: a long text comes in steps of one task each. */
const STEP = 1_000;

/**
 * Markdown that may grow. Closed blocks keep their elements, which Preact then skips without
 * looking at them; only the open tail is read and compared again (UI-88). Of a long text that
 * arrives at once, for example after a break, a part is shown with each frame.
 */
export default function LiveMarkdown({ text, live, locale }: LiveMarkdownProps) {
  const options = useMemo(() => ({ ...chatMarkdown(locale), code: lazyCode, math: lazyMath }), [
    locale,
  ]);
  const read = useRef<Read>(unread());
  const end = useSteps(text);
  const shown = text.slice(0, end);
  return (
    <div class="prose">
      {grow(read.current, { text: shown, live: live || end < text.length, options })}
    </div>
  );
}

/** How much of a text is shown: all of it, or a step more than before. */
function useSteps(text: string): number {
  const shown = useRef("");
  const [, again] = useReducer((n: number) => n + 1, 0);
  const kept = text.startsWith(shown.current) ? shown.current.length : 0;
  const end = Math.min(text.length, kept + STEP);
  useEffect(() => {
    shown.current = text.slice(0, end);
    if (end < text.length) return soon(() => again(null));
  });
  return end;
}

/** Before the next picture, or in a moment where none is drawn. Returns what calls it off. */
function soon(work: () => void): () => void {
  if (document.hidden) {
    const timer = setTimeout(work, 50);
    return () => clearTimeout(timer);
  }
  const frame = requestAnimationFrame(work);
  return () => cancelAnimationFrame(frame);
}

const loadCode = () => import("./highlight.tsx");
const loadMath = () => import("./math.tsx");

/** Code is plain until the colours have come, and while it is being written. */
function Code(props: HighlightedProps) {
  const Colours = useLazy(props.language !== "", loadCode);
  return Colours ? <Colours {...props} /> : slot(plainCode(props.code));
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
  // A correction of what was there already: start over.
  if (!text.startsWith(read.text)) Object.assign(read, unread());
  const piece = text.slice(read.text.length);
  const added = read.tail + piece;
  read.text = text;
  read.base ??= firstHeading(added);
  const shared = () => ({ base: read.base ?? 1, definitions: read.definitions, options });
  // Only whole lines close a block or define a link.
  const split = piece.includes("\n") ? splitStableBlocks(added) : { stable: [], tail: added };
  if (piece.includes("\n") || !live) define(read, live ? lines(added) : added);
  for (const block of split.stable) {
    read.blocks.push(<MarkdownBlock key={read.blocks.length} text={block} {...shared()} />);
  }
  read.tail = split.tail;
  // What still grows would be coloured anew with every piece.
  const last = live ? { ...options, code: undefined } : options;
  return slot([
    ...read.blocks,
    <MarkdownBlock
      key={read.blocks.length}
      text={live ? finishTail(split.tail) : split.tail}
      {...shared()}
      options={last}
      grows={live}
    />,
  ]);
}

const lines = (text: string) => text.slice(0, text.lastIndexOf("\n") + 1);

/** Takes up definitions of links; closed blocks that may use them are made anew. */
function define(read: Read, text: string): void {
  const found = definitionsIn(text);
  if (!found || Object.keys(found).every((name) => Object.hasOwn(read.definitions ?? {}, name))) {
    return;
  }
  const definitions = { ...found, ...read.definitions };
  read.definitions = definitions;
  read.blocks = read.blocks.map((block) =>
    block.props.text.includes("[") ? cloneElement(block, { definitions }) : block
  );
}
