import { Builder } from "fresh/dev";
import { buildConfig } from "./fresh.config.ts";
import { buildIfChanged, markBuilt } from "./scripts/build_inputs.ts";
import { writeStyles } from "./scripts/styles.ts";

const args = new Set(Deno.args);
const root = buildConfig.root!;

if (!args.has("--if-changed") || await buildIfChanged(root)) {
  await writeStyles(root);
  await new Builder(buildConfig).build();
  await markBuilt(root);
}
