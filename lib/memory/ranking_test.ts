import { expect } from "expect";
import { type Candidate, parseQuestion, rank } from "./ranking.ts";
import { SIGNAL_WEIGHTS, SMALL_TERMS } from "./ranking_weights.ts";
import { selectForRecall } from "./selection.ts";
import { fact, measured, MEMORIES, NOW, turn, UNRELATED } from "./testdata/candidates.ts";

const BUDGET = { tokenBudget: 2_000 };

function ask(
  text: string,
  candidates: readonly Candidate[] = MEMORIES,
  options: { previous?: string[]; lexicalVectors?: boolean; cosineFloor?: number } = {},
) {
  const { previous = [], lexicalVectors = true, cosineFloor } = options;
  const question = parseQuestion({ text, previous, now: NOW, userName: "Ada" });
  const { candidates: rows, corpus } = measured(question, candidates);
  return rank(question, rows, { lexicalVectors, cosineFloor, corpus });
}

/** Ids of what is related, best first. */
const found = (...given: Parameters<typeof ask>) =>
  ask(...given).filter((item) => item.related).map((item) => item.candidate.id);

const recalled = (...given: Parameters<typeof ask>) =>
  selectForRecall(ask(...given), BUDGET).map((item) => item.candidate.id);

Deno.test("[MEM-50] facts and turns stand in one order", () => {
  expect(found("Where does my sister Maren live?").slice(0, 2).sort()).toEqual(["f01", "t01"]);
  expect(found("Am I allergic to walnuts?")).toEqual(["f02"]);
  expect(found("What is my dog afraid of?")[0]).toBe("f05");
});

Deno.test("[MEM-56] the parts add up to the score, which lies between 0 and 1", () => {
  const questions = [
    "Where does my sister live?",
    "rent in April",
    "Maren",
    "What about the knee?",
  ];
  for (const item of questions.flatMap((text) => ask(text))) {
    const sum = item.explain().parts.reduce((total, part) => total + part.amount, 0);
    expect(Math.abs(sum - item.score)).toBeLessThan(1e-6);
    expect(item.score).toBeGreaterThanOrEqual(0);
    expect(item.score).toBeLessThanOrEqual(1);
    for (const part of item.explain().parts) {
      expect(Math.abs(part.value * part.weight - part.amount)).toBeLessThan(1e-9);
    }
  }
});

Deno.test("[MEM-56] parts carry the places of the lists they come from", () => {
  const walnuts = fact("a", "Ada is allergic to walnuts.", {
    memberships: [{ list: "full_text", place: 3, value: 0.4 }],
  });
  const part = ask("walnuts", [walnuts])[0]!.explain().parts.find((p) => p.name === "full_text");
  expect(part).toMatchObject({ rank: 3, value: 1 });
});

Deno.test("[MEM-56] reasons say in words why a row was found", () => {
  const reasons = (text: string, candidate: Candidate) =>
    ask(text, [candidate, ...MEMORIES]).find((item) => item.candidate.id === candidate.id)!
      .explain().reasons;
  const confirmed = fact("a", "Ada's uncle collects stamps.", {
    pinned: true,
    sourceMessageIds: ["1", "2"],
  });
  expect(reasons("Tell me about my uncle's stamps", confirmed)).toEqual(
    expect.arrayContaining(["mentions uncle", "mentions stamps", "pinned", "confirmed twice"]),
  );
  const said = turn("b", "The stamps came from Peru.", { date: new Date("2026-05-30T09:00:00Z") });
  expect(reasons("What did Ada say about stamps in May?", said)).toEqual(
    ["mentions stamps", "said by Ada", "from May", "recent"],
  );
  const alike = fact("c", "Ada adores Whiskers.", {
    memberships: [{ list: "vector", place: 1, value: 0.8 }],
  });
  const near = ask("Do I own a cat?", [alike], { lexicalVectors: false })[0]!;
  expect(near.explain().reasons).toContain("matches meaning");
});

