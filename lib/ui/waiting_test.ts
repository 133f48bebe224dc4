import { expect } from "expect";
import { waitingStage } from "./waiting.tsx";

Deno.test("[UI-55] a wait shows lines at once, words after three seconds, a way out after ten", () => {
  expect([0, 99, 100, 2_999, 3_000, 9_999, 10_000].map(waitingStage)).toEqual([
    0,
    0,
    1,
    1,
    2,
    2,
    3,
  ]);
});
