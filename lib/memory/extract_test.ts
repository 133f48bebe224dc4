import { expect } from "expect";
import { extractCandidates } from "./extract.ts";
import { dayAfter, findDate, startOfDay } from "./extract_dates.ts";
import { thirdPerson } from "./extract_person.ts";
import { GOLDEN } from "./testdata/golden.ts";

const context = { now: new Date("2026-01-01T09:00:00Z"), timeZone: "Europe/Oslo" };
const one = (message: string) => extractCandidates(message, context)[0]!;

Deno.test("[MEM-29] the rules find 60 % of what is stated and are right in 90 %", () => {
  expect(GOLDEN.length).toBeGreaterThanOrEqual(150);
  let right = 0;
  let given = 0;
  let wanted = 0;
  const wrong: string[] = [];
  const missed: string[] = [];
  for (const [message, facts] of GOLDEN) {
    const texts = extractCandidates(message, context).map(({ text }) => text);
    const open = [...facts];
    for (const text of texts) {
      const at = open.findIndex((fact) => text.startsWith(fact));
      if (at >= 0) open.splice(at, 1);
      else wrong.push(`${message} -> ${text}`);
    }
    given += texts.length;
    wanted += facts.length;
    right += facts.length - open.length;
    missed.push(...open.map((fact) => `${message} -> ${fact} (${texts.join(" | ")})`));
  }
  const precision = right / given;
  const recall = right / wanted;
  expect({ ok: precision >= 0.9, precision, wrong }).toMatchObject({ ok: true });
  expect({ ok: recall >= 0.6, recall, missed }).toMatchObject({ ok: true });
});

Deno.test("[MEM-29] a fact has its slot, its words and where they stand", () => {
  const message = "🌲 Hello! By the way, my sister Maren lives in Tromsø.";
  const fact = one(message);
  expect(fact).toMatchObject({
    op: "save",
    type: "fact",
    text: "The user's sister Maren lives in Tromsø.",
    quote: "my sister Maren lives in Tromsø",
    subject: "Maren",
    attribute: "home city",
    value: "Tromsø",
    confidence: 0.8,
    asked: false,
    tags: ["family"],
  });
  expect([...message].slice(...fact.span).join("")).toBe(fact.quote);
});

Deno.test("[MEM-23] what the user asks to remember is surer than what is said in passing", () => {
  expect(one("Remember that I'm left-handed")).toMatchObject({ asked: true, confidence: 0.95 });
  expect(one("I'm left-handed")).toMatchObject({ asked: false, confidence: 0.8 });
});

Deno.test("[MEM-29] forgetting and corrections are told apart from statements", () => {
  expect(one("Please forget that I like tea")).toMatchObject({
    op: "forget",
    text: "The user likes tea.",
  });
  expect(one("Forget about my trip to Rome")).toMatchObject({
    op: "forget",
    value: "my trip to Rome",
  });
  expect(one("I no longer work at Lund")).toMatchObject({
    op: "correct",
    attribute: "employer",
    value: null,
    replaces: "Lund",
  });
  expect(one("Actually, I live in Bergen")).toMatchObject({
    op: "correct",
    attribute: "home city",
    value: "Bergen",
  });
  expect(one("I moved from Porto to Madrid")).toMatchObject({
    op: "correct",
    replaces: "Porto",
    value: "Madrid",
  });
});

Deno.test("[MEM-46] date words become dates in the user's own zone, and validity follows", () => {
  const plan = one("I have a dentist appointment next Friday");
  expect(plan).toMatchObject({ type: "task", value: "2026-01-09" });
  expect(plan.validTo?.toISOString()).toBe("2026-01-09T23:00:00.000Z");
  const home = one("I live in Rome since 2019");
  expect(home.text).toBe("The user lives in Rome since 2019.");
  expect(home.validFrom?.toISOString()).toBe("2018-12-31T23:00:00.000Z");
  const past = one("I bought a bicycle yesterday");
  expect(past).toMatchObject({ type: "event", validTo: null });
  expect(past.validFrom?.toISOString()).toBe("2025-12-30T23:00:00.000Z");
});

