import { expect } from "expect";
import { type ChatResponse, Ollama } from "ollama";
import { FakeClock, systemClock } from "../../platform/clock.ts";
import { type Log, silentLog } from "../../platform/log.ts";
import { type StandIn, type StandInOptions, startStandIn } from "./mod.ts";

async function withStandIn(
  options: Partial<StandInOptions>,
  test: (client: Ollama, standIn: StandIn) => Promise<void>,
) {
  const standIn = startStandIn({
    port: 0,
    tokensPerSecond: 0,
    clock: systemClock,
    verifyToken: null,
    faults: true,
    embedDim: 64,
    log: silentLog,
    ...options,
  });
  try {
    await test(new Ollama({ host: standIn.url }), standIn);
  } finally {
    await standIn.close();
  }
}

const ask = (content: string) => ({
  model: "practice",
  messages: [{ role: "user", content }],
});

/** The whole stream. The client never reads past the last chunk, so the body is read for it. */
async function streamed(standIn: StandIn, content: string): Promise<ChatResponse[]> {
  const whole: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    return new Response(await response.arrayBuffer(), response);
  };
  const client = new Ollama({ host: standIn.url, fetch: whole });
  return await Array.fromAsync(await client.chat({ ...ask(content), stream: true }));
}

async function setFault(standIn: StandIn, fault: Record<string, unknown>) {
  const response = await fetch(`${standIn.url}/__fault`, {
    method: "POST",
    body: JSON.stringify(fault),
  });
  expect(response.status).toBe(204);
}

Deno.test("[CHT-82] the unmodified client lists, shows and asks the version", async () => {
  await withStandIn({}, async (client) => {
    const { models } = await client.list();
    expect(models.map((model) => model.name)).toEqual(["practice:latest", "practice-embed:latest"]);
    expect((await client.show({ model: "practice" })).capabilities).toEqual(["completion"]);
    expect((await client.show({ model: "practice-embed" })).capabilities).toEqual(["embedding"]);
    expect((await client.version()).version).toMatch(/practice/);
    expect((await client.ps()).models).toEqual([]);
    await client.chat(ask("Hello"));
    expect((await client.ps()).models.map((model) => model.name)).toEqual(["practice:latest"]);
  });
});

Deno.test("[CHT-82] a streamed answer is the same text as a whole one, with counts", async () => {
  await withStandIn({}, async (client, standIn) => {
    const whole = await client.chat(ask("Show me a table"));
    const chunks = await streamed(standIn, "Show me a table");
    const text = chunks.map((chunk) => chunk.message.content).join("");
    expect(chunks.at(-1)).toMatchObject({ done_reason: "stop", eval_count: chunks.length - 1 });
    expect(text).toBe(whole.message.content);
    expect(text).toContain("| Tier |");
    expect(whole.prompt_eval_count).toBeGreaterThan(3);
  });
});

Deno.test("[CHT-82] num_predict and stop words end an answer early", async () => {
  await withStandIn({}, async (client) => {
    const cut = await client.chat({ ...ask("Write 300 words"), options: { num_predict: 12 } });
    expect(cut).toMatchObject({ done_reason: "length", eval_count: 12 });
    const stopped = await client.chat({ ...ask("Write 300 words"), options: { stop: ["."] } });
    expect(stopped.done_reason).toBe("stop");
    expect(stopped.message.content).not.toContain(".");
  });
});

Deno.test("[CHT-82] embeddings come for one text and for many, and from the older route", async () => {
  await withStandIn({}, async (client) => {
    const many = await client.embed({ model: "practice-embed", input: ["walnuts", "Tromsø"] });
    expect(many.embeddings.map((vector) => vector.length)).toEqual([64, 64]);
    const one = await client.embeddings({ model: "practice-embed", prompt: "walnuts" });
    expect(one.embedding).toEqual(many.embeddings[0]);
  });
});

Deno.test("[CHT-82] generate answers too, and a schema gives JSON that fits it", async () => {
  await withStandIn({}, async (client) => {
    expect((await client.generate({ model: "practice", prompt: "What is 6 * 7?" })).response)
      .toContain("42");
    const format = {
      type: "object",
      properties: { score: { type: "number", minimum: 0.2 }, tags: { type: "array" } },
      required: ["score", "tags"],
    };
    const answer = await client.chat({ ...ask("Judge this"), format });
    expect(JSON.parse(answer.message.content)).toEqual({ score: 0.2, tags: [] });
  });
});

Deno.test("[CHT-82] errors have the protocol's shape", async () => {
  await withStandIn({}, async (client, standIn) => {
    await expect(client.chat({ ...ask("Hi"), model: "nothing" })).rejects.toMatchObject({
      status_code: 404,
      error: "model 'nothing' not found",
    });
    await expect(client.embed({ model: "practice", input: "a" })).rejects.toMatchObject({
      status_code: 400,
    });
    const bad = await fetch(`${standIn.url}/api/chat`, { method: "POST", body: "{" });
    expect(bad.status).toBe(400);
    expect(await bad.json()).toEqual({ error: expect.stringContaining("JSON") });
    const unknown = await fetch(`${standIn.url}/api/pull`, { method: "POST", body: "{}" });
    expect(unknown.status).toBe(404);
    await unknown.body?.cancel();
    const home = await fetch(standIn.url);
    expect(await home.text()).toBe("Ollama is running");
  });
});

