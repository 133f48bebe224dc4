/** One way to read a word: lower case, without accents or disguise. */
export interface Reading {
  word: string;
  /** Position of the last word it covers, and code point after it. */
  end: number;
  to: number;
  /** How many tokens it covers. */
  covers: number;
  /** Letters that stood apart and may hold several words ("k i l l h i m"). */
  run?: true;
}

/** A word as rules see it, with where it stands in the text as typed. */
export interface Token {
  /** The plain reading first. */
  readings: Reading[];
  /** Position in words; the end of a sentence counts as several. */
  at: number;
  /** Code points of the original text: from (inclusive) and to (exclusive). */
  from: number;
  to: number;
  /** What stands between it and the word before. */
  gap: string;
}

/** Letters of other scripts, and signs, that pass for Latin ones. */
const LOOK_ALIKES: Record<string, string> = Object.fromEntries(
  ("аa вb сc еe нh іi јj кk мm оo рp ѕs тt уy хx ѵv ԁd ԛq ԝw ɡg αa βb εe ηn ιi κk νv οo ρp τt υu χx " +
    "ωw ıi łl øo đd ħh ŧt ſs ᴀa ʙb ᴄc ᴅd ᴇe ɢg ʜh ɪi ᴊj ᴋk ʟl ᴍm ɴn ᴏo ᴘp ʀr ᴛt ᴜu ᴠv ᴡw ʏy ᴢz")
    .split(" ").map((pair) => [pair[0]!, pair[1]!]),
);
/** Signs and digits that stand for letters inside a word. */
const LEET: Record<string, string> = {
  "0": "o",
  "1": "i",
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
  "8": "b",
  "9": "g",
  "@": "a",
  "$": "s",
  "!": "i",
  "|": "i",
  "€": "e",
  "+": "t",
};
/** Zero-width and direction marks, soft hyphens, variation selectors, tags, accents on their own. */
const INVISIBLE = /[\p{Cf}\p{Mn}\p{Me}\u115f\u1160\u3164\uffa0]/u;
const WORD_CHAR = /[\p{L}\p{N}]/u;
/** Longest extra reading, in letters. */
const MAX_JOINED = 80;

/** An undisguised text and, for each of its UTF-16 units, the code point it comes from. */
interface Plain {
  text: string;
  /** Null when unit and code point are the same. */
  origin: readonly number[] | null;
}

/** `text` as words, undisguised: see {@link Token}. Takes time in proportion to the text. */
export function tokenise(text: string): Token[] {
  return joinParts(joinSpaced(words(undisguise(text))));
}

/** One word or phrase of a rule in the form of {@link Token}. */
export function plainWords(text: string): string[] {
  return words(undisguise(text)).map((token) => token.readings[0]!.word);
}

// deno-lint-ignore no-control-regex -- the whole range of ASCII is meant
const ASCII_ONLY = /^[\u0000-\u007f]*$/;

/** Lower-case letters without accents, look-alikes replaced, invisible signs dropped. */
function undisguise(text: string): Plain {
  if (ASCII_ONLY.test(text)) return { text: text.toLowerCase(), origin: null };
  const parts: string[] = [];
  const origin: number[] = [];
  const known = new Map<string, string>(); // the same letters come again and again
  let from = 0;
  for (const char of text) {
    let plain = known.get(char);
    if (plain === undefined) known.set(char, plain = plainLetters(char));
    parts.push(plain);
    for (let unit = 0; unit < plain.length; unit++) origin.push(from);
    from++;
  }
  return { text: parts.join(""), origin };
}

/** What one character stands for; empty for an invisible one. */
function plainLetters(char: string): string {
  if (char < "\u0080") return char.toLowerCase();
  const letters = [...char.normalize("NFKD").toLowerCase()];
  return letters.filter((letter) => !INVISIBLE.test(letter))
    .map((letter) => LOOK_ALIKES[letter] ?? letter).join("");
}

/** Whether the character at `at` is a letter or digit; plain ones without a regular expression. */
function isLetterOrDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code < 0x80) return (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39);
  return code >= 0x80 && WORD_CHAR.test(text[at]!);
}

