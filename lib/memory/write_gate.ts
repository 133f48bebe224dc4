import type { Candidate } from "./extract.ts";
import { sameText } from "./normalise.ts";
import { holdsCredential, type SensitiveKind, sensitiveKinds } from "./sensitive.ts";

/** Why a candidate is not saved, or only proposed (MEM-27). */
export type GateReason =
  | "duplicate"
  | "no_user_claim"
  | "too_vague"
  | "tainted_source"
  | "recall_echo"
  | "policy_invalid"
  | "sensitive"
  | "credential"
  | "temporary_chat"
  | "opted_out"
  | "forgotten_before"
  | "quota"
  | "extractor_failed";

/** A stored fact the gate compares with. */
export interface KnownFact {
  id: string;
  text: string;
  subject: string | null;
  attribute: string | null;
  value: string | null;
}

/** What the gate knows beside the candidate. */
export interface GateContext {
  /** The conversation is temporary. */
  temporary: boolean;
  /** The conversation's memory mode; only `on` writes. */
  memoryMode: "on" | "read_only" | "off";
  /** False for a message marked "do not remember this". */
  remember: boolean;
  settings: {
    /** Memory as a whole. */
    enabled: boolean;
    automatic: "on" | "proposals" | "off";
    /** Sensitive kinds the person allowed. */
    allowed: readonly SensitiveKind[];
  };
  /** The words are not the person's own typing (MEM-30). */
  tainted: boolean;
  /** Texts that were recalled into the conversation: repeating them is no news (MEM-31). */
  recalled: readonly string[];
  /** Result of the policy check on the candidate's text. */
  policyValid: boolean;
  /** Current facts of the same person that may be the same or contradict. */
  known: readonly KnownFact[];
  /** When a text like this was forgotten, if it was; and when the message was written. */
  forgottenAt: Date | null;
  statedAt: Date;
  /** Whether there is storage left. */
  hasRoom: boolean;
  /** Facts saved automatically today. */
  savedToday: number;
}

/** What becomes of a candidate. */
export interface GateDecision {
  decision: "save" | "propose" | "not_saved";
  /** One reason; null when it is saved, or when a setting makes every candidate a proposal. */
  reason: GateReason | null;
  /** The stored fact that says the same. */
  duplicateOf?: string;
  /** Stored facts that this one replaces or, in a proposal, would (MEM-41). */
  supersedes: string[];
  sensitive: SensitiveKind[];
}

/** Automatic rows per person and day (MEM-36). */
export const PER_DAY = 200;
/** Attributes that may have several values at once (MEM-40). */
const MANY_VALUES =
  /^(?:languages|hobbies|allergy|condition|likes|dislikes|prefers|diet: avoids|uses|family|pets|goal|plan|event|habit|note|about|is learning|has no|former .*|owns|vehicle|studies|project|education)$/;
/** Attributes whose value is a day, on which much can happen. */
const ON_A_DAY = /^(?:plan|event)$/;
/** Attributes that say the opposite of each other about one value. */
const OPPOSITES: Record<string, string> = { likes: "dislikes", dislikes: "likes" };

/** Whether two facts cannot both be true: one slot, two values, of which only one can be (MEM-40). */
export function contradict(a: KnownFact, b: KnownFact): boolean {
  if (!a.attribute || !b.attribute || !a.subject || !b.subject) return false;
  if (sameText(a.subject) !== sameText(b.subject)) return false;
  const [one, other] = [sameText(a.attribute), sameText(b.attribute)];
  if (OPPOSITES[one] === other) return sameValue(a.value, b.value);
  return one === other && !MANY_VALUES.test(one) && a.value !== null && b.value !== null &&
    !sameValue(a.value, b.value);
}

/** Values that say nothing without what was said before. */
const VAGUE =
  /^(?:it|that|this|them|these|those|one|ones|him|her|he|she|they|something|someone|somewhere|stuff|things?|there|here|so|too|well|better|fine|good|nice|okay|ok)$/i;
const FEWEST_WORDS = 3;

/** Decides about one candidate; the first thing that speaks against saving is the reason (MEM-26). */
export function decideWrite(candidate: Candidate, context: GateContext): GateDecision {
  const sensitive = sensitiveKinds(`${candidate.text} ${candidate.quote}`)
    .filter((kind) => !context.settings.allowed.includes(kind));
  const base = { supersedes: [] as string[], sensitive };
  const refusal = reasonAgainst(candidate, context);
  if (refusal) return { decision: "not_saved", reason: refusal, ...base };
  const duplicate = duplicateOf(candidate, context.known);
  if (duplicate) {
    return { decision: "not_saved", reason: "duplicate", duplicateOf: duplicate.id, ...base };
  }
  const supersedes = supersededBy(candidate, context.known).map(({ id }) => id);
  const caution = reasonToAsk(context, sensitive);
  if (caution !== undefined) return { decision: "propose", reason: caution, sensitive, supersedes };
  return { decision: "save", reason: null, sensitive, supersedes };
}

