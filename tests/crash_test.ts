import { expect } from "expect";
import type { TurnEventBody } from "@/lib/chat/events.ts";
import { textOf } from "@/lib/chat/turn_log.ts";
import { readEvents, type SseEvent, TestClient } from "./support/app.ts";

/** Times the process is killed. */
const ROUNDS = 20;
const PASSWORD = "Correct-horse-7-battery";

/** A product in a process of its own, on a data folder that stays. */
async function startProcess(dataDir: string, port: number, tokensPerSecond = 100) {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-all",
      "--quiet",
      // It lives for seconds: what the compiler would optimise is never run often enough.
      "--v8-flags=--liftoff-only",
      new URL("./support/serve.ts", import.meta.url).pathname,
    ],
    env: {
      AUTO_VERIFY_EMAIL: "true",
      APP_ENV: "test",
      PORT: String(port),
      DATA_DIR: dataDir,
      STANDIN_TOKENS_PER_SECOND: String(tokensPerSecond),
      RATE_REGISTER: "-1",
      PLAN_FREE_TRIAL_TOKENS_PER_DAY: "1000000",
      PLAN_FREE_TRIAL_CHAT_TURNS_PER_MINUTE: "1000",
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
    "[CHT-45, CHT-49] killed in the middle of answers, the product loses no message and charges none twice",
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
  const sent: { content: string; events: SseEvent[] }[] = [];
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const content = `Write a long answer of 80 words about river number ${round}.`;
      const response = await send(ada, content);
      // At the start of an answer, in its middle, near its end.
      const killAfter = 1 + (round * 13) % 80;
      const events: SseEvent[] = [];
      let deltas = 0;
      for await (const event of readEvents(response)) {
        events.push(event);
        if (event.event === "delta" && ++deltas === killAfter) break;
      }
      sent.push({ content, events });
      await process.kill();
      process = await startProcess(dataDir, port);
    }
    await process.kill();
    process = await startProcess(dataDir, port, 0);
    for (const { content, events } of sent) {
      const { turnId } = events[0]!.data;
      const turn = (await ada.get(`/api/chat/turns/${turnId}`)).body;
      expect(["interrupted", "complete"]).toContain(turn.turn.status);
      expect(turn.userMessage.content).toBe(content);
      const stored: string = turn.assistantMessage.content;
      // The practice model says the same again, this time to the end.
      const reference = shown(await Array.fromAsync(readEvents(await send(ada, content))));
      if (turn.turn.status === "complete") expect(stored).toBe(reference);
      else expect(reference.slice(0, stored.length)).toBe(stored);
      // The client that was there comes back, and shows exactly what is stored.
      const rest = await Array.fromAsync(readEvents(
        await ada.fetch(`/api/chat/turns/${turnId}/events`, {
          headers: { "last-event-id": events.at(-1)!.id },
        }),
      ));
      expect(rest.at(-1)!.event).toBe("done");
      expect(rest.at(-1)!.data.status).toBe(turn.turn.status);
      expect(shown([...events, ...rest])).toBe(stored);
    }
    const quota = (await ada.get("/api/usage/quota")).body.resources;
    expect(quota.llm_tokens.reserved).toBe(0);
    expect(quota.messages.used).toBeLessThanOrEqual(2 * ROUNDS);
    expect((await ada.get("/api/usage/verify")).body.valid).toBe(true);
  } finally {
    await process.kill();
    await Deno.remove(dataDir, { recursive: true });
  }
}

function send(client: TestClient, content: string): Promise<Response> {
  return client.fetch("/api/chat/messages", {
    method: "POST",
    headers: { "content-type": "application/json", accept: "text/event-stream" },
    body: JSON.stringify({ content, clientMessageId: crypto.randomUUID(), memoryMode: "off" }),
  });
}

/** What a client shows that has seen these events. */
const shown = (events: SseEvent[]) => textOf(events as unknown as TurnEventBody[]);
