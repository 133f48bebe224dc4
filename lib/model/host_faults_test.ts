import { expect } from "expect";
import { FakeClock } from "../platform/clock.ts";
import { seededRandom } from "../platform/ids.ts";
import { silentLog } from "../platform/log.ts";
import { createMetrics } from "../platform/metrics.ts";
import { createModelHost } from "./host.ts";
import type { ChatRequest } from "./types.ts";

/** What the scripted host does with one request to `/api/chat` or `/api/embed`. */
type Act = (signal: AbortSignal) => Promise<Response> | Response;

const encoder = new TextEncoder();
const line = (content: string, more: object = {}) =>
  JSON.stringify({ model: "m", message: { role: "assistant", content }, done: false, ...more }) +
  "\n";
const END = line("", { done: true, done_reason: "stop", prompt_eval_count: 9, eval_count: 2 });

/** A response that sends the given chunks, then ends, breaks or goes on for ever. */
function body(
  chunks: (string | Uint8Array<ArrayBuffer>)[],
  ending: "close" | "reset" | "hang" = "close",
): Act {
  return (signal) => {
    const left = [...chunks];
    const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull(controller) {
        const next = left.shift();
        if (next !== undefined) {
          return controller.enqueue(typeof next === "string" ? encoder.encode(next) : next);
        }
        if (ending === "close") return controller.close();
        if (ending === "reset") return controller.error(new TypeError("connection reset"));
        return new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason), { once: true });
        });
      },
    });
    return new Response(stream);
  };
}

const status = (code: number): Act => () => Response.json({ error: "no" }, { status: code });
const refuse: Act = () => Promise.reject(new TypeError("connection refused"));
const silence: Act = (signal) =>
  new Promise((_, reject) =>
    signal.addEventListener("abort", () => reject(signal.reason), { once: true })
  );

function setUp(script: Act[], version: Act = () => Response.json({ version: "1" })) {
  const clock = new FakeClock();
  const signals: AbortSignal[] = [];
  const calls: string[] = [];
  const host = createModelHost({
    baseUrl: "http://127.0.0.1:9",
    chatModel: "m",
    embedModel: "e",
    embedDim: 2,
    token: null,
    clock,
    random: seededRandom(1),
    metrics: createMetrics(),
    log: silentLog,
    fetch: async (input, init) => {
      const path = new URL(String(input)).pathname;
      if (path === "/api/version") return await version(init!.signal!);
      calls.push(path);
      signals.push(init!.signal!);
      return await script[Math.min(calls.length, script.length) - 1]!(init!.signal!);
    },
  });
  return { clock, host, calls, signals };
}

/** Lets `ms` pass; bodies are read in several turns of the event loop, before and after. */
async function pass(clock: FakeClock, ms: number) {
  for (let i = 0; i < 20; i++) await clock.advance(0);
  await clock.advance(ms);
  for (let i = 0; i < 20; i++) await clock.advance(0);
}

/** Reads an answer to its end; the error is part of the result. */
function read(host: ReturnType<typeof setUp>["host"], request: Partial<ChatRequest> = {}) {
  const result = { text: "", chunks: 0, done: undefined as unknown, error: undefined as unknown };
  const finished = (async () => {
    const messages = [{ role: "user" as const, content: "Hi" }];
    try {
      for await (const chunk of host.chat({ messages, maxTokens: 100, ...request })) {
        if (chunk.done) result.done = chunk.done;
        else {
          result.text += chunk.text;
          result.chunks++;
        }
      }
    } catch (error) {
      result.error = error;
    }
    return result;
  })();
  return { result, finished };
}

Deno.test("[CHT-86] lines may be split anywhere, end in CRLF and come several to a chunk", async () => {
  const whole = encoder.encode(
    (line("Troms") + line("ø 🌲\n") + "\n" + line("end") + END).replaceAll("}\n", "}\r\n"),
  );
  const bytes = Array.from(whole, (_, at) => whole.slice(at, at + 1));
  for (const chunks of [bytes, [whole], [whole.slice(0, 70), whole.slice(70)]]) {
    const { finished } = read(setUp([body(chunks)]).host);
    expect(await finished).toMatchObject({ text: "Tromsø 🌲\nend", done: { measured: true } });
  }
});

Deno.test("[CHT-86] control characters and lone surrogates do not get through", async () => {
  const chunks = [
    "a\u0000b\u001b[2J\tc\r\n",
    "\u0085d",
    "\ud83c",
    "\udf32",
    "\ud83c",
    "x",
    "\udf32",
  ];
  const script = body([...chunks.map((text) => line(text)), END]);
  const { text } = await read(setUp([script]).host).finished;
  expect(text).toBe("ab[2J\tc\nd🌲\ufffdx\ufffd");
  expect(text.isWellFormed()).toBe(true);
});

