/**
 * Messages as people mix them in a chat: of most of them nothing is worth keeping. The texts of the
 * first kind state something about their writer; those of the others do not.
 */
const FILL = {
  place: "Porto,Bergen,Ghent,Turin,Malmö,Leipzig,Nantes,Gdansk".split(","),
  thing: "invoice,essay,garden shed,spreadsheet,bicycle,recipe,letter,playlist".split(","),
  topic: "volcanoes,sourdough,chess openings,tax law,bird song,jazz,comets,knots".split(","),
  name: "Maren,Nils,Olga,Pia,Quin,Rosa,Sven,Tess".split(","),
};

/** Statements worth keeping, each with a word that what is kept must hold. */
const WORTH = [
  ["I live in {place} with my two cats.", "{place}"],
  ["My sister {name} works as a nurse.", "{name}"],
  ["I'm learning to read about {topic} in Italian.", "learning"],
  ["My favourite subject is {topic}.", "{topic}"],
  ["Remember that I water the {thing} on Fridays.", "{thing}"],
  ["I love {topic}.", "{topic}"],
  ["I moved to {place} in 2019.", "{place}"],
] as const;

/** Nothing about the writer that would still matter tomorrow. */
const WORTHLESS = [
  "What do you know about {topic}?",
  "Write a short poem about {topic} for me.",
  "Can you check the {thing} again, please?",
  "Thanks, that helps a lot!",
  "How far is it from {place} to the sea?",
  "Hm, I don't think that's right.",
  "I think the second version of the {thing} is better.",
  "I need this {thing} shorter.",
  "I'd like the answer as a table.",
  "ok",
  "lol",
  'Translate "I live in {place}" into French.',
  '{name} said: "I love {topic}". What did she mean?',
  "In the novel the hero says that he lives in {place}.",
  "Suppose I lived in {place}, what would rent cost?",
  "If I were a teacher of {topic}, where would I begin?",
  "I wonder whether {topic} would interest children.",
  "I have a question about {topic}.",
  "I just read an article about {topic}.",
  "I'm not sure I understand the part on {topic}.",
  "Is {place} larger than {name}'s home town?",
  "Let's talk about {topic}.",
  "I want you to act as a guide to {place}.",
  "I asked for a {thing}, not a list.",
  "Give me three facts about {place}.",
  "No, I meant the other {thing}.",
  "I'll try that later.",
  "I can't open the {thing}.",
  "Why is the {thing} so long?",
  "Explain {topic} to me like I'm five.",
  "I see.",
  "I'm back.",
  "I'm going to make some tea, one moment.",
] as const;

/** A message; `keep` is a word that what is kept must hold, null when nothing is worth keeping. */
export interface Replayed {
  text: string;
  keep: string | null;
}

/** A thousand messages, always the same: one in five states something. */
export function replay(): Replayed[] {
  return Array.from({ length: 1_000 }, (_, n): Replayed => {
    const fill = (text: string) =>
      text.replace(/\{(\w+)\}/g, (_, key: keyof typeof FILL) => {
        const list = FILL[key];
        return list[(n * 7 + Math.floor(n / 11)) % list.length]!;
      });
    if (n % 5 === 0) {
      const [text, keep] = WORTH[(n / 5) % WORTH.length]!;
      return { text: fill(text), keep: fill(keep) };
    }
    return { text: fill(WORTHLESS[(n * 3 + Math.floor(n / 7)) % WORTHLESS.length]!), keep: null };
  });
}
