import { expect } from "expect";
import { z } from "zod";
import { FakeClock, systemClock } from "../platform/clock.ts";
import { seededRandom } from "../platform/ids.ts";
import { silentLog, withCorrelation } from "../platform/log.ts";
import { createMetrics, type Metrics } from "../platform/metrics.ts";
import type { Problem } from "../platform/problem.ts";
import { createModelHost } from "./host.ts";
import { type StandIn, type StandInOptions, startStandIn } from "./standin/mod.ts";
import type { ModelHost, ModelHostOptions } from "./types.ts";

const verifyToken = (bearer: string | null) => Promise.resolve(bearer === "service");

async function withHost(
  test: (
    parts: { host: ModelHost; standIn: StandIn; metrics: Metrics; seen: Request[] },
  ) => Promise<void>,
  options: { standIn?: Partial<StandInOptions>; host?: Partial<ModelHostOptions> } = {},
) {
  const standIn = startStandIn({
    port: 0,
    tokensPerSecond: 0,
    clock: systemClock,
    verifyToken,
    faults: true,
    embedDim: 64,
    log: silentLog,
    ...options.standIn,
  });
  const metrics = createMetrics();
  const seen: Request[] = [];
  const host = createModelHost({
    baseUrl: standIn.url,
    chatModel: "practice",
    embedModel: "practice-embed",
    embedDim: 64,
    token: () => Promise.resolve("service"),
    fetch: (input, init) => {
      seen.push(new Request(input, { headers: init?.headers }));
      return fetch(input, init);
    },
    clock: systemClock,
    random: seededRandom(1),
    metrics,
    log: silentLog,
    ...options.host,
  });
  try {
    await test({ host, standIn, metrics, seen });
  } finally {
    await standIn.close();
  }
}

const ask = (content: string) => ({
  messages: [{ role: "user" as const, content }],
  maxTokens: 600,
});

async function answer(host: ModelHost, content: string) {
  const chunks = await Array.fromAsync(host.chat(ask(content)));
  return {
    text: chunks.map((chunk) => chunk.text ?? "").join(""),
    chunks: chunks.length - 1,
    done: chunks.at(-1)!.done!,
  };
}

async function setFault(standIn: StandIn, fault: Record<string, unknown>) {
  await fetch(`${standIn.url}/__fault`, { method: "POST", body: JSON.stringify(fault) });
}

async function expectLine(metrics: Metrics, line: string) {
  expect((await metrics.text()).split("\n").filter((given) => given === line)).toEqual([line]);
}

const problemOf = (work: Promise<unknown>): Promise<Problem> =>
  work.then(() => Promise.reject(new Error("It did not fail")), (error) => error);

Deno.test("[CHT-70] every call carries the service token and the correlation id", async () => {
  await withHost(async ({ host, seen }) => {
    await withCorrelation("corr-1", () => answer(host, "Hello"));
    await withCorrelation("corr-1", () => host.embed({ texts: ["a"] }));
    await withCorrelation("corr-1", () => host.list());
    expect(seen.length).toBeGreaterThan(4);
    for (const request of seen) {
      expect(request.headers.get("authorization")).toBe("Bearer service");
      expect(request.headers.get("x-correlation-id")).toBe("corr-1");
    }
  });
});

Deno.test("[CHT-70] an answer streams with measured counts", async () => {
  await withHost(async ({ host, metrics }) => {
    const { text, chunks, done } = await answer(host, "Write 50 words");
    expect(text.split(/\s+/).length).toBe(50);
    expect(done).toMatchObject({ finishReason: "stop", completionTokens: chunks, measured: true });
    expect(done.promptTokens).toBeGreaterThan(5);
    await expectLine(metrics, 'proxy_requests_total{target="chat",status="ok"} 1');
    await expectLine(metrics, 'intelligence_first_token_seconds_count{model="practice"} 1');
    await expectLine(
      metrics,
      'intelligence_ollama_latency_seconds_count{model="practice",operation="chat"} 1',
    );
  });
});

