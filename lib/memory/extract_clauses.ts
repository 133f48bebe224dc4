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

/** A sentence; the point of an abbreviation before a name ends none. */
const SENTENCE =
  /[^.!?;\n]+(?:(?:[.](?=\S)|(?<=\b(?:Dr|Mr|Mrs|Ms|Prof|St))[.](?=\s+\p{Lu}))[^.!?;\n]+)*[.!?;]*/gu;

/** The statements in `message`, without questions and foreign text. */
export function clausesOf(message: string): Clause[] {
  const own = message.replace(FOREIGN, (part) => part.replace(/[^\n]/g, " "));
  const clauses: Clause[] = [];
  for (const match of own.matchAll(SENTENCE)) {
    if (match[0].includes("?")) continue;
    clauses.push(...split(match[0], match.index));
  }
  return clauses;
}

/** Where a new statement begins within a sentence. */
const JOINTS =
  /(?:,\s*|\s+)(?:and|but|so|while|because|although|whereas)\s+(?=(?:I|I['’](?:m|ve|ll)|my|we|we['’]re|our|he|she|they|everyone|everybody|people|friends|now,? (?:I|we|my|our|it)|since|it)\b)|\s*[,–—]\s+(?=(?:I|I['’](?:m|ve|ll)|my|we)\b)|\s+[–—-]\s+/gi;

/** A second thing that "I" do: "and work as a nurse". Verbs alone that are not also nouns. */
const SECOND_VERB =
  /\s+(?:and|but)\s+(?=(?:(?:now |currently )?work(?: as| at| for| in)|(?:now |currently )?live in|lives? with|study|teach|speak|have an?|own|love|like|enjoy|prefer|hate|collect|am|play the|moved|started|married|studied|worked|lived|grew up|was born)\b)/;
/** The same of somebody else: "my friend Sam lives in Berlin and works at Siemens". */
const SOMEBODY =
  /^((?:my|our)(?: \p{Ll}[\p{L}-]*){1,3}?(?: \p{Lu}[\p{L}'’-]+)?) (?=(?:is|are|was|lives|works|studies|likes|loves|plays|speaks|teaches|runs|owns|has|moved|comes)\b)/iu;
const THEIR_SECOND_VERB =
  /\s+(?:and|but)\s+(?=(?:(?:now )?(?:works|lives)|studies|goes to|likes|loves|enjoys|hates|plays the|speaks|teaches|owns|has an?|collects|drives|is an?|is \d+)\b)/;
/** Words after which a verb is not what "I" do: "I want to learn Portuguese and play the guitar". */
const NOT_FINITE =
  /\b(?:to (?!the\b|an?\b|my\b|our\b)\p{Ll}|will|would|can|could|may|might|must|should|let|help|make|going)|['’](?:ll|d)\b/u;

/** Splits "My name is Ada and I live in Oslo" before each new subject, and each new verb of "I". */
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
  const subject = /^I\b/.test(bare) ? "I" : SOMEBODY.exec(bare)?.[1];
  const second = subject && (subject === "I" ? SECOND_VERB : THEIR_SECOND_VERB).exec(bare);
  if (second && !NOT_FINITE.test(bare.slice(0, second.index))) {
    const verb = second.index + second[0].length;
    add(clauses, { text: bare.slice(0, second.index), from, opening: opening + own });
    const text = bare.slice(verb);
    return add(clauses, {
      text,
      from: from + verb,
      opening: opening + own,
      subject: `${subject} `,
    });
  }
  add(clauses, { text: bare, from, opening: opening + own });
}

function add(
  clauses: Clause[],
  { text, from, opening, subject = "" }: {
    text: string;
    from: number;
    opening: string;
    subject?: string;
  },
): void {
  // A statement of more than a few lines says several things, and no rule is made for that.
  if (text.length < 4 || text.length > LONGEST) return;
  clauses.push({ text: subject + text, from, to: from + text.length, opening });
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
