/**
 * Lists the binding requirements that no test names, and fails when one more than before lacks a
 * test:
 *
 *   deno task requirements [--accept]
 *
 * A test names a requirement by its id in square brackets. Where a requirement concerns a document,
 * a drill or an outside service, a dated page below `docs/evidence` that names it the same way takes
 * the place of the test. `--accept` writes the present list; it may only become shorter.
 */
const ROOT = new URL("../", import.meta.url);
const BINDING = new URL("tests/requirements/binding.txt", ROOT);
const UNTESTED = new URL("tests/requirements/untested.txt", ROOT);
const FOLDERS = ["lib", "jobs", "islands", "scripts", "tests", "infra", "docs/evidence"];
const SOURCE = /(?:_test\.tsx?|tests\/.*\.tsx?|docs\/evidence\/.*\.md)$/;

/** Ids of a list with one prefix a line: `ACC: 1 2 3`. */
export function readIds(text: string): Set<string> {
  const ids = text.split("\n").filter((line) => /^[A-Z]+:/.test(line)).flatMap((line) => {
    const [prefix, numbers = ""] = line.split(":");
    return numbers.trim().split(/\s+/).filter(Boolean).map((number) => `${prefix}-${number}`);
  });
  return new Set(ids);
}

/** The list that {@link readIds} reads. */
export function writeIds(ids: Iterable<string>, heading: string): string {
  const groups = Map.groupBy([...ids].map((id) => id.split("-")), ([prefix]) => prefix!);
  const lines = [...groups].sort().map(([prefix, found]) =>
    `${prefix}: ${found.map(([, number]) => Number(number)).sort((a, b) => a - b).join(" ")}`
  );
  return `# ${heading}\n${lines.join("\n")}\n`;
}

/** Every id in square brackets of a text, also several in one pair: `[MEM-12, MEM-13]`. */
export function namedIds(text: string): string[] {
  return [...text.matchAll(/\[([A-Z]{2,3}-\d+(?:, ?[A-Z]{2,3}-\d+)*)\]/g)]
    .flatMap(([, ids]) => ids!.split(/, ?/));
}

async function* textsBelow(folder: URL): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(folder)) {
    const place = new URL(entry.name + (entry.isDirectory ? "/" : ""), folder);
    if (entry.isDirectory) yield* textsBelow(place);
    else if (SOURCE.test(place.pathname)) yield await Deno.readTextFile(place);
  }
}

async function testedIds(): Promise<Set<string>> {
  const ids = new Set<string>();
  for (const folder of FOLDERS) {
    try {
      for await (const text of textsBelow(new URL(`${folder}/`, ROOT))) {
        for (const id of namedIds(text)) ids.add(id);
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return ids;
}

/** What lacks a test now, and which of it is new since the list was last accepted. */
export async function untested(): Promise<{ all: string[]; added: string[]; binding: number }> {
  const [binding, tested, before] = await Promise.all([
    Deno.readTextFile(BINDING).then(readIds),
    testedIds(),
    Deno.readTextFile(UNTESTED).then(readIds, () => null),
  ]);
  const all = [...binding].filter((id) => !tested.has(id));
  return { all, added: before ? all.filter((id) => !before.has(id)) : [], binding: binding.size };
}

if (import.meta.main) {
  const { all, added, binding } = await untested();
  const say = (text: string) => void Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
  const list = writeIds(
    all,
    "Binding requirements that no test names yet. May only become shorter.",
  );
  say(list.trimEnd());
  say(`${binding - all.length} of ${binding} binding requirements are named by a test`);
  if (added.length > 0) {
    say(`These had a test before: ${added.join(", ")}`);
    Deno.exit(1);
  }
  if (Deno.args.includes("--accept")) await Deno.writeTextFile(UNTESTED, list);
}
