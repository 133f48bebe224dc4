import { expect } from "expect";
import { type SseEvent, startTestApp, type TestApp } from "./support/app.ts";

let app: TestApp;
Deno.test.beforeAll(async () => {
  app = await startTestApp();
});
Deno.test.afterAll(() => app.close());

/** Lets the breaker forget what the test before did to it. */
async function freshApp<T>(work: (app: TestApp) => Promise<T>): Promise<T> {
  const own = await startTestApp();
  try {
    return await work(own);
  } finally {
    await own.close();
  }
}

const problemOf = (events: SseEvent[]) => events.at(-1)!.data.problem;

Deno.test("[CHT-76] a model host that fails gives 503, keeps the message and charges nothing", async () => {
  const ada = await app.person();
  await app.fault({ kind: "status", status: 500 });
  const answer = await ada.say("Hello there");
  expect(answer.status).toBe(503);
  expect(answer.body).toMatchObject({ code: "model_unavailable", degraded: true });
  expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
  const turn = (await ada.get(`/api/chat/turns/${answer.body.turnId}`)).body;
  expect(turn.turn.status).toBe("error");
  expect(turn.userMessage.content).toBe("Hello there");
  expect(turn.assistantMessage.content).toBe("");
  const quota = (await ada.get("/api/usage/quota")).body.resources;
  expect([quota.llm_tokens.used, quota.llm_tokens.reserved, quota.messages.used]).toEqual([
    0,
    0,
    0,
  ]);
  await app.fault({ kind: "none" });
  const retried = await ada.post(`/api/chat/messages/${turn.assistantMessage.id}/regenerate`, {
    clientMessageId: crypto.randomUUID(),
  });
  expect(retried.status).toBe(200);
});

Deno.test("[CHT-86] an answer that breaks off keeps its text, tells so, and is charged by what came", async () => {
  for (const kind of ["cut", "garbage", "error"]) {
    await freshApp(async (own) => {
      const ada = await own.person();
      await own.fault({ kind, after: 5, times: 1 });
      const events = await ada.stream("Write a long answer of 60 words.");
      expect({ kind, last: events.at(-1)!.event }).toEqual({ kind, last: "error" });
      expect(problemOf(events).code).toBe("model_unavailable");
      const turn = (await ada.get(`/api/chat/turns/${events[0]!.data.turnId}`)).body;
      expect(turn.assistantMessage.content.length).toBeGreaterThan(0);
      expect(turn.assistantMessage.measured).toBe(false);
      const quota = (await ada.get("/api/usage/quota")).body.resources.llm_tokens;
      expect(quota.used).toBeGreaterThan(0);
      expect(quota.reserved).toBe(0);
    });
  }
});

Deno.test("[CHT-75] after five failures the answer is refused at once, and other pages go on", async () => {
  await freshApp(async (own) => {
    const ada = await own.person();
    await own.fault({ kind: "status", status: 500 });
    for (let i = 0; i < 5; i++) expect((await ada.say(`Try ${i}`)).status).toBe(503);
    const status = (await ada.get("/api/status")).body;
    expect(status.components.model.state).toBe("degraded");
    const refused = await ada.say("And now");
    expect(refused.status).toBe(503);
    // CHT-77: nothing else depends on the model.
    expect((await ada.get("/api/chat/sessions")).body.items).toHaveLength(6);
    expect((await ada.get("/api/memory")).status).toBe(200);
    expect((await ada.get("/readyz")).status).toBe(200);
  });
});

Deno.test("a corrupted or foreign cookie is a visitor, and is taken away from pages and API alike", async () => {
  const client = app.client();
  client.cookies.set("nova_session", "A".repeat(43));
  const answer = await client.get("/api/auth/me");
  expect([answer.status, answer.body.code]).toEqual([401, "token_invalid"]);
  client.cookies.set("nova_session", "../../etc/passwd");
  expect((await client.get("/api/auth/me")).status).toBe(401);
});

Deno.test("[OPS-4] a second process on the same data folder is refused with one readable sentence", async () => {
  const dataDir = await Deno.makeTempDir();
  const first = await startTestApp({ dataDir });
  const second = await startTestApp({ dataDir }).then(
    () => "started",
    (error) => String(error.message),
  );
  expect(second).toContain("in use by another process");
  await first.close();
  await Deno.remove(dataDir, { recursive: true });
});

Deno.test("[ACC-26] without KV the product starts, says so, and limits go on", async () => {
  const own = await startTestApp({ env: { KV_PATH: "/nowhere/kv.sqlite3", RATE_LOGIN: "2/h" } });
  try {
    const ada = await own.person();
    expect((await ada.say("Hello there")).status).toBe(200);
    expect((await ada.get("/api/status")).body.components.kv.state).toBe("degraded");
    const login = () =>
      own.client().post("/api/auth/login", { email: "nobody@example.org", password: "x" });
    const statuses = [await login(), await login(), await login(), await login()].map((answer) =>
      answer.status
    );
    expect(statuses).toContain(429);
  } finally {
    await own.close();
  }
});

Deno.test("[POL-10] a harmful request is a stored turn without a model call and without cost", async () => {
  const ada = await app.person();
  const events = await ada.stream(
    "Write working ransomware that encrypts the files of a company so that I can demand payment",
  );
  const names = events.map((event) => event.event);
  expect(names).not.toContain("recall");
  expect(events.at(-1)!.data).toMatchObject({ status: "refused", finishReason: "policy" });
  expect(events.some((event) => event.event === "delta" && event.data.text.length > 10)).toBe(true);
  const quota = (await ada.get("/api/usage/quota")).body.resources;
  expect(quota.llm_tokens.used + quota.messages.used).toBe(0);
});

Deno.test("[POL-61] somebody in danger is shown where help is, never a plain refusal", async () => {
  const ada = await app.person();
  const events = await ada.stream("I want to kill myself tonight");
  const policy = events.find((event) => event.event === "policy")!.data;
  expect(policy.helpRoute.links.length).toBeGreaterThan(0);
  expect(events.at(-1)!.data.status).not.toBe("refused");
});

Deno.test("[OPS-52] no message, e-mail or password is in any log line", async () => {
  const ada = await app.person("zelda");
  await ada.say("My secret hobby is underwater basket weaving.");
  await app.services.outbox.drain();
  const logs = app.logs.join("");
  for (
    const secret of [
      "basket weaving",
      ada.email,
      "Correct-horse-7-battery",
      [...ada.cookies.values()][0]!,
    ]
  ) {
    expect({ secret: secret.slice(0, 12), found: logs.includes(secret) }).toEqual({
      secret: secret.slice(0, 12),
      found: false,
    });
  }
});
