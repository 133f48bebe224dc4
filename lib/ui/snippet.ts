const LENGTH = 220;

/** The first words of a text in Markdown, without its signs, cut at a word. Pure. */
export function snippetOf(markdown: string): string {
  const plain = markdown
    .replace(/```[\s\S]*?(?:```|$)/g, " ")
    .replace(/^\s*\|.*\|\s*$/gm, " ")
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/^\s{0,3}(?:#{1,6}|>|[-*+]|\d+[.)])\s+/gm, "")
    .replace(/[*_`~]+/g, "")
    .replace(/\s+/g, " ")
    .trim();
  if (plain.length <= LENGTH) return plain;
  const cut = plain.slice(0, LENGTH);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(" "), LENGTH / 2)).trimEnd()} …`;
}
