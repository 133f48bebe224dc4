import { isCommonPassword } from "./common_passwords.ts";

/** How hard a password is to guess, from 0 (very weak) to 4 (strong). */
export type Strength = 0 | 1 | 2 | 3 | 4;

/** What a password must not repeat. */
export interface PasswordContext {
  email?: string;
  displayName?: string;
}

/** Why a password is refused. */
export type PasswordFault =
  | "too_short"
  | "too_long"
  | "common"
  | "like_account"
  | "too_weak";

/** Length limits in characters (code points); nothing is trimmed or cut. */
export const PASSWORD_MIN = 8;
export const PASSWORD_MAX = 128;

/**
 * An estimate by length and variety: bits = length × log2 of the alphabet in use, less for
 * repeated characters. Server and browser use this same module.
 */
export function passwordStrength(password: string): Strength {
  if (password === "" || isCommonPassword(password)) return 0;
  const chars = [...password];
  let alphabet = 0;
  if (/\p{Ll}/u.test(password)) alphabet += 26;
  if (/\p{Lu}/u.test(password)) alphabet += 26;
  if (/\d/.test(password)) alphabet += 10;
  if (/[^\p{L}\d]/u.test(password)) alphabet += 20;
  if (/[^\p{ASCII}\p{Script=Latin}]/u.test(password)) alphabet += 60;
  const distinct = new Set(chars).size;
  const bits = Math.log2(Math.max(2, alphabet)) * (distinct + (chars.length - distinct) * 0.4);
  if (bits < 28) return 1;
  if (bits < 40) return 2;
  return bits < 60 ? 3 : 4;
}

/** The first reason to refuse a password, or null when it is accepted. */
export function passwordFault(
  password: string,
  context: PasswordContext = {},
): PasswordFault | null {
  const length = [...password].length;
  if (length < PASSWORD_MIN) return "too_short";
  if (length > PASSWORD_MAX) return "too_long";
  if (isCommonPassword(password)) return "common";
  if (isLikeAccount(password, context)) return "like_account";
  const mixed = /\p{Ll}/u.test(password) && /\p{Lu}/u.test(password) && /\d/.test(password);
  return mixed || passwordStrength(password) >= 3 ? null : "too_weak";
}

function isLikeAccount(password: string, context: PasswordContext): boolean {
  const lower = password.trim().toLowerCase();
  const email = context.email?.trim().toLowerCase() ?? "";
  const names = [email, email.split("@")[0] ?? "", context.displayName?.trim().toLowerCase() ?? ""];
  return names.some((name) =>
    name.length >= 3 && lower.replace(/\d+$/, "") === name.replace(/\d+$/, "")
  );
}