Deno.test("[CHT-37] the output limit is passed on and reported as length", async () => {
  await withHost(async ({ host }) => {
    const chunks = await Array.fromAsync(host.chat({ ...ask("Write 90 words"), maxTokens: 7 }));
    expect(chunks.at(-1)!.done).toMatchObject({ finishReason: "length", completionTokens: 7 });
  });
});

Deno.test("[CHT-71] models are listed with window, capabilities, place and default", async () => {
  await withHost(async ({ host }) => {
    await answer(host, "Hi");
    expect(await host.list()).toEqual([
      {
        id: "practice",
        label: "Practice model",
        window: 8192,
        capabilities: ["completion"],
        loaded: true,
        available: true,
        location: "local",
        default: true,
      },
      expect.objectContaining({ id: "other", available: false, loaded: false, default: false }),
    ]);
  }, { host: { allowed: ["other"] } });
});

Deno.test("[CHT-71] an unknown model is refused before any call, and a tag is no way round", async () => {
  await withHost(async ({ host, seen }) => {
    for (const model of ["secret", "practice:other", "practice-embed"]) {
      expect(await problemOf(Promise.resolve().then(() => host.chat({ ...ask("Hi"), model }))))
        .toMatchObject({
          code: "model_unknown",
          status: 400,
        });
    }
    expect(host.resolve("practice:latest")).toBe("practice");
    expect(seen.length).toBe(0);
  });
});

Deno.test("[CHT-72] the probe names missing models and the command that gets them", async () => {
  await withHost(async ({ host }) => {
    expect(await host.probe()).toMatchObject({
      reachable: true,
      missing: [{ model: "mistral:instruct", pull: "ollama pull mistral:instruct" }],
    });
    expect(await host.warmUp()).toBe(false);
  }, { host: { chatModel: "mistral:instruct" } });
  await withHost(async ({ host }) => {
    expect(await host.warmUp()).toBe(true);
    expect((await host.probe()).missing).toEqual([]);
  });
});

Deno.test("[CHT-72] the probe of a host that is not there says so", async () => {
  await withHost(async ({ host, standIn }) => {
    await standIn.close();
    expect(await host.probe()).toMatchObject({ reachable: false, missing: [] });
    expect(await host.list()).toEqual([expect.objectContaining({ available: false })]);
  });
});

Deno.test("[CHT-74] a 500 and a 400 are not tried again; only the 500 counts for the breaker", async () => {
  await withHost(async ({ host, standIn, seen }) => {
    await setFault(standIn, { kind: "status", status: 400, times: 10 });
    for (let i = 0; i < 10; i++) {
      expect((await problemOf(answer(host, "Hi"))).code).toBe("model_unavailable");
    }
    expect(host.state().chat.state).toBe("closed");
    await setFault(standIn, { kind: "status", status: 500 });
    for (let i = 0; i < 5; i++) await problemOf(answer(host, "Hi"));
    expect(host.state().chat.state).toBe("open");
    expect(seen.filter((request) => request.url.endsWith("/api/chat")).length).toBe(15);
  });
});

Deno.test("[CHT-76] while open a call is refused at once with how long to wait, and recovers", async () => {
  const clock = new FakeClock();
  await withHost(async ({ host, standIn, metrics, seen }) => {
    await setFault(standIn, { kind: "status", status: 500, times: 5 });
    for (let i = 0; i < 5; i++) await problemOf(answer(host, "Hi"));
    const before = seen.length;
    const started = performance.now();
    const problem = await problemOf(answer(host, "Hi"));
    expect(performance.now() - started).toBeLessThan(250);
    expect(problem).toMatchObject({
      code: "model_unavailable",
      status: 503,
      extra: { degraded: true, retryAfterSeconds: 60 },
    });
    expect(seen.length).toBe(before);
    await expectLine(metrics, 'circuit_state{target="chat"} 2');

    await clock.advance(60_000);
    const calls = await Promise.allSettled(Array.from({ length: 50 }, () => answer(host, "Hi")));
    expect(calls.filter((call) => call.status === "fulfilled").length).toBe(1);
    expect(host.state().chat.state).toBe("closed");
    await expectLine(metrics, 'circuit_transitions_total{target="chat",to="open"} 1');
    expect(host.state().embed.state).toBe("closed");
  }, { host: { clock } });
});