for (
  const [what, reason, act] of [
    ["a missing last chunk", "cut", body([line("ab"), line("cd")])],
    ["a connection that breaks", "cut", body([line("ab"), line("cd")], "reset")],
    [
      "a last line cut within a character",
      "cut",
      body([line("ab"), line("cd"), new Uint8Array([0x7b, 0xc3])]),
    ],
    [
      "an error object with status 200",
      "host_error",
      body([line("ab"), line("cd"), '{"error":"out of memory"}\n']),
    ],
    ["a line that is no JSON", "garbage", body([line("ab"), line("cd"), "<html>\n", END])],
    ["a line that is no object", "garbage", body([line("ab"), line("cd"), "[1]\n", END])],
    ["a chunk without a message", "garbage", body([line("ab"), line("cd"), '{"x":1}\n', END])],
    ["a line of 5 MB", "too_large", body([line("ab"), line("cd"), "x".repeat(5_000_000), END])],
  ] as const
) {
  Deno.test(`[CHT-86] ${what} ends the answer with its text kept`, async () => {
    const { host, signals, calls } = setUp([act]);
    const { text, error } = await read(host).finished;
    expect(text).toBe("abcd");
    expect(error).toMatchObject({
      name: "ModelStreamError",
      reason,
      usage: { completionTokens: 2 },
    });
    expect(host.state().chat).toMatchObject({ state: "closed" });
    expect(signals[0]!.aborted).toBe(true);
    expect(calls.length).toBe(1);
  });
}

Deno.test("[CHT-86] an answer over 256 KiB is ended", async () => {
  const { host } = setUp([
    body([...Array.from({ length: 10 }, () => line("x".repeat(60_000))), END]),
  ]);
  const { text, error } = await read(host, { maxTokens: 1_000_000 }).finished;
  expect(error).toMatchObject({ name: "ModelStreamError", reason: "too_large" });
  expect(text.length).toBeLessThanOrEqual(256 * 1024);
});

Deno.test("[CHT-86] whatever follows the last chunk is dropped", async () => {
  const { host } = setUp([body([line("ab"), END + line("more"), "garbage\n"])]);
  expect(await read(host).finished).toMatchObject({ text: "ab", error: undefined });
});

Deno.test("[CHT-86] a page with status 200 is no answer, and is not asked for again", async () => {
  const { host, calls } = setUp([body(["<!doctype html><p>Welcome"])]);
  expect((await read(host).finished).error).toMatchObject({ code: "model_unavailable" });
  expect(calls.length).toBe(1);
});

Deno.test("[CHT-48] counts that cannot be true are replaced by our own", async () => {
  for (const eval_count of [-1, 1.5, 1e9, "7", null, undefined]) {
    const end = line("", { done: true, done_reason: "stop", prompt_eval_count: 9, eval_count });
    const { done } = await read(setUp([body([line("a"), line("b"), end])]).host).finished;
    expect(done).toMatchObject({ completionTokens: 2, measured: false });
  }
});

for (
  const [what, act] of [["503", status(503)], ["refused", refuse], [
    "reset",
    body([], "reset"),
  ]] as const
) {
  Deno.test(`[CHT-74] ${what} before the first token is tried again after 250 and 500 ms`, async () => {
    const { host, clock, calls } = setUp([act, act, body([line("ok"), END])]);
    const { result, finished } = read(host);
    await pass(clock, 249);
    expect(calls.length).toBe(1);
    await pass(clock, 64);
    expect(calls.length).toBe(2);
    await pass(clock, 499);
    expect(calls.length).toBe(2);
    await pass(clock, 126);
    await finished;
    expect(result).toMatchObject({ text: "ok", error: undefined });
    expect(calls.length).toBe(3);
    expect(clock.pending).toBe(0);
  });
}

Deno.test("[CHT-74] after three attempts it is 503 model_unavailable", async () => {
  const { host, clock, calls } = setUp([status(504)]);
  const { finished } = read(host);
  await pass(clock, 313);
  await pass(clock, 625);
  expect((await finished).error).toMatchObject({
    code: "model_unavailable",
    status: 503,
    extra: { degraded: true, retryAfterSeconds: 5 },
  });
  expect(calls.length).toBe(3);
});

Deno.test("[CHT-74] nothing is tried again once text was delivered", async () => {
  const { host, calls } = setUp([body([line("ab")], "reset"), body([line("other"), END])]);
  expect((await read(host).finished).text).toBe("ab");
  expect(calls.length).toBe(1);
});

