import { expect } from "expect";

const ENTRY = new URL("../lib/recall.ts", import.meta.url).pathname;

/** Runs the task as `deno task recall` does. */
async function recall(args: string[], env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", ENTRY, ...args],
    cwd: new URL("../", import.meta.url).pathname,
    env: { NO_COLOR: "1", OLLAMA_BASE_URL: "", ...env },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr).trim() };
}

/** Two people who talk of many things; one turn of them is about a kayak. */
function conversation(id: string, turns: number) {
  const topics = ["bread", "the choir", "a bicycle", "rain", "the garden", "chess"];
  return {
    id,
    speakers: ["Ada", "Ben"],
    now: "2026-06-01T12:00:00.000Z",
    extra: "is ignored",
    memories: Array.from({ length: turns }, (_, n) => ({
      id: `${id}-m${n}`,
      session: `s${Math.floor(n / 10)}`,
      at: new Date(Date.UTC(2026, 0, 1 + Math.floor(n / 10), 9, n % 10)).toISOString(),
      speaker: n % 2 === 0 ? "Ada" : "Ben",
      text: n === 7 ? "I mended the leak of my kayak." : `We spoke of ${topics[n % 6]} again.`,
    })),
    questions: [
      { id: `${id}-q0`, question: "What did Ben do with the kayak?" },
      { id: `${id}-q1`, question: "Xylophones?", category: "none", evidence: [] },
    ],
  };
}

async function folder(files: Record<string, unknown>): Promise<string> {
  const path = await Deno.makeTempDir({ prefix: "nova-recall-" });
  for (const [name, content] of Object.entries(files)) {
    const text = typeof content === "string" ? content : JSON.stringify(content);
    await Deno.writeTextFile(`${path}/${name}`, text);
  }
  return path;
}

Deno.test("[CON-50] the task answers every question, best first, with 20 ids or all there are", async () => {
  const data = await folder({ "a.json": conversation("a", 45), "b.json": conversation("b", 12) });
  const outputs: string[] = [];
  for (const name of ["one.out", "two.out"]) {
    const dataDir = `${data}/never`;
    const { code, err, out } = await recall(["--data", data, "--out", `${data}/${name}`], {
      DATA_DIR: dataDir,
      DATABASE_URL: "postgres://nobody@127.0.0.1:1/none",
    });
    expect({ code, out }).toEqual({ code: 0, out: "" });
    expect(err).toContain("2/2");
    await expect(Deno.stat(dataDir)).rejects.toThrow();
    outputs.push(await Deno.readTextFile(`${data}/${name}`));
  }
  // [CON-51] The same input gives the same file.
  expect(outputs[0]).toBe(outputs[1]);
  const run = JSON.parse(outputs[0]!) as Record<string, string[]>;
  expect(Object.keys(run).sort()).toEqual(["a-q0", "a-q1", "b-q0", "b-q1"]);
  expect(run["a-q0"]![0]).toBe("a-m7");
  expect(run["b-q0"]![0]).toBe("b-m7");
  for (const [question, ids] of Object.entries(run)) {
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThanOrEqual(question.startsWith("a") ? 20 : 12);
  }
  await Deno.remove(data, { recursive: true });
});

Deno.test("[CON-51] bad input ends with 1 and one line that says which, a wrong command line with 2", async () => {
  const data = await folder({ "bad.json": "{", "also.json": { id: "x" } });
  const out = `${data}/out`;
  const cases: [string[], number, RegExp][] = [
    [["--data", data, "--out", out], 1, /^also\.json: /],
    [["--data", `${data}/none`, "--out", out], 1, /cannot be read$/],
    [["--data", data], 2, /./],
    [["--nonsense"], 2, /--nonsense/],
    [["--data", data, "--out", out, "--model", "m"], 1, /OLLAMA_BASE_URL/],
  ];
  for (const [args, status, words] of cases) {
    const { code, err } = await recall(args);
    expect({ args, code, lines: err.split("\n").length }).toEqual({ args, code: status, lines: 1 });
    expect(err).toMatch(words);
  }
  await expect(Deno.stat(out)).rejects.toThrow();
  await Deno.remove(data, { recursive: true });
});
