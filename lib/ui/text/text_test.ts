import { expect } from "expect";
import { explain } from "../explain.ts";
import { anyReader } from "../format.ts";
import { say } from "../say.ts";
import { problems } from "./en/problems.ts";

const areas: Record<string, Record<string, string>> = {};
for await (const file of Deno.readDir(new URL("./en/", import.meta.url))) {
  const module = await import(`./en/${file.name}`);
  Object.assign(areas, module);
}

Deno.test("[UI-90] every message is whole: braces close and plurals have a general form", () => {
  for (const [area, messages] of Object.entries(areas)) {
    for (const [name, message] of Object.entries(messages)) {
      const depth = [...message].reduce((n, c) => n + (c === "{" ? 1 : c === "}" ? -1 : 0), 0);
      expect({ area, name, depth }).toEqual({ area, name, depth: 0 });
      for (const plural of message.matchAll(/, (plural|select),/g)) {
        expect({ area, name, ok: message.slice(plural.index).includes("other {") })
          .toMatchObject({ ok: true });
      }
    }
  }
});

Deno.test("words stay calm: no exclamation marks, no double spaces", () => {
  for (const messages of Object.values(areas)) {
    for (const message of Object.values(messages)) expect(message).not.toMatch(/!|\s{2}/);
  }
});

Deno.test("[UI-90] a longer language keeps every placeholder", () => {
  const stretched = "⟦{n, plural, one {# mémöry} other {# mémöriés}} ⟧";
  expect(say(stretched, { n: 3 })).toBe("⟦3 mémöriés ⟧");
});

/** Codes of API-2 that a person may meet. */
const CODES = (
  "validation_failed message_too_long invalid_characters link_invalid webhook_signature_invalid " +
  "model_unknown context_too_large token_missing token_invalid token_expired credentials_invalid " +
  "forbidden email_unverified plan_required level_locked prerequisite_missing unlock_missing " +
  "scope_missing csrf_failed step_up_required suspended not_found conflict email_taken " +
  "turn_in_progress already_submitted version_conflict gone body_too_large " +
  "unsupported_media_type method_not_allowed idempotency_mismatch rate_limited quota_exceeded " +
  "too_many_streams login_throttled internal starting model_unavailable policy_unavailable " +
  "database_unavailable maintenance"
).split(" ");

Deno.test("[UI-56] every error code has written words, and an unknown one the general ones", () => {
  const known: Record<string, string> = problems;
  for (const code of CODES) {
    expect(known[code]).toBeDefined();
    expect(known[`${code}_text`]).toBeDefined();
  }
  expect(explain({ code: "new_one" }, anyReader).title).toBe(problems.general);
  expect(explain({ code: "constructor" }, anyReader).title).toBe(problems.general);
});

Deno.test("[UI-56] figures stand in their place, and a sentence without its figure is left out", () => {
  const problem = { code: "message_too_long", length: 12_345, max: 10_000 };
  expect(explain(problem, anyReader).text).toContain("10,000");
  expect(explain({ code: "quota_exceeded" }, anyReader).text).not.toMatch(/[{}]/);
  const at = { code: "quota_exceeded", resetsAt: "2026-01-02T00:00:00.000Z" };
  expect(explain(at, anyReader).text).toContain("00:00");
});

/** Codes of problems that the source makes. */
async function codesOf(folder: URL): Promise<string[]> {
  const codes: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const child = new URL(entry.isDirectory ? `${entry.name}/` : entry.name, folder);
    if (entry.isDirectory) codes.push(...await codesOf(child));
    else if (/(?<!_test)\.ts$/.test(entry.name)) {
      const source = await Deno.readTextFile(child);
      codes.push(...[...source.matchAll(/new Problem\(\s*"(\w+)"/g)].map(([, code]) => code!));
    }
  }
  return codes;
}

Deno.test("[UI-56] every code that the product answers with has words of its own", async () => {
  const known: Record<string, string> = problems;
  const codes = new Set(await codesOf(new URL("../../", import.meta.url)));
  expect(codes.size).toBeGreaterThan(25);
  expect([...codes].filter((code) => !(code in known) || !(`${code}_text` in known))).toEqual([]);
});