function words({ text, origin }: Plain): Token[] {
  const tokens: Token[] = [];
  const known = new Map<string, string[]>();
  let at = 0;
  let start = -1;
  let gapFrom = 0;
  for (let i = 0; i <= text.length; i++) {
    if (i < text.length && isWordChar(text, i)) {
      if (start === -1) start = i;
      continue;
    }
    if (start !== -1) {
      const from = origin ? origin[start]! : start;
      const to = (origin ? origin[i - 1]! : i - 1) + 1;
      const gap = text.slice(gapFrom, Math.min(start, gapFrom + 4));
      const word = text.slice(start, i);
      let read = known.get(word);
      if (read === undefined) known.set(word, read = readingsOf(word));
      const end = at;
      const readings = read.map((reading) => ({ word: reading, end, to, covers: 1 }));
      tokens.push({ readings, at: at++, from, to, gap });
      start = -1;
      gapFrom = i;
    }
    // A sentence border keeps what stands in two sentences further apart.
    if (BORDERS.includes(text[i] ?? " ") && !isLetterOrDigit(text, i + 1)) at += 3;
  }
  return tokens;
}

const BORDERS = ".!?\n;";

/** Letters and digits, apostrophes between letters, and signs that stand for letters beside them. */
function isWordChar(text: string, i: number): boolean {
  if (isLetterOrDigit(text, i)) return true;
  const sign = text[i]!;
  if (sign === "'" || sign === "’") {
    return isLetterOrDigit(text, i - 1) && isLetterOrDigit(text, i + 1);
  }
  if (!(sign in LEET) || sign === "+" || !isLetterOrDigit(text, i + 1)) return false;
  return i === 0 || isLetterOrDigit(text, i - 1) || /\s/.test(text[i - 1]!);
}

/** The plain spelling, then what digits and signs may stand for ("1" for i or l). */
function readingsOf(word: string): string[] {
  if (/^[a-z']+$/.test(word)) return [word];
  const written = word.replaceAll("’", "'");
  const plain = written.replace(/[^\p{L}\p{N}']/gu, "");
  if (!/\p{L}/u.test(written) || !/[^\p{L}']/u.test(written)) return [plain];
  const read = [...written].map((char) => LEET[char] ?? char).join("");
  const other = [...written].map((char) => (/[1!|]/.test(char) ? "l" : LEET[char] ?? char)).join(
    "",
  );
  return [...new Set([plain, read, other])];
}

/** Adds the whole word to "k i l l" and "b.o.m.b": three or more single letters, two with signs. */
function joinSpaced(tokens: Token[]): Token[] {
  for (let i = 0; i < tokens.length; i++) {
    let last = i;
    while (isSingle(tokens[last]) && goesOn(tokens, i, last)) last++;
    const dotted = last > i && tokens[i + 1]!.gap.trim() !== "";
    if (last - i >= 2 || dotted) addJoined(tokens.slice(i, last + 1), true);
    // The last letter may begin another run, with other signs between.
    if (last > i) i = last - 1;
  }
  return tokens;
}

/** Adds the whole word to "bo.mb" and "ran-som-ware": short parts with one sign between them. */
function joinParts(tokens: Token[]): Token[] {
  for (let i = 0; i < tokens.length; i++) {
    let last = i;
    while (last - i < 6 && glued(tokens[last]!, tokens[last + 1])) last++;
    if (last > i && !isSingle(tokens[i])) addJoined(tokens.slice(i, last + 1), false);
    i = last;
  }
  return tokens;
}

/** Whether the next letter belongs to the run: "k.i.l.l m.e" ends at the space. */
function goesOn(tokens: Token[], first: number, last: number): boolean {
  const next = tokens[last + 1];
  if (!isSingle(next) || next!.gap.length > 2) return false;
  return last === first || next!.gap.trim() === tokens[first + 1]!.gap.trim();
}

function isSingle(token: Token | undefined): boolean {
  return token !== undefined && token.to - token.from === 1;
}

/** "bo-mb" is a disguise; in "mother-in-law" the parts are words of their own as well. */
function glued(left: Token, right: Token | undefined): boolean {
  if (!right || !/^[.\-_*~·•'"’/]$/.test(right.gap)) return false;
  return left.readings[0]!.word.length <= 6 || right.readings[0]!.word.length <= 6;
}

function addJoined(parts: Token[], run: boolean) {
  const last = parts.at(-1)!;
  const covered = {
    end: last.at,
    to: last.to,
    covers: parts.length,
    ...(run ? { run: true as const } : {}),
  };
  const plain = parts.map((part) => part.readings[0]!.word).join("");
  const read = parts.map(({ readings }) => {
    const word = readings[1]?.word ?? readings[0]!.word;
    return run ? LEET[word] ?? word : word;
  }).join("");
  for (const word of new Set([plain, read])) {
    if (word.length <= MAX_JOINED) parts[0]!.readings.push({ word, ...covered });
  }
}
