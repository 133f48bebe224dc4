import { expect } from "expect";
import { preferredLocale } from "./locale.ts";

Deno.test("[UI-85] the language a browser likes best among those spoken here is chosen", () => {
  expect(preferredLocale("de-AT,de;q=0.9,en;q=0.5")).toBe("de");
  expect(preferredLocale("fr,de;q=0.4,en;q=0.8")).toBe("en");
  expect(preferredLocale("fr-CH, de;q=0.4")).toBe("de");
  expect(preferredLocale("de;q=0,fr")).toBe("en");
  expect(preferredLocale("*")).toBe("en");
  expect(preferredLocale(null)).toBe("en");
  expect(preferredLocale("x".repeat(100_000))).toBe("en");
});
