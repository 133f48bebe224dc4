import { expect } from "expect";
import { parseQuestion } from "./question.ts";
import { slotMatch } from "./question_match.ts";
import type { Candidate } from "./ranking.ts";

const now = new Date("2026-11-23T09:00:00Z");
const ask = (text: string, previous: string[] = []) => parseQuestion({ text, now, previous });
const fact = (text: string, subject: string, attribute: string, value: string) =>
  ({ kind: "fact", text, subject, attribute, value, tags: [] }) as unknown as Candidate;

const HOME = fact("The user moved to Leiden.", "user", "home city", "Leiden");
const HERS = fact("The user's sister Kasia moved to Warsaw.", "Kasia", "home city", "Warsaw");
const JOB = fact("The user is a school nurse.", "user", "occupation", "school nurse");

Deno.test("a fact is found by the words with which one asks for its attribute", () => {
  expect(slotMatch(ask("Where do I live?"), HOME)).toBe(1);
  expect(slotMatch(ask("Where do I live?"), HERS)).toBe(0);
  expect(slotMatch(ask("Where does my sister live?"), HERS)).toBe(1);
  expect(slotMatch(ask("Where does my sister live?"), HOME)).toBe(0);
  expect(slotMatch(ask("What is my job?"), JOB)).toBe(1);
  expect(slotMatch(ask("What is my job?"), HOME)).toBe(0);
});

Deno.test("[MEM-52] a short question that says all it wants needs nothing of what came before", () => {
  const before = ["What do you know about my sister?"];
  expect(ask("Where do I live?", before).byStem.has("sister")).toBe(false);
  expect(ask("And where does she live?", before).byStem.has("sister")).toBe(true);
});