Deno.test("[MEM-53] a rare word counts more than one that many rows hold", () => {
  const rows = [
    ...Array.from({ length: 8 }, (_, n) => turn(`o${n}`, `The orchestra met on evening ${n}.`)),
    turn("rare", "A trombone was missing."),
  ];
  expect(found("my orchestra trombone", rows)[0]).toBe("rare");
});

Deno.test("[MEM-53] inflected words meet", () => {
  expect(found("painting", [turn("a", "She painted the fence."), turn("b", "Nothing here.")]))
    .toEqual(["a"]);
});

Deno.test("[MEM-53] neighbours find a turn that does not repeat the question's words", () => {
  const rows = [
    turn("answer", "The Minnesota Wolves!", {
      // "team" and "contract" of the question below.
      prior: [0, 2],
      priorAsks: true,
      context: "Which team did you sign the contract with?\nWhen does the season start?",
    }),
    turn("other", "I like the season."),
  ];
  expect(found("Which team gave me the contract?", rows)).toEqual(["answer"]);
});

Deno.test("[MEM-53] the speaker whom a question names comes first", () => {
  const rows = [
    turn("a", "Resting helps the knee.", { author: "Ada" }),
    turn("b", "Resting helps the knee.", { author: "Nova", role: "assistant" }),
  ];
  expect(found("What did Nova say about the knee?", rows)).toEqual(["b", "a"]);
  expect(found("What did Ada say about the knee?", rows)).toEqual(["a", "b"]);
  expect(found("What did I say about the knee?", rows)).toEqual(["a", "b"]);
});

Deno.test("[MEM-53] a date in the question meets the row's time", () => {
  const rows = ["2025-11-03", "2026-02-10", "2026-03-20"].map((day) =>
    turn(day, "We went to the lake.", { date: new Date(`${day}T10:00:00Z`) })
  );
  expect(found("Who came to the lake in February 2026?", rows)[0]).toBe("2026-02-10");
  expect(found("the lake in November", rows)[0]).toBe("2025-11-03");
});

Deno.test("[MEM-53] word pairs and misspellings count", () => {
  const rows = [
    turn("apart", "The guitar stood beside the old electric stove."),
    turn("pair", "The electric guitar stood there."),
  ];
  expect(found("electric guitar", rows)[0]).toBe("pair");
  const misspelt = fact("m", "Ada's neighbour is called Margarethe.", {
    memberships: [{ list: "trigram", place: 1, value: 0.7 }],
  });
  const [item] = ask("Who is Margarete?", [misspelt]);
  expect(item!.related).toBe(true);
  expect(item!.explain().reasons).toContain("similar to Margarete");
});

Deno.test("[MEM-52] a message that cannot stand alone takes what came before it", () => {
  expect(found("How is she?")).toEqual([]);
  const previous = ["My sister Maren will visit me"];
  expect(found("How is she?", MEMORIES, { previous })).toEqual(
    expect.arrayContaining(["f01", "t01"]),
  );
  const long = "Please describe the orchestra rehearsal and the concerto";
  expect(found(long, MEMORIES, { previous })).not.toContain("f01");
});

Deno.test("[MEM-52] what came before weighs half", () => {
  const { terms } = parseQuestion({ text: "And Biscuit?", previous: ["my sister"], now: NOW });
  expect(terms.map(({ word, weight }) => [word, weight])).toEqual([["biscuit", 1], [
    "sister",
    0.5,
  ]]);
});

Deno.test("[MEM-54] a question about the past lifts what was replaced", () => {
  const rows = [
    fact("now", "Ada lives in Porto.", { date: new Date("2026-03-01T00:00:00Z") }),
    fact("then", "Ada lives in Lyon.", {
      date: new Date("2024-01-01T00:00:00Z"),
      validTo: new Date("2026-03-01T00:00:00Z"),
      supersededAt: new Date("2026-03-01T00:00:00Z"),
    }),
  ];
  expect(found("Where do I live?", rows)[0]).toBe("now");
  const past = ask("Where did I live before?", rows);
  expect(past[0]!.candidate.id).toBe("then");
  expect(past[0]!.explain().reasons).toContain("past");
  expect(found("Where did I live in 2025?", rows)[0]).toBe("then");
});

