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

Deno.test("[API-26] where one is led is written as a header can hold it, and stays on this site", () => {
  expect(safeNext("/\u2028/evil")).toBe("/%E2%80%A8/evil");
  expect(safeNext("/memory/ü?q=ü#ü")).toBe("/memory/%C3%BC?q=%C3%BC#%C3%BC");
  for (
    const wanted of ["/..//evil.example", "/.//evil.example", "/a/../..//evil.example", "/\ud800"]
  ) {
    const led = safeNext(wanted);
    expect([wanted, new URL(led, "https://nova.example").origin, led.startsWith("//")])
      .toEqual([wanted, "https://nova.example", false]);
    expect(() => new Headers({ location: led })).not.toThrow();
  }
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