Deno.test("[CHT-73] no connection within five seconds counts as none", async () => {
  const { host, clock, calls } = setUp([body([END])], silence);
  const { finished } = read(host);
  for (const ms of [5_000, 313, 5_000, 625, 4_999]) await pass(clock, ms);
  expect(host.state().chat.state).toBe("closed");
  await pass(clock, 1);
  expect((await finished).error).toMatchObject({ code: "model_unavailable" });
  expect(calls.length).toBe(0);
  expect(clock.pending).toBe(0);
});

Deno.test("[CHT-73] silence for sixty seconds before the first token is tried again", async () => {
  const { host, clock, calls, signals } = setUp([silence, body([line("ok"), END])]);
  const { finished } = read(host);
  await pass(clock, 59_999);
  expect(signals[0]!.aborted).toBe(false);
  await pass(clock, 1);
  await pass(clock, 313);
  expect((await finished).text).toBe("ok");
  expect(signals[0]!.aborted).toBe(true);
  expect(calls.length).toBe(2);
});

Deno.test("[CHT-73] thirty seconds without a token end the answer, bytes without one do not help", async () => {
  const { host, clock, signals } = setUp([body([line("ab"), '{"mess'], "hang")]);
  const { result, finished } = read(host);
  await pass(clock, 29_999);
  expect(result).toMatchObject({ text: "ab", error: undefined });
  await pass(clock, 1);
  expect((await finished).error).toMatchObject({ name: "ModelStreamError", reason: "stalled" });
  expect(signals[0]!.aborted).toBe(true);
  expect(clock.pending).toBe(0);
});

Deno.test("[CHT-73] the time a slow reader takes is not the host's", async () => {
  const { host, clock } = setUp([body([line("ab"), line("cd"), END])]);
  const iterator = host.chat({ messages: [], maxTokens: 9 })[Symbol.asyncIterator]();
  await iterator.next();
  await pass(clock, 120_000);
  expect((await iterator.next()).value).toEqual({ text: "cd" });
  await iterator.return!();
});

Deno.test("[CHT-73] five minutes are the limit of a whole answer", async () => {
  const clockless: Act = (signal) => {
    const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
      async pull(controller) {
        await new Promise<void>((resolve, reject) => {
          setup.clock.after(20_000, resolve);
          signal.addEventListener("abort", () => reject(signal.reason), { once: true });
        });
        controller.enqueue(encoder.encode(line("x")));
      },
    }, { highWaterMark: 0 });
    return new Response(stream);
  };
  const setup = setUp([clockless]);
  const { finished } = read(setup.host);
  for (let i = 0; i < 15; i++) await pass(setup.clock, 20_000);
  const { error, chunks } = await finished;
  expect(error).toMatchObject({ name: "ModelStreamError", reason: "stalled" });
  expect(chunks).toBeGreaterThanOrEqual(14);
  expect(setup.calls.length).toBe(1);
});

Deno.test("[CHT-85] a stopped call ends with the caller's reason and counts for nothing", async () => {
  for (const act of [silence, body([line("ab")], "hang")]) {
    const { host, clock, signals } = setUp([act]);
    const controller = new AbortController();
    const { finished } = read(host, { signal: controller.signal });
    await pass(clock, 1);
    controller.abort(new Error("stopped"));
    expect((await finished).error).toMatchObject({ message: "stopped" });
    expect(signals[0]!.aborted).toBe(true);
    expect(clock.pending).toBe(0);
    expect(host.state().chat.state).toBe("closed");
  }
});

Deno.test("[CHT-75] five answers that break off open the breaker", async () => {
  const { host } = setUp([body([line("ab")])]);
  for (let i = 0; i < 5; i++) await read(host).finished;
  expect(host.state().chat).toMatchObject({ state: "open", retryAfterSeconds: 60 });
  expect((await read(host).finished).error).toMatchObject({ code: "model_unavailable" });
});

Deno.test("[CHT-73] an embedding has ten seconds, and garbage is none", async () => {
  const slow = setUp([silence, () => Response.json({ embeddings: [[1, 0]] })]);
  const vectors = slow.host.embed({ texts: ["a"] });
  await pass(slow.clock, 10_000);
  await pass(slow.clock, 313);
  expect(await vectors).toEqual([[1, 0]]);
  for (const answer of [{ embeddings: [] }, { embeddings: [["x", 1]] }, { error: "no" }, []]) {
    const { host } = setUp([() => Response.json(answer)]);
    await expect(host.embed({ texts: ["a"] })).rejects.toMatchObject({ code: "model_unavailable" });
  }
});

Deno.test("[CHT-70] a redirect is not followed", async () => {
  const elsewhere: Act = () =>
    new Response(null, { status: 307, headers: { location: "http://x/" } });
  const { host, calls } = setUp([elsewhere]);
  expect((await read(host).finished).error).toMatchObject({ code: "model_unavailable" });
  expect(calls.length).toBe(1);
});
