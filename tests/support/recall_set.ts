import type { RecallConversation, RecallOptions } from "@/lib/boot/recall_run.ts";

/** A conversation of the harness with what answers each question. */
export interface ScoredConversation extends RecallConversation {
  questions: { id: string; question: string; evidence: string[] }[];
}

const PLACES = "Porto Bergen Ghent Turin Malmö Leipzig Nantes Gdansk".split(" ");
const ANIMALS = "tortoise parrot rabbit hamster kitten pony".split(" ");
const DISHES = "lentil soup,plum cake,fish stew,rye bread,mushroom pie,apple tart".split(",");
const SPORTS = "fencing,rowing,climbing,archery,judo,sailing".split(",");
const TOOLS = "lathe,loom,kiln,telescope,typewriter,sewing machine".split(",");

/** What somebody says, and how it may be asked for in other words. */
type Saying = (value: number, who: string, month: string) => { said: string; asked: string };
const of = (list: readonly string[], at: number) => list[at % list.length]!;
const SAYINGS: Saying[] = [
  (n, who) => ({
    said: `I just came back from ${of(PLACES, n)}, we stayed with my aunt near the harbour.`,
    asked: `Whom did ${who} visit in ${of(PLACES, n)}?`,
  }),
  (n, who) => ({
    said: `We adopted a ${of(ANIMALS, n)} from the shelter and the children are over the moon.`,
    asked: `Where did ${who}'s family get the ${of(ANIMALS, n)}?`,
  }),
  (n, who) => ({
    said: `My neighbour taught me how to make ${of(DISHES, n)} last weekend.`,
    asked: `Who showed ${who} how to cook ${of(DISHES, n)}?`,
  }),
  (n, who, month) => ({
    said: `I signed up for a ${of(SPORTS, n)} class, the first lesson was a disaster!`,
    asked: `Which sport did ${who} begin in ${month}?`,
  }),
  (n, who) => ({
    said: `Grandfather left me his old ${of(TOOLS, n)}; it stands in the attic for now.`,
    asked: `Where does ${who} keep the ${of(TOOLS, n)} that was inherited?`,
  }),
  (n, who) => ({
    said: `The doctor says I should walk more, so I get off the bus at ${
      of(PLACES, n + 3)
    } street.`,
    asked: `Why does ${who} leave the bus at ${of(PLACES, n + 3)} street?`,
  }),
];
const REPLIES = [
  "That sounds wonderful, tell me more!",
  "Oh no, I am sorry to hear that. Are you all right?",
  "Ha, I would have loved to see that.",
  "Lovely. Nothing much happened here, only rain and laundry.",
  "I know what you mean, it was the same for me last year.",
];
const MONTHS = ["January", "February", "March", "April", "May", "June"];

/**
 * A made-up correspondence of two speakers over half a year, for noticing when the ranking falls
 * back: each question has one answer, asked in other words, among others of the same kind. It says
 * nothing about how good the ranking is with people.
 */
export function recallSet(): ScoredConversation {
  const speakers = ["Ada", "Bela"];
  const memories: ScoredConversation["memories"] = [];
  const questions: ScoredConversation["questions"] = [];
  for (let session = 0; session < 18; session++) {
    const month = Math.floor(session / 3);
    const day = String(1 + (session % 3) * 9).padStart(2, "0");
    for (let turn = 0; turn < 14; turn++) {
      const who = speakers[turn % 2]!;
      const id = `t${session}-${turn}`;
      const at = `2025-${String(month + 1).padStart(2, "0")}-${day}T10:${
        String(turn).padStart(2, "0")
      }:00.000Z`;
      const saying = turn % 4 < 2 && turn < 8 ? SAYINGS[(session + turn) % SAYINGS.length] : null;
      const made = saying?.(session * 5 + turn, who, MONTHS[month]!);
      const text = made?.said ?? REPLIES[(session * 3 + turn) % REPLIES.length]!;
      memories.push({ id, session, at, speaker: who, text });
      if (made && session % 2 === 0) {
        questions.push({ id: `q${questions.length}`, question: made.asked, evidence: [id] });
      }
    }
  }
  return { id: "made-up", speakers, now: "2025-08-01T00:00:00.000Z", memories, questions };
}

/** Mean share of the evidence among the first ten (recall@10), 0..1. */
export function recallAt10(
  questions: readonly { id: string; evidence: readonly string[] }[],
  run: Readonly<Record<string, readonly string[]>>,
): number {
  const shares = questions.filter(({ evidence }) => evidence.length > 0).map(({ id, evidence }) => {
    const first = new Set((run[id] ?? []).slice(0, 10));
    return evidence.filter((memory) => first.has(memory)).length / evidence.length;
  });
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

/** The measures that are candidate lists of their own (MEM-51). */
const LISTS = ["full_text", "trigram", "vector"];

/** What each candidate list would have found alone, gathered while a run goes on. */
export function singleLists() {
  const single = new Map(LISTS.map((list) => [list, {} as Record<string, string[]>]));
  const found: NonNullable<RecallOptions["found"]> = ({ id }, results) => {
    for (const [list, ranked] of single) {
      const score = (parts: readonly { name: string; amount: number }[]) =>
        parts.find(({ name }) => name === list)?.amount ?? 0;
      // Rows that the list does not hold are not found by it.
      ranked[id] = results.filter(({ parts }) => score(parts) > 0)
        .sort((a, b) => score(b.parts) - score(a.parts)).map((item) => item.id);
    }
  };
  return {
    found,
    /** Recall@10 of the best of them. */
    best: (questions: Parameters<typeof recallAt10>[0]): number =>
      Math.max(...[...single.values()].map((ranked) => recallAt10(questions, ranked))),
  };
}
