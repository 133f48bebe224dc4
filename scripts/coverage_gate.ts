/**
 * Runs the tests of the modules on which money and access depend, and fails when a branch of one
 * of them was never taken:
 *
 *   deno task coverage:gate
 *
 * One run over the embedded database, or over a server with `TEST_DATABASE_URL`. The report is left
 * as `coverage/gate.lcov`.
 */
const ROOT = new URL("../", import.meta.url);
const FOLDER = "coverage/gate";
const REPORT = "coverage/gate.lcov";

/** Modules whose every branch must be taken: ledger, quota, plans, webhook; tokens, throttle, matrix. */
export const GATED = [
  "lib/usage/fair_use.ts",
  "lib/usage/gather.ts",
  "lib/usage/ledger.ts",
  "lib/usage/mirror.ts",
  "lib/usage/quota.ts",
  "lib/usage/refusal.ts",
  "lib/usage/service.ts",
  "lib/usage/store.ts",
  "lib/plans/api.ts",
  "lib/plans/catalogue.ts",
  "lib/plans/effective.ts",
  "lib/plans/entitlements.ts",
  "lib/plans/store.ts",
  "lib/plans/trials.ts",
  "lib/billing/inbox.ts",
  "lib/billing/inbox_store.ts",
  "lib/billing/shapes.ts",
  "lib/billing/signature.ts",
  "lib/billing/state.ts",
  "lib/billing/sync.ts",
  "lib/accounts/access_token.ts",
  "lib/accounts/families.ts",
  "lib/accounts/service_access.ts",
  "lib/accounts/service_revocations.ts",
  "lib/accounts/signing_keys.ts",
  "lib/accounts/throttle.ts",
  "lib/platform/capabilities.ts",
  "lib/platform/service_token.ts",
  "lib/platform/signed_token.ts",
];

/** The tests that reach them. */
const TESTS = [
  "lib/accounts/",
  "lib/billing/",
  "lib/plans/",
  "lib/platform/capabilities",
  "lib/platform/service_token",
  "lib/platform/signed_token",
  "lib/usage/",
  ...["account_r", "account_security", "accounts", "billing", "ledger", "money", "quota"]
    .map((name) => `tests/${name}`),
  ...["usage", "services", "matrix"].map((name) => `tests/${name}`),
];

/** Branches of a file that no test took, as `line 12, branch 1`. */
export interface Gaps {
  file: string;
  branches: number;
  missed: string[];
}

/** Reads an lcov report: how many branches each file has, and which were never taken. */
export function readBranches(lcov: string): Map<string, Gaps> {
  const files = new Map<string, Gaps>();
  for (const record of lcov.split("end_of_record")) {
    const file = /^SF:(.*)$/m.exec(record)?.[1];
    if (!file) continue;
    const gaps: Gaps = { file, branches: 0, missed: [] };
    for (const [, line, , branch, taken] of record.matchAll(/^BRDA:(\d+),(\d+),(\d+),(-|\d+)$/gm)) {
      gaps.branches++;
      if (taken === "-" || taken === "0") gaps.missed.push(`line ${line}, branch ${branch}`);
    }
    files.set(file, gaps);
  }
  return files;
}

const say = (line: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));

async function run(args: string[]): Promise<boolean> {
  // The properties hold in a few runs as in hundreds; here the ways through the code are looked at.
  const env = { PROPERTY_RUNS: Deno.env.get("PROPERTY_RUNS") ?? "30" };
  const command = new Deno.Command(Deno.execPath(), { args, env, cwd: ROOT });
  return (await command.spawn().status).success;
}

async function lcov(): Promise<string> {
  const include = `--include=/(${GATED.map((file) => file.replaceAll(".", "\\.")).join("|")})$`;
  const command = new Deno.Command(Deno.execPath(), {
    args: ["coverage", "--lcov", include, FOLDER],
    cwd: ROOT,
    stderr: "null",
  });
  const text = new TextDecoder().decode((await command.output()).stdout);
  await Deno.writeTextFile(new URL(REPORT, ROOT), text);
  return text;
}

/** Test files whose path begins so. */
function filesOf(start: string): string[] {
  const folder = start.slice(0, start.lastIndexOf("/") + 1);
  return [...Deno.readDirSync(new URL(folder, ROOT))]
    .map(({ name }) => folder + name)
    .filter((path) => path.startsWith(start) && /_test\.tsx?$/.test(path));
}

async function main(): Promise<number> {
  await Deno.remove(new URL(`${FOLDER}/`, ROOT), { recursive: true }).catch(() => {});
  const tests = [...new Set(TESTS.flatMap(filesOf))].sort();
  const flags = ["-A", "--no-check", "--quiet", "--parallel", `--coverage=${FOLDER}`];
  const passed = await run(["test", ...flags, ...tests]);
  const found = readBranches(await lcov());
  let missed = 0;
  for (const name of GATED) {
    const gaps = found.get(new URL(name, ROOT).pathname);
    if (!gaps) say(`${name}: no test loads it`);
    for (const place of gaps?.missed ?? []) say(`${name}: ${place} is never taken`);
    missed += gaps ? gaps.missed.length : 1;
  }
  const all = [...found.values()].reduce((sum, { branches }) => sum + branches, 0);
  say(`${GATED.length} modules, ${all} branches, ${missed} never taken`);
  return passed && missed === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
