import { isProblem, type Problem } from "@/lib/platform/problem.ts";
import type { ProblemBody } from "@/lib/ui/contract.ts";

/** A redirect after a form, with the cookies it earned. */
export function seeOther(location: string, cookies: readonly string[] = []): Response {
  const headers = new Headers({ location });
  for (const cookie of cookies) headers.append("set-cookie", cookie);
  return new Response(null, { status: 303, headers });
}

/** A thrown problem, or the error itself thrown on when it is none. */
export function expectProblem(error: unknown): Problem {
  if (isProblem(error)) return error;
  throw error;
}

/** A problem in the shape the texts of errors are chosen by. */
export function problemBody(problem: Problem): ProblemBody {
  return {
    ...problem.extra,
    type: `/problems/${problem.code}`,
    title: problem.title,
    status: problem.status,
    detail: problem.detail,
    code: problem.code,
  };
}

/** Headers that go with a refused form. */
export function retryHeaders(problem: Problem): HeadersInit {
  const after = problem.extra["retryAfterSeconds"];
  return typeof after === "number" ? { "retry-after": String(Math.ceil(after)) } : {};
}
