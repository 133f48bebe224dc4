import { expect } from "expect";
import { FakeClock } from "@/lib/platform/clock.ts";
import { seededRandom, uuidV7Source } from "@/lib/platform/ids.ts";
import { createMetrics } from "@/lib/platform/metrics.ts";
import { createRecall } from "@/lib/memory/mod.ts";
import type { Embedder } from "@/lib/memory/mod.ts";
import { createTurnVectors } from "@/lib/memory/turn_vectors.ts";
import type { MemoryDependencies } from "@/lib/memory/fact_writer.ts";
import { openTestDatabase, type TestDatabase } from "./support/database.ts";
import { startTestApp } from "./support/app.ts";

const DIM = 768;
const NOW = "2026-06-01T12:00:00.000Z";
const axis = (at: number) => Array.from({ length: DIM }, (_, i) => (i === at ? 1 : 0));

let test: TestDatabase;
Deno.test.beforeAll(async () => {
  test = await openTestDatabase();
});
Deno.test.afterAll(() => test.close());

const ids = uuidV7Source(new FakeClock(NOW), seededRandom(11));

async function register(): Promise<string> {
  const id = ids();
  await test.db.asSystem("test", async (tx) => {
    await tx`insert into users (id, email, email_normalized, display_name, password_hash,
        trial_ends_at, terms_version, terms_accepted_at, age_confirmed_at, created_at, updated_at)
      values (${id}, ${id}, ${id}, 'Ada', 'x', ${NOW}, '1', ${NOW}, ${NOW}, ${NOW}, ${NOW})`;
    await tx`insert into chat_sessions (id, user_id, model, created_at, updated_at)
      values (${id}, ${id}, 'm', ${NOW}, ${NOW})`;
  });
  return id;
}

async function addFact(userId: string, text: string, model: string | null): Promise<string> {
  const id = ids();
  await test.db.asUser(
    userId,
    (tx) =>
      tx`insert into memories (id, user_id, type, tier, source, text, confidence, constitution_valid,
        valid_from, created_at, updated_at, bytes, embedding, embedding_model)
      values (${id}, ${userId}, 'fact', 'ltm', 'first_hand', ${text}, 0.8, true, ${NOW}, ${NOW},
        ${NOW}, 100, ${model ? `[${axis(0).join(",")}]` : null}::halfvec, ${model})`,
  );
  return id;
}

async function addTurn(userId: string, text: string): Promise<string> {
  const id = ids();
  await test.db.asUser(
    userId,
    (tx) =>
      tx`insert into messages (id, user_id, session_id, role, author, content, status, created_at,
        search_text)
      values (${id}, ${userId}, ${userId}, 'user', 'Ada', ${text}, 'complete', ${NOW}, ${text})`,
  );
  return id;
}

/** A model that gives every text one axis; `fail` makes it break after so many calls. */
function embedder(model: string, at: number, fail = { after: Infinity }): Embedder {
  let calls = 0;
  const vector = { vector: axis(at), model };
  return {
    model,
    local: false,
    embedQuery: () => Promise.resolve(axis(at)),
    embedDocument: () => Promise.resolve(vector),
    embedDocuments: (texts) =>
      calls++ >= fail.after
        ? Promise.reject(new Error("The host is away"))
        : Promise.resolve(texts.map(() => vector)),
  };
}

/** What the embedding of turns was written down with. */
const metered: number[] = [];
const recordSystem = (_tx: unknown, use: { tokens: number }) => {
  metered.push(use.tokens);
  return Promise.resolve();
};

const vectorsOf = (made: Embedder) =>
  createTurnVectors(
    { db: test.db, ids, usage: { recordSystem } } as unknown as MemoryDependencies,
    made,
  );

async function models(userId: string): Promise<Record<string, number>> {
  const rows = await test.db.asUser(userId, (tx) =>
    tx<{ model: string | null; n: number }[]>`
      select embedding_model as model, count(*)::integer as n from (
        select embedding_model from memories union all
        select embedding_model from messages where search_text <> '') as all_rows group by 1`);
  return Object.fromEntries(rows.map(({ model, n }) => [String(model), n]));
}

Deno.test("[MEM-66] a changed model brings all vectors up to date step by step, resumed after a failure", async () => {
  const ada = await register();
  for (let n = 0; n < 100; n++) await addFact(ada, `Statement ${n}`, n % 3 === 0 ? null : "old");
  for (let n = 0; n < 10; n++) await addTurn(ada, `Words ${n}`);
  const breaking = vectorsOf(embedder("new", 1, { after: 1 }));
  expect(await breaking.reembed()).toBe(64);
  expect(breaking.reembedding()).toMatchObject({ model: "new", done: 64 });
  await expect(breaking.reembed()).rejects.toThrow("away");
  expect(await models(ada)).toMatchObject({ new: 64 });
  const next = vectorsOf(embedder("new", 1));
  const made = [await next.reembed(), await next.reembed(), await next.reembed()];
  expect(made).toEqual([36, 10, 0]);
  expect(await models(ada)).toEqual({ new: 110 });
  expect(next.reembedding()).toBeNull();
});

