import { expect } from "expect";
import { GATED, readBranches } from "./coverage_gate.ts";

Deno.test("a branch that was not taken is named by its line, whichever way the report says so", () => {
  const found = readBranches([
    "SF:/a/one.ts",
    "BRDA:3,0,0,1",
    "BRDA:4,1,0,0",
    "BRDA:9,2,1,-",
    "end_of_record",
    "SF:/a/two.ts",
    "BRDA:1,0,0,7",
    "end_of_record",
  ].join("\n"));
  expect(found.get("/a/one.ts")).toEqual({
    file: "/a/one.ts",
    branches: 3,
    missed: ["line 4, branch 0", "line 9, branch 1"],
  });
  expect(found.get("/a/two.ts")!.missed).toEqual([]);
});

Deno.test("every module of the gate is there", async () => {
  for (const file of GATED) await Deno.stat(new URL(`../${file}`, import.meta.url));
});
