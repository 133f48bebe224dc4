import { expect } from "expect";
import { dirname, join } from "node:path";

const ROOT = new URL("../", import.meta.url).pathname;

/** Paths of the documents, from the root of the project. */
async function documents(): Promise<string[]> {
  const found: string[] = [];
  for (const folder of [".", "docs", "docs/decisions"]) {
    for await (const entry of Deno.readDir(join(ROOT, folder))) {
      if (entry.isFile && entry.name.endsWith(".md")) found.push(join(folder, entry.name));
    }
  }
  return found.sort();
}

const pages = new Map<string, string>();
for (const path of await documents()) pages.set(path, await Deno.readTextFile(join(ROOT, path)));

const exists = (path: string) => Deno.stat(join(ROOT, path)).then(() => true, () => false);

Deno.test("[OPS-88] every link between documents leads somewhere", async () => {
  expect(pages.size).toBeGreaterThan(12);
  for (const [page, text] of pages) {
    for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^(?:https?:|#)/.test(target!)) continue;
      const path = join(dirname(page), target!.split("#")[0]!);
      expect({ page, target, found: await exists(path) }).toEqual({ page, target, found: true });
    }
  }
});

Deno.test("[OPS-88] every guide is reached from the list of guides", () => {
  const list = pages.get("docs/README.md")!;
  const guides = [...pages.keys()].filter((path) => /^docs\/[a-z-]+\.md$/.test(path));
  for (const guide of guides) {
    const name = guide.slice("docs/".length);
    expect({ name, listed: list.includes(`(${name})`) }).toEqual({ name, listed: true });
  }
});

Deno.test("[OPS-88] tasks and files that documents name are there", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
  for (const [page, text] of pages) {
    for (const [, task] of text.matchAll(/deno task ([a-z][a-z:0-9]*)/g)) {
      expect({ page, task, known: task! in tasks }).toEqual({ page, task, known: true });
    }
    const named = /`((?:lib|tests|scripts|infra|docs)\/[\w./-]*\w\.(?:ts|sh|yml|md))`/g;
    for (const [, path] of text.matchAll(named)) {
      expect({ page, path, found: await exists(path!) }).toEqual({ page, path, found: true });
    }
  }
});

Deno.test("[CON-72] the readme begins with the two commands", () => {
  expect(pages.get("README.md")).toMatch(
    /^# NovaCoreAI\n\n```sh\nnpx -y deno task start\nnpx -y deno task test\n```\n/,
  );
});

Deno.test("a decision is dated, states its question and is one page", () => {
  const decisions = [...pages].filter(([path]) => path.startsWith("docs/decisions/"));
  expect(decisions.length).toBeGreaterThanOrEqual(6);
  for (const [path, text] of decisions) {
    const date = /\/(\d{4}-\d\d-\d\d)-[a-z-]+\.md$/.exec(path)?.[1];
    expect({ path, dated: date !== undefined && text.includes(`\n${date}, `) })
      .toEqual({ path, dated: true });
    expect(text).toContain("**Decision.**");
    expect(text.split("\n").length).toBeLessThan(40);
  }
});
