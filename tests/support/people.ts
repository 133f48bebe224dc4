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
