import { expect } from "expect";
import { FakeClock } from "@/lib/platform/clock.ts";
import { codeOf, stepOf } from "@/lib/accounts/totp.ts";
import { runCommand } from "@/lib/boot/control.ts";
import { startTestApp, type TestApp, type TestClient } from "./support/app.ts";

const PASSWORD = "Correct-horse-7-battery";
const [OLD, NEW] = ["an-old-secret-of-32-bytes-or-more", "a-new-secret-of-32-bytes-or-more!"];

/** Signs in with a password and a code; returns the status. */
async function signIn(app: TestApp, email: string, code: string): Promise<number> {
  const client: TestClient = app.client();
  const { body } = await client.post("/api/auth/login", { email, password: PASSWORD });
  const { challengeId } = body;
  return (await client.post("/api/auth/2fa/verify", { challengeId, code })).status;
}

Deno.test("[OPS-85] another app secret locks nobody out, and what is at rest is sealed anew step by step", async () => {
  const dataDir = await Deno.makeTempDir();
  const clock = new FakeClock(new Date());
  const start = (env: Record<string, string>) =>
    startTestApp({ dataDir, persistent: true, clock, env: { AUTO_VERIFY_EMAIL: "true", ...env } });
  const rotate = async (app: TestApp) => {
    const { services } = app;
    const answer = await runCommand({ services, config: services.config }, {
      command: "secrets rotate",
      args: ["app"],
    });
    if (!answer.ok) throw new Error(answer.error.message);
    return answer.result as { ok: boolean } & Record<string, unknown>;
  };

  let app = await start({ APP_SECRET: OLD });
  const ada = await app.person();
  const { body: setUp } = await ada.post("/api/auth/2fa/setup");
  const bytes = base32(setUp.secret);
  const code = async () => {
    await clock.advance(30_000);
    return codeOf(bytes, stepOf(clock.now()));
  };
  const { body: on } = await ada.post("/api/auth/2fa/enable", { code: await code() });
  const codes: string[] = on.codes ?? on.backupCodes;
  const signing = (await app.services.userKeys.signing()).kid;
  await app.close();

  // Both secrets count; nothing has been sealed anew yet.
  app = await start({ APP_SECRET: NEW, APP_SECRET_PREVIOUS: OLD });
  expect(await signIn(app, ada.email, await code())).toBe(200);
  expect(await signIn(app, ada.email, codes[0]!)).toBe(200);
  expect((await app.services.userKeys.signing()).kid).toBe(signing);
  const first = await rotate(app);
  expect(first).toMatchObject({
    ok: true,
    secondFactors: { renewed: 1, present: 0, lost: 0 },
    signingKeys: { renewed: 4, present: 0, lost: 0 },
  });
  expect(await rotate(app)).toMatchObject({
    secondFactors: { renewed: 0, present: 1, lost: 0 },
    signingKeys: { renewed: 0, present: 4, lost: 0 },
  });
  await app.close();

  // The former one is gone: what was sealed anew still opens.
  app = await start({ APP_SECRET: NEW });
  expect(await signIn(app, ada.email, await code())).toBe(200);
  expect((await app.services.userKeys.signing()).kid).toBe(signing);
  await app.close();

  // A secret that was never told: it is found and said, not passed over.
  app = await start({ APP_SECRET: "a-third-secret-of-32-bytes-at-least" });
  expect(await rotate(app)).toMatchObject({ ok: false, secondFactors: { lost: 1 } });
  await app.close();
  await Deno.remove(dataDir, { recursive: true });
});

function base32(text: string): Uint8Array<ArrayBuffer> {
  const bits = [...text.replace(/=+$/, "")]
    .map((char) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(char).toString(2).padStart(5, "0"))
    .join("");
  return new Uint8Array(Math.floor(bits.length / 8))
    .map((_, i) => parseInt(bits.slice(i * 8, i * 8 + 8), 2));
}
