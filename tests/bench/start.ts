import { createServerDatabase } from "../support/database.ts";
import type { Kind } from "./product.ts";
import { type Summary, summary } from "./stats.ts";

/** Milliseconds from starting the process until it answers. */
export interface Start {
  healthz: Summary;
  readyz: Summary;
  /** The first start, on an empty folder. */
  coldReadyz: number;
}

const ROOT = new URL("../../", import.meta.url).pathname;
const PATIENCE_MS = 60_000;

/** Starts `main.ts` in a process of its own on data that is there already, several times. */
export async function measureStart(kind: Kind, rounds: number): Promise<Start> {
  const dataDir = await Deno.makeTempDir({ prefix: "nova-bench-start-" });
  const server = kind === "server"
    ? await createServerDatabase(Deno.env.get("TEST_DATABASE_URL")!)
    : null;
  const env: Record<string, string> = {
    DATA_DIR: dataDir,
    KV_PATH: `${dataDir}/kv.sqlite3`,
    PORT: String(freePort()),
    STANDIN_PORT: "0",
    ...(server ? { DATABASE_URL: server.url, DATABASE_ADMIN_URL: server.adminUrl } : {}),
  };
  try {
    const cold = await startOnce(env);
    const healthz: number[] = [];
    const readyz: number[] = [];
    for (let n = 0; n < rounds; n++) {
      const warm = await startOnce(env);
      healthz.push(warm.healthz);
      readyz.push(warm.readyz);
    }
    return {
      healthz: summary(healthz),
      readyz: summary(readyz),
      coldReadyz: Math.round(cold.readyz),
    };
  } finally {
    await server?.drop();
    await Deno.remove(dataDir, { recursive: true });
  }
}

async function startOnce(
  env: Record<string, string>,
): Promise<{ healthz: number; readyz: number }> {
  const flags = await permissions(env);
  const started = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", ...flags, "main.ts"],
    cwd: ROOT,
    env,
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const said = new Response(child.stderr).text();
  try {
    const base = `http://127.0.0.1:${env.PORT}`;
    const healthz = await answersAt(`${base}/healthz`, started);
    const readyz = await answersAt(`${base}/readyz`, started);
    return { healthz, readyz };
  } catch (error) {
    child.kill("SIGKILL");
    throw new Error(`${error instanceof Error ? error.message : error}: ${await said}`);
  } finally {
    try {
      child.kill("SIGTERM");
    } catch { /* it has ended */ }
    await child.status;
    await said;
  }
}

/** The flags `deno task start` runs with. */
async function permissions(env: Record<string, string>): Promise<string[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-read", "--allow-env", "scripts/permissions.ts"],
    cwd: ROOT,
    env,
  }).output();
  return new TextDecoder().decode(stdout).trim().split(" ");
}

/** Milliseconds after `started` at which an address first answers 200. */
async function answersAt(url: string, started: number): Promise<number> {
  while (performance.now() - started < PATIENCE_MS) {
    const ok = await fetch(url).then(async (response) => {
      await response.body?.cancel();
      return response.ok;
    }, () => false);
    if (ok) return performance.now() - started;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  throw new Error(`Nothing answered at ${url}`);
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}
