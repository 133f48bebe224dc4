import { expect } from "expect";
import { partOfDay } from "./greeting.ts";

Deno.test("[UI-13] the greeting follows the clock of the person's own zone", () => {
  const at = (hour: string) => new Date(`2026-01-01T${hour}:30:00.000Z`);
  expect(partOfDay(at("08"), "UTC")).toBe("morning");
  expect(partOfDay(at("13"), "UTC")).toBe("afternoon");
  expect(partOfDay(at("19"), "UTC")).toBe("evening");
  expect(partOfDay(at("02"), "UTC")).toBe("evening");
  expect(partOfDay(at("23"), "Asia/Tokyo")).toBe("morning");
});
