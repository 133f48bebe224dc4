import { expect } from "expect";
import { namedIds, readIds, untested, writeIds } from "./requirements.ts";

Deno.test("[RD-3] no binding requirement loses its test", async () => {
  const { added } = await untested();
  expect(added).toEqual([]);
});

Deno.test("ids are read from names of tests, one or several in a pair of brackets", () => {
  expect(namedIds('Deno.test("[ZZ-12] a [ZY-1, ZY-2] b [x] c[0] d[A-1]"')).toEqual([
    "ZZ-12",
    "ZY-1",
    "ZY-2",
  ]);
});

Deno.test("a list of ids is read back as it was written", () => {
  const text = writeIds(["MEM-12", "ACC-3", "MEM-2"], "A list");
  expect(text).toBe("# A list\nACC: 3\nMEM: 2 12\n");
  expect([...readIds(text)]).toEqual(["ACC-3", "MEM-2", "MEM-12"]);
});
