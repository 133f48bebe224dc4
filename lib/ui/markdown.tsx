import type { ComponentChildren, VNode } from "preact";
import { useRef } from "preact/hooks";
import type { Token, Tokens } from "marked";
import {
  type Definitions,
  definitionsIn,
  type MathToken,
  type ReadMarkdown,
  readMarkdown,
} from "./markdown_lexer.ts";
import { safeLink, tellsHost } from "./markdown_url.ts";
import { finishTail, splitStableBlocks } from "./markdown_stream.ts";
import { say } from "./say.ts";
import { slot } from "./slot.ts";
import { commonText } from "./text/common.ts";

/** What rendering needs beside the text. */
export interface MarkdownOptions {
  /** What stands at the end of a code block's head, for example a copy button. */
  codeAction?: (code: string, language: string) => ComponentChildren;
  /** Code in colours; without it code is plain. */
  code?: (props: { code: string; language: string }) => ComponentChildren;
  /** A formula; without it formulas are shown as they were typed. */
  math?: (props: { tex: string; display: boolean }) => ComponentChildren;
  locale?: string;
}

/** Props of {@link Markdown}. */
export interface MarkdownProps extends MarkdownOptions {
  text: string;
  /** The text still grows; its open end is made to look finished. */
  live?: boolean;
}

/**
 * Untrusted Markdown as Preact elements. There is no HTML string anywhere: markup in the text is
 * shown as the characters it was typed with, and only `http`, `https` and `mailto` links are links.
 */
export function Markdown({ text, live, ...options }: MarkdownProps) {
  return <div class="prose">{renderMarkdown(text, { ...options, live })}</div>;
}

/** The elements of a whole text, for use inside an own container. */
export function renderMarkdown(
  text: string,
  { live, ...options }: MarkdownOptions & { live?: boolean } = {},
): ComponentChildren {
  const shared = { base: firstHeading(text) ?? 1, definitions: definitionsIn(text), options };
  const { stable, tail } = splitStableBlocks(text);
  const texts = [...stable, live ? finishTail(tail) : tail];
  return slot(texts.map((block, i) => <MarkdownBlock key={i} text={block} {...shared} />));
}

/** Props of {@link MarkdownBlock}. */
export interface MarkdownBlockProps {
  text: string;
  /** Level of the first heading of the whole text, see {@link firstHeading}. */
  base: number;
  definitions: Definitions | null;
  options: MarkdownOptions;
  /** Whether more may be added to it. */
  grows?: boolean;
}

/**
 * One block by itself. A parent that keeps the element keeps it from being read again; in a block
 * that grows, the items and rows that are the same as before keep theirs.
 */
export function MarkdownBlock({ text, base, definitions, options, grows }: MarkdownBlockProps) {
  const last = useRef<Kept | null>(null);
  const kept = grows || last.current ? new Kept(last.current) : null;
  last.current = grows ? kept : null;
  const { blocks: tokens, inside } = readMarkdown(text, definitions ?? undefined);
  const links = Object.keys(definitions ?? {}).length;
  return blocks(tokens, { ...options, base, kept, read: inside, path: "", links });
}

/** Elements of one rendering, for the next to take over what has not changed. */
class Kept {
  readonly #before: ReadonlyMap<string, VNode>;
  readonly #now = new Map<string, VNode>();

  constructor(last: Kept | null) {
    this.#before = last ? last.#now : new Map();
  }

  /** The element under this key from the last rendering, else a new one. */
  take(key: string, make: () => VNode): VNode {
    const element = this.#before.get(key) ?? make();
    this.#now.set(key, element);
    return element;
  }
}

/**
 * Level of the first heading of a text, null when it has none. Headings are shifted so that the
 * first one is an `h2`: below the page's own title, and without a gap.
 */
