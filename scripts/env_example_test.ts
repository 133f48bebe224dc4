import { expect } from "expect";
import { parseEnv } from "node:util";
import { parseConfig, variableDocs } from "@/lib/platform/config.ts";

const text = await Deno.readTextFile(new URL("../.env.example", import.meta.url));
const uncommented = text.replace(/^# ([A-Z_]+=)/gm, "$1");

Deno.test("[OPS-1] .env.example holds every variable once, and no other", () => {
  const names = [...uncommented.matchAll(/^([A-Z_]+)=/gm)].map((match) => match[1]!);
  const { plans, rates } = parseConfig({});
  const known = [
    ...variableDocs().map(({ name }) => name),
    ...Object.keys(plans),
    ...Object.keys(rates),
  ];
  expect([...names].sort()).toEqual(known.sort());
});

Deno.test("[OPS-3] the example as it is sets nothing", () => {
  expect(parseEnv(text)).toEqual({});
});

Deno.test("[OPS-3] with every line taken in, the example says the defaults", () => {
  expect(parseConfig({ ...parseEnv(uncommented) })).toEqual(parseConfig({}));
});

Deno.test("the example holds no secret", () => {
  const values = parseEnv(uncommented);
  for (const { name, secret } of variableDocs()) {
    if (secret) expect({ name, value: values[name] }).toEqual({ name, value: "" });
  }
});
