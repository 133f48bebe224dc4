import { stem } from "./stemmer.ts";

/**
 * Words of a question, and the attributes of facts that answer it: "Where do I live?" asks for the
 * home city, although no word of it stands there. Attributes are those that the rules give.
 */
const ASKED = `
live reside move: home city
old age: age birthday
born birthday: birthday birth
work job profession: occupation employer work
study school university: studies school education
married wife husband spouse partner: marital status relation
eat food diet cook: diet avoids allergy
allergic allergy: allergy
drive car: vehicle
speak language: languages
called name: name preferred relation
come: origin
grow: childhood
`;

const attributes = new Map<string, string[]>();
for (const line of ASKED.trim().split("\n")) {
  const [asked, words] = line.split(":") as [string, string];
  const stems = words.trim().split(" ").map(stem);
  for (const word of asked.trim().split(" ")) {
    const key = stem(word);
    attributes.set(key, [...attributes.get(key) ?? [], ...stems]);
  }
}

/** Stems of the attributes that are asked for with these stems. */
export function attributesOf(stems: Iterable<string>): ReadonlySet<string> {
  return new Set([...stems].flatMap((one) => attributes.get(one) ?? []));
}
