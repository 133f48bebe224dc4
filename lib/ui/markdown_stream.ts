import { lexBlocks } from "./markdown_lexer.ts";

/** Markdown that is still being written, cut where nothing before the cut can change any more. */
export interface SplitMarkdown {
  /** Closed blocks in order; each renders by itself and never changes. */
  stable: string[];
  /** What may still change: the open block and a line that is not complete. */
  tail: string;
}

/**
 * Cuts growing Markdown into closed blocks and an open tail. Joined, the parts are the text. Call
 * it with the former tail and what was added to it, so that only the tail is read again (UI-88).
 *
 * Only complete lines decide: half a line (`1` of `1.`, or two of three backticks) can still
 * change what the block before it is.
 */
export function splitStableBlocks(text: string): SplitMarkdown {
  const complete = text.slice(0, text.lastIndexOf("\n") + 1);
  if (complete === "" || complete.includes("\r")) return { stable: [], tail: text };
  const tokens = lexBlocks(complete);
  let last = tokens.length - 1;
  while (last >= 0 && tokens[last]!.type === "space") last--;
  const stable: string[] = [];
  let length = 0;
  for (let i = 0; i < last; i++) {
    const { type, raw } = tokens[i]!;
    // Blank lines belong to the block above them, so that joining the parts gives the text back.
    if (type === "space" && stable.length > 0) stable[stable.length - 1] += raw;
    else stable.push(raw);
    length += raw.length;
  }
  // A lexer that did not account for every character must not decide anything.
  if (!complete.startsWith(stable.join(""))) return { stable: [], tail: text };
  return { stable, tail: text.slice(length) };
}

/**
 * Makes an open tail look like what it is becoming: closes code and emphasis that are still open,
 * shows the words of a half-written link, completes the first line of a table, and holds back a
 * line of nothing but marks.
 */
export function finishTail(tail: string): string {
  const fence = openFence(tail);
  if (fence) {
    // Half of the closing fence would flash as code.
    return tail.replace(new RegExp(`\\n[ ]{0,3}\\${fence}{1,}[ ]*$`), "\n");
  }
  const held = tail.replace(/(^|\n)[ \t]*[-=*_#>+|`~]+[ \t]*$/, "$1");
  return closeTable(closeInline(held));
}

/** The character of the code fence that is still open at the end of the text. */
function openFence(text: string): string | null {
  let open: { char: string; length: number } | null = null;
  for (const line of text.split("\n")) {
    const match = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line);
    if (!match) continue;
    const [, marks = "", rest = ""] = match;
    const char = marks[0]!;
    if (!open) {
      if (char === "~" || !rest.includes("`")) open = { char, length: marks.length };
    } else if (char === open.char && marks.length >= open.length && rest.trim() === "") {
      open = null;
    }
  }
  return open?.char ?? null;
}

/** A header row gets its delimiter row before that is written, so that no bare pipes are shown. */
function closeTable(text: string): string {
  const start = text.lastIndexOf("\n\n") < 0 ? 0 : text.lastIndexOf("\n\n") + 2;
  const lines = text.slice(start).split("\n");
  const header = lines[0] ?? "";
  if (!/^\|.+\|[ \t]*$/.test(header)) return text;
  const delimiter = lines[1] ?? "";
  if (lines.length > 2 || !/^[|:\- \t]*$/.test(delimiter)) return text;
  const columns = header.trim().slice(1, -1).split(/(?<!\\)\|/).length;
  return `${text.slice(0, start)}${header}\n${"| --- ".repeat(columns)}|`;
}

const MARKS = ["***", "**", "*", "___", "__", "_", "~~"];

/** Lines that begin a block of their own: emphasis does not reach across them. */
const OWN_LINE = /\n(?=[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]|\||\n))/g;

/** Where the last paragraph, item or row begins. */
function lastBlock(text: string): number {
  let start = 0;
  for (const { index } of text.matchAll(OWN_LINE)) start = index + 1;
  return start;
}

/** Closes what is open in the last paragraph, item or row. */
function closeInline(text: string): string {
  const start = lastBlock(text);
  const before = text.slice(0, start);
  const line = halfLink(text.slice(start));
  const open: string[] = [];
  for (let i = 0; i < line.length;) {
    if (line[i] === "\\") {
      i += 2;
      continue;
    }
    if (line[i] === "`") {
      const run = /^`+/.exec(line.slice(i))![0];
      const end = line.indexOf(run, i + run.length);
      if (end < 0) return before + line + (line.endsWith(run) ? "" : closers(open, run));
      i = end + run.length;
      continue;
    }
    const mark = MARKS.find((m) => line.startsWith(m, i));
    if (mark) toggle(open, mark, { line, at: i });
    i += mark?.length ?? 1;
  }
  // Marks at the very end open or close nothing yet.
  const held = open.length > 0 || /(^|\s)[*_~]+$/.test(line) ? line.replace(/[*_~]+$/, "") : line;
  if (open.length === 0) return before + held;
  const empty = open.filter((mark) => held.trimEnd().endsWith(mark)).length;
  return before + held.trimEnd() + closers(open.slice(0, open.length - empty));
}

/** Opens or closes an emphasis, by the neighbours of its marks. */
function toggle(open: string[], mark: string, { line, at }: { line: string; at: number }) {
  const previous = line[at - 1] ?? " ";
  const next = line[at + mark.length] ?? " ";
  if (open.at(-1) === mark && previous.trim() !== "") open.pop();
  else if (next.trim() !== "" && (mark[0] !== "_" || !/\w/.test(previous))) open.push(mark);
}

function closers(open: readonly string[], first = ""): string {
  return first + [...open].reverse().join("");
}

/** `[words](https://half` and `![words](half` show their words until the address is whole. */
function halfLink(line: string): string {
  return line
    .replace(/!?\[([^\]\n]*)\]\([^)\n]*$/, "$1")
    .replace(/!?\[([^\]\n]*)$/, "$1");
}
