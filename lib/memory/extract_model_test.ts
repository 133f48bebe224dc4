import { expect } from "expect";
import type { ModelHost, StructuredRequest } from "@/lib/model/mod.ts";
import { extractCandidates } from "./extract.ts";
import { extractByModel } from "./extract_model.ts";

const NOW = new Date("2026-03-12T09:00:00.000Z");

/** A host that gives the same answer to everything, and keeps what it was asked. */
function host(facts: Record<string, unknown>[]) {
  const asked: StructuredRequest<unknown>[] = [];
  const model = {
    structured: <T>(request: StructuredRequest<T>) => {
      asked.push(request as StructuredRequest<unknown>);
      const value = request.schema.parse({ facts });
      return Promise.resolve({
        value,
        promptTokens: 90,
        completionTokens: 10,
        measured: true,
        attempts: 1,
      });
    },
  } as unknown as ModelHost;
  return { model, asked };
}

const fact = (statement: string, quote: string) => ({
  statement,
  quote,
  type: "fact",
  subject: "The user",
  attribute: "Pet",
  value: "Tom",
  tags: ["Animals"],
});

Deno.test("[MEM-26] a model's candidates come with the place of their words in the message", async () => {
  const message = "Well, 🙂 a cat called Tom\nmoved in with me.";
  const { model } = host([
    fact("The user has a cat called Tom.", "a cat called Tom moved in with me"),
  ]);
  const { candidates, tokens } = await extractByModel(model, message, { now: NOW, known: [] });
  expect(tokens).toBe(100);
  expect(candidates).toMatchObject([{
    subject: "user",
    attribute: "pet",
    tags: ["animals"],
    asked: false,
  }]);
  const [from, to] = candidates[0]!.span;
  expect([...message].slice(from, to).join("")).toBe("a cat called Tom\nmoved in with me");
});

Deno.test("[MEM-30] what a model makes up, without words in the message, is no candidate", async () => {
  const { model } = host([
    fact("The user lives on the moon.", "I live on the moon"),
    fact("Cats are animals.", "a cat"),
  ]);
  const { candidates } = await extractByModel(model, "I saw a cat.", { now: NOW, known: [] });
  expect(candidates).toEqual([]);
});

Deno.test("[MEM-29] what the rules took is not taken again, and long texts are not sent", async () => {
  const message = "I live in Porto.";
  const known = extractCandidates(message, { now: NOW, timeZone: "UTC" });
  const { model, asked } = host([fact("The user lives in Porto.", "I live in Porto")]);
  expect((await extractByModel(model, message, { now: NOW, known })).candidates).toEqual([]);
  expect(JSON.stringify(asked[0]!.messages)).toContain("2026-03-12");
  await extractByModel(model, "x".repeat(6_001), { now: NOW, known });
  expect(asked.length).toBe(1);
});
