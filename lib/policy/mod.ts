/**
 * Noble-Spirit: the constitution and the checks that every message and answer passes. Storing
 * decisions is the caller's work; nothing here keeps text.
 */
export type { GuardHit, GuardStep } from "./answer_guard.ts";
export { CATEGORIES, type Category, type CategoryId, type Intent } from "./categories.ts";
export { COUNTRY_HELP, type CountryHelp, type HelpRoute } from "./help_routes.ts";
export { tokenise } from "./normalise.ts";
export { type AnswerGuard, createPolicy, POLICY_VERSION } from "./policy.ts";
export type { Policy, PolicyOptions } from "./policy.ts";
export {
  compactConstitution,
  type Principle,
  PRINCIPLE_KEYS,
  type PrincipleKey,
  PRINCIPLES,
} from "./principles.ts";
export { refusalTexts } from "./refusals.ts";
export {
  type PolicyDecision,
  type PolicyStage,
  type PrincipleFinding,
  type RuleHit,
  type Verdict,
  VERDICTS,
} from "./types.ts";
