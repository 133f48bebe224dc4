import { expect } from "expect";
import { registerFaults, registerFields, safeNext, signInFaults } from "./forms.ts";

Deno.test("[UI-59] each missing field is named, in the order of the form", () => {
  expect(signInFaults({ email: "", password: "" }, "en").map((f) => f.id))
    .toEqual(["email", "password"]);
  const faults = registerFaults(registerFields(new FormData()), "en");
  expect(faults.map((f) => f.id)).toEqual(["email", "password", "acceptTerms", "ageConfirmed"]);
});

Deno.test("a password is taken as typed, other fields without the spaces around them", () => {
  const form = new FormData();
  form.set("email", " ada@example.org ");
  form.set("password", " spaces stay ");
  form.set("acceptTerms", "on");
  form.set("ageConfirmed", "on");
  const fields = registerFields(form);
  expect(fields.email).toBe("ada@example.org");
  expect(fields.password).toBe(" spaces stay ");
  expect(registerFaults(fields, "en")).toEqual([]);
});

Deno.test("a password of eight characters counts characters, not units", () => {
  const fields = {
    email: "a@b.cd",
    displayName: "",
    acceptTerms: true,
    ageConfirmed: true,
  };
  expect(registerFaults({ ...fields, password: "👩👩👩👩" }, "en").length).toBe(1);
  expect(registerFaults({ ...fields, password: "👩👩👩👩👩👩👩👩" }, "en").length).toBe(0);
});

Deno.test("after signing in one stays on this site", () => {
  expect(safeNext("/memory?q=a")).toBe("/memory?q=a");
  for (
    const bad of [
      null,
      "",
      "https://evil.example",
      "//evil.example",
      "/\\evil.example",
      "\\\\evil.example",
      "/\t/evil.example",
      "javascript:alert(1)",
      "chat",
    ]
  ) {
    expect(safeNext(bad)).toBe("/chat");
  }
});
