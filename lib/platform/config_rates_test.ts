import { expect } from "expect";
import { parseRate, RATE_CLASSES } from "./config_rates.ts";

Deno.test("[API-14] a rate is a count and a window", () => {
  const cases: [text: string, count: number, windowSeconds: number][] = [
    ["30/m", 30, 60],
    ["3/h", 3, 3_600],
    ["5/15m", 5, 900],
    ["1/d", 1, 86_400],
    ["10/10s", 10, 10],
  ];
  for (const [text, count, windowSeconds] of cases) {
    expect(parseRate(text)).toEqual({ count, windowSeconds });
  }
  expect(parseRate("-1")).toBeNull();
});

Deno.test("[API-14] every other form is refused", () => {
  for (
    const text of ["", "30", "0/m", "30/", "30/0m", "30/w", "-5/m", "1.5/m", " 30/m", "30/m ", "m"]
  ) {
    expect({ text, parsed: parseRate(text) }).toEqual({ text, parsed: undefined });
  }
});

Deno.test("[API-12] the defaults are of that form", () => {
  for (const text of Object.values(RATE_CLASSES)) expect(parseRate(text)).toBeTruthy();
});
