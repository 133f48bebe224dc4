import { expect } from "expect";
import { isQuiet } from "./quiet.ts";

const at = (time: string) => new Date(`2026-01-01T${time}:00.000Z`);
const night = { on: true, from: "22:00", until: "08:00" };

Deno.test("[UI-44] quiet hours go over midnight, in the person's own zone", () => {
  expect(isQuiet(night, "UTC", at("21:59"))).toBe(false);
  expect(isQuiet(night, "UTC", at("22:00"))).toBe(true);
  expect(isQuiet(night, "UTC", at("00:30"))).toBe(true);
  expect(isQuiet(night, "UTC", at("08:00"))).toBe(false);
  expect(isQuiet(night, "Europe/Berlin", at("21:30"))).toBe(true);
});

Deno.test("quiet hours of the day, none, and those that are off", () => {
  const day = { on: true, from: "12:00", until: "14:00" };
  expect(isQuiet(day, "UTC", at("13:00"))).toBe(true);
  expect(isQuiet(day, "UTC", at("14:00"))).toBe(false);
  expect(isQuiet({ ...day, until: "12:00" }, "UTC", at("12:00"))).toBe(false);
  expect(isQuiet({ ...night, on: false }, "UTC", at("23:00"))).toBe(false);
});