Deno.test("[CHT-82] without a token it answers 401, with a wrong one 403", async () => {
  const verifyToken = (bearer: string | null) => Promise.resolve(bearer === "good");
  await withStandIn({ verifyToken }, async (client, standIn) => {
    await expect(client.list()).rejects.toMatchObject({ status_code: 401 });
    const as = (token: string) =>
      new Ollama({ host: standIn.url, headers: { Authorization: `Bearer ${token}` } });
    await expect(as("bad").chat(ask("Hi"))).rejects.toMatchObject({ status_code: 403 });
    expect((await as("good").list()).models.length).toBe(2);
  });
});

Deno.test("[CHT-82] the fault route exists only when faults are allowed", async () => {
  await withStandIn({ faults: false }, async (_, standIn) => {
    const response = await fetch(`${standIn.url}/__fault`, { method: "POST", body: "{}" });
    expect(response.status).toBe(404);
    await response.body?.cancel();
  });
});

Deno.test("[CON-71] every scripted fault strikes, counts its times and can be cleared", async () => {
  await withStandIn({}, async (client, standIn) => {
    const stream = async () =>
      (await streamed(standIn, "Write 40 words")).map((chunk) => chunk.message.content).join("");
    const reference = await stream();

    await setFault(standIn, { kind: "status", status: 503, times: 1 });
    await expect(client.chat(ask("Hi"))).rejects.toMatchObject({ status_code: 503 });
    expect(await stream()).toBe(reference);

    await setFault(standIn, { kind: "cut", after: 3 });
    await expect(stream()).rejects.toThrow();
    await expect(stream()).rejects.toThrow();
    await setFault(standIn, { kind: "none" });
    expect(await stream()).toBe(reference);

    await setFault(standIn, { kind: "error", after: 2, times: 1 });
    await expect(stream()).rejects.toThrow("scripted fault");

    await setFault(standIn, { kind: "garbage", times: 1 });
    const raw = await fetch(`${standIn.url}/api/chat`, {
      method: "POST",
      body: JSON.stringify(ask("Hi")),
    });
    expect(await raw.text()).toContain("<html>");

    await setFault(standIn, { kind: "dimension", times: 1 });
    const { embeddings } = await client.embed({ model: "practice-embed", input: "a" });
    expect(embeddings[0]!.length).toBe(65);

    const wrong = await fetch(`${standIn.url}/__fault`, { method: "POST", body: '{"kind":"x"}' });
    expect(wrong.status).toBe(400);
    await wrong.body?.cancel();
  });
});

Deno.test("[CON-71] a delay holds the whole answer back", async () => {
  const clock = new FakeClock();
  await withStandIn({ clock }, async (client, standIn) => {
    await setFault(standIn, { kind: "delay", ms: 5_000, times: 1 });
    const answer = client.chat(ask("What is 1 + 1?"));
    while (clock.pending === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    await clock.advance(5_000);
    expect((await answer).message.content).toContain("2");
  });
});

Deno.test("[CHT-82] answers are streamed at the given pace", async () => {
  const clock = new FakeClock();
  await withStandIn({ clock, tokensPerSecond: 10 }, async (client) => {
    const stream = await client.chat({ ...ask("Write 20 words"), stream: true });
    const iterator = stream[Symbol.asyncIterator]();
    await iterator.next();
    let arrived = false;
    const second = iterator.next().then(() => (arrived = true));
    while (clock.pending === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    await clock.advance(99);
    expect(arrived).toBe(false);
    await clock.advance(1);
    await second;
    stream.abort();
    await iterator.next().catch(() => {});
  });
});

Deno.test("[CHT-85] it sees a client go away within 500 ms, even while it is stalled", async () => {
  const left = Promise.withResolvers<void>();
  const log: Log = {
    ...silentLog,
    info: (event) => event === "standin.disconnected" && left.resolve(),
  };
  await withStandIn({ log }, async (client, standIn) => {
    await setFault(standIn, { kind: "stall", after: 2 });
    const stream = await client.chat({ ...ask("Write 20 words"), stream: true });
    const iterator = stream[Symbol.asyncIterator]();
    await iterator.next();
    await iterator.next();
    const rest = iterator.next().catch(() => "ended");
    const started = performance.now();
    stream.abort();
    await left.promise;
    expect(performance.now() - started).toBeLessThan(500);
    expect(await rest).toBe("ended");
  });
});

Deno.test("[CHT-82] equal prompts give equal answers", async () => {
  await withStandIn({}, async (client) => {
    const first = await client.chat(ask("My sister Maren lives in Tromsø"));
    const second = await client.chat(ask("My sister Maren lives in Tromsø"));
    expect(second.message.content).toBe(first.message.content);
    expect(second.eval_count).toBe(first.eval_count);
  });
});
