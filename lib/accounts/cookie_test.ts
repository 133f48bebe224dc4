import { expect } from "expect";
import { sessionCookie } from "./cookie.ts";

const secure = sessionCookie("https://nova.example.org");
const plain = sessionCookie("http://localhost:8000");
const headers = (cookie: string) => new Headers({ cookie });

Deno.test("[ACC-35] over TLS the cookie is bound to the host, hidden from scripts and from other sites", () => {
  expect(secure.set("token", 604_800)).toBe(
    "__Host-nova_session=token; Max-Age=604800; Path=/; HttpOnly; SameSite=Lax; Secure",
  );
  expect(secure.clear()).toBe(
    "__Host-nova_session=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure",
  );
});

Deno.test("[ACC-35] over plain HTTP it has its other name and no Secure", () => {
  expect(plain.set("token", 60)).toBe(
    "nova_session=token; Max-Age=60; Path=/; HttpOnly; SameSite=Lax",
  );
});

Deno.test("the token is read among other cookies, and only under its exact name", () => {
  expect(secure.read(headers("a=1; __Host-nova_session=to=ken ;b=2"))).toBe("to=ken");
  expect(plain.read(headers("nova_session=x"))).toBe("x");
  for (
    const cookie of [
      "",
      "nova_session=x",
      "__Host-nova_session=",
      "x__Host-nova_session=x",
      "__host-nova_session=x",
      "__Host-nova_session",
    ]
  ) expect({ cookie, token: secure.read(headers(cookie)) }).toEqual({ cookie, token: null });
  expect(plain.read(new Headers())).toBeNull();
});
