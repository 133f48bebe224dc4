import { expect } from "expect";
import { MAX_EMAIL, normalizeEmail } from "./email.ts";

Deno.test("addresses are compared trimmed, composed and in lower case", () => {
  expect(normalizeEmail("  Ada@Example.ORG ")).toBe("ada@example.org");
  expect(normalizeEmail("zoe\u0308@example.org")).toBe("zoë@example.org");
  expect(normalizeEmail("ada+nova@mail.example.co.uk")).toBe("ada+nova@mail.example.co.uk");
  expect(normalizeEmail("ada@münchen.example")).toBe("ada@münchen.example");
  expect(normalizeEmail("a.d-a_@ex-ample.org")).toBe("a.d-a_@ex-ample.org");
});

Deno.test("what has not the shape of an address is refused", () => {
  for (
    const text of [
      "",
      "ada",
      "ada@",
      "@example.org",
      "ada@localhost",
      "ada@example.o",
      "ada@@example.org",
      "a da@example.org",
      "ada@exam ple.org",
      "<ada@example.org>",
      "ada@example.org,eve@example.org",
      "ada\r\nBcc: eve@example.org",
      `${"a".repeat(65)}@example.org`,
      ".ada@example.org",
      "ada.@example.org",
      "a..da@example.org",
      "ada@.example.org",
      "ada@example..org",
      "ada@example.org.",
      "ada@-example.org",
      "ada@example.org-",
      "ada@exam\u3002ple.org",
      "ada@example\uff0eorg",
    ]
  ) expect({ text, email: normalizeEmail(text) }).toEqual({ text, email: null });
});

Deno.test("the longest address is accepted, one letter more is not", () => {
  const domain = `${"d".repeat(MAX_EMAIL - 6)}.org`;
  expect(normalizeEmail(`a@${domain}`)).toHaveLength(MAX_EMAIL);
  expect(normalizeEmail(`ab@${domain}`)).toBeNull();
});
