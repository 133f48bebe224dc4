import { ANSWER_RULES } from "./answers.ts";
import { CARE_RULES } from "./care.ts";
import { COMPUTER_RULES } from "./computers.ts";
import { DANGER_RULES } from "./danger.ts";
import { DECEIT_RULES } from "./deceit.ts";
import { PEOPLE_RULES } from "./people.ts";
import type { Rule } from "./rule.ts";
import { SELF_RULES } from "./self.ts";

/** The rule set of the first policy document. */
export const RULES: readonly Rule[] = [
  ...PEOPLE_RULES,
  ...SELF_RULES,
  ...DANGER_RULES,
  ...COMPUTER_RULES,
  ...DECEIT_RULES,
  ...CARE_RULES,
  ...ANSWER_RULES,
];
