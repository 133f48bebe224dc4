import { expect } from "expect";
import * as fc from "fast-check";
import { PASSWORD_MAX, PASSWORD_MIN, passwordFault, passwordStrength } from "./password_rules.ts";

Deno.test("[ACC-10] lengths from 8 to 128 characters are accepted, whatever the characters", () => {
  expect(passwordFault("Abcdef7")).toBe("too_short");
  expect(passwordFault("Abzdef7k")).toBeNull();
  expect(passwordFault("aB3" + "x".repeat(PASSWORD_MAX - 3))).toBeNull();
  expect(passwordFault("aB3" + "x".repeat(PASSWORD_MAX - 2))).toBe("too_long");
  // Characters, not units of UTF-16.
  expect(passwordFault("👍🏽🔑🎲🧭🪐🎻")).toBe("too_short");
  expect(passwordFault("👍🔑🎲🧭🪐🎻🥁🧊🛰🪁")).toBeNull();
  expect([..."👍🔑🎲🧭🪐🎻🥁🧊"]).toHaveLength(PASSWORD_MIN);
});

Deno.test("[ACC-10] a mix of upper case, lower case and digits is enough, and so is strength", () => {
  expect(passwordFault("Zq7zqzqz")).toBeNull();
  expect(passwordFault("brittle lantern harbour violet")).toBeNull();
  expect(passwordFault("zqxwkvjh")).toBe("too_weak");
  expect(passwordFault("ZQXWKVJH")).toBe("too_weak");
});

Deno.test("[ACC-10] a frequent password is refused in any case", () => {
  for (const password of ["password", "Password1", "QWERTY123", "letmein1", "iloveyou"]) {
    expect({ password, fault: passwordFault(password) }).toEqual({ password, fault: "common" });
  }
});

Deno.test("[ACC-10] the address, its local part and the name are refused, with digits too", () => {
  const context = { email: "Ada.Lovelace@example.org", displayName: "Countess Ada" };
  for (
    const password of [
      "ada.lovelace@example.org",
      "Ada.Lovelace",
      "Ada.Lovelace1815",
      "countess ada",
      "Countess Ada 7".replace(" 7", "7"),
    ]
  ) {
    expect({ password, fault: passwordFault(password, context) })
      .toEqual({ password, fault: "like_account" });
  }
  expect(passwordFault("Ada.Lovelace-loves-numbers", context)).toBeNull();
  expect(passwordFault("Ada.Lovelace1815")).toBeNull();
});

Deno.test("[ACC-10] nothing is trimmed or cut", () => {
  expect(passwordFault(" Aa3 Zz9 ")).toBeNull();
  expect(passwordFault("Aa3 Zz9")).toBe("too_short");
});

Deno.test("[ACC-12] strength goes from 0 to 4 and falls with no character added", () => {
  expect(passwordStrength("")).toBe(0);
  expect(passwordStrength("password")).toBe(0);
  expect(passwordStrength("abcdefgh")).toBeLessThan(3);
  expect(passwordStrength("aaaaaaaaaaaaaaaaaaaa")).toBeLessThan(3);
  expect(passwordStrength("r7#Kp2!vXq9$Lw")).toBe(4);
  fc.assert(fc.property(fc.string({ minLength: 1 }), fc.string({ maxLength: 3 }), (text, more) => {
    // A longer text can only be weaker when it becomes a frequent password.
    const longer = passwordStrength(text + more);
    expect(longer === 0 || longer >= passwordStrength(text)).toBe(true);
  }));
});
