/** Words before the verb that stay where they are. */
const ADVERBS =
  "never|always|usually|often|also|really|just|still|currently|now|already|mostly|only|sometimes|generally|actually|recently|finally|no longer|mainly|regularly|absolutely|truly";
/** Verbs that are the same for every person, and past forms. */
const FIXED = new Set(
  ("can could will would should may might must shall had did was were went got made bought sold " +
    "left began became came took gave found met ran read won lost kept told said saw wrote built " +
    "grew spent taught thought felt paid sent broke chose drove flew spoke slept swam wore knew " +
    "used cut put set let quit hit hurt cost")
    .split(" "),
);
const SPECIAL: Record<string, string> = {
  am: "is",
  have: "has",
  do: "does",
  go: "goes",
  are: "is",
  "don't": "does not",
  "didn't": "did not",
  "can't": "cannot",
  "won't": "will not",
  "haven't": "has not",
  "wasn't": "was not",
  "couldn't": "could not",
};

/** Regular past forms and negations; "need" and "feed" are none. */
const PAST = /(?:[^e]ed|[^nfsrblpc]eed|n't)$/;

/** "I live in Oslo" becomes "The user lives in Oslo", "my sister" "the user's sister". */
export function thirdPerson(clause: string): string {
  const plain = clause.trim().replace(/[’]/g, "'").replace(/[.!,;\s]+$/, "");
  const subject = /^(?:I|we)\b/i.test(plain) ? spokenByUser(plain) : ofUser(plain);
  return `${subject.charAt(0).toUpperCase()}${subject.slice(1)}.`;
}

/** A clause whose subject is the user. */
function spokenByUser(clause: string): string {
  const contracted = clause
    .replace(/^I'm\b/i, "I am").replace(/^we're\b/i, "I am").replace(/^(?:I|we)'ve\b/i, "I have")
    .replace(/^(?:I|we)'ll\b/i, "I will").replace(/^(?:I|we)'d\b/i, "I would").replace(
      /^we\b/i,
      "I",
    );
  const match = new RegExp(`^I ((?:(?:${ADVERBS}) )*)([a-z']+)\\b(.*)$`, "is").exec(contracted);
  if (!match) return `The user ${others(contracted.replace(/^I\s+/i, ""))}`;
  const [, adverbs = "", verb = "", rest = ""] = match;
  return `The user ${adverbs.toLowerCase()}${conjugate(verb.toLowerCase())}${others(rest)}`;
}

/** A clause about something of the user's, or about somebody else. */
function ofUser(clause: string): string {
  return others(clause.replace(/^(?:my|our)\b/i, "The user's"));
}

function conjugate(verb: string): string {
  const special = SPECIAL[verb];
  if (special) return special;
  if (FIXED.has(verb) || PAST.test(verb)) return verb;
  if (/[^aeiou]y$/.test(verb)) return `${verb.slice(0, -1)}ies`;
  return /(?:s|sh|ch|x|z|o)$/.test(verb) ? `${verb}es` : `${verb}s`;
}

const PRONOUNS: Record<string, string> = {
  my: "their",
  our: "their",
  mine: "theirs",
  ours: "theirs",
  me: "them",
  us: "them",
  myself: "themself",
  i: "they",
  we: "they",
  am: "are",
};

/** Words for the user in the middle of a clause. */
function others(rest: string): string {
  return rest
    .replace(/\bI'm\b/g, "they are").replace(/\bI've\b/g, "they have").replace(
      /\bI'll\b/g,
      "they will",
    )
    .replace(/\bI'd\b/g, "they would")
    .replace(
      /\b(?:my|our|mine|ours|me|us|myself|I|we|am)\b/g,
      (word) => PRONOUNS[word.toLowerCase()] ?? word,
    )
    .replace(/\bUS\b/g, "US");
}
