import { expect } from "expect";
import { startTestApp } from "./support/app.ts";

const ROOT = new URL("../", import.meta.url).pathname;

/** Runs the operator's command line in a process of its own. */
async function nova(args: string[], env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--quiet", `${ROOT}lib/nova.ts`, ...args],
    cwd: ROOT,
    env: { APP_ENV: "test", ...env },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

Deno.test("[OPS-108] a command asks the running process, and without one opens the data itself: the same answer", async () => {
  const dataDir = await Deno.makeTempDir();
  const env = { DATA_DIR: dataDir };
  const app = await startTestApp({ dataDir, persistent: true });
  const ada = await app.person();
  const granted = await nova(["admin", "grant", ada.email, "--json"], env);
  expect([granted.code, JSON.parse(granted.out)]).toEqual([0, {
    ok: true,
    command: "admin grant",
    result: { id: ada.userId, role: "admin" },
  }]);
  expect(((await Deno.stat(`${dataDir}/control.sock`)).mode ?? 0) & 0o777).toBe(0o600);
  await app.close();
  const again = await nova(["admin", "grant", ada.email, "--json"], env);
  expect([again.code, JSON.parse(again.out)]).toEqual([0, JSON.parse(granted.out)]);
  const unknown = await nova(["admin", "grant", "nobody@example.org", "--json"], env);
  expect([unknown.code, JSON.parse(unknown.out).error.code]).toEqual([1, "not_found"]);
  await Deno.remove(dataDir, { recursive: true });
});

Deno.test("[OPS-109] usage faults end with 2, help with 0, and secrets are never shown", async () => {
  expect((await nova(["--help"])).code).toBe(0);
  expect((await nova(["admin", "grant"])).code).toBe(2);
  expect((await nova(["fly"])).code).toBe(2);
  const secret = "a-secret-that-is-long-enough-for-anybody";
  const dataDir = await Deno.makeTempDir();
  const shown = await nova(["config", "show", "--json"], { DATA_DIR: dataDir, APP_SECRET: secret });
  expect(shown.code).toBe(0);
  expect(shown.out).not.toContain(secret);
  expect(JSON.parse(shown.out).result.APP_SECRET).toBe("set");
  await Deno.remove(dataDir, { recursive: true });
});

Deno.test("[CON-71] the practice model serves on its own, with and without tokens", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-all",
      "--quiet",
      `${ROOT}lib/nova.ts`,
      "model-host",
      "--port",
      "0",
      "--no-token",
    ],
    cwd: ROOT,
    env: { APP_ENV: "test", STANDIN_TOKENS_PER_SECOND: "0" },
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  const line = new TextDecoder().decode((await reader.read()).value);
  const { url, models } = JSON.parse(line);
  expect(models).toEqual(["practice", "practice-embed"]);
  const answer = await fetch(`${url}/api/tags`);
  expect((await answer.json()).models.length).toBe(2);
  child.kill("SIGTERM");
  expect((await child.status).code).toBe(0);
  await reader.cancel();
});