Deno.test("[CHT-80] texts are embedded in batches of at most 64, in order", async () => {
  await withHost(async ({ host, seen }) => {
    const texts = Array.from({ length: 130 }, (_, n) => `text number ${n}`);
    const vectors = await host.embed({ texts });
    expect(vectors.length).toBe(130);
    expect(vectors[129]).toEqual((await host.embed({ texts: [texts[129]!] }))[0]);
    expect(seen.filter((request) => request.url.endsWith("/api/embed")).length).toBe(4);
    expect(await host.embed({ texts: [] })).toEqual([]);
  });
});

Deno.test("[CHT-80] another dimension than configured is named in a clear error", async () => {
  await withHost(async ({ host, standIn }) => {
    await setFault(standIn, { kind: "dimension" });
    await expect(host.embed({ texts: ["a"] })).rejects.toThrow(
      'The embedding model "practice-embed" gives vectors of 65 numbers, but EMBED_DIM is 64',
    );
    expect(host.state().embed.state).toBe("closed");
  });
});

Deno.test("[CHT-79] structured output is checked, tried again once, then left to rules", async () => {
  await withHost(async ({ host, metrics }) => {
    const good = await host.structured({
      ...ask("x"),
      use: "judge",
      schema: z.object({ n: z.int().min(2) }),
    });
    expect(good).toMatchObject({ value: { n: 2 }, attempts: 1, measured: true });
    const never = z.object({ code: z.string().regex(/^[A-Z]{3}$/) });
    await expect(host.structured({ ...ask("x"), use: "judge", schema: never })).rejects
      .toMatchObject({
        name: "StructuredOutputError",
      });
    await expectLine(metrics, 'model_fallback_total{use="judge"} 1');
    await expectLine(metrics, 'proxy_requests_total{target="judge",status="ok"} 3');
  });
});

Deno.test("[CHT-85] stopping closes the connection to the host within 500 ms", async () => {
  const left = Promise.withResolvers<void>();
  const log = {
    ...silentLog,
    info: (event: string) => event === "standin.disconnected" && left.resolve(),
  };
  await withHost(async ({ host, standIn, metrics }) => {
    await setFault(standIn, { kind: "stall", after: 3 });
    const controller = new AbortController();
    let text = "";
    let started = 0;
    const reason = await problemOf((async () => {
      for await (
        const chunk of host.chat({ ...ask("Write 40 words"), signal: controller.signal })
      ) {
        text += chunk.text ?? "";
        if (text.split(" ").length < 3) continue;
        started = performance.now();
        queueMicrotask(() => controller.abort(new DOMException("Stopped", "AbortError")));
      }
    })());
    await left.promise;
    expect(performance.now() - started).toBeLessThan(500);
    expect(reason.message).toBe("Stopped");
    expect(host.state().chat.state).toBe("closed");
    await expectLine(metrics, 'proxy_requests_total{target="chat",status="aborted"} 1');
  }, { standIn: { log } });
});

Deno.test("[CHT-85] a reader that stops reading closes the connection too", async () => {
  const left = Promise.withResolvers<void>();
  const log = {
    ...silentLog,
    info: (event: string) => event === "standin.disconnected" && left.resolve(),
  };
  await withHost(async ({ host, standIn }) => {
    await setFault(standIn, { kind: "stall", after: 3 });
    for await (const chunk of host.chat(ask("Write 40 words"))) if (chunk.text) break;
    await left.promise;
  }, { standIn: { log } });
});
