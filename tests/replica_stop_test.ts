import { expect } from "expect";
import { createChat } from "@/lib/chat/mod.ts";
import { FakeClock } from "@/lib/platform/clock.ts";
import { createMetrics } from "@/lib/platform/metrics.ts";
import { startTestApp, type TestApp } from "./support/app.ts";

/** When the heartbeat of a turn would have seen a stop at the latest. */
const HEARTBEAT_MS = 10_000;
const STEP_MS = 50;

let app: TestApp;
const clock = new FakeClock(new Date());
Deno.test.beforeAll(async () => {
  app = await startTestApp({ clock, env: { STANDIN_TOKENS_PER_SECOND: "1" } });
});
Deno.test.afterAll(() => app.close());

/** The rooms of another process on the same database: it runs no turn of the first one. */
const otherProcess = () =>
  createChat({ ...app.services, metrics: createMetrics(), practiceModel: true });

/** Moves time until a promise is settled, but not as far as the heartbeat; returns the time. */
async function elapsedUntil(work: Promise<unknown>): Promise<number> {
  let settled = false;
  const done = work.finally(() => settled = true);
  const from = clock.monotonic();
  while (!settled && clock.monotonic() - from + STEP_MS < HEARTBEAT_MS) {
    await clock.advance(STEP_MS);
    // What was begun by then reaches the database before time goes on.
    for (let n = 0; n < 5; n++) await app.services.db.asSystem("test", (tx) => tx`select 1`);
  }
  expect(settled).toBe(true);
  await done;
  return clock.monotonic() - from;
}

async function begin(person: Awaited<ReturnType<TestApp["person"]>>): Promise<string> {
  const { status, body } = await person.post("/api/chat/messages", {
    content: "Write a long answer of 120 words about the sea.",
    clientMessageId: crypto.randomUUID(),
  }, { prefer: "respond-async" });
  expect(status).toBe(202);
  return body.turnId;
}

Deno.test("[CHT-47] a stop that comes in at another process ends the turn before its heartbeat", async () => {
  const ada = await app.person();
  const other = otherProcess();
  for (let round = 0; round < 3; round++) {
    const turnId = await begin(ada);
    expect(app.services.chat.turns.runningCount).toBe(1);
    expect(other.turns.runningCount).toBe(0);
    const stopping = other.turns.stop(ada.userId, turnId);
    await elapsedUntil(stopping);
    expect((await stopping).status).toBe("stopped");
    expect((await other.turns.stop(ada.userId, turnId)).status).toBe("stopped");
    const { body } = await ada.get(`/api/chat/turns/${turnId}`);
    expect(body.turn.status).toBe("stopped");
    expect(body.assistantMessage.finishReason).toBe("user");
  }
  const { resources } = (await ada.get("/api/usage/quota")).body;
  expect(resources.llm_tokens.reserved).toBe(0);
});

Deno.test("[CHT-47] a stop at another process ends the turn it names and no other", async () => {
  const [ada, eve] = [await app.person(), await app.person("eve")];
  const [mine, hers] = [await begin(ada), await begin(eve)];
  const other = otherProcess();
  await expect(other.turns.stop(eve.userId, mine)).rejects.toMatchObject({ status: 404 });
  const stopping = other.turns.stop(ada.userId, mine);
  await elapsedUntil(stopping);
  expect((await stopping).status).toBe("stopped");
  expect((await eve.get(`/api/chat/turns/${hers}`)).body.turn.endedAt).toBeNull();
  const last = app.services.chat.turns.stop(eve.userId, hers);
  await elapsedUntil(last);
  expect((await last).status).toBe("stopped");
});
