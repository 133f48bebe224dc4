import { expect } from "expect";
import { readEvents, TestClient } from "./support/app.ts";

/** Times the process is killed; each takes a second or two. */
const ROUNDS = 6;
const PASSWORD = "Correct-horse-7-battery";

/** A product in a process of its own, on a data folder that stays. */
async function startProcess(dataDir: string, port: number) {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-all",
      "--quiet",
      new URL("./support/serve.ts", import.meta.url).pathname,
    ],
    env: {
      APP_ENV: "test",
      PORT: String(port),
      DATA_DIR: dataDir,
      STANDIN_TOKENS_PER_SECOND: "60",
      RATE_REGISTER: "-1",
      PLAN_FREE_TRIAL_TOKENS_PER_DAY: "1000000",
      PLAN_ALLOW_NON_MONOTONIC: "true",
    },
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.getReader();
  let printed = "";
  while (!printed.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) throw new Error("The process ended before it was ready");
    printed += new TextDecoder().decode(value);
  }
  return {
    url: printed.split(" ")[0]!,
    async kill() {
      child.kill("SIGKILL");
      await child.status;
      await reader.cancel();
    },
  };
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

Deno.test({
  name:
    "[CHT-49] killed in the middle of answers, the product loses no message and charges none twice",
  // It is about the files of the embedded database, whatever the other tests run on.
  ignore: Deno.env.has("TEST_DATABASE_URL"),
  fn: killAndRestart,
});

async function killAndRestart() {
  const dataDir = await Deno.makeTempDir({ prefix: "nova-crash-" });
  const port = freePort();
  let process = await startProcess(dataDir, port);
  const ada = new TestClient(process.url);
  await ada.post("/api/auth/register", {
    email: "ada@example.org",
    password: PASSWORD,
    acceptTerms: true,
    ageConfirmed: true,
  });
  const sent: { turnId: string; content: string; seen: string }[] = [];
  let sessionId: string | undefined;
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const content = `Write a long answer of 80 words about river number ${round}.`;
      const path = sessionId ? `/api/chat/sessions/${sessionId}/messages` : "/api/chat/messages";
      const response = await ada.fetch(path, {
        method: "POST",
        headers: { "content-type": "application/json", accept: "text/event-stream" },
        body: JSON.stringify({ content, clientMessageId: crypto.randomUUID() }),
      });
      let seen = "";
      let turnId = "";
      const killAfter = 1 + round * 9; // at the start of an answer, in its middle, near its end
      let deltas = 0;
      for await (const { event, data } of readEvents(response)) {
        if (event === "turn") [turnId, sessionId] = [data.turnId, data.sessionId];
        if (event === "delta") seen += data.text;
        if (event === "delta" && ++deltas === killAfter) break;
      }
      sent.push({ turnId, content, seen });
      await process.kill();
      process = await startProcess(dataDir, port);
    }
    for (const { turnId, content, seen } of sent) {
      const turn = (await ada.get(`/api/chat/turns/${turnId}`)).body;
      expect(["interrupted", "complete"]).toContain(turn.turn.status);
      expect(turn.userMessage.content).toBe(content);
      const stored: string = turn.assistantMessage.content;
      // What a client saw and what is stored are prefixes of the same answer.
      const common = Math.min(seen.length, stored.length);
      expect(stored.slice(0, common)).toBe(seen.slice(0, common));
      const events = await Array.fromAsync(readEvents(
        await ada.fetch(`/api/chat/turns/${turnId}/events`, {
          headers: { "last-event-id": `${turnId}:3` },
        }),
      ));
      expect(events.at(-1)!.event).toBe("done");
      expect(events.at(-1)!.data.status).toBe(turn.turn.status);
    }
    const quota = (await ada.get("/api/usage/quota")).body.resources;
    expect(quota.llm_tokens.reserved).toBe(0);
    expect(quota.messages.used).toBeLessThanOrEqual(ROUNDS);
    expect((await ada.get("/api/usage/verify")).body.valid).toBe(true);
  } finally {
    await process.kill();
    await Deno.remove(dataDir, { recursive: true });
  }
}
