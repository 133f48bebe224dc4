import type { CategoryId } from "./categories.ts";
import type { HelpRoute } from "./help_routes.ts";
import type { PrincipleKey } from "./principles.ts";

/** Verdicts of POL-10, from the mildest to the strictest. */
export const VERDICTS = ["allow", "allow_with_care", "transform", "refuse", "escalate"] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Which text is checked: the message, the answer, or a text of its own (POL-28). */
export type PolicyStage = "pre" | "post" | "memory" | "persona" | "published" | "lesson" | "title";

/** A rule that matched. */
export interface RuleHit {
  id: string;
  /** Where, in code points of the text as typed: from (inclusive) and to (exclusive). */
  span: [from: number, to: number];
  principle: PrincipleKey;
  /** How much it weighs, 0..1. */
  severity: number;
  /** The rule in plain words, for the person it concerns. */
  plain: string;
}

/** What was found about one principle. */
export interface PrincipleFinding {
  /** 0..1; 1 without evidence against it. */
  score: number;
  finding: string;
}

/** The outcome of a check (POL-11, POL-73). It holds no text but its own. */
export interface PolicyDecision {
  id: string;
  stage: PolicyStage;
  verdict: Verdict;
  categories: CategoryId[];
  rules: RuleHit[];
  principles: Record<PrincipleKey, PrincipleFinding>;
  /** Mean of the eight scores, 0..1 (POL-32). */
  alignmentScore: number;
  aligned: boolean;
  /** True for allow and allow_with_care (POL-28). */
  constitutionValid: boolean;
  policyVersion: number;
  /** Milliseconds the check took. */
  ms: number;
  /** Code points of the checked text. */
  textLength: number;
  /** SHA-256 of its UTF-8 form, lower-case hex. */
  textHash: string;
  /** Whether the model may be called: as usual, only with `careInstruction`, or not at all. */
  modelCall: "normal" | "with_care" | "none";
  /** Where help is to be found, to be shown before anything else (POL-30). */
  helpRoute?: HelpRoute;
  /** What the model is told beside the constitution. */
  careInstruction?: string;
  /** What the person reads instead of an answer, when the model is not called (POL-74). */
  refusalText?: string;
}
