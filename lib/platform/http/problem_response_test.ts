import { expect } from "expect";
import { z } from "zod";
import { Problem } from "../problem.ts";
import { internalProblem, problemBody, problemResponse, zodProblem } from "./problem_response.ts";

const context = { instance: "/api/memory", correlationId: "corr-1234" };

Deno.test("[API-2] a problem is answered with the members of RFC 9457 and ours", async () => {
  const problem = new Problem("quota_exceeded", 429, "Used up", "Wait", {
    resource: "messages",
    retryAfterSeconds: 12.2,
    rateHeaders: { RateLimit: '"x";r=0;t=3' },
  });
  const response = problemResponse(problem, context);
  expect(response.status).toBe(429);
  expect(response.headers.get("content-type")).toBe("application/problem+json; charset=utf-8");
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(response.headers.get("retry-after")).toBe("13");
  expect(response.headers.get("ratelimit")).toBe('"x";r=0;t=3');
  expect(await response.json()).toEqual({
    type: "/problems/quota_exceeded",
    title: "Used up",
    status: 429,
    detail: "Wait",
    instance: "/api/memory",
    code: "quota_exceeded",
    correlationId: "corr-1234",
    resource: "messages",
  });
});

Deno.test("a wait is never shorter than a second, and 503 tells it in the body too", () => {
  const problem = new Problem("starting", 503, "Starting", "Wait", { retryAfterSeconds: 0 });
  expect(problemResponse(problem, context).headers.get("retry-after")).toBe("1");
  expect(problemBody(problem, context).retryAfterSeconds).toBe(0);
});

Deno.test("[ACC-37] 401 names the scheme, 405 the methods", () => {
  const missing = problemResponse(new Problem("token_missing", 401, "t", "d"), context);
  expect(missing.headers.get("www-authenticate")).toBe('Bearer realm="nova"');
  const method = problemResponse(
    new Problem("method_not_allowed", 405, "t", "d", { allow: "GET, HEAD" }),
    context,
  );
  expect(method.headers.get("allow")).toBe("GET, HEAD");
});

Deno.test("nothing of an unexpected error is told outside the log", async () => {
  const cause = new Error("relation users of host db-7.internal: password=hunter2");
  const problem = internalProblem(cause);
  expect(problem.cause).toBe(cause);
  const text = await problemResponse(problem, context).text();
  for (const word of ["users", "db-7", "hunter2", "at ", "Error"]) {
    expect(text).not.toContain(word);
  }
});

Deno.test("faults found by a schema name fields, never values", () => {
  const schema = z.strictObject({
    email: z.email(),
    tags: z.array(z.strictObject({ name: z.string() })),
  });
  const { error } = schema.safeParse({
    email: "swordfish",
    tags: [{ name: 7, colour: "x" }],
    "a\nb": 1,
  });
  const problem = zodProblem(error!);
  const paths = (problem.extra.errors as { path: string; code: string }[])
    .map(({ path, code }) => `${path} ${code}`);
  expect(paths.sort()).toEqual([
    "a\nb unrecognized_keys",
    "email invalid_format",
    "tags.0.colour unrecognized_keys",
    "tags.0.name invalid_type",
  ]);
  expect(JSON.stringify(problem.extra)).not.toContain("swordfish");
});

Deno.test("a rule of our own keeps its own code and words", () => {
  const schema = z.string().superRefine((_, context) =>
    context.addIssue({ code: "custom", message: "Too common", params: { code: "common" } })
  );
  const problem = zodProblem(schema.safeParse("x").error!);
  expect(problem.extra.errors).toEqual([{ path: "", code: "common", message: "Too common" }]);
});