Deno.test("[MEM-55] small terms never exceed a tenth and turns have recency alone", () => {
  expect(Object.values(SMALL_TERMS).reduce((sum, value) => sum + value, 0)).toBeLessThanOrEqual(
    0.1 + 1e-12,
  );
  const names = new Set(
    ask("knee landlord sister").filter((item) => item.candidate.kind === "turn")
      .flatMap((item) => item.explain().parts.map((part) => part.name)),
  );
  for (const name of ["confidence", "access", "pin", "slot", "vector"]) {
    expect(names).not.toContain(name);
  }
});

Deno.test("[MEM-55] the newer of two equal facts comes first, a newer worse one does not", () => {
  const text = "Ada's favourite colour is green.";
  const rows = [
    fact("old", text, { date: new Date("2025-01-01T00:00:00Z") }),
    fact("new", text, { date: new Date("2026-05-30T00:00:00Z") }),
    fact("worse", "Ada painted the door in some colour.", {
      date: NOW,
      pinned: true,
      confidence: 0.99,
      accessCount: 50,
    }),
  ];
  expect(found("What is my favourite colour?", rows)).toEqual(["new", "old", "worse"]);
});

Deno.test("[MEM-55] recency halves after the half-life of the tier", () => {
  const recency = (change: Parameters<typeof fact>[2]) => {
    const date = new Date(NOW.getTime() - 30 * 86_400_000);
    const [item] = ask("walnuts", [fact("a", "walnuts", { date, ...change })]);
    return item!.explain().parts.find((part) => part.name === "recency")!.value;
  };
  expect(recency({ tier: "itm" })).toBeCloseTo(0.5, 6);
  expect(recency({ tier: "ltm", source: "first_hand" })).toBeCloseTo(2 ** (-30 / 180), 6);
  expect(recency({ tier: "ltm", source: "inferred" })).toBeCloseTo(2 ** (-30 / 90), 6);
});

Deno.test("[MEM-57] at most one in twenty unrelated questions recalls anything", () => {
  const answered = UNRELATED.filter((text) => recalled(text).length > 0);
  expect(UNRELATED.length).toBe(50);
  expect(answered.length).toBeLessThanOrEqual(2);
});

Deno.test("[MEM-57] questions with one telling word recall what it is about", () => {
  expect(recalled("What can I cook for my sister on Saturday?")).toContain("f01");
  expect(recalled("Suggest a cake without walnuts")).toContain("f02");
  expect(recalled("When is my birthday?")).toContain("f07");
});

Deno.test("[MEM-57] an unrelated question still recalls anchors", () => {
  const anchor = fact("anchor", "Ada is deaf in one ear.", { anchor: true });
  expect(recalled("How do black holes form?", [...MEMORIES, anchor])).toEqual(["anchor"]);
});

Deno.test("[MEM-57] a neural vector admits from its floor on, a lexical one from a higher", () => {
  const rows = (value: number) => [
    fact("a", "Ada adores Whiskers.", { memberships: [{ list: "vector", place: 1, value }] }),
  ];
  expect(found("Do I own a cat?", rows(0.34), { lexicalVectors: false })).toEqual([]);
  expect(found("Do I own a cat?", rows(0.36), { lexicalVectors: false })).toEqual(["a"]);
  expect(found("Do I own a cat?", rows(0.36), { lexicalVectors: true })).toEqual([]);
});

Deno.test("[MEM-57] the floor of the embedding model can be set", () => {
  const row = fact("a", "Ada adores Whiskers.", {
    memberships: [{ list: "vector", place: 1, value: 0.5 }],
  });
  const related = (cosineFloor: number, lexicalVectors = false) =>
    ask("Do I own a cat?", [row], { lexicalVectors, cosineFloor })[0]!.related;
  expect([related(0.49), related(0.5), related(0.51)]).toEqual([true, true, false]);
  expect(related(0.9, true)).toBe(true);
});