export function firstHeading(text: string): number | null {
  return /^ {0,3}(#{1,6}) /m.exec(text)?.[1]?.length ?? null;
}

interface Context extends MarkdownOptions {
  base: number;
  read: ReadMarkdown["inside"];
  /** In a text that grows: what was rendered before. */
  kept: Kept | null;
  /** Where in the block we are, for {@link Kept}. */
  path: string;
  /** How many definitions of links there are. */
  links: number;
}

function blocks(tokens: readonly Token[], context: Context): ComponentChildren {
  return slot(
    tokens.map((token, i) =>
      block(token as Tokens.Generic, { ...context, path: `${context.path}/${i}` }, i)
    ),
  );
}

/** An item or row: the former element when its words and its place are the former ones. */
function keep(raw: string, { kept, path, code, links }: Context, make: () => VNode): VNode {
  // Code has its colours once the block is closed.
  const look = `${code && raw.includes("```") ? "coloured" : ""}${raw.includes("[") ? links : ""}`;
  return kept ? kept.take(`${path} ${look} ${raw}`, make) : make();
}

function block(token: Tokens.Generic, context: Context, key: number): ComponentChildren {
  switch (token.type) {
    case "space":
    case "def":
      return null;
    case "heading":
      return heading(token as Tokens.Heading, context, key);
    case "paragraph":
      return <p key={key}>{inlines(token.tokens, context)}</p>;
    case "code":
      return <CodeBlock key={key} source={token.text} info={token.lang ?? ""} {...context} />;
    case "math":
      return formula(token as MathToken, context, key);
    case "blockquote":
      return <blockquote key={key}>{blocks(token.tokens ?? [], context)}</blockquote>;
    case "list":
      return list(token as Tokens.List, context, key);
    case "table":
      return table(token as Tokens.Table, context, key);
    case "hr":
      return <hr key={key} />;
    case "checkbox":
      return null; // drawn by its list item
    case "text":
      return token.tokens ? inlines(token.tokens, context) : token.text;
    default: // html and whatever a later lexer may know: the characters as typed
      return <p key={key}>{token.raw.trim()}</p>;
  }
}

function formula(token: MathToken, { math }: Context, key: number): ComponentChildren {
  const { tex, display, raw } = token;
  if (!math) return display ? <p key={key}>{raw.trim()}</p> : raw;
  const made = math({ tex, display });
  return display ? <div key={key} class="scroll" tabIndex={0}>{slot(made)}</div> : made;
}

function heading(token: Tokens.Heading, context: Context, key: number): VNode {
  const level = Math.min(6, Math.max(2, 2 + token.depth - context.base));
  const Tag = `h${level}` as "h2";
  return <Tag key={key}>{inlines(token.tokens, context)}</Tag>;
}

function list(token: Tokens.List, context: Context, key: number): VNode {
  const tasks = token.items.some((item) => item.task);
  const items = token.items.map((item, i) => {
    const here = { ...context, path: `${context.path}.${i}` };
    // Whether the list is loose changes what stands in an item, and is told by none of them.
    return keep(`${token.loose} ${item.raw}`, here, () => <li key={i}>{listItem(item, here)}</li>);
  });
  if (token.ordered) {
    const start = Number(token.start);
    return <ol key={key} start={start === 1 ? undefined : start}>{items}</ol>;
  }
  return <ul key={key} class={tasks ? "tasks" : undefined}>{items}</ul>;
}

function listItem(item: Tokens.ListItem, context: Context): ComponentChildren {
  const inside = blocks(item.tokens, context);
  if (!item.task) return inside;
  const text = commonText(context.locale);
  const box = (
    <span class="check">
      <input
        type="checkbox"
        checked={item.checked}
        disabled
        aria-label={item.checked ? text.taskDone : text.taskOpen}
      />
    </span>
  );
  return slot([box, " ", inside]);
}

function table(token: Tokens.Table, context: Context, key: number): VNode {
  const align = (i: number) => {
    const way = token.align[i];
    return way === "right" ? "n" : way === "center" ? "c" : undefined;
  };
  // A table without rows has its body all the same.
  const groups: Tokens.TableCell[][][] = token.rows.length === 0 ? [[]] : [];
  for (let at = 0; at < token.rows.length; at += GROUP) {
    groups.push(token.rows.slice(at, at + GROUP));
  }
  return (
    <div
      key={key}
      class="scroll"
      tabIndex={0}
      role="group"
      aria-label={commonText(context.locale).table}
    >
      <table class="table">
        <thead>
          <tr>
            {token.header.map((cell, i) => (
              <th key={i} scope="col" class={align(i)}>{inlines(cell.tokens, context)}</th>
            ))}
          </tr>
        </thead>
        {groups.map((rows, g) => {
          const here = { ...context, path: `${context.path}.${g}` };
          const raw = `${token.align} ${rows.map(rawOf).join("\n")}`;
          return keep(raw, here, () => (
            <tbody key={g}>
              {rows.map((row, r) =>
                tableRow(row, { ...here, path: `${here.path}.${r}` }, { align, r })
              )}
            </tbody>
          ));
        })}
      </table>
    </div>
  );
}

/** Rows of one group: in a long table that grows, only the last group is looked at again. */
const GROUP = 40;

const rawOf = (row: readonly Tokens.TableCell[]) => row.map(({ text }) => text).join("|");

function tableRow(
  row: readonly Tokens.TableCell[],
  context: Context,
  { align, r }: { align: (i: number) => string | undefined; r: number },
): VNode {
  const aligned = row.map((_, i) => align(i) ?? "").join(",");
  return keep(`${aligned} ${rawOf(row)}`, context, () => (
    <tr key={r}>
      {row.map((cell, i) =>
        i === 0
          ? <th key={i} scope="row" class={align(i)}>{inlines(cell.tokens, context)}</th>
          : <td key={i} class={align(i)}>{inlines(cell.tokens, context)}</td>
      )}
    </tr>
  ));
}

function inlines(tokens: Token[] | undefined, context: Context): ComponentChildren {
  if (!tokens) return null;
  return slot(context.read(tokens).map((token, i) => inline(token as Tokens.Generic, context, i)));
}

function inline(token: Tokens.Generic, context: Context, key: number): ComponentChildren {
  switch (token.type) {
    case "strong":
      return <strong key={key}>{inlines(token.tokens, context)}</strong>;
    case "em":
      return <em key={key}>{inlines(token.tokens, context)}</em>;
    case "del":
      return <del key={key}>{inlines(token.tokens, context)}</del>;
    case "codespan":
      return <code key={key}>{token.text}</code>;
    case "br":
      return <br key={key} />;
    case "math":
      return formula(token as MathToken, context, key);
    case "link":
      return link(token, context, key);
    case "image":
      return image(token, context, key);
    case "text":
      return token.tokens ? inlines(token.tokens, context) : token.text;
    case "escape":
      return token.text;
    default:
      return token.raw;
  }
}

function link(token: Tokens.Generic, context: Context, key: number): ComponentChildren {
  const target = safeLink(token.href);
  // An address that may not be a link is shown whole, so that nothing of the text is lost.
  if (!target) return token.raw;
  const words = token.tokens ? inlines(token.tokens, context) : token.text;
  return outside(target.href, {
    key,
    words,
    host: tellsHost(String(token.text), target) ? null : target.host,
  });
}

/** Images from outside are never loaded by themselves; they become links (UI-94). */
function image(token: Tokens.Generic, context: Context, key: number): ComponentChildren {
  const target = safeLink(token.href);
  if (!target || target.href.startsWith("mailto:")) return token.raw;
  const words = say(commonText(context.locale).imageFrom, {
    name: token.text || target.host,
    host: target.host,
  });
  return outside(target.href, { key, words, host: null });
}

function outside(
  href: string,
  { key, words, host }: { key: number; words: ComponentChildren; host: string | null },
): ComponentChildren {
  return (
    <span key={key}>
      <a href={href} rel="noopener nofollow noreferrer" target="_blank">{words}</a>
      {host ? <span class="host">{` (${host})`}</span> : null}
    </span>
  );
}

/** Names of languages whose usual short form says little. */
const LANGUAGES: Readonly<Record<string, string>> = {
  bash: "Shell",
  c: "C",
  "c++": "C++",
  cpp: "C++",
  cs: "C#",
  css: "CSS",
  go: "Go",
  html: "HTML",
  java: "Java",
  javascript: "JavaScript",
  js: "JavaScript",
  json: "JSON",
  jsx: "JSX",
  md: "Markdown",
  php: "PHP",
  py: "Python",
  python: "Python",
  rb: "Ruby",
  rs: "Rust",
  rust: "Rust",
  sh: "Shell",
  sql: "SQL",
  ts: "TypeScript",
  tsx: "TSX",
  typescript: "TypeScript",
  xml: "XML",
  yaml: "YAML",
  yml: "YAML",
};

function CodeBlock(
  { source, info, codeAction, code: Colours, locale }: MarkdownOptions & {
    source: string;
    info: string;
  },
) {
  const text = commonText(locale);
  const short = /^[\w+#.-]{1,24}/.exec(info.trim())?.[0] ?? "";
  const language = LANGUAGES[short.toLowerCase()] ?? short;
  return (
    <figure
      class="code"
      aria-label={language ? say(text.codeIn, { language }, locale) : text.code}
    >
      <figcaption class="code-head">
        <span>{language || text.code}</span>
        {slot(codeAction?.(source, language))}
      </figcaption>
      <pre
        tabIndex={0}
      ><code>{Colours ? slot(Colours({ code: source, language: short })) : slot(plainCode(source))}</code></pre>
    </figure>
  );
}

/** Lines of one part of plain code. */
const PART_LINES = 40;

/**
 * Code without colours. Long code is cut into parts of whole lines, each laid out by itself: while
 * code grows, only its last part changes.
 */
export function plainCode(source: string): ComponentChildren {
  const lines = source.split("\n");
  if (lines.length <= PART_LINES) return source;
  const parts: VNode[] = [];
  for (let at = 0; at < lines.length; at += PART_LINES) {
    const end = at + PART_LINES;
    const text = lines.slice(at, end).join("\n") + (end < lines.length ? "\n" : "");
    parts.push(<span key={at} class="lines">{text}</span>);
  }
  return parts;
}
