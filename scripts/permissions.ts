import { resolve } from "node:path";
import { parseEnv } from "node:util";

/**
 * Prints the permissions the product needs with this environment, as flags of `deno run`: the hosts
 * it is configured to reach and the folder it writes to, nothing else.
 */
const env = (name: string) => Deno.env.get(name) || fromFile[name] || "";

let fromFile: Record<string, string | undefined> = {};
let dotEnv = false;
try {
  fromFile = parseEnv(Deno.readTextFileSync(".env"));
  dotEnv = true;
} catch { /* there is none */ }

function hostsOf(...urls: string[]): string[] {
  return urls.flatMap((text) => {
    const url = URL.parse(text);
    return url ? [url.port ? `${url.hostname}:${url.port}` : url.hostname] : [];
  });
}

const dataDir = env("DATA_DIR") || "./data";
const kvPath = env("KV_PATH") ? `,${env("KV_PATH")}` : "";
const net = [
  "127.0.0.1",
  "localhost",
  "0.0.0.0",
  ...(env("HOST") ? [env("HOST").includes(":") ? `[${env("HOST")}]` : env("HOST")] : []),
  ...hostsOf(
    env("DATABASE_URL"),
    env("DATABASE_ADMIN_URL"),
    env("OLLAMA_BASE_URL"),
    env("SMTP_URL"),
    env("OTEL_EXPORTER_OTLP_ENDPOINT"),
  ),
  ...(env("STRIPE_SECRET_KEY") ? ["api.stripe.com:443"] : []),
];
const flags = [
  ...(dotEnv ? ["--env-file=.env"] : []),
  `--allow-net=${[...new Set(net)].join(",")},unix:${resolve(dataDir, "control.sock")}`,
  `--allow-read=.,${dataDir}${kvPath}`,
  `--allow-write=${dataDir}${kvPath}`,
  "--allow-env",
  "--allow-ffi=node_modules",
  "--allow-sys=osRelease,hostname",
];
Deno.stdout.writeSync(new TextEncoder().encode(flags.join(" ")));
