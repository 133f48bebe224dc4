import { Builder } from "fresh/dev";
import { buildConfig } from "./fresh.config.ts";
import { buildIfChanged, markBuilt } from "./scripts/build_inputs.ts";
import { writeStyles } from "./scripts/styles.ts";

/** `dev.ts build` builds; `--if-changed` skips a build of the same inputs; without `build` it serves too. */
const args = new Set(Deno.args);
const root = buildConfig.root!;

if (!args.has("--if-changed") || await buildIfChanged(root)) {
  await writeStyles(root);
  await new Builder(buildConfig).build();
  await markBuilt(root);
}
// Deno's --watch starts this file anew on every change, so that the build is always the present one.
if (!args.has("build")) void (await import("./main.ts")).serve();
