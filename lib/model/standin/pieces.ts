/** Words with the space before them, digits, letters of other scripts, line breaks, the rest. */
const PARTS =
  / ?[\p{Script=Latin}\p{M}]+| ?\p{Script=Cyrillic}+|\p{L}|\p{Nd}|\n| {2,}|[\p{P}\p{S}]|[^]/gu;
const PLAIN = /^ ?[A-Za-z]+$/;
const VOWEL = /[aeiouy]/i;

/**
 * Cuts text into the pieces that the practice model counts and streams: short words are whole, long
 * ones are cut before a syllable. The pieces joined give the text again.
 */
export function pieces(text: string): string[] {
  const result: string[] = [];
  for (const part of text.match(PARTS) ?? []) {
    const last = result.at(-1);
    if (part === " ") result.push(part);
    else if (last === " " && !/^\s/.test(part)) result[result.length - 1] = last + part;
    else if (last !== undefined && joins(last, part)) result[result.length - 1] = last + part;
    else if (PLAIN.test(part)) result.push(...syllables(part, 7));
    else if (/\p{L}{2}/u.test(part)) result.push(...syllables(part, 4));
    else result.push(part);
  }
  return result;
}

/** How many tokens the practice model counts. */
export function countPieces(text: string): number {
  return pieces(text).length;
}

/** Repeated marks form one piece of up to four. */
function joins(last: string, part: string): boolean {
  const marks = last.trimStart();
  const room = marks.length > 0 && marks.length < 4;
  return room && /^[\p{P}\p{S}]$/u.test(part) && marks === part.repeat(marks.length);
}

/** Cuts `word` into parts of about `size` letters, preferably before a consonant with a vowel. */
function syllables(word: string, size: number): string[] {
  const letters = [...word];
  const parts: string[] = [];
  while (letters.length > size + 1) {
    let cut = size;
    while (cut > size - 2 && !startsSyllable(letters, cut)) cut--;
    parts.push(letters.splice(0, Math.max(cut, 1)).join(""));
  }
  parts.push(letters.join(""));
  return parts;
}

function startsSyllable(letters: string[], at: number): boolean {
  return !VOWEL.test(letters[at]!) && VOWEL.test(letters[at + 1] ?? "");
}
