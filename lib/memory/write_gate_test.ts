import { expect } from "expect";
import { type Candidate, extractCandidates } from "./extract.ts";
import { replay } from "./testdata/replay.ts";
import { holdsCredential, sensitiveKinds } from "./sensitive.ts";
import { decideWrite, type GateContext, type KnownFact } from "./write_gate.ts";

const now = new Date("2026-01-01T09:00:00Z");
const from = (message: string) => extractCandidates(message, { now, timeZone: "UTC" })[0]!;

function context(more: Partial<GateContext> = {}): GateContext {
  return {
    temporary: false,
    memoryMode: "on",
    remember: true,
    settings: { enabled: true, automatic: "on", allowed: [] },
    tainted: false,
    recalled: [],
    policyValid: true,
    known: [],
    forgottenAt: null,
    statedAt: now,
    hasRoom: true,
    savedToday: 0,
    ...more,
  };
}

const decide = (message: string, more: Partial<GateContext> = {}) =>
  decideWrite(from(message), context(more));

const LISBON: KnownFact = {
  id: "lisbon",
  text: "The user lives in Lisbon.",
  subject: "user",
  attribute: "home city",
  value: "Lisbon",
};

Deno.test("[MEM-26] a plain statement is saved", () => {
  expect(decide("My sister Maren lives in Tromsø.")).toEqual({
    decision: "save",
    reason: null,
    supersedes: [],
    sensitive: [],
  });
});

Deno.test("[MEM-39] two things on one day are two facts", () => {
  const dentist = from("I have a dentist appointment on Friday.");
  const known = { ...dentist, id: "dentist" };
  expect(decide("I have an interview on Friday.", { known: [known] })).toMatchObject({
    decision: "save",
    supersedes: [],
  });
  expect(decide("I have a dentist appointment on Friday.", { known: [known] })).toMatchObject({
    reason: "duplicate",
  });
});

Deno.test("[MEM-27] each ground for not saving has its reason", () => {
  const message = "I live in Lisbon";
  const settings = { enabled: true, automatic: "on", allowed: [] } as const;
  const cases: [Partial<GateContext>, string][] = [
    [{ temporary: true }, "temporary_chat"],
    [{ settings: { ...settings, enabled: false } }, "opted_out"],
    [{ settings: { ...settings, automatic: "off" } }, "opted_out"],
    [{ memoryMode: "off" }, "opted_out"],
    [{ memoryMode: "read_only" }, "opted_out"],
    [{ remember: false }, "opted_out"],
    [{ recalled: ["The user lives in Lisbon."] }, "recall_echo"],
    [{ policyValid: false }, "policy_invalid"],
    [{ known: [LISBON] }, "duplicate"],
    [{ forgottenAt: now }, "forgotten_before"],
    [{ hasRoom: false }, "quota"],
  ];
  for (const [more, reason] of cases) {
    expect([reason, decide(message, more)]).toMatchObject([reason, {
      decision: "not_saved",
      reason,
    }]);
  }
});

Deno.test("[MEM-27] a question is no claim and a bare pronoun too vague", () => {
  const candidate = from("I live in Lisbon");
  const odd = (change: Partial<Candidate>) => decideWrite({ ...candidate, ...change }, context());
  expect(odd({ quote: "do I live in Lisbon?" }).reason).toBe("no_user_claim");
  expect(odd({ text: "Water boils at 100 degrees." }).reason).toBe("no_user_claim");
  expect(odd({ text: "The user likes it.", value: "it" }).reason).toBe("too_vague");
});

Deno.test("[MEM-38] the same slot and value, or the same text, is a duplicate", () => {
  expect(decide("I'm living in lisbon", { known: [LISBON] }).duplicateOf).toBe("lisbon");
  const text = { ...LISBON, subject: null, attribute: null, value: null };
  expect(decide("I live in  LISBON.", { known: [text] }).duplicateOf).toBe("lisbon");
});

Deno.test("[MEM-41] another value of a single-valued slot supersedes, of a many-valued one not", () => {
  expect(decide("I live in Porto", { known: [LISBON] }).supersedes).toEqual(["lisbon"]);
  const tea = {
    id: "tea",
    text: "The user likes tea.",
    subject: "user",
    attribute: "likes",
    value: "tea",
  };
  expect(decide("I like coffee", { known: [tea] }).supersedes).toEqual([]);
  const lund = {
    id: "lund",
    text: "The user works at Lund.",
    subject: "user",
    attribute: "employer",
    value: "Lund",
  };
  expect(decide("I no longer work at Lund", { known: [lund, LISBON] }).supersedes).toEqual([
    "lund",
  ]);
  const sister = { ...LISBON, id: "sister", subject: "sister" };
  expect(decide("I live in Porto", { known: [sister] }).supersedes).toEqual([]);
});

