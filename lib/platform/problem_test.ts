import { expect } from "expect";
import { conflict, isProblem, notFound, Problem, validationFailed } from "./problem.ts";

Deno.test("a problem carries code, status and what to do", () => {
  const problem = new Problem("quota_exceeded", 429, "Used up", "Wait until tomorrow", { used: 3 });
  expect(problem).toBeInstanceOf(Error);
  expect(problem.message).toBe("quota_exceeded: Wait until tomorrow");
  expect(problem.extra).toEqual({ used: 3 });
  expect(isProblem(problem)).toBe(true);
  expect(isProblem(problem, "quota_exceeded")).toBe(true);
  expect(isProblem(problem, "conflict")).toBe(false);
  expect(isProblem(new Error("quota_exceeded"))).toBe(false);
});

Deno.test("a problem keeps its cause for the log", () => {
  const cause = new Error("inner");
  expect(new Problem("x", 500, "t", "d", {}, { cause }).cause).toBe(cause);
});

Deno.test("validation names every fault, and the first three in the sentence", () => {
  const errors = ["a", "b", "c", "d"].map((path) => ({
    path,
    code: "blank",
    message: `${path} is blank`,
  }));
  const problem = validationFailed(errors);
  expect(problem.status).toBe(400);
  expect(problem.detail).toBe("a is blank; b is blank; c is blank");
  expect(problem.extra.errors).toEqual(errors);
  expect(validationFailed([]).detail).toBe("The request is not valid");
});

Deno.test("what is missing and what is somebody else's is the same answer", () => {
  expect({ ...notFound() }).toEqual({ ...notFound() });
  expect(notFound().status).toBe(404);
  expect(conflict("No", { state: "x" }).extra).toEqual({ state: "x" });
});
