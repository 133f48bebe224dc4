import { expect } from "expect";
import { extractCandidates } from "./extract.ts";
import { tenseAt } from "./tense.ts";

// A Monday.
const context = { now: new Date("2026-11-23T09:00:00Z"), timeZone: "UTC" };
const textsOf = (message: string) =>
  extractCandidates(message, context).map(({ text, value }) => [text, value]);

Deno.test("[MEM-46] a date without a year is the last one of what is past, and the next of what is to come", () => {
  const said: [string, string][] = [
    ["I moved to Porto in May.", "The user moved to Porto in May 2026."],
    ["My mother died in March.", "The user's mother died in March 2026."],
    ["I got married on 12 June.", "The user got married on 12 June 2026."],
    ["We are getting married on 12 June.", "The user is getting married on 12 June 2027."],
    ["I met Ana on Friday.", "The user met Ana on 20 November 2026."],
    ["On Friday I met Ana's parents.", "The user met Ana's parents on 20 November 2026."],
    ["On Friday I fly to Rome.", "The user flies to Rome on 27 November 2026."],
    ["I started a new job in September.", "The user started a new job in September 2026."],
    ["I will start a new job in September.", "The user will start a new job in September 2027."],
    ["I booked a flight for 4 March.", "The user booked a flight for 4 March 2027."],
    ["My flight was moved to Friday.", "The user's flight was moved to 27 November 2026."],
    ["My exam is in January.", "The user's exam is in January 2027."],
    ["I have worked at Aster since March.", "The user has worked at Aster since March 2026."],
  ];
  for (const [message, text] of said) {
    expect([message, textsOf(message)[0]?.[0]]).toEqual([message, text]);
  }
});

Deno.test("[MEM-46] what returns every year is kept without a year", () => {
  expect(textsOf("My birthday is on 12 June.")).toEqual([
    ["The user's birthday is on 12 June.", "12 June"],
  ]);
  expect(textsOf("Our son was born on 3 October.")).toEqual([
    ["The user's son was born on 3 October.", "3 October"],
  ]);
  expect(textsOf("I was born on 3 May 1990.")).toEqual([
    ["The user was born on 3 May 1990.", "3 May 1990"],
  ]);
  const [anniversary] = extractCandidates("My wedding anniversary is on 4 July.", context);
  expect(anniversary).toMatchObject({ type: "fact", value: "4 July", validTo: null });
});

Deno.test("[MEM-46] a date behind a value is no part of it", () => {
  expect(textsOf("I adopted a cat called Miso in April.")).toEqual([
    ["The user adopted a cat called Miso in April 2026.", "a cat called Miso"],
  ]);
  expect(textsOf("I lived in Oslo until May.")).toEqual([
    ["The user lived in Oslo until May 2026.", "Oslo"],
  ]);
});

Deno.test("the verb next to a date tells its time; what cannot be told is open", () => {
  const tense = (text: string) => tenseAt(text, text.indexOf("in May"));
  expect(tense("I was ill and will be away in May")).toBe("open");
  expect(tense("I will tell you what I did in May")).toBe("past");
  expect(tense("I am scheduled for surgery in May")).toBe("open");
  expect(tense("I was there. The garden in May")).toBe("open");
  expect(tense("in May the roof leaked")).toBe("past");
  expect(tense("I need new tyres in May")).toBe("open");
});

Deno.test("[MEM-29] a second thing that one does is a statement of its own", () => {
  expect(textsOf("I moved to Porto in May and work as a nurse.").map(([text]) => text)).toEqual([
    "The user moved to Porto in May 2026.",
    "The user works as a nurse.",
  ]);
  const [, coffee] = extractCandidates("I like tea and hate coffee.", context);
  expect(coffee).toMatchObject({ text: "The user hates coffee.", quote: "hate coffee" });
  expect(coffee!.span).toEqual([15, 26]);
  // Here the second verb belongs to what is wanted.
  expect(textsOf("I want to learn Portuguese and play the guitar.").map(([text]) => text)).toEqual([
    "The user wants to learn Portuguese and play the guitar.",
  ]);
});

Deno.test("[MEM-46] weeks and seasons are no more exact than they were said", () => {
  const said: [string, string][] = [
    ["I turned 35 last week.", "The user turned 35 in the week of 16 November 2026."],
    ["We're going to Japan next spring.", "The user is going to Japan in spring 2027."],
    ["I met Tomas last summer.", "The user met Tomas in summer 2026."],
    ["I met Tomas last winter.", "The user met Tomas in winter 2025."],
    ["We moved here in the autumn.", "The user moved here in autumn 2026."],
  ];
  for (const [message, text] of said) {
    expect([message, textsOf(message)[0]?.[0]]).toEqual([message, text]);
  }
  const [trip] = extractCandidates("We're going to Japan next spring.", context);
  expect(trip!.validTo?.toISOString()).toBe("2027-06-01T00:00:00.000Z");
});

Deno.test("[MEM-29] names, lists and what somebody else does are told apart", () => {
  const said: [string, string[]][] = [
    ["My name is Joanna but everyone calls me Jo.", [
      "The user's name is Joanna.",
      "The user wants to be called Jo.",
    ]],
    ["I have two kids, Lena and Max.", ["The user has two kids, Lena and Max."]],
    ["My best friend Sam lives in Berlin and works at Siemens.", [
      "The user's best friend Sam lives in Berlin.",
      "The user's best friend Sam works at Siemens.",
    ]],
    ["I like hiking, climbing and long train rides.", [
      "The user likes hiking, climbing and long train rides.",
    ]],
    ["I like tea, but coffee is fine and cheap.", ["The user likes tea."]],
    ["I left Aster in March and now work for Birch.", [
      "The user left Aster in March 2026.",
      "The user now works for Birch.",
    ]],
    ["I have a meeting with Dr. Weiss tomorrow at 3pm.", [
      "The user has a meeting with Dr. Weiss on 24 November 2026 at 3pm.",
    ]],
    ["I used to smoke but I quit two years ago.", []],
  ];
  for (const [message, texts] of said) {
    expect([message, textsOf(message).map(([text]) => text)]).toEqual([message, texts]);
  }
});
