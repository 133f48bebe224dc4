import type { MemoryType } from "./extract.ts";

/** What a rule takes from a clause. */
export interface Taken {
  type: MemoryType;
  subject: string;
  attribute: string;
  value: string | null;
  tags: string[];
  op?: "save" | "correct";
  /** What the clause says is no longer so. */
  replaces?: string;
  /** The same in other words, where those of the clause would not stand alone. */
  says?: string;
}

/** Values that say nothing by themselves. */
export const NOTHING =
  /^(?:it|that|this|them|these|those|you|him|her|so|too|there|here|something|anything|everything|nothing|one|some|any|what|how|your .*|the (?:answer|idea|sound|way|look)\b.*|(?:it|that|this) .*|a lot|much|very much|more|when .*|if .*|to .{0,3})$/i;
/** Where somebody is from, as one says it of a person. */
export const NATIONALITY =
  /^(?:\w+(?:ish|ese|ian|ean|wegian|can)|french|dutch|german|greek|swiss|danish|thai|czech|croatian|serb|turk)$/i;
/** Words that follow "I am" and are no name, even with a capital. */
export const NOT_A_NAME =
  /^(?:a|an|the|not|so|very|just|going|trying|looking|sorry|glad|happy|sad|tired|afraid|sure|here|back|fine|good|ok|okay|done|new|busy|sick|ill|working|learning|from|in|at|on|interested|allergic|married|single|vegan|vegetarian|left|right|currently|now|always|never|also|still|feeling|having|using|thinking|planning|excited|curious|confused|stuck|ready|home|late|early|lost|bored|hungry|proud|grateful|nervous|worried|writing|reading|building|running|getting|coming|moving|wondering|asking|pretty|really|quite|half|almost|about|over|under|into|out|up|down|off|with|without|all|only|more|less|much|great|well)$/i;

/** Makes facts of one slot out of values; null where the value says nothing. */
export function fact(attribute: string, tags: string[], subject = "user") {
  return (value: string | null | undefined, more: Partial<Taken> = {}): Taken | null => {
    const kept = clean(value);
    if (kept !== null && NOTHING.test(kept)) return null;
    return { type: "fact", subject, attribute, value: kept, tags, ...more };
  };
}

/** A value without articles in front, politeness and marks behind. */
export function clean(value: string | null | undefined): string | null {
  const text = value?.trim().replace(/^(?:now|still|currently)\s+(?=\S)/, "")
    .replace(/^(?:the|a|an)\s+(?=\p{Lu})/u, "")
    .replace(/[,;:.!\s]+$/, "").replace(
      /\s+(?:now|too|as well|actually|though|right now|these days|at the moment|nowadays|anymore|any more|btw|by the way|you know|please|thanks)$/i,
      "",
    );
  return text ? text : null;
}

/** Whether a text begins like a name. */
export const isName = (text: string) =>
  /^\p{Lu}/u.test(text) && !NOT_A_NAME.test(text.split(" ")[0]!);
