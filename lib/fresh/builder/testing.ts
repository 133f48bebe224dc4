// Helpers of the tests in this folder.
import { dirname, join } from "node:path";
import { App } from "../src/app.ts";
import { staticFiles } from "../src/middlewares/static_files.ts";
import { Builder } from "./builder.ts";
import type { BuildOptions } from "./options.ts";

/** Writes files into a new folder, runs with it, and removes it. */
export async function withProject(
  files: Record<string, string>,
  run: (root: string) => Promise<void>,
): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "fresh_" });
  try {
    for (const [name, text] of Object.entries(files)) {
      const path = join(root, name);
      await Deno.mkdir(dirname(path), { recursive: true });
      await Deno.writeTextFile(path, text);
    }
    await run(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

/** Sends a request to the app under test. */
export type Get = (path: string, init?: RequestInit) => Promise<Response>;

/** Builds a project in memory and serves its file routes. */
export async function serveProject(root: string, options: BuildOptions = {}): Promise<Get> {
  const apply = await new Builder({ ...options, root }).build({ snapshot: "memory" });
  const app = new App().use(staticFiles()).fsRoutes();
  apply(app);
  const handler = app.handler();
  return (path, init) => handler(new Request(`http://localhost${path}`, init));
}
