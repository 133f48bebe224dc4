import { expect } from "expect";
import { spikeOf } from "./usage_spike.ts";

const month = (perDay: number, days = 30) => Array.from({ length: days }, () => perDay);

Deno.test("[ACC-124] ten times the mean of thirty days is an alert, twenty times a mail", () => {
  expect(spikeOf(1_000, month(100))).toBe("none");
  expect(spikeOf(1_001, month(100))).toBe("alert");
  expect(spikeOf(2_000, month(100))).toBe("alert");
  expect(spikeOf(2_001, month(100))).toBe("mail");
});

Deno.test("[ACC-124] newcomers have no usual day to differ from", () => {
  expect(spikeOf(1_000_000, [])).toBe("none");
  expect(spikeOf(1_000_000, [5, 5])).toBe("none");
  expect(spikeOf(1_000_000, month(0))).toBe("none");
  expect(spikeOf(1_000_000, [5, 5, 5])).toBe("mail");
});
