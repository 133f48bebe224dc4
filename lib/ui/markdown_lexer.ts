import { Lexer, Marked, type Token, type TokenizerAndRendererExtension, type Tokens } from "marked";

/** A formula: its TeX, and whether it stands on a line of its own. */
export interface MathToken extends Tokens.Generic {
  type: "math";
  tex: string;
  display: boolean;
}

/** `$$…$$` or `\[…\]` that begins a block and ends a line. */
const BLOCK = /^ {0,3}(?:\$\$([^$]+?)\$\$|\\\[([\s\S]+?)\\\])[ \t]*(?:\n+|$)/;
/** `\(…\)`, `\[…\]` and `$$…$$` within a line. */
const INLINE = /^(?:\\\(([^\n]+?)\\\)|\\\[([^\n]+?)\\\]|\$\$([^$\n]+?)\$\$)/;
/**
 * `$…$` by the rule of Pandoc: no space inside next to the signs and no digit after the last one,
 * so that `$5 and $6` stays an amount of money.
 */
const DOLLARS = /^\$(?!\s)((?:\\[^\n]|[^$\\\n])+?)(?<!\s)\$(?!\d)/;

const blockMath: TokenizerAndRendererExtension = {
  name: "math",
  level: "block",
  start: (source) => source.search(/^ {0,3}(?:\$\$|\\\[)/m),
  tokenizer(source) {
    const match = BLOCK.exec(source);
    if (!match) return undefined;
    return { type: "math", raw: match[0], tex: (match[1] ?? match[2])!.trim(), display: true };
  },
};

const inlineMath: TokenizerAndRendererExtension = {
  name: "math",
  level: "inline",
  start: (source) => source.search(/\$|\\[([]/),
  tokenizer(source) {
    const match = INLINE.exec(source);
    const dollars = match ? null : DOLLARS.exec(source);
    const found = match ?? dollars;
    if (!found) return undefined;
    const tex = (found[1] ?? found[2] ?? found[3])!.trim();
    return { type: "math", raw: found[0], tex, display: match !== null && match[1] === undefined };
  },
};

const { defaults } = new Marked({ gfm: true, extensions: [blockMath, inlineMath] });

/** The blocks of a text, and a way to what is in them. */
export interface ReadMarkdown {
  blocks: Token[];
  /** What stands in a block, read when it is first asked for: most of the work is there. */
  inside(tokens: Token[]): Token[];
}

/** Addresses of reference links, by their names. */
export type Definitions = Readonly<Record<string, { href?: string | null; title?: string | null }>>;

/** Reads the blocks of a text. Definitions hold for the whole text, so its parts are given them. */
export function readMarkdown(text: string, definitions?: Definitions): ReadMarkdown {
  const lexer = new Lexer(defaults);
  Object.assign(lexer.tokens.links, definitions);
  const blocks = lexer.blockTokens(text.replace(/\r\n?/g, "\n"));
  const waiting = new Map(lexer.inlineQueue.map(({ src, tokens }) => [tokens, src]));
  return {
    blocks,
    inside(tokens) {
      const source = waiting.get(tokens);
      if (source === undefined) return tokens;
      waiting.delete(tokens);
      return lexer.inlineTokens(source, tokens);
    },
  };
}

/** The definitions of reference links in a text; null when it has none. */
export function definitionsIn(text: string): Definitions | null {
  if (!/^ {0,3}\[[^\]\n]+\]:/m.test(text)) return null;
  const lexer = new Lexer(defaults);
  lexer.blockTokens(text.replace(/\r\n?/g, "\n"));
  return Object.keys(lexer.tokens.links).length > 0 ? lexer.tokens.links : null;
}

/** The blocks of a text without what is in them. */
export const lexBlocks = (text: string): Token[] => new Lexer(defaults).blockTokens(text);
