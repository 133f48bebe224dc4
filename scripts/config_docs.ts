/**
 * Writes `docs/configuration.md` and `.env.example` from the product's own list of variables:
 *
 *   deno run --allow-read --allow-write=docs,.env.example scripts/config_docs.ts
 */
import { type VariableDoc, variableDocs } from "@/lib/platform/config.ts";
import { PLAN_NAMES, PLAN_SUFFIXES } from "@/lib/platform/config_plans.ts";
import { RATE_CLASSES } from "@/lib/platform/config_rates.ts";

const ROOT = new URL("../", import.meta.url);

/** Variables that belong together, by the name of the first of each group. */
const GROUPS: Record<string, string> = {
  APP_ENV: "Installation",
  APP_SECRET: "Secrets",
  DATABASE_URL: "Data",
  OLLAMA_BASE_URL: "Model host",
  TRUSTED_PROXIES: "Network",
  SMTP_URL: "Mail",
  STRIPE_SECRET_KEY: "Payments",
  METRICS_TOKEN: "Watching",
  REGISTRATION_MODE: "Accounts",
  PLAN_ALLOW_NON_MONOTONIC: "Plans",
};

interface Group {
  title: string;
  variables: VariableDoc[];
}

function groups(): Group[] {
  const found: Group[] = [];
  for (const variable of variableDocs()) {
    const title = GROUPS[variable.name];
    if (title) found.push({ title, variables: [] });
    found.at(-1)!.variables.push(variable);
  }
  return found;
}

const PLANS = Object.entries(PLAN_SUFFIXES).map(([suffix, defaults]) => ({
  suffix,
  values: PLAN_NAMES.map((plan, i) => ({
    name: `PLAN_${plan}_${suffix}`,
    fallback: String(defaults[i]),
  })),
}));
const RATES = Object.entries(RATE_CLASSES).map(([name, fallback]) => ({
  name: `RATE_${name}`,
  fallback,
}));

const code = (text: string) => text === "" ? "" : `\`${text}\``;

/** A table with padded cells, as `deno fmt` leaves it. */
function table(head: string[], rows: string[][]): string {
  const widths = head.map((cell, i) =>
    Math.max(3, cell.length, ...rows.map((row) => row[i]!.length))
  );
  const line = (cells: string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

/** The text of `docs/configuration.md`. */
export function configurationPage(): string {
  const sections = groups().map(({ title, variables }) =>
    `## ${title}\n\n${
      table(
        ["Variable", "Default", "Meaning"],
        variables.map(({ name, fallback, description, secret }) => [
          code(name),
          code(fallback),
          `${description}${secret ? " (secret)" : ""}`,
        ]),
      )
    }`
  );
  return `# Configuration

<!-- Written by scripts/config_docs.ts; change the list in lib/platform/config.ts instead. -->

Everything is set by environment variables. Tasks also read a file \`.env\` in the folder of the
project; a variable of the environment wins over the file. An empty value counts as not set. A value
that cannot be used, and an unknown name that begins with \`PLAN_\` or \`RATE_\`, stops the start with
one list of all faults. \`deno task nova config show\` prints what is in force, without secrets.

${sections.join("\n\n")}

## Limits of the plans

\`PLAN_<PLAN>_<LIMIT>\` sets one limit of one plan, for example \`PLAN_BASIC_TOKENS_PER_DAY=80000\`. A
value is a whole number; \`-1\` means unlimited and \`0\` grants nothing. A plan that grants less than
the one before it stops the start, unless \`PLAN_ALLOW_NON_MONOTONIC\` is \`true\`.

${
    table(
      ["Limit", ...PLAN_NAMES.map(code)],
      PLANS.map(({ suffix, values }) => [code(suffix), ...values.map((value) => value.fallback)]),
    )
  }

## Limits of requests

\`RATE_<CLASS>\` is written \`<count>/<window>\`: \`30/m\`, \`5/15m\`, \`3/h\`, \`1/d\`, \`10/10s\`; \`-1\` means
unlimited. Classes of parts that are not there yet can be set already.

${table(["Variable", "Default"], RATES.map(({ name, fallback }) => [code(name), code(fallback)]))}
`;
}

/** The text of `.env.example`: every variable, commented out, at its default. */
export function envExample(): string {
  const entry = ({ name, fallback }: { name: string; fallback: string }) =>
    `# ${name}=${/\s|[<>#]/.test(fallback) ? `"${fallback}"` : fallback}`;
  const sections = groups().map(({ title, variables }) =>
    [
      `## ${title}`,
      ...variables.flatMap((variable) => [
        `# ${variable.description}${variable.secret ? " (secret)" : ""}`,
        entry(variable),
      ]),
    ].join("\n")
  );
  return [
    "# Copy to .env and take the # away from what you want to change. Nothing here is needed: the",
    "# product starts complete without a single variable. docs/configuration.md explains the rest.",
    "",
    sections.join("\n\n"),
    "",
    "## Limits of the plans: whole numbers, -1 for unlimited",
    ...PLANS.flatMap(({ values }) => values.map(entry)),
    "",
    "## Limits of requests: <count>/<window>, -1 for unlimited",
    ...RATES.map(entry),
    "",
  ].join("\n");
}

/** Every file this script writes, below the root of the project. */
export function generated(): Record<string, string> {
  return { "docs/configuration.md": configurationPage(), ".env.example": envExample() };
}

if (import.meta.main) {
  for (const [path, text] of Object.entries(generated())) {
    await Deno.writeTextFile(new URL(path, ROOT), text);
  }
}
