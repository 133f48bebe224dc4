/** Verbs whose third person is not made with an s. */
const IRREGULAR: Record<string, string> = {
  is: "are",
  was: "were",
  has: "have",
  does: "do",
  "isn't": "aren't",
  "wasn't": "weren't",
  "hasn't": "haven't",
  "doesn't": "don't",
  goes: "go",
};
/** Words after "the user" that stay as they are. */
const UNCHANGED = new Set(
  "can could will would should may might must had did no never also often always usually".split(
    " ",
  ),
);
const ADVERBS = new Set("no never also often always usually now currently really".split(" "));

/** "The user's sister lives …" becomes "Your sister lives …", "The user likes" "You like". */
export function thirdToSecond(text: string): string {
  const spoken = text
    .replace(/\b([Tt])he user['’]s\b/g, (_, t) => (t === "T" ? "Your" : "your"))
    .replace(
      /\b([Tt])he user(?: ((?:no longer|never|also|often|always|usually|now|currently|really) )?([a-z'’]+))?/g,
      (_, t: string, adverb = "", verb?: string) => {
        const you = t === "T" ? "You" : "you";
        return verb === undefined ? you : `${you} ${adverb}${baseForm(verb)}`;
      },
    );
  return /^[Tt]he user\b/.test(text) ? ownPronouns(spoken) : spoken;
}

function baseForm(verb: string): string {
  const known = IRREGULAR[verb.replace("’", "'")];
  if (known) return known;
  if (UNCHANGED.has(verb) || ADVERBS.has(verb) || !verb.endsWith("s") || verb.endsWith("ss")) {
    return verb;
  }
  if (verb.endsWith("ies") && verb.length > 4) return `${verb.slice(0, -3)}y`;
  if (/(?:ch|sh|ss|x|zz|o)es$/.test(verb)) return verb.slice(0, -2);
  return verb.slice(0, -1);
}

function ownPronouns(text: string): string {
  return text.replace(
    /\b(their|theirs|themselves|themself)\b/g,
    (word) => ({ their: "your", theirs: "yours" })[word] ?? "yourself",
  );
}

const FIRST: readonly [RegExp, string][] = [
  [/\bI['’]m\b/gi, "you're"],
  [/\bI am\b/gi, "you are"],
  [/\bI was\b/gi, "you were"],
  [/\bI['’](ve|ll|d)\b/gi, "you'$1"],
  [/\bI\b/g, "you"],
  [/\bmyself\b/gi, "yourself"],
  [/\bmine\b/gi, "yours"],
  [/\bmy\b/gi, "your"],
  [/\bme\b/gi, "you"],
  [/\bwe\b/gi, "you"],
  [/\bours?\b/gi, "your"],
  [/\bus\b/g, "you"],
  [/\bam\b/g, "are"],
];

/** "My sister lives …" becomes "your sister lives …". */
export function firstToSecond(text: string): string {
  return FIRST.reduce((result, [pattern, word]) => result.replace(pattern, word), text);
}

/** `text` with a capital first letter and a mark at its end. */
export function sentence(text: string): string {
  const trimmed = text.trim();
  const whole = /[.!?…]["”')]?$/.test(trimmed) ? trimmed : `${trimmed}.`;
  return whole.charAt(0).toUpperCase() + whole.slice(1);
}

/** `text` with a small first letter, unless its first word looks like a name or an acronym. */
export function lowerFirst(text: string): string {
  return /^[A-Z][a-z]*\b/.test(text) && /^(?:Your?|You['’]\w+|The|It|There|This)\b/.test(text)
    ? text.charAt(0).toLowerCase() + text.slice(1)
    : text;
}
