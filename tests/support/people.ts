import type { TestApp } from "./app.ts";

/** A new person whose address is confirmed. */
export async function verifiedPerson(app: TestApp, name = "ada") {
  const person = await app.person(name);
  await app.services.accounts.administration.verifyByHost(person.email);
  return person;
}

/** A new administrator. */
export async function administrator(app: TestApp) {
  const root = await verifiedPerson(app, "root");
  await app.services.accounts.setAdmin(root.email, true);
  return root;
}

/** The bytes of a second step's secret, as its text key gives them. */
export function secretBytes(base32: string): Uint8Array<ArrayBuffer> {
  const bits = [...base32.replace(/=+$/, "")]
    .map((char) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(char).toString(2).padStart(5, "0"))
    .join("");
  return new Uint8Array(Math.floor(bits.length / 8))
    .map((_, i) => parseInt(bits.slice(i * 8, i * 8 + 8), 2));
}
