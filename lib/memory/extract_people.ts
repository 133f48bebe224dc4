import { clean, fact, isName, NATIONALITY, type Taken } from "./extract_taken.ts";

/** Whom somebody may have, as a pattern: "older sister", "dog". */
export const RELATION =
  "(?:(?:older|younger|elder|little|big|twin|best|good|old|new|late|late husband's|ex-?)\\s+)?(?:sister|brother|mother|mom|mum|father|dad|parents|wife|husband|partner|girlfriend|boyfriend|fianc[eé]e?|son|daughter|child|kids?|children|baby|twins|aunt|uncle|cousin|niece|nephew|grandmother|grandma|granny|grandfather|grandpa|grandparents|grandson|granddaughter|stepmother|stepfather|stepson|stepdaughter|mother-in-law|father-in-law|sister-in-law|brother-in-law|boss|manager|colleague|coworker|mentor|friend|best friend|roommate|flatmate|neighbou?r|teacher|professor|doctor|GP|dentist|therapist|landlord|ex|ex-wife|ex-husband|dog|cat|puppy|kitten|horse|rabbit|parrot|hamster|pet|team)";
/** Which of them are animals. */
export const PETS = /\b(?:dog|cat|puppy|kitten|horse|rabbit|parrot|hamster|pet)\b/i;

/** "older sister" is the user's sister; the noun names the slot. */
export function relationOf(words: string): string {
  return words.toLowerCase().replace(/\s+/g, " ").trim();
}

/** Tags of a fact about one of them. */
export const tagsFor = (relation: string) => [PETS.test(relation) ? "pet" : "family"];

/** Somebody who is named in passing: "with my wife Mia and our dog Bruno". */
const NAMED = new RegExp(`\\b(?:my|our) (${RELATION}) (\\p{Lu}[\\p{L}'’-]+)`, "gu");
const TITLE = /^(?:Dr|Prof|Mr|Mrs|Ms|St|God|I)$/;

/** People and animals whom a clause names beside what it says. */
export function namedInPassing(text: string): Taken[] {
  return [...text.matchAll(NAMED)].flatMap(([, relation, said]): Taken[] => {
    const name = said!.replace(/['’]s$/, "");
    if (!isName(name) || TITLE.test(name) || NATIONALITY.test(name)) return [];
    const tags = tagsFor(relation!);
    const value = relationOf(relation!);
    const says = `my ${value} is called ${name}`;
    return [{ type: "fact", subject: name, attribute: "relation", value, tags, says }];
  });
}

const RELATION_SLOTS: readonly [RegExp, string][] = [
  [
    /^(?:just |now |recently |still |currently )?(?:lives|lived|live|moved|is living) (?:in|to|near)? ?(.+)$/i,
    "home city",
  ],
  [
    /^(?:just |now |recently |still |currently )?(?:works|worked|work|started working) (?:at|for|as) (.+)$/i,
    "work",
  ],
  [/^(?:is|was|are) (?:an? )(.+)$/i, "is"],
  [/^(?:studies|studied|study) (.+)$/i, "studies"],
  [/^(?:likes|loves|like|love|prefers) (.+)$/i, "likes"],
  [/^(?:hates) (.+)$/i, "dislikes"],
  [/^(?:speaks) (.+)$/i, "languages"],
  [/^(?:was born) (?:on|in) (.+)$/i, "birthday"],
  [/^(?:turned|turns|is) (\d{1,3})\b.*$/i, "age"],
  [/^(?:is|are) (?:allergic|intolerant) to (.+)$/i, "allergy"],
];

/** What is said of somebody: the slot it fills where it is a known one, else as it was said. */
export function aboutRelation(
  { relation, name, said }: { relation: string; name?: string; said: string },
): Taken | null {
  if (
    /^(?:is|are|was|has|had|got) (?:so|very|really|just|a bit|quite|too|being|here|there|right|wrong|not sure|angry|mad|late|on (?:the|his|her)|at (?:the|home)|asking|telling|saying|calling|coming|waiting|driving me|a (?:bit|pain|nightmare))\b/i
      .test(said)
  ) return null;
  if (/^(?:said|told|asked|thinks|says|just said)\b/i.test(said)) return null;
  const subject = name && isName(name) ? name : relationOf(relation);
  for (const [pattern, attribute] of RELATION_SLOTS) {
    const match = pattern.exec(said);
    if (match) return fact(attribute, tagsFor(relation), subject)(match[1], {});
  }
  const value = clean(said);
  return value === null || value.split(" ").length < 2
    ? null
    : { type: "fact", subject, attribute: "about", value, tags: tagsFor(relation) };
}
