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

/** The tokens of a whole text, inline ones included. */
export const lexMarkdown = (text: string): Token[] => new Lexer(defaults).lex(text);

/** The blocks of a text without what is in them. */
export const lexBlocks = (text: string): Token[] => new Lexer(defaults).blockTokens(text);
