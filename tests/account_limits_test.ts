import { expect } from "expect";
import { codeOf, stepOf } from "@/lib/accounts/totp.ts";
import { FakeClock } from "@/lib/platform/clock.ts";
import { startTestApp, type TestApp } from "./support/app.ts";
import { secretBytes } from "./support/people.ts";

const PASSWORD = "Correct-horse-7-battery";
const API = { "x-nova-client": "api" };

let app: TestApp;
const clock = new FakeClock(new Date());
Deno.test.beforeAll(async () => {
  app = await startTestApp({
    clock,
    env: { RATE_TWO_FACTOR: "5/15m", RATE_REFRESH: "4/m", AUTO_VERIFY_EMAIL: "true" },
  });
});
Deno.test.afterAll(() => app.close());

Deno.test("[API-12] the second step is counted by its sign-in: a whole school behind one address gets in", async () => {
  for (let i = 0; i < 8; i++) {
    const person = await app.person();
    const { body } = await person.post("/api/auth/2fa/setup");
    const code = () => {
      clock.jumpTo(new Date(clock.now().getTime() + 30_000));
      return codeOf(secretBytes(body.secret), stepOf(clock.now()));
    };
    expect((await person.post("/api/auth/2fa/enable", { code: await code() })).status).toBe(200);
    const client = app.client();
    const login = { email: person.email, password: PASSWORD };
    const { challengeId } = (await client.post("/api/auth/login", login)).body;
    const done = await client.post("/api/auth/2fa/verify", { challengeId, code: await code() });
    expect(done.status).toBe(200);
    expect(done.headers.get("ratelimit-policy")).toContain('"two_factor";q=5;w=900');
    // One sign-in is tried five times, whoever tries.
    const next = (await client.post("/api/auth/login", login)).body.challengeId;
    const tries = [];
    for (let n = 0; n < 6; n++) {
      const answer = await app.client().post("/api/auth/2fa/verify", {
        challengeId: next,
        code: "no",
      });
      tries.push(answer.status);
    }
    expect(tries).toEqual([401, 401, 401, 401, 401, 429]);
  }
});

Deno.test("[API-12] refreshing is counted by token family, not by the address of many programs", async () => {
  const person = await app.person();
  const begin = async () =>
    (await app.client().post(
      "/api/auth/login",
      { email: person.email, password: PASSWORD },
      API,
    )).body.tokens.refreshToken as string;
  const refresh = (refreshToken: string) =>
    app.client().post("/api/auth/refresh", { refreshToken }, API);
  const granted = async (first: string) => {
    let token = first;
    for (let n = 0; n < 20; n++) {
      const answer = await refresh(token);
      if (answer.status !== 200) {
        expect(answer.body).toMatchObject({ code: "rate_limited", policy: "refresh" });
        return n;
      }
      token = answer.body.tokens.refreshToken;
    }
    return 20;
  };
  const programs = await Promise.all([begin(), begin(), begin()]);
  for (const one of programs) expect(await granted(one)).toBe(6); // 4 a minute, half more at once
  // What is no token of ours is told so, and is nobody's family.
  for (let i = 0; i < 10; i++) {
    expect((await refresh((i % 2 ? "A" : "a").repeat(43))).status).toBe(401);
  }
});
