/**
 * Runs the checks and tests and ends with one line `N passed, N failed`.
 *
 *   (no option)  formats, lint, types, then every test
 *   --unit       tests without a browser
 *   --e2e        browser tests alone
 */
const root = new URL("..", import.meta.url).pathname;
const only = Deno.args.find((arg) => arg.startsWith("--"));
const write = (text: string) => void Deno.stdout.writeSync(new TextEncoder().encode(text));

interface Totals {
  passed: number;
  failed: number;
}

/** Runs a command, showing what it prints; returns its output and whether it succeeded. */
async function run(
  args: string[],
  env: Record<string, string> = {},
): Promise<{ ok: boolean; output: string }> {
  const child = new Deno.Command(Deno.execPath(), {
    args,
    cwd: root,
    env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", ...env },
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let output = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    output += text;
    write(text);
  }
  return { ok: (await child.status).success, output };
}

/**
 * Runs checks beside each other, for most of one takes a single core; each shows what it printed once
 * it has ended. A failure counts as one failed test.
 */
async function checks(list: readonly [name: string, args: string[]][]): Promise<Totals> {
  const results = await Promise.all(list.map(async ([name, args]) => {
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args,
      cwd: root,
      env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
    }).output();
    const printed = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
    write(`\n== ${name}\n${printed}`);
    return success;
  }));
  const passed = results.filter(Boolean).length;
  return { passed, failed: results.length - passed };
}

/** Runs tests and reads their closing line. */
async function tests(name: string, args: string[]): Promise<Totals> {
  write(`\n== ${name}\n`);
  // One more than there are cores: much of a test is waiting, for a process, a page or a timer.
  const jobs = String(Math.min(4, navigator.hardwareConcurrency + 1));
  // Most tests open an embedded database for seconds: most of its code is not worth optimising.
  const { ok, output } = await run(
    ["test", "--allow-all", "--quiet", "--v8-flags=--wasm-tiering-budget=100000000", ...args],
    { DENO_JOBS: jobs },
  );
  const lines = [...output.matchAll(/\| (\d+) passed.*?\| (\d+) failed/g)];
  const closing = lines.at(-1);
  const totals = { passed: Number(closing?.[1] ?? 0), failed: Number(closing?.[2] ?? 0) };
  // A run that fails without a failing test (an error while loading, a leak) is a failure too.
  return ok || totals.failed > 0 ? totals : { ...totals, failed: totals.failed + 1 };
}

const SANITIZE = ["--sanitize-ops", "--sanitize-resources"];
const build = [
  "run",
  "--quiet",
  "--allow-read",
  "--allow-write=_fresh,node_modules,static",
  "--allow-env",
  "--allow-run",
  "--allow-ffi",
  "dev.ts",
  "build",
  "--if-changed",
];
const steps: (() => Promise<Totals>)[] = [
  () =>
    checks([
      ...only ? [] : [
        ["format", ["fmt", "--check", "--quiet"]],
        ["lint", ["lint", "--quiet"]],
        ["types", ["check", "--quiet", "."]],
      ] satisfies [string, string[]][],
      ["build", build],
    ]),
];
if (only !== "--e2e") {
  steps.push(
    () => tests("rooms", ["--parallel", ...SANITIZE, "lib/", "scripts/", "islands/", "jobs/"]),
    () => tests("across rooms", ["--parallel", "tests/", "--ignore=tests/e2e,tests/bench"]),
  );
}
if (only !== "--unit") steps.push(() => tests("browser", ["--parallel", "tests/e2e/"]));

const totals: Totals = { passed: 0, failed: 0 };
for (const step of steps) {
  const { passed, failed } = await step();
  totals.passed += passed;
  totals.failed += failed;
}
write(`\n${totals.passed} passed, ${totals.failed} failed\n`);
Deno.exit(totals.failed > 0 ? 1 : 0);
