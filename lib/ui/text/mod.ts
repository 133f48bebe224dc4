import { chat } from "./en/chat.ts";
import { common } from "./en/common.ts";
import { memory } from "./en/memory.ts";
import { auth, constitution, faults, landing, principles, settings, usage } from "./en/pages.ts";
import { problems } from "./en/problems.ts";
import { reasons } from "./en/reasons.ts";

/**
 * The texts of one area of the interface, by name. English is complete and sets the names; another
 * language is a second folder of the same shape, which the type then holds to every name. One
 * function per area keeps the others out of a page's script.
 */
export type Texts<T extends Readonly<Record<string, string>>> = Readonly<Record<keyof T, string>>;

/** Words that many parts share, in the language of `locale`. */
export function commonText(_locale = "en"): Texts<typeof common> {
  return common;
}

/** Words for the terms of a score. */
export function reasonText(_locale = "en"): Texts<typeof reasons> {
  return reasons;
}

/** Words of the chat. */
export function chatText(_locale = "en"): Texts<typeof chat> {
  return chat;
}

/** Words of the memory page. */
export function memoryText(_locale = "en"): Texts<typeof memory> {
  return memory;
}

/** Words for each error code. */
export function problemText(_locale = "en"): Texts<typeof problems> {
  return problems;
}

/** Words of the landing page. */
export function landingText(_locale = "en"): Texts<typeof landing> {
  return landing;
}

/** The eight principles in short. */
export function principleText(_locale = "en"): Texts<typeof principles> {
  return principles;
}

/** Words of sign-in and registration. */
export function authText(_locale = "en"): Texts<typeof auth> {
  return auth;
}

/** Words of the page of usage. */
export function usageText(_locale = "en"): Texts<typeof usage> {
  return usage;
}

/** Words of the settings. */
export function settingsText(_locale = "en"): Texts<typeof settings> {
  return settings;
}

/** Words of error pages. */
export function faultText(_locale = "en"): Texts<typeof faults> {
  return faults;
}

/** Words of the constitution's page. */
export function constitutionText(_locale = "en"): Texts<typeof constitution> {
  return constitution;
}
