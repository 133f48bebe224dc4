import { closest } from "./closest.ts";

/** The plans of `PLAN_<PLAN>_<SUFFIX>`, from the least to the greatest. */
export const PLAN_NAMES = ["EXPIRED", "FREE_TRIAL", "BASIC", "PRO"] as const;

/** The limits a plan variable can set, with their defaults in the order of {@link PLAN_NAMES}. */
export const PLAN_SUFFIXES = {
  TOKENS_PER_DAY: [2_000, 10_000, 50_000, -1],
  MESSAGES_PER_DAY: [10, 100, 5_000, -1],
  STORAGE_BYTES: [1_073_741_824, 1_073_741_824, 10_737_418_240, -1],
  AGENT_MINUTES_PER_MONTH: [0, 0, 60, -1],
  API_REQUESTS_PER_MINUTE: [10, 10, 50, 100],
  CHAT_TURNS_PER_MINUTE: [5, 10, 20, 40],
  ANSWER_TOKENS: [400, 600, 2_000, 2_000],
  PROMPT_TOKENS: [1_000, 1_500, 4_000, -1],
  CONCURRENT_STREAMS: [1, 2, 4, 8],
} as const satisfies Record<string, readonly number[]>;

/**
 * Reads the plan variables over their defaults; faults of names, values and order are added to
 * `faults`. The result maps every `PLAN_<PLAN>_<SUFFIX>` to its value, -1 meaning unlimited.
 */
export function planVariables(
  env: Record<string, string | undefined>,
  faults: string[],
): Record<string, number> {
  const values: Record<string, number> = {};
  for (const [suffix, defaults] of Object.entries(PLAN_SUFFIXES)) {
    PLAN_NAMES.forEach((plan, i) => values[`PLAN_${plan}_${suffix}`] = defaults[i]!);
  }
  for (const [name, given] of Object.entries(env)) {
    if (!name.startsWith("PLAN_") || name === "PLAN_ALLOW_NON_MONOTONIC" || !given) continue;
    if (!(name in values)) {
      const near = closest(name, Object.keys(values));
      faults.push(`${name}: there is no such limit${near ? `; did you mean ${near}?` : ""}`);
    } else if (!/^(?:-1|\d{1,15})$/.test(given)) {
      faults.push(`${name}: ${JSON.stringify(given)} is not a whole number of -1 or more`);
    } else values[name] = Number(given);
  }
  if (env.PLAN_ALLOW_NON_MONOTONIC !== "true") checkOrder(values, faults);
  return values;
}

function checkOrder(values: Record<string, number>, faults: string[]): void {
  const size = (value: number) => value === -1 ? Infinity : value;
  for (const suffix of Object.keys(PLAN_SUFFIXES)) {
    for (let i = 1; i < PLAN_NAMES.length; i++) {
      const lower = `PLAN_${PLAN_NAMES[i - 1]}_${suffix}`;
      const higher = `PLAN_${PLAN_NAMES[i]}_${suffix}`;
      if (size(values[higher]!) < size(values[lower]!)) {
        faults.push(
          `${higher}: ${values[higher]} grants less than ${lower} (${values[lower]}); ` +
            "set PLAN_ALLOW_NON_MONOTONIC=true if that is meant",
        );
      }
    }
  }
}
