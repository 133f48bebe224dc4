import type { z } from "zod";
import { sqlState } from "../database/mod.ts";
import { type FieldError, Problem, validationFailed } from "../problem.ts";

/** The body of RFC 9457 with this product's extra members. */
export function problemBody(
  problem: Problem,
  context: { instance: string; correlationId: string },
): Record<string, unknown> {
  const { retryAfterSeconds, rateHeaders: _, allow: __, ...extra } = problem.extra;
  return {
    type: `/problems/${problem.code}`,
    title: problem.title,
    status: problem.status,
    detail: problem.detail,
    instance: context.instance,
    code: problem.code,
    correlationId: context.correlationId,
    ...extra,
    ...(problem.status === 503 && retryAfterSeconds !== undefined ? { retryAfterSeconds } : {}),
  };
}

/** A problem as `application/problem+json`, with `Retry-After` where it says when to come again. */
export function problemResponse(
  problem: Problem,
  context: { instance: string; correlationId: string },
): Response {
  const headers = new Headers({
    "content-type": "application/problem+json; charset=utf-8",
    "cache-control": "no-store",
  });
  const retryAfter = problem.extra.retryAfterSeconds;
  if (typeof retryAfter === "number") {
    headers.set("retry-after", String(Math.max(1, Math.ceil(retryAfter))));
  }
  for (const [name, value] of Object.entries(problem.extra.rateHeaders ?? {})) {
    headers.set(name, value);
  }
  if (problem.status === 401) headers.set("www-authenticate", 'Bearer realm="nova"');
  if (problem.status === 405 && typeof problem.extra.allow === "string") {
    headers.set("allow", problem.extra.allow);
  }
  return new Response(JSON.stringify(problemBody(problem, context)), {
    status: problem.status,
    headers,
  });
}

/** What the database says of text that it cannot hold: a NUL, or half of a symbol. */
const UNSTORABLE = new Set(["22021", "22P05"]);

/** 400 `invalid_characters` for text no field can hold; null for any other error. */
export function unstorableText(error: unknown): Problem | null {
  if (!UNSTORABLE.has(sqlState(error) ?? "")) return null;
  return new Problem(
    "invalid_characters",
    400,
    "The text holds characters that cannot be stored",
    "Take out the characters that cannot be seen, and try again",
  );
}

/** 500 `internal`: nothing of the cause is told outside the log. */
export function internalProblem(cause: unknown): Problem {
  return new Problem(
    "internal",
    500,
    "Something went wrong on our side",
    "Nothing more is known here. Try again; if it stays, tell support the correlation id",
    {},
    { cause },
  );
}

/** Faults found by zod as 400 `validation_failed`; texts are ours or zod's, never the value. */
export function zodProblem(error: z.ZodError): Problem {
  const errors = error.issues.flatMap((issue): FieldError[] => {
    const path = issue.path.map(String).join(".");
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({
        path: [path, key].filter(Boolean).join("."),
        code: "unrecognized_keys",
        message: `${JSON.stringify(key.slice(0, 60))} is not a field of this request`,
      }));
    }
    const custom = issue.code === "custom" ? issue.params?.code : undefined;
    return [{
      path,
      code: typeof custom === "string" ? custom : issue.code,
      message: path && !issue.message.includes(path) && issue.code !== "custom"
        ? `${path}: ${issue.message}`
        : issue.message,
    }];
  });
  return validationFailed(errors);
}
