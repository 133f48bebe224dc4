import { expect } from "expect";
import { generated } from "./config_docs.ts";

for (const [path, text] of Object.entries(generated())) {
  Deno.test(`[OPS-1] ${path} is what scripts/config_docs.ts writes`, async () => {
    expect(await Deno.readTextFile(new URL(`../${path}`, import.meta.url))).toBe(text);
  });
}