Deno.test("[MEM-66] rows that are not done yet are found by their words, and only those of the model by meaning", async () => {
  const ada = await register();
  const waiting = await addFact(ada, "Ada adores felines", "old");
  const done = await addFact(ada, "Ada keeps a tomcat", null);
  const turn = await addTurn(ada, "The purring never stops at night");
  const made = embedder("new", 2);
  await test.db.asUser(
    ada,
    (tx) =>
      tx`update memories set embedding = ${`[${
        axis(2).join(",")
      }]`}::halfvec, embedding_model = 'new'
      where id = ${done}`,
  );
  await vectorsOf(made).embed(ada, [turn]);
  // [MEM-69] Embedding is metered as the product's own use.
  expect(metered).toEqual([expect.any(Number)]);
  const { search } = createRecall({
    db: test.db,
    clock: new FakeClock(NOW),
    metrics: createMetrics(),
    embedder: made,
  });
  const ask = async (query: string) =>
    (await search(ada, { query, limit: 10, kinds: ["fact", "turn"], includePast: false })).results
      .map((item) => item.kind === "fact" ? item.memoryId : item.messageId).sort();
  expect(await ask("pets")).toEqual([done, turn].sort());
  expect(await ask("felines")).toContain(waiting);
});

Deno.test("[MEM-68] a host that breaks or changes its dimension loses no fact: it is found by words", async () => {
  const host = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/api/embed") {
        const { input } = await request.json() as { input: string[] };
        return Response.json({ embeddings: input.map(() => [1, 2, 3]) });
      }
      if (pathname === "/api/tags") return Response.json({ models: [] });
      return Response.json({ error: "away" }, { status: 500 });
    },
  );
  const app = await startTestApp({
    env: { OLLAMA_BASE_URL: `http://127.0.0.1:${host.addr.port}` },
  });
  try {
    const ada = await app.person();
    const made = await ada.post("/api/memory", { text: "The user plays the cello" });
    expect(made.status).toBe(201);
    await app.services.outbox.drain();
    const found = (await ada.post("/api/memory/search", { query: "cello" })).body;
    expect(found.items[0].memory.id).toBe(made.body.id);
    expect(found.degraded).toBe(true);
    const [job] = await app.services.db.asSystem(
      "test",
      (tx) => tx<{ state: string }[]>`select state from jobs where kind = 'memory.embed'`,
    );
    expect(job!.state).toBe("retrying");
  } finally {
    await app.close();
    await host.shutdown();
  }
});

Deno.test("[MEM-96] of twenty people with similar texts nobody finds another's row", async () => {
  const people: { id: string; own: Set<string> }[] = [];
  const words = "walnut cello kayak Porto sister train garden museum bread river".split(" ");
  for (let n = 0; n < 20; n++) {
    const id = await register();
    const own = new Set<string>();
    for (const word of words) {
      own.add(await addFact(id, `Ada has a ${word} and a lamp`, null));
      own.add(await addTurn(id, `We spoke of the ${word} again`));
    }
    people.push({ id, own });
  }
  const { search } = createRecall({
    db: test.db,
    clock: new FakeClock(NOW),
    metrics: createMetrics(),
    embedder: embedder("lexical-1", 0),
  });
  const random = seededRandom(96);
  const pick = <T>(list: readonly T[]) =>
    list[random(2).reduce((n, byte) => n * 256 + byte, 0) % list.length]!;
  let found = 0;
  async function ask(n: number): Promise<void> {
    const who = pick(people);
    const query = `${pick(words)} ${pick(words)} ${n % 3 === 0 ? pick(words).slice(0, -1) : ""}`;
    const { results } = await search(who.id, {
      query,
      limit: 50,
      kinds: ["fact", "turn"],
      includePast: true,
      fill: true,
    });
    for (const item of results) {
      const id = item.kind === "fact" ? item.memoryId : item.messageId;
      if (!who.own.has(id)) throw new Error(`${query} found a row of somebody else`);
      found++;
    }
  }
  // The whole number on a server, where several at once share its connections as in life.
  const [rounds, atOnce] = test.db.kind === "server" ? [10_000, 4] : [400, 1];
  for (let n = 0; n < rounds; n += atOnce) {
    await Promise.all(Array.from({ length: atOnce }, (_, i) => ask(n + i)));
  }
  expect(found).toBeGreaterThan(rounds);
});
