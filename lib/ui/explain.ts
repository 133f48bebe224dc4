import type { ProblemBody } from "./contract.ts";
import { formatNumber, formatTime, type Reader } from "./format.ts";
import { say, type SayValues } from "./say.ts";
import { problemText } from "./text/problems.ts";

/** An error as a person reads it. */
export interface Explanation {
  /** What happened. */
  title: string;
  /** What to do, and what still works. */
  text: string;
}

/** The written text of an error (UI-56). A code without one gets the general text. */
export function explain(problem: Pick<ProblemBody, "code">, reader: Reader): Explanation {
  const text: Record<string, string> = problemText(reader.locale);
  const known = text[problem.code] !== undefined && text[`${problem.code}_text`] !== undefined;
  const code = known ? problem.code : "general";
  const values = valuesOf(problem as Record<string, unknown>, reader);
  const whole = say(text[`${code}_text`] ?? "", values, reader.locale);
  return {
    title: say(text[code] ?? "", values, reader.locale),
    // A sentence whose figure was not sent is left out rather than shown with a hole.
    text: whole.split(/(?<=[.!?]) /).filter((sentence) => !/\{\w+\}/.test(sentence)).join(" "),
  };
}

function valuesOf(problem: Record<string, unknown>, reader: Reader): SayValues {
  const values: Record<string, string> = {};
  for (const name of ["length", "max", "used", "limit", "requested"]) {
    const value = problem[name];
    if (typeof value === "number") values[name] = formatNumber(value, reader);
  }
  const resetsAt = problem["resetsAt"];
  if (typeof resetsAt === "string" && !Number.isNaN(Date.parse(resetsAt))) {
    values["time"] = formatTime(resetsAt, reader);
  }
  return values;
}
