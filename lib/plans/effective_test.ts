import { expect } from "expect";
import { lowered } from "./effective.ts";

Deno.test("[PLN-7] a lowered priority is one class down, and the lowest stays where it is", () => {
  expect(lowered("priority")).toBe("normal");
  expect(lowered("normal")).toBe("low");
  expect(lowered("low")).toBe("low");
});
