import { type CategoryId, categoryOf } from "./categories.ts";
import { type CountryHelp, type HelpKind, type HelpRoute, helpRoute } from "./help_routes.ts";
import { refusalText } from "./refusals.ts";
import type { Match } from "./rule_book.ts";
import { principleOf, scoreMatches, type Scores } from "./scores.ts";
import { type PolicyStage, type RuleHit, type Verdict, VERDICTS } from "./types.ts";

/** Most categories whose care instruction is passed on; the prompt has little room. */
const MOST_CARE = 2;

/** What follows from the matches in one text. */
export interface Outcome extends Scores {
  verdict: Verdict;
  categories: CategoryId[];
  rules: RuleHit[];
  constitutionValid: boolean;
  modelCall: "normal" | "with_care" | "none";
  helpRoute?: HelpRoute;
  careInstruction?: string;
  refusalText?: string;
}

interface Judged {
  match: Match;
  verdict: Verdict;
}

/** Draws the outcome from `matches`: the strictest rule wins, of equals the one that helps (POL-12). */
export function decide(
  matches: readonly Match[],
  options: {
    stage: PolicyStage;
    /** Chooses among the wordings of a refusal. */
    seed: number;
    country?: string;
    countries?: Record<string, CountryHelp>;
  },
): Outcome {
  const judged = matches.map((match) => ({ match, verdict: verdictOf(match, options.stage) }));
  const leading = strictest(judged);
  const verdict = leading?.verdict ?? "allow";
  const outcome: Outcome = {
    ...scoreMatches(judged),
    verdict,
    categories: [...new Set(judged.map(({ match }) => match.rule.category))],
    rules: judged.map(({ match }) => ruleHit(match)),
    constitutionValid: verdict === "allow" || verdict === "allow_with_care",
    modelCall: "normal",
  };
  if (!leading || verdict === "allow") return outcome;
  const kind = verdict === "escalate" ? helpKind(leading.match) : undefined;
  const route = kind ? helpRoute(kind, options) : undefined;
  outcome.modelCall = modelCall(leading);
  if (route) outcome.helpRoute = route;
  if (outcome.modelCall === "with_care") outcome.careInstruction = careFor(judged);
  if (verdict === "refuse" || verdict === "escalate") {
    const said = refusalText(leading.match.rule.category, options.seed);
    outcome.refusalText = leading.match.intent === "help" && route ? route.text : said;
  }
  return outcome;
}

function verdictOf({ rule, intent }: Match, stage: PolicyStage): Verdict {
  const verdict = rule.verdicts?.[intent] ?? categoryOf(rule.category).verdicts[intent];
  if (rule.applies === "output") return rule.hard ? "refuse" : "allow";
  // Only a person in a conversation can be helped; a text about suffering is delicate, not wrong.
  if (stage !== "pre" && intent === "help" && verdict === "escalate") return "allow_with_care";
  return verdict;
}

function strictest(judged: readonly Judged[]): Judged | undefined {
  const rank = ({ verdict, match }: Judged) =>
    VERDICTS.indexOf(verdict) * 10 + (match.intent === "help" ? 5 : 0) + match.rule.severity;
  return [...judged].sort((a, b) => rank(b) - rank(a))[0];
}

function helpKind({ rule, intent }: Match): HelpKind | undefined {
  const { help } = categoryOf(rule.category);
  if (rule.category === "child_safety" && intent !== "help") return undefined;
  if (rule.category === "violence" && intent !== "help") return "threat";
  return help;
}

/** Refusals, threats and child safety never reach the model; other crises do, with instructions. */
function modelCall({ match, verdict }: Judged): Outcome["modelCall"] {
  if (verdict === "refuse") return "none";
  if (verdict !== "escalate") return "with_care";
  const crisis = match.intent === "help" || match.rule.id.startsWith("self.suicidal");
  return crisis && match.rule.category !== "child_safety" ? "with_care" : "none";
}

function careFor(judged: readonly Judged[]): string {
  const delicate = judged
    .filter(({ verdict }) => verdict === "allow_with_care" || verdict === "escalate")
    .sort((a, b) => b.match.rule.severity - a.match.rule.severity);
  const texts = delicate.map(({ match }) => categoryOf(match.rule.category).care);
  return [...new Set(texts)].filter((text) => text !== "").slice(0, MOST_CARE).join(" ");
}

/** A match as it is reported. */
export function ruleHit(match: Match): RuleHit {
  const { rule, place } = match;
  return {
    id: rule.id,
    span: [place.from, place.to],
    principle: principleOf(match),
    severity: rule.severity,
    plain: rule.plain,
  };
}
