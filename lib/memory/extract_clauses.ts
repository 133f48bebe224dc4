/** A statement of the user with where it stands in the message, in UTF-16 units. */
export interface Clause {
  text: string;
  from: number;
  to: number;
  /** Words in front of it that were left out: "actually", "remember that". */
  opening: string;
}

/** What is not the user's own statement: code, quoted lines, long quotations. */
const FOREIGN =
  /```[^]*?(?:```|$)|`[^`\n]*`|^[ \t]*>.*$|[“"][^“”"\n]{12,}[”"]|<[^<>\n]{1,200}>|\bhttps?:\/\/\S+/gm;
/** Words that open a statement without saying anything of it. */
const OPENING =
  /^(?:(?:hi|hello|hey|hi there|hello there|good morning|good evening)(?: nova)?[,!.]*\s+|(?:well|so|oh|ok|okay|yes|yeah|no|nope|sure|thanks|thank you|also|and|but|btw|fyi|anyway|actually|sorry|sorry,? I meant|by the way|just so you know|for your information|for the record|as you know|you should know(?: that)?|to be honest|honestly|correction|update|good news|guess what|in fact|plus|note to self|remember|please)\b[,:;!.]*\s+)+/i;
const REMEMBER =
  /^(?:please |can you |could you )?(?:remember|note|keep in mind|don't forget|do not forget|memorise|memorize|write down|save)(?: for (?:me|later|next time))?(?:[,:]| that| this:?|:)?\s+/i;

/** The statements in `message`, without questions and foreign text. */
export function clausesOf(message: string): Clause[] {
  const own = message.replace(FOREIGN, (part) => part.replace(/[^\n]/g, " "));
  const clauses: Clause[] = [];
  for (const match of own.matchAll(/[^.!?;\n]+(?:[.](?=\S)[^.!?;\n]+)*[.!?;]*/g)) {
    if (match[0].includes("?")) continue;
    clauses.push(...split(match[0], match.index));
  }
  return clauses;
}

/** Splits "My name is Ada and I live in Oslo" before each new subject. */
function split(sentence: string, start: number): Clause[] {
  const joints =
    /(?:,\s*|\s+)(?:and|but|so|while|because|although|whereas)\s+(?=(?:I|I['’](?:m|ve|ll)|my|we|we['’]re|our|he|she|they|now|it)\b)|\s*[,–—]\s+(?=(?:I|I['’](?:m|ve|ll)|my|we)\b)|\s+[–—-]\s+/gi;
  const clauses: Clause[] = [];
  let from = 0;
  for (const joint of sentence.matchAll(joints)) {
    push(clauses, sentence.slice(from, joint.index), start + from);
    from = joint.index + joint[0].length;
  }
  push(clauses, sentence.slice(from), start + from);
  return clauses;
}

function push(clauses: Clause[], raw: string, start: number) {
  const lead = raw.length - raw.trimStart().length;
  let text = raw.trim();
  let from = start + lead;
  let opening = "";
  for (const pattern of [REMEMBER, OPENING, REMEMBER]) {
    const found = pattern.exec(text)?.[0] ?? "";
    if (found === "" || found.length === text.length) continue;
    opening += found;
    text = text.slice(found.length);
    from += found.length;
  }
  const bare = text.replace(/[\s.!;,]+$/, "");
  if (bare.length >= 4) clauses.push({ text: bare, from, to: from + bare.length, opening });
}

/** Whether the words before a clause ask to remember it. */
export function asksToRemember({ opening }: Clause): boolean {
  return /\b(?:remember|note|keep in mind|don't forget|do not forget|memori[sz]e|write down|save)\b/i
    .test(opening);
}

/** Whether they announce a correction. */
export function announcesCorrection({ opening }: Clause): boolean {
  return /\b(?:actually|no|nope|correction|sorry|update|in fact)\b/i.test(opening);
}
