import type { Question } from "../question.ts";
import type { Candidate, Corpus, FactCandidate, TurnCandidate } from "../ranking_types.ts";
import { createReader } from "../text_profile.ts";

/** The moment at which the tests of ranking ask. */
export const NOW = new Date("2026-06-01T12:00:00.000Z");

/** A fact as the database would give it, current and unremarkable but for what `change` says. */
export function fact(id: string, text: string, change: Partial<FactCandidate> = {}): FactCandidate {
  return {
    kind: "fact",
    id,
    text,
    quote: null,
    subject: null,
    attribute: null,
    value: null,
    tags: [],
    tier: "ltm",
    source: "first_hand",
    confidence: 0.8,
    pinned: false,
    anchor: false,
    accessCount: 0,
    injection: "any_model",
    date: new Date("2026-05-01T09:00:00.000Z"),
    validTo: null,
    supersededAt: null,
    sourceMessageIds: [],
    sessionId: null,
    near: [],
    session: 0,
    memberships: [],
    ...change,
  };
}

/** The neighbouring turns of each made turn. */
const contexts = new WeakMap<Candidate, string>();

/** A turn as the database would give it; what stands around it is found when a question is known. */
export function turn(
  id: string,
  text: string,
  { context = "", ...change }: Partial<TurnCandidate> & { context?: string } = {},
): TurnCandidate {
  const made: TurnCandidate = {
    kind: "turn",
    id,
    sessionId: "session",
    role: "user",
    author: "Ada",
    text,
    near: [],
    session: 0,
    prior: [],
    priorAsks: false,
    prior2: [],
    date: new Date("2026-05-01T09:00:00.000Z"),
    memberships: [],
    ...change,
  };
  contexts.set(made, context);
  return made;
}

/** What the database would tell of rows that are all there is: their surroundings, rare words. */
export function measured(
  question: Question,
  rows: readonly Candidate[],
): { candidates: Candidate[]; corpus: Corpus } {
  const { readTerms } = createReader(question);
  const held = rows.map((row) => readTerms(row.text).counts);
  const holding = question.terms.map((_, at) => held.filter((counts) => counts[at]! > 0).length);
  const candidates = rows.map((row): Candidate => {
    const around = readTerms(contexts.get(row) ?? "").counts;
    return { ...row, near: around.flatMap((count, at) => count > 0 ? [at] : []) };
  });
  return { candidates, corpus: { rows: rows.length, holding } };
}

/** What one person told over some weeks. */
export const MEMORIES = [
  fact("f01", "Ada's sister Maren lives in Tromsø."),
  fact("f02", "Ada is allergic to walnuts."),
  fact("f03", "Ada works as a nurse at the children's hospital."),
  fact("f04", "Ada is learning Portuguese for a holiday in Lisbon."),
  fact("f05", "Ada's dog Biscuit is afraid of thunder."),
  fact("f06", "Ada prefers tea to coffee."),
  fact("f07", "Ada's birthday is on 12 March."),
  fact("f08", "Ada plays the cello in an amateur orchestra."),
  fact("f09", "Ada wants to run a half marathon in autumn."),
  fact("f10", "Ada's landlord raised the rent in April."),
  turn("t01", "My sister Maren called, her ferry was cancelled because of the storm."),
  turn("t02", "I baked a carrot cake for the orchestra and forgot the sugar."),
  turn("t03", "Biscuit hid under the sofa during the thunder again."),
  turn("t04", "The night shift at the hospital was quiet, we watched the snow."),
  turn("t05", "Could you help me to write a letter to my landlord?"),
  turn("t06", "Here is a polite letter to your landlord about the rent.", {
    role: "assistant",
    author: "Nova",
  }),
  turn("t07", "My knee hurts after the long run on Sunday."),
  turn("t08", "Rest the knee for two days and cool it.", { role: "assistant", author: "Nova" }),
  turn("t09", "I found a little flat with a balcony near the harbour."),
  turn("t10", "We rehearsed the Dvořák concerto until ten."),
];

/** Questions that have nothing to do with any of it. */
export const UNRELATED = [
  "What is the capital of Mongolia?",
  "How do I reverse a linked list in Python?",
  "Explain the theory of relativity in simple words",
  "Who painted the ceiling of the Sistine Chapel?",
  "Convert 30 degrees Celsius to Fahrenheit",
  "What is the difference between TCP and UDP?",
  "Give me a recipe for mushroom risotto",
  "How many planets does the solar system have?",
  "Translate 'good morning' to Japanese",
  "What year did the Berlin Wall fall?",
  "Write a regular expression that matches an email address",
  "What causes inflation?",
  "How does photosynthesis work?",
  "Who wrote Pride and Prejudice?",
  "What is a good name for a startup that sells socks?",
  "Summarise the plot of Hamlet",
  "How tall is Mount Kilimanjaro?",
  "What does HTTP status 418 mean?",
  "Explain quantum entanglement",
  "How do vaccines protect people?",
  "What are the rules of chess?",
  "How do I change a flat tyre?",
  "What is the speed of light?",
  "Which programming language should I learn first?",
  "How do I tie a bow tie?",
  "What is the GDP of Brazil?",
  "Tell me a joke about penguins",
  "How does a refrigerator cool its inside?",
  "What is the square root of 1764?",
  "Who won the football world cup in 1998?",
  "Why is the sky blue?",
  "How do black holes form?",
  "What is machine learning?",
  "Give me ten synonyms for happy",
  "How long does it take to boil an egg?",
  "What is the meaning of life?",
  "List three advantages of solar energy",
  "Explain how blockchain transactions are verified",
  "What is a sonnet?",
  "How do I center a div with CSS?",
  "What time is it in Sydney?",
  "Tell me something interesting",
  "What can you do?",
  "Thanks, that was great!",
  "Hello, how are you today?",
  "Can you make it shorter?",
  "Which vitamins are in oranges?",
  "What is the population of Canada?",
  "How do submarines dive?",
  "Compare diesel and petrol engines",
];
