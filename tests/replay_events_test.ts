import { expect } from "expect";
import { startTestApp } from "./support/app.ts";

const ROOT = new URL("../", import.meta.url).pathname;

/** Runs the script against an instance; returns its exit code and its lines. */
async function replay(args: string[], env: Record<string, string>) {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-net", "--allow-env", "scripts/replay_events.ts", ...args],
    cwd: ROOT,
    env,
    stderr: "inherit",
  }).output();
  return { code, lines: new TextDecoder().decode(stdout).trim().split("\n") };
}

Deno.test("[BIL-31] recorded events of every kind are replayed, and altered and old ones refused", async () => {
  const app = await startTestApp();
  const secret = app.services.billing.provider.webhookSecrets[0]!;
  const run = await replay([app.url], { STRIPE_WEBHOOK_SECRET: secret });
  expect(run.lines.filter((line) => !line.startsWith("ok"))).toEqual([]);
  expect([run.code, run.lines.length]).toEqual([0, 6 * 4]);
  const stored = await app.services.db.asSystem(
    "test",
    (tx) => tx<{ type: string }[]>`select type from payment_events where id like 'evt_fixture_%'`,
  );
  expect(stored).toHaveLength(6);
  // With a secret of another endpoint nothing is taken, and the script says so.
  const wrong = await replay([app.url], { STRIPE_WEBHOOK_SECRET: "whsec_of_another_endpoint" });
  expect(wrong.code).toBe(1);
  expect(wrong.lines.filter((line) => line.startsWith("WRONG"))).toHaveLength(6 * 2);
  expect((await replay([app.url], { STRIPE_WEBHOOK_SECRET: "" })).code).toBe(2);
  await app.close();
});