Deno.test("[MEM-46] the same words mean another day where it is already tomorrow", () => {
  const late = { now: new Date("2026-01-01T20:00:00Z"), timeZone: "Asia/Tokyo" };
  expect(findDate("tomorrow", late)?.day).toBe("2026-01-03");
  expect(findDate("tomorrow", { ...late, timeZone: "America/New_York" })?.day).toBe("2026-01-02");
  expect(findDate("tomorrow", { ...late, timeZone: "Nowhere/None" })?.day).toBe("2026-01-02");
});

Deno.test("[MEM-46] dates of many kinds are read", () => {
  const cases: [string, string, string][] = [
    ["on 2026-03-12", "2026-03-12", "day"],
    ["the day after tomorrow", "2026-01-03", "day"],
    ["last night", "2025-12-31", "day"],
    ["on Thursday", "2026-01-08", "day"],
    ["this Saturday", "2026-01-03", "day"],
    ["last Monday", "2025-12-29", "day"],
    ["next Monday", "2026-01-05", "day"],
    ["in two weeks", "2026-01-15", "day"],
    ["3 days ago", "2025-12-29", "day"],
    ["a year ago", "2025-01-01", "year"],
    ["next month", "2026-02-01", "month"],
    ["next year", "2027-01-01", "year"],
    ["the 14th of September", "2026-09-14", "day"],
    ["March 12th, 2027", "2027-03-12", "day"],
    ["12 Dec", "2026-12-12", "day"],
    ["in June", "2026-06-01", "month"],
    ["since March 2024", "2024-03-01", "month"],
    ["since October", "2025-10-01", "month"],
    ["until 2030", "2030-01-01", "year"],
  ];
  for (const [text, day, precision] of cases) {
    expect([text, findDate(`It is ${text}`, context)]).toMatchObject([text, { day, precision }]);
  }
  for (const none of ["I may go", "the march of time", "room 2026b", "sun and rain"]) {
    expect([none, findDate(none, context)]).toEqual([none, null]);
  }
  expect(dayAfter("2026-12-31", "day")).toBe("2027-01-01");
  expect(dayAfter("2026-12-01", "month")).toBe("2027-01-01");
  expect(startOfDay("2026-07-01", "Europe/Oslo").toISOString()).toBe("2026-06-30T22:00:00.000Z");
});

Deno.test("statements are turned into the third person", () => {
  const cases = [
    ["I live in Oslo with my wife", "The user lives in Oslo with their wife."],
    ["I'm a nurse", "The user is a nurse."],
    ["I've got two cats", "The user has got two cats."],
    ["I don't eat meat", "The user does not eat meat."],
    ["I never study at night", "The user never studies at night."],
    ["my sister and I sing", "The user's sister and they sing."],
    ["we teach maths", "The user teaches maths."],
    ["I can't swim", "The user cannot swim."],
    ["I went home", "The user went home."],
  ] as const;
  for (const [said, told] of cases) expect(thirdPerson(said)).toBe(told);
});

Deno.test("[MEM-30] quoted lines, code, links and quotations are not the user's own words", () => {
  const message = [
    "> I live in Paris",
    "`my name is Bob`",
    "The mail said “I am a doctor and I live in Rome”",
    "```\nI work at the mint\n```",
    "I live in Oslo.",
  ].join("\n");
  expect(extractCandidates(message, context).map(({ text }) => text)).toEqual([
    "The user lives in Oslo.",
  ]);
});

Deno.test("a long hostile message takes little time", () => {
  const texts = [
    "I ".repeat(5_000),
    "my sister ".repeat(1_000),
    "I live in " + "A".repeat(9_000),
    "and I ".repeat(1_600),
    '"'.repeat(10_000),
    "> ".repeat(5_000),
    "I like ".repeat(1_400),
  ];
  const started = performance.now();
  for (const text of texts) extractCandidates(text, context);
  expect(performance.now() - started).toBeLessThan(2_000);
});
