import { sha256Hex } from "@/lib/platform/crypto.ts";

/** What the build depends on. */
const INPUTS = [
  "routes",
  "islands",
  "static",
  "lib",
  "main.ts",
  "fresh.config.ts",
  "deno.json",
  "deno.lock",
];
/** Written by the build itself. */
const OUTPUTS = new Set(["static/app.css"]);
const MARK = "_fresh/inputs.sha256";

async function* files(root: string, path: string): AsyncGenerator<string> {
  const { isFile } = await Deno.stat(`${root}/${path}`);
  if (isFile) return yield path;
  for (
    const entry of (await Array.fromAsync(Deno.readDir(`${root}/${path}`))).sort((a, b) =>
      a.name < b.name ? -1 : 1
    )
  ) {
    if (entry.name.endsWith("_test.ts") || entry.name.endsWith("_test.tsx")) continue;
    const child = `${path}/${entry.name}`;
    if (entry.isDirectory) yield* files(root, child);
    else if (!OUTPUTS.has(child)) yield child;
  }
}

async function inputsHash(root: string): Promise<string> {
  const parts: string[] = [];
  for (const input of INPUTS) {
    for await (const file of files(root, input)) {
      parts.push(`${file} ${sha256Hex(await Deno.readFile(`${root}/${file}`))}`);
    }
  }
  return sha256Hex(parts.join("\n"));
}

/** Whether there is no build of the present inputs. */
export async function buildIfChanged(root: string): Promise<boolean> {
  const built = await Deno.readTextFile(`${root}/${MARK}`).catch(() => "");
  return built !== await inputsHash(root);
}

/** Notes what the build was made from. */
export async function markBuilt(root: string): Promise<void> {
  await Deno.writeTextFile(`${root}/${MARK}`, await inputsHash(root));
}
