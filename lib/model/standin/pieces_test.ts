import { expect } from "expect";
import fc from "fast-check";
import { pieces } from "./pieces.ts";
import { schemaInstance } from "./schema_instance.ts";
import { z } from "zod";

Deno.test("pieces joined give the text again", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      expect(pieces(text).join("")).toBe(text);
    }),
    { seed: 7, numRuns: 500 },
  );
});

Deno.test("long words are cut, short ones and repeated marks are not", () => {
  expect(pieces("the internationalisation ----")).toEqual([
    "the",
    " inter",
    "nationa",
    "lisation",
    " ----",
  ]);
});

Deno.test("[CHT-79] the practice model's JSON is valid for the schemas it is given", () => {
  const schemas = [
    z.strictObject({ score: z.number().min(0).max(1), quote: z.string().max(20), note: z.null() }),
    z.object({ items: z.array(z.object({ id: z.uuid(), at: z.iso.datetime() })).min(2) }),
    z.object({ kind: z.enum(["a", "b"]), more: z.string().optional(), n: z.int().min(3) }),
    z.object({ choice: z.union([z.string().min(12), z.number()]), ok: z.boolean() }),
    z.object({ pair: z.tuple([z.string(), z.number().gt(5)]), fixed: z.literal("x") }),
    z.object({ email: z.email(), date: z.iso.date(), by: z.record(z.string(), z.number()) }),
  ];
  for (const schema of schemas) {
    const made = schemaInstance(z.toJSONSchema(schema) as Record<string, unknown>);
    expect(schema.safeParse(made).error?.issues ?? []).toEqual([]);
  }
});
