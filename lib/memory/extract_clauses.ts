/** A statement of the user with where it stands in the message, in UTF-16 units. */
export interface Clause {
  text: string;
  from: number;
  to: number;
  /** Words in front of it that were left out: "actually", "remember that". */
  opening: string;
}

/** Longest clause that is looked at, in UTF-16 units. */
const LONGEST = 300;

/** What is not the user's own statement: code, quoted lines, long quotations. */
const FOREIGN =
  /```[^]*?(?:```|(?![^]))|`[^`\n]*`|^[ \t]*>.*$|^[ \t]*(?:#+ ?)?\[?(?:user|human|system|assistant|ai|tool|function|developer|admin|nova|memory|memories|note to ai|from|to|subject)\]?[ \t]*[:>=].*$|[“"][^“”"\n]{12,}[”"]|<[^<>\n]{1,200}>|\bhttps?:\/\/\S+/gmi;
/** Words that open a statement without saying anything of it. */
const OPENING =
  /^(?:(?:hi|hello|hey|hi there|hello there|good morning|good evening)(?: nova)?[,!.]*\s+|(?:well|so|oh|ok|okay|yes|yeah|no|nope|sure|thanks|thank you|also|and|but|btw|fyi|anyway|actually|sorry|sorry,? I meant|by the way|just so you know|for your information|for the record|as you know|you should know(?: that)?|to be honest|honestly|correction|update|good news|guess what|in fact|plus|note to self|please)\b[,:;!.]*\s+)+/i;
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

/** Where a new statement begins within a sentence. */
const JOINTS =
  /(?:,\s*|\s+)(?:and|but|so|while|because|although|whereas)\s+(?=(?:I|I['’](?:m|ve|ll)|my|we|we['’]re|our|he|she|they|now|since|it)\b)|\s*[,–—]\s+(?=(?:I|I['’](?:m|ve|ll)|my|we)\b)|\s+[–—-]\s+/gi;

/** Splits "My name is Ada and I live in Oslo" before each new subject. */
function split(sentence: string, start: number): Clause[] {
  const lead = sentence.length - sentence.trimStart().length;
  const opening = openingOf(sentence.trimStart());
  const body = sentence.slice(lead + opening.length);
  const clauses: Clause[] = [];
  const at = start + lead + opening.length;
  let from = 0;
  for (const joint of body.matchAll(JOINTS)) {
    push(clauses, { raw: body.slice(from, joint.index), at: at + from, opening });
    from = joint.index + joint[0].length;
  }
  push(clauses, { raw: body.slice(from), at: at + from, opening });
  return clauses;
}

/** The words in front of a statement that are not part of it. */
function openingOf(text: string): string {
  let length = 0;
  for (const pattern of [REMEMBER, OPENING, REMEMBER, OPENING]) {
    length += pattern.exec(text.slice(length))?.[0].length ?? 0;
  }
  return text.slice(0, length);
}

function push(
  clauses: Clause[],
  { raw, at, opening }: { raw: string; at: number; opening: string },
) {
  const lead = raw.length - raw.trimStart().length;
  const own = clauses.length === 0 ? "" : openingOf(raw.trimStart());
  const bare = raw.slice(lead + own.length).replace(/[\s.!;,]+$/, "");
  const from = at + lead + own.length;
  // A statement of more than a few lines says several things, and no rule is made for that.
  if (bare.length < 4 || bare.length > LONGEST) return;
  clauses.push({ text: bare, from, to: from + bare.length, opening: opening + own });
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
