import type { Clock } from "../platform/clock.ts";
import type { IdSource } from "../platform/ids.ts";
import type { Metrics } from "../platform/metrics.ts";
import { sha256Hex } from "../platform/crypto.ts";
import { Problem } from "../platform/problem.ts";
import { createHardScanner, type GuardHit, type GuardStep } from "./answer_guard.ts";
import { decide, ruleHit } from "./decide.ts";
import type { CountryHelp } from "./help_routes.ts";
import { refusalText } from "./refusals.ts";
import { compileRules, type Match, type RuleBook } from "./rule_book.ts";
import { RULES } from "./rules/all.ts";
import type { Rule } from "./rules/rule.ts";
import type { PolicyDecision, PolicyStage } from "./types.ts";

/** Version of the rule set that ships with the product. */
export const POLICY_VERSION = 1;

/** Checks texts against the constitution. Throws `Problem` 503 `policy_unavailable` when it cannot. */
export interface Policy {
  readonly version: number;
  /** Before the model: a message with what is pasted or attached to it (POL-20). */
  checkMessage(text: string, options?: { country?: string }): Promise<PolicyDecision>;
  /** While an answer streams (POL-24). */
  createAnswerGuard(options?: { canary?: string }): AnswerGuard;
  /** A whole answer. Only the answer's own text is judged (POL-6). */
  checkAnswer(answer: { input: string; output: string }): Promise<PolicyDecision>;
  /** A text of another kind: memory, persona, published page, lesson, title (POL-28). */
  checkText(text: string, stage: Exclude<PolicyStage, "pre" | "post">): Promise<PolicyDecision>;
}

/** Guards one streaming answer. */
export interface AnswerGuard {
  /** Takes the next piece. After a hit nothing more is released. */
  push(delta: string): GuardStep;
  /** Ends the answer; the decision is about the text that was released, and the hit if any. */
  end(): Promise<GuardStep & { decision: PolicyDecision }>;
}

/** What a policy needs. */
export interface PolicyOptions {
  clock: Clock;
  ids: IdSource;
  metrics: Metrics;
  /** Rules instead of the shipped ones. */
  rules?: readonly Rule[];
  /** Help lines by country instead of the shipped ones (`HELP_ROUTES`). */
  countries?: Record<string, CountryHelp>;
}

/** The policy. Compiling runs every rule's own examples; throws `RangeError` when one fails. */
export function createPolicy(options: PolicyOptions): Policy {
  const book = compileRules(options.rules ?? RULES);
  const { record } = createRecorder(options);

  return {
    version: POLICY_VERSION,
    checkMessage: (text, { country } = {}) =>
      guarded(() =>
        record(text, {
          stage: "pre",
          country,
          find: () =>
            book.check(text, "input").filter((match) => match.rule.category !== "memory_poisoning"),
        })
      ),
    checkAnswer: ({ output }) =>
      guarded(() => record(output, { stage: "post", find: () => book.check(output, "output") })),
    checkText: (text, stage) =>
      guarded(() => record(text, { stage, find: () => book.check(text, "input") })),
    createAnswerGuard: ({ canary } = {}) => createGuard(book, { record, canary }),
  };
}

type RecordCheck = ReturnType<typeof createRecorder>["record"];

function createGuard(
  book: RuleBook,
  { record, canary }: { record: RecordCheck; canary?: string },
): AnswerGuard {
  const scanner = createHardScanner(book, canary);
  let released = "";
  let hit: { match: Match; told: GuardHit } | null = null;

  function take(step: { release: string; match: Match | null }): GuardStep {
    released += step.release;
    if (!step.match) return { release: step.release };
    const { category } = step.match.rule;
    const at = [...released].length;
    const told = {
      rule: ruleHit(step.match),
      category,
      at,
      refusalText: refusalText(category, at),
    };
    // Where the hit stands in the whole answer, not in the piece that was looked at.
    told.rule.span = [at, at + step.match.place.to - step.match.place.from];
    hit = { match: step.match, told };
    return { release: step.release, hit: told };
  }

  return {
    push: (delta) => (hit ? { release: "" } : sync(() => take(scanner.push(delta)))),
    end: () =>
      guarded(() => {
        const step = hit ? { release: "" } : take(scanner.end());
        const decision = record(released, {
          stage: "post",
          find: () => [...(hit ? [hit.match] : []), ...book.check(released, "output")],
        });
        const first = decision.rules[0];
        if (hit && first) first.span = hit.told.rule.span;
        if (hit) decision.refusalText = hit.told.refusalText;
        return { ...step, decision };
      }),
  };
}

/** Runs a check and records what it decided and how long it took. */
function createRecorder({ clock, ids, metrics, countries }: PolicyOptions) {
  const validations = metrics.counter("policy_validation_total", "Policy checks", [
    "stage",
    "result",
  ]);
  const violations = metrics.counter("policy_violation_total", "Matched categories", [
    "violation_type",
  ]);
  const duration = metrics.histogram("policy_check_duration_seconds", "Time of a policy check", {
    labels: ["stage"],
  });
  const alignment = metrics.histogram("alignment_score", "Alignment of answers", {
    buckets: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
  });

  function record(
    text: string,
    { stage, country, find }: { stage: PolicyStage; country?: string; find: () => Match[] },
  ): PolicyDecision {
    const started = clock.monotonic();
    const matches = find();
    // At once: a digest that is waited for costs more than the whole check.
    const textHash = sha256Hex(text);
    const seed = parseInt(textHash.slice(0, 8), 16);
    const outcome = decide(matches, { stage, seed, country, countries });
    const ms = clock.monotonic() - started;
    validations.add(1, { stage, result: outcome.verdict });
    if (!outcome.constitutionValid) {
      for (const type of outcome.categories) violations.add(1, { violation_type: type });
    }
    duration.observe(ms / 1000, { stage });
    if (stage === "post") alignment.observe(outcome.alignmentScore);
    return {
      id: ids(),
      stage,
      ...outcome,
      policyVersion: POLICY_VERSION,
      ms: Math.round(ms * 1000) / 1000,
      textLength: [...text].length,
      textHash,
    };
  }

  return { record };
}

/** A failing check never passes silently (POL-13). */
function unavailable(error: unknown): unknown {
  if (error instanceof Problem) return error;
  return new Problem(
    "policy_unavailable",
    503,
    "The safety check is not available",
    "The check that every message passes does not work at the moment, so nothing was sent to the " +
      "model. Try again in a moment",
    { retryAfterSeconds: 5 },
    { cause: error },
  );
}

function guarded<T>(work: () => T): Promise<T> {
  return Promise.try(() => sync(work));
}

function sync<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw unavailable(error);
  }
}