/** Why nothing may be kept at all. */
function reasonAgainst(candidate: Candidate, context: GateContext): GateReason | null {
  const { settings } = context;
  if (context.temporary) return "temporary_chat";
  if (!settings.enabled || !context.remember || context.memoryMode !== "on") return "opted_out";
  if (settings.automatic === "off" && !candidate.asked) return "opted_out";
  if (holdsCredential(`${candidate.text} ${candidate.quote}`)) return "credential";
  if (echoes(candidate, context.recalled)) return "recall_echo";
  if (!isClaim(candidate)) return "no_user_claim";
  if (isVague(candidate)) return "too_vague";
  if (!context.policyValid) return "policy_invalid";
  if (context.forgottenAt && context.statedAt <= context.forgottenAt) return "forgotten_before";
  if (!context.hasRoom) return "quota";
  return null;
}

/** Why the person is asked first; null when only their settings say so, undefined when not at all. */
function reasonToAsk(
  { tainted, settings, savedToday }: GateContext,
  sensitive: readonly SensitiveKind[],
): GateReason | null | undefined {
  if (tainted) return "tainted_source";
  if (sensitive.length > 0) return "sensitive";
  // With "off", only what the person asked for comes so far.
  if (settings.automatic !== "on") return null;
  if (savedToday >= PER_DAY) return "quota";
  return undefined;
}

function echoes(candidate: Candidate, recalled: readonly string[]): boolean {
  const quote = sameText(candidate.quote);
  const text = sameText(candidate.text);
  // A short quote occurs in many a text by chance.
  const long = quote.split(" ").length >= FEWEST_WORDS + 1;
  return recalled.map(sameText).some((known) => known === text || (long && known.includes(quote)));
}

/** A statement, not a question, about the person or what they asked to keep. */
function isClaim({ text, quote, asked }: Candidate): boolean {
  if (quote.includes("?")) return false;
  return asked || /\b(?:the user|their|them)\b/i.test(text);
}

function isVague({ text, value, op }: Candidate): boolean {
  if (text.split(/\s+/).length < FEWEST_WORDS) return true;
  return op !== "correct" && value !== null && VAGUE.test(value.trim());
}

function duplicateOf(candidate: Candidate, known: readonly KnownFact[]): KnownFact | undefined {
  const text = sameText(candidate.text);
  return known.find((fact) => sameText(fact.text) === text) ??
    known.find((fact) =>
      sameSlot(candidate, fact) && sameValue(candidate.value, fact.value) &&
      !ON_A_DAY.test(candidate.attribute!)
    );
}

/** Facts with the same slot and another value, or those a correction names (MEM-40, MEM-41). */
function supersededBy(candidate: Candidate, known: readonly KnownFact[]): KnownFact[] {
  const { attribute, replaces } = candidate;
  if (attribute === null) return [];
  const named = replaces === null ? [] : known.filter((fact) => names(fact, replaces));
  const opposed = known.filter((fact) =>
    OPPOSITES[sameText(attribute)] === sameText(fact.attribute ?? "") &&
    sameText(candidate.subject ?? "") === sameText(fact.subject ?? "") &&
    sameValue(candidate.value, fact.value)
  );
  if (MANY_VALUES.test(attribute)) {
    return candidate.op === "correct" ? [...new Set([...opposed, ...named])] : opposed;
  }
  const slot = known.filter((fact) => sameSlot(candidate, fact) && fact.value !== null);
  return [...new Set([...slot, ...named])];
}

/** Whether a fact of the user is about what a correction says is no longer so. */
function names(fact: KnownFact, former: string): boolean {
  return (fact.subject ?? "user") === "user" && fact.value !== null &&
    sameText(fact.value).includes(sameText(former));
}

function sameSlot(candidate: Candidate, fact: KnownFact): boolean {
  if (!candidate.attribute || !candidate.subject || !fact.attribute || !fact.subject) return false;
  return sameText(candidate.attribute) === sameText(fact.attribute) &&
    sameText(candidate.subject) === sameText(fact.subject);
}

function sameValue(left: string | null, right: string | null): boolean {
  return left !== null && right !== null && sameText(left) === sameText(right);
}