Deno.test("[MEM-53] the hashed vector counts nothing where full text speaks", () => {
  const rows = [
    fact("a", "Ada is allergic to walnuts.", {
      memberships: [
        { list: "full_text", place: 1, value: 0.5 },
        { list: "vector", place: 1, value: 0.9 },
      ],
    }),
  ];
  const names = (lexicalVectors: boolean) =>
    ask("walnuts", rows, { lexicalVectors })[0]!.explain().parts.map((part) => part.name);
  expect(names(true)).not.toContain("vector");
  expect(names(false)).toContain("vector");
});

Deno.test("[MEM-58] a repetition gives way to something new", () => {
  const rows = [
    fact("a", "Ada's sister Maren lives in Tromsø."),
    fact("b", "Ada's sister Maren lives in Tromsø now."),
    fact("c", "Maren keeps bees."),
  ];
  const budget = { tokenBudget: 80 };
  const chosen = selectForRecall(ask("Tell me about my sister Maren", rows), budget);
  expect(chosen.map((item) => item.candidate.id).sort()).toEqual(["a", "c"]);
});

Deno.test("[MEM-57] what stands beside the thing asked about is not recalled with it, but an answer to it is", () => {
  const said = turn("said", "My sister Maren keeps a parrot.");
  const beside = turn("beside", "Now something else.", { context: said.text });
  const answer = turn("answer", "Biscuit!", { context: said.text, priorAsks: true });
  const elsewhere = turn("elsewhere", "And so on.", { context: said.text, sessionId: "other" });
  const question = "Which parrot does my sister Maren keep?";
  expect(found(question, [said, beside, answer, elsewhere])).toHaveLength(4);
  expect(recalled(question, [said, beside, answer, elsewhere]).sort())
    .toEqual(["answer", "elsewhere", "said"]);
});

Deno.test("[MEM-58] one message gives at most three rows", () => {
  const rows = ["apples", "pears", "plums", "figs", "dates"].map((fruit) =>
    fact(fruit, `The garden has ${fruit}.`, { sourceMessageIds: ["m"] })
  );
  expect(recalled("What grows in the garden?", rows).length).toBe(3);
});

Deno.test("[MEM-59] recall takes at most eight rows, whole ones, within the budget", () => {
  const rows = Array.from({ length: 12 }, (_, n) => turn(`t${n}`, `Walnuts, story number ${n}.`));
  expect(recalled("walnuts", rows).length).toBe(8);
  const long = turn("long", `Walnuts. ${"A long story about the tree. ".repeat(60)}`);
  const chosen = selectForRecall(ask("walnuts", [long, rows[0]!]), { tokenBudget: 60 });
  expect(chosen.map((item) => item.candidate.id)).toEqual(["t0"]);
});

Deno.test("[MEM-47] anchors take at most five places and 300 tokens", () => {
  const anchors = Array.from(
    { length: 9 },
    (_, n) =>
      fact(`a${n}`, `Anchor ${n}. ${"It matters much to her. ".repeat(n < 2 ? 80 : 1)}`, {
        anchor: true,
      }),
  );
  const chosen = recalled("How do black holes form?", anchors);
  expect(chosen.length).toBe(5);
  expect(chosen).not.toContain("a0");
});

Deno.test("[MEM-60] equal scores fall back on the later date, then on the id", () => {
  const text = "Walnuts again.";
  const future = { date: new Date("2027-01-01T00:00:00Z") };
  const rows = [turn("b", text), turn("a", text), turn("c", text, future), turn("d", text, future)];
  expect(found("walnuts", rows)).toEqual(["c", "d", "a", "b"]);
  expect(found("walnuts", rows.toReversed())).toEqual(["c", "d", "a", "b"]);
});

Deno.test("weights are numbers from 0 on and a question without content finds nothing", () => {
  for (const weight of Object.values(SIGNAL_WEIGHTS)) expect(weight).toBeGreaterThanOrEqual(0);
  expect(found("")).toEqual([]);
  expect(found("who is it?")).toEqual([]);
  expect(ask("walnuts", [])).toEqual([]);
});