Deno.test("[MEM-30] words that are not the user's own become a proposal at most", () => {
  expect(decide("I live in Lisbon", { tainted: true })).toMatchObject({
    decision: "propose",
    reason: "tainted_source",
  });
});

Deno.test("[MEM-33] sensitive facts are proposals until their kind is allowed", () => {
  expect(decide("I'm allergic to walnuts")).toMatchObject({
    decision: "propose",
    reason: "sensitive",
    sensitive: ["health"],
  });
  const settings = { enabled: true, automatic: "on", allowed: ["health"] } as const;
  expect(decide("I'm allergic to walnuts", { settings })).toMatchObject({ decision: "save" });
});

Deno.test("[MEM-33] the nine kinds are recognised", () => {
  const cases: [string, string[]][] = [
    ["The user has asthma.", ["health"]],
    ["The user is a Buddhist.", ["belief"]],
    ["The user voted for the Green Party.", ["politics"]],
    ["The user is bisexual.", ["sexuality"]],
    ["The user is of Turkish descent.", ["ethnicity"]],
    ["The user is a union member.", ["union"]],
    ["The user unlocks the door by fingerprint.", ["biometrics"]],
    ["The user was arrested in 2010.", ["offences"]],
    ["The user's daughter is 7 years old.", ["children"]],
    ["The user's daughter is 34 years old.", []],
    ["The user's sister lives in Tromsø.", []],
    ["The user likes green tea.", []],
  ];
  for (const [text, kinds] of cases) expect([text, sensitiveKinds(text)]).toEqual([text, kinds]);
});

Deno.test("[MEM-33] credentials, cards and official numbers are never stored", () => {
  const secrets = [
    "my password is hunter2",
    "The PIN is 4711",
    "api key: abc",
    "the door code is 1234",
    "my card is 4111 1111 1111 1111",
    "my IBAN is DE89 3704 0044 0532 0130 00",
    "GB82WEST12345698765432",
    "my social security number is 078-05-1120",
    "passport number C01X00T47",
    "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
    "nova_sk_abcd1234_secretsecret",
  ];
  for (const text of secrets) expect([text, holdsCredential(text)]).toEqual([text, true]);
  const harmless = [
    "I forgot my password",
    "My birthday is on 14 September 1988",
    "I have 4111 books",
    "My card collection is large",
    "I use a password manager",
    "order 1234567890123",
    "I pin photos to the wall",
  ];
  for (const text of harmless) expect([text, holdsCredential(text)]).toEqual([text, false]);
  expect(decide("Remember that my password is hunter2")).toMatchObject({
    decision: "not_saved",
    reason: "credential",
  });
});

Deno.test("[MEM-34] with proposals only, everything is asked first, without a reason against it", () => {
  const settings = { enabled: true, automatic: "proposals", allowed: [] } as const;
  expect(decide("I live in Lisbon", { settings })).toMatchObject({
    decision: "propose",
    reason: null,
  });
  const off = { enabled: true, automatic: "off", allowed: [] } as const;
  expect(decide("Remember that I live in Lisbon", { settings: off }).decision).toBe("propose");
});

Deno.test("[MEM-36] after two hundred a day the rest are proposals", () => {
  expect(decide("I live in Lisbon", { savedToday: 199 }).decision).toBe("save");
  expect(decide("I live in Lisbon", { savedToday: 200 })).toMatchObject({
    decision: "propose",
    reason: "quota",
  });
});

Deno.test("[MEM-76] what was forgotten comes back only when it is stated anew", () => {
  const later = new Date(now.getTime() + 1_000);
  expect(decide("I live in Lisbon", { forgottenAt: later }).reason).toBe("forgotten_before");
  expect(decide("I live in Lisbon", { forgottenAt: now, statedAt: later }).decision).toBe("save");
});

Deno.test("[MEM-93] of a thousand mixed messages at most one saved row in twenty is worthless", () => {
  const worthless: string[] = [];
  let saved = 0;
  let found = 0;
  const messages = replay();
  for (const { text, keep } of messages) {
    const kept = extractCandidates(text, { now, timeZone: "UTC" })
      .filter((candidate) => decideWrite(candidate, context()).decision === "save");
    saved += kept.length;
    found += keep && kept.some((candidate) => candidate.text.includes(keep)) ? 1 : 0;
    worthless.push(
      ...kept.filter((candidate) => !keep || !candidate.text.includes(keep))
        .map((candidate) => `${text} -> ${candidate.text}`),
    );
  }
  expect({ worthless: [...new Set(worthless)], ok: worthless.length / saved <= 0.05 })
    .toMatchObject({ ok: true });
  // A gate that saves nothing would be worthless too.
  expect(found / messages.filter(({ keep }) => keep).length).toBeGreaterThan(0.8);
});
