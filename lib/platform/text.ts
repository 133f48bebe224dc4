/** Length in Unicode code points, the unit of every length and offset of text. */
export function codePoints(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    // A pair of surrogates is one code point; a lone one counts by itself.
    if (text.codePointAt(i)! > 0xffff) i++;
    count++;
  }
  return count;
}

/** The first `count` code points of a text. */
export function takeCodePoints(text: string, count: number): string {
  if (text.length <= count) return text;
  return [...text].slice(0, count).join("");
}

/**
 * Whether a text holds what no field accepts: NUL, C0 and C1 controls, lone surrogates. `lines`
 * allows tab and line breaks; `bidi` allows bidirectional overrides.
 */
export function hasForbiddenCharacters(
  text: string,
  options: { lines: boolean; bidi: boolean },
): boolean {
  if (!text.isWellFormed()) return true;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const line = code === 0x09 || code === 0x0a || code === 0x0d;
    if (code < 0x20 && !(options.lines && line)) return true;
    if (code >= 0x7f && code <= 0x9f) return true;
    if (!options.bidi && (code >= 0x202a && code <= 0x202e || code >= 0x2066 && code <= 0x2069)) {
      return true;
    }
  }
  return false;
}

/** A text shortened to at most `max` code points at a word's end, with an ellipsis when cut. */
export function shorten(text: string, max: number): string {
  const flat = text.replace(/\s+/g, " ").trim();
  if (codePoints(flat) <= max) return flat;
  const cut = takeCodePoints(flat, max - 1);
  const space = cut.lastIndexOf(" ");
  return `${space > max / 2 ? cut.slice(0, space) : cut}…`;
}
