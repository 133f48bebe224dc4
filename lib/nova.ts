/**
 * The operator's command line: `deno task nova <command> [--json]`. With the embedded database a
 * running process holds the data, so the command asks it over its control socket; without one it
 * opens the data itself. Exit codes: 0 ok, 1 failed or a finding, 2 usage.
 */
import { resolve } from "node:path";
import { createRemoteJWKSet } from "jose";
import { openForCommand } from "@/lib/boot/open.ts";
import { CONTROL_SOCKET, type ControlAnswer, runCommand } from "@/lib/boot/control.ts";
import { ConfigError, maskedConfig, parseConfig, variableDocs } from "@/lib/platform/config.ts";
import { systemClock } from "@/lib/platform/clock.ts";
import { DataDirError, holdDataDir, keptSecret } from "@/lib/platform/data_dir.ts";
import { secureRandom, uuidV7Source } from "@/lib/platform/ids.ts";
import { silentLog } from "@/lib/platform/log.ts";
import { isKeyName, newKeySet, staticKeyRing } from "@/lib/platform/key_ring.ts";
import { createServiceTokens } from "@/lib/platform/service_token.ts";
import { startStandIn } from "@/lib/model/standin/mod.ts";

const HELP = `usage: deno task nova <command> [--json]

  migrate                            bring the schema up to date
  admin grant|revoke <e-mail>        make somebody an administrator, or take that back
  admin verify <e-mail>              confirm an address by hand
  admin recover <e-mail>             remove a lost second step, 48 hours from now
  token mint <service> <scopes>      make a service token; scopes with commas between
  token revoke <service> [id]        take back one token of a service, or all
  keys make user|service             print a new set of signing keys
  keys rotate user|service           sign with a new key; the former one counts for 24 hours
  secrets rotate app                 seal what is at rest with the present APP_SECRET
  usage verify [e-mail]              recompute ledgers and name the first bad row
  billing check                      compare endpoint and prices at the payment provider
  billing reconcile                  compare subscriptions with the provider, and repair
  doctor                             look at every part and say what is wrong
  config show                        the configuration in force, secrets masked
  config doc                         every variable with its default and meaning
  model-host --port N [--no-token]   serve the practice model until ended

  --json   one JSON document on standard output
  --help   this text
`;

const encoder = new TextEncoder();
const out = (text: string) => void Deno.stdout.writeSync(encoder.encode(text));
const err = (text: string) => void Deno.stderr.writeSync(encoder.encode(text));

/** A command line that does not make sense. */
class UsageError extends Error {
  override readonly name = "UsageError";
}

interface CommandLine {
  command: string;
  args: string[];
  json: boolean;
  port: number | null;
  noToken: boolean;
}

/** Commands with how many arguments they take, at least and at most. */
const COMMANDS: Record<string, number | [number, number]> = {
  "migrate": 0,
  "admin grant": 1,
  "admin revoke": 1,
  "admin verify": 1,
  "admin recover": 1,
  "token mint": 2,
  "token revoke": [1, 2],
  "keys make": 1,
  "keys rotate": 1,
  "secrets rotate": 1,
  "usage verify": [0, 1],
  "billing check": 0,
  "billing reconcile": 0,
  "doctor": 0,
  "config show": 0,
  "config doc": 0,
  "model-host": 0,
};

function parseArguments(argv: string[]): CommandLine {
  const words: string[] = [];
  const line: CommandLine = { command: "", args: [], json: false, port: null, noToken: false };
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]!;
    if (word === "--json") line.json = true;
    else if (word === "--no-token") line.noToken = true;
    else if (word === "--port") line.port = Number(argv[++i] ?? NaN);
    else if (word.startsWith("--port=")) line.port = Number(word.slice(7));
    else if (word.startsWith("-")) {
      throw new UsageError(`There is no option ${JSON.stringify(word)}`);
    } else words.push(word);
  }
  const two = words.slice(0, 2).join(" ");
  line.command = two in COMMANDS ? two : words[0] ?? "";
  line.args = words.slice(line.command.split(" ").length);
  if (!(line.command in COMMANDS)) {
    throw new UsageError(`There is no command ${JSON.stringify(words.join(" "))}`);
  }
  const takes = COMMANDS[line.command]!;
  const [least, most] = typeof takes === "number" ? [takes, takes] : takes;
  if (line.args.length < least || line.args.length > most) {
    const count = least === most ? `${least}` : `${least} or ${most}`;
    throw new UsageError(`${line.command} takes ${count} argument(s)`);
  }
  if (line.command.startsWith("keys ") && !["user", "service"].includes(line.args[0]!)) {
    throw new UsageError(`${line.command} takes user or service`);
  }
  if (
    line.port !== null && !(Number.isInteger(line.port) && line.port >= 0 && line.port <= 65_535)
  ) {
    throw new UsageError("--port takes a number from 0 to 65535");
  }
  return line;
}

