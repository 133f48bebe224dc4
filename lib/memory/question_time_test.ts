import { expect } from "expect";
import { askedSpans, wantsPast } from "./question_time.ts";

const NOW = new Date("2026-06-15T12:00:00.000Z");

/** Spans as days, the end excluded. */
const spans = (text: string) =>
  askedSpans(text, NOW).map(({ from, to }) =>
    [from, to].map((time) => new Date(time).toISOString().slice(0, 10)).join("..")
  );

Deno.test("[MEM-54] dates, months, seasons and years of a question become stretches of time", () => {
  expect(spans("What happened on 4 December 2023?")).toEqual(["2023-12-04..2023-12-05"]);
  expect(spans("on December 4th, 2023")).toEqual(["2023-12-04..2023-12-05"]);
  expect(spans("on 2023-12-04")).toEqual(["2023-12-04..2023-12-05"]);
  expect(spans("in July 2025")).toEqual(["2025-07-01..2025-08-01"]);
  expect(spans("in summer of 2024")).toEqual(["2024-06-01..2024-09-01"]);
  expect(spans("in 2022")).toEqual(["2022-01-01..2023-01-01"]);
});

Deno.test("[MEM-54] a month without a year means its last two occurrences", () => {
  expect(spans("in May")).toEqual(["2026-05-01..2026-06-01", "2025-05-01..2025-06-01"]);
  expect(spans("in December")).toEqual(["2025-12-01..2026-01-01", "2024-12-01..2025-01-01"]);
});

Deno.test("[MEM-54] relative times are seen from now", () => {
  expect(spans("last year")).toEqual(["2025-01-01..2026-01-01"]);
  expect(spans("last month")).toEqual(["2026-05-01..2026-06-01"]);
  expect(spans("ten days ago")).toEqual(["2026-06-05..2026-06-06"]);
  expect(spans("yesterday")).toEqual(["2026-06-13..2026-06-15"]);
});

Deno.test("[MEM-54] words that only look like months are none", () => {
  for (const text of ["What may I do?", "They march on", "a decent marble", "Maybe", "junior"]) {
    expect([text, spans(text)]).toEqual([text, []]);
  }
});

Deno.test("[MEM-54] questions about the past are told from questions about the present", () => {
  const past = [
    "Where did I live before Porto?",
    "What did I use to drink?",
    "I used to like tea, right?",
    "Where did I live?",
    "Who was my employer in May?",
    "What did I do last year?",
    "What was my old phone number?",
    "two weeks ago",
  ];
  const present = [
    "Where do I live?",
    "What is my sister's name?",
    "What may I eat?",
    "Recommend a book",
    "Is this for every one of us?",
  ];
  expect(past.filter((text) => !wantsPast(text, NOW))).toEqual([]);
  expect(present.filter((text) => wantsPast(text, NOW))).toEqual([]);
});
