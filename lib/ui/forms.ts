import type { FormFault } from "./field.tsx";
import { authText } from "./text/auth.ts";

/** What a sign-in form came to. */
export interface SignInFields {
  email: string;
  password: string;
}

/** What a registration form came to. */
export interface RegisterFields extends SignInFields {
  displayName: string;
  acceptTerms: boolean;
  ageConfirmed: boolean;
}

/** The text of a field, trimmed unless it is a password. */
export function field(form: FormData, name: string): string {
  const value = form.get(name);
  if (typeof value !== "string") return "";
  return name === "password" ? value : value.trim();
}

/** Reads the form of sign-in. */
export function signInFields(form: FormData): SignInFields {
  return { email: field(form, "email"), password: field(form, "password") };
}

/** Reads the form of registration. */
export function registerFields(form: FormData): RegisterFields {
  return {
    ...signInFields(form),
    displayName: field(form, "displayName"),
    acceptTerms: form.get("acceptTerms") === "on",
    ageConfirmed: form.get("ageConfirmed") === "on",
  };
}

/** What is missing in a form of sign-in, by field. */
export function signInFaults(fields: SignInFields, locale: string): FormFault[] {
  const text = authText(locale);
  return [
    ...emailFaults(fields.email, locale),
    ...(fields.password === "" ? [{ id: "password", message: text.passwordMissing }] : []),
  ];
}

/** What is missing in a form of registration, by field and in their order. */
export function registerFaults(fields: RegisterFields, locale: string): FormFault[] {
  const text = authText(locale);
  const faults = emailFaults(fields.email, locale);
  if ([...fields.password].length < 8) faults.push({ id: "password", message: text.passwordShort });
  if (!fields.acceptTerms) faults.push({ id: "acceptTerms", message: text.termsMissing });
  if (!fields.ageConfirmed) faults.push({ id: "ageConfirmed", message: text.ageMissing });
  return faults;
}

function emailFaults(email: string, locale: string): FormFault[] {
  const text = authText(locale);
  if (email === "") return [{ id: "email", message: text.emailMissing }];
  const plausible = /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email) && email.length <= 254;
  return plausible ? [] : [{ id: "email", message: text.emailInvalid }];
}

/**
 * Where to go after signing in: a path of this site, never another origin. Browsers read
 * backslashes and control characters as slashes, so these are not allowed to pass.
 */
export function safeNext(wanted: string | null): string {
  const path = wanted ?? "";
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  const odd = /[\u0000-\u001f\\]/.test(path);
  if (!path.startsWith("/") || path.startsWith("//") || odd) return "/chat";
  // As a browser writes it: a header holds ASCII alone, and dots in a path are resolved.
  const url = URL.parse(path, "https://own.invalid");
  if (url?.origin !== "https://own.invalid" || url.pathname.startsWith("//")) return "/chat";
  return url.pathname + url.search + url.hash;
}
