import type { CategoryId, Intent } from "../categories.ts";
import type { Pattern } from "../pattern.ts";
import type { PrincipleKey } from "../principles.ts";
import type { Verdict } from "../types.ts";

/**
 * One rule, as data (POL-21). It brings its own examples; they run when the rules are loaded, and a
 * rule that fails them keeps the product from starting.
 */
export interface Rule {
  id: string;
  category: CategoryId;
  /** Defaults to the leading principle of the category. */
  principle?: PrincipleKey;
  languages: readonly string[];
  /** Messages and other texts people bring (`input`), or answers (`output`). */
  applies: "input" | "output";
  pattern: Pattern;
  /** What asking like this means unless the words around it say otherwise. */
  asks: Intent;
  /** Where this rule departs from the verdicts of its category; stricter only. */
  verdicts?: Partial<Record<Intent, Verdict>>;
  /** How much it weighs, 0..1. */
  severity: number;
  /** The rule in plain words. */
  plain: string;
  /** Answers only: found while the answer streams, which it ends (POL-24). */
  hard?: true;
  /** At least three texts it must match and three it must not. */
  match: readonly string[];
  noMatch: readonly string[];
}

/** A rule on what people write, in English. */
export function input(rule: Omit<Rule, "applies" | "languages">): Rule {
  return { applies: "input", languages: ["en"], ...rule };
}

/** A rule on what the companion answers, in English. */
export function output(rule: Omit<Rule, "applies" | "languages" | "asks">): Rule {
  const pattern = rule.hard ? { ...rule.pattern, growing: true as const } : rule.pattern;
  return { applies: "output", languages: ["en"], asks: "harm", ...rule, pattern };
}