/** Asks a running process; null when there is none. */
async function askRunning(dataDir: string, line: CommandLine): Promise<ControlAnswer | null> {
  const path = resolve(dataDir, CONTROL_SOCKET);
  const client = Deno.createHttpClient({ proxy: { transport: "unix", path } });
  try {
    // `client` is Deno's own member, which the browser's types do not know.
    const init: RequestInit & { client: Deno.HttpClient } = {
      client,
      method: "POST",
      body: JSON.stringify({ command: line.command, args: line.args }),
    };
    const response = await fetch("http://localhost/", init);
    return await response.json() as ControlAnswer;
  } catch {
    return null;
  } finally {
    client.close();
  }
}

async function run(line: CommandLine): Promise<ControlAnswer> {
  if (line.command === "config doc") {
    return { ok: true, command: line.command, result: variableDocs() };
  }
  if (line.command === "keys make") {
    const use = line.args[0] as "user" | "service";
    return { ok: true, command: line.command, result: JSON.parse(await newKeySet(use)) };
  }
  const env = Deno.env.toObject();
  const config = parseConfig(env);
  const asked = await askRunning(config.dataDir, line);
  if (asked) return asked;
  // The configuration can be shown without opening what it configures.
  if (line.command === "config show") {
    return { ok: true, command: line.command, result: maskedConfig(config) };
  }
  const opened = await openForCommand(env);
  try {
    return await runCommand(opened, line);
  } finally {
    await opened.close();
  }
}

/** Serves the practice model on its own, with the tokens of this installation. */
async function modelHost(line: CommandLine): Promise<void> {
  const config = parseConfig(Deno.env.toObject());
  if (line.noToken && config.appEnv === "production") {
    throw new UsageError("--no-token is refused in production");
  }
  const verifyToken = line.noToken ? null : await gatewayTokens(config);
  const host = startStandIn({
    port: line.port ?? config.standInPort,
    tokensPerSecond: config.standInTokensPerSecond,
    clock: systemClock,
    verifyToken,
    faults: config.appEnv === "test",
    embedDim: config.embedDim,
    log: silentLog,
  });
  out(JSON.stringify({ url: host.url, models: host.models }) + "\n");
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      Deno.addSignalListener(signal, () => resolve());
    }
  });
  await host.close();
}

async function gatewayTokens(config: ReturnType<typeof parseConfig>) {
  let keySet = config.serviceSigningKeys;
  if (!keySet) {
    const dir = holdDataDirOrReadOnly(config.dataDir);
    keySet = await keptSecret(dir, "service_keys.json", () => newKeySet("service"));
    dir.release();
  }
  const own = await staticKeyRing(keySet, "service");
  const published = createRemoteJWKSet(new URL(`${config.baseUrl}/.well-known/jwks.json`));
  const tokens = createServiceTokens({
    keys: {
      ...own,
      // A key that was rotated in is not in the file: the product's own list has it.
      verifying: async (kid) =>
        await own.verifying(kid) ??
          (isKeyName(kid, "service")
            ? await published({ alg: "EdDSA", kid }).catch(() => null)
            : null),
    },
    environment: config.appEnv,
    issuer: config.baseUrl,
    clock: systemClock,
    ids: uuidV7Source(systemClock, secureRandom),
  });
  return async (bearer: string | null) => (await tokens.verify(bearer, "gpu-gateway")) !== null;
}

/** The keys can be read while another process holds the folder. */
function holdDataDirOrReadOnly(folder: string) {
  try {
    return holdDataDir(folder);
  } catch (error) {
    if (!(error instanceof DataDirError)) throw error;
    const path = resolve(folder);
    return { path, file: (name: string) => `${path}/${name}`, release: () => {} };
  }
}

function show(answer: ControlAnswer, json: boolean): number {
  if (json) out(JSON.stringify(answer) + "\n");
  else if (!answer.ok) err(`${answer.error.message}\n`);
  else out(`${JSON.stringify(answer.result, null, 2)}\n`);
  if (!answer.ok) return 1;
  const { healthy, valid, ok } = (answer.result ?? {}) as Record<string, unknown>;
  // A finding is a failure for whoever runs the command from a script (OPS-109).
  return [healthy, valid, ok].includes(false) ? 1 : 0;
}

async function main(argv: string[]): Promise<number> {
  if (argv.includes("--help") || argv.length === 0) {
    out(HELP);
    return argv.length === 0 ? 2 : 0;
  }
  const json = argv.includes("--json");
  const fail = (code: string, message: string, status: number) => {
    if (json) {
      out(
        JSON.stringify({
          ok: false,
          command: argv.filter((a) => !a.startsWith("-")).join(" "),
          error: { code, message },
        }) + "\n",
      );
    } else err(`${message}\n`);
    return status;
  };
  try {
    const line = parseArguments(argv);
    if (line.command === "model-host") {
      await modelHost(line);
      return 0;
    }
    return show(await run(line), line.json);
  } catch (error) {
    if (error instanceof UsageError) return fail("usage", `${error.message}; see --help`, 2);
    const expected = error instanceof ConfigError || error instanceof DataDirError;
    return fail(
      expected ? "configuration" : "failed",
      error instanceof Error ? error.message : String(error),
      1,
    );
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
