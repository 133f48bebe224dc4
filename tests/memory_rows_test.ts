import { expect } from "expect";
import { FakeClock } from "@/lib/platform/clock.ts";
import { sqlState } from "@/lib/platform/database/mod.ts";
import { lexicalEmbedding } from "@/lib/model/mod.ts";
import { startTestApp, type TestApp } from "./support/app.ts";

const DAY = 86_400_000;
let app: TestApp;
let clock: FakeClock;
Deno.test.beforeAll(async () => {
  clock = new FakeClock("2026-03-01T09:00:00.000Z");
  app = await startTestApp({ clock, env: { AUTO_VERIFY_EMAIL: "true" } });
});
Deno.test.afterAll(() => app.close());

type Person = Awaited<ReturnType<TestApp["person"]>>;
const items = async (who: Person, path: string) => (await who.get(path)).body.items;
async function tells(who: Person, text: string) {
  const said = await who.say(text);
  await app.services.outbox.drain();
  return said;
}
const found = async (who: Person, query: string, more: Record<string, unknown> = {}) =>
  (await who.post("/api/memory/search", { query, ...more })).body.items;
const later = (ms: number) => clock.jumpTo(new Date(clock.now().getTime() + ms));

Deno.test("[MEM-1] one search finds facts and turns, each with its kind and all its members", async () => {
  const ada = await app.person();
  const said = await tells(ada, "I play the cello in an orchestra.");
  const both = await found(ada, "cello");
  expect(both.map(({ kind }: { kind: string }) => kind).sort()).toContain("turn");
  const fact = both.find(({ kind }: { kind: string }) => kind === "fact").memory;
  expect(fact).toMatchObject({
    tier: "itm",
    source: "first_hand",
    confidence: 0.8,
    emotionalWeight: 0,
    outcome: "neutral",
    constitutionValid: true,
    pinned: false,
    anchor: false,
    locked: false,
    injection: "any_model",
    sourceMessageIds: [said.body.userMessage.id],
    validTo: null,
    supersededBy: null,
    accessCount: 0,
    deletedAt: null,
  });
  expect(said.body.userMessage.content).toContain(fact.quote);
  expect((await found(ada, "cello", { kinds: ["fact"] })).length).toBe(1);
});

Deno.test("[MEM-3] a link ties two facts of one owner by a known kind", async () => {
  const [ada, eve] = [await app.person("ada"), await app.person("eve")];
  const make = async (who: Person, text: string) =>
    (await who.post("/api/memory", { text })).body.id;
  const [one, two] = [await make(ada, "The user rows"), await make(ada, "The user sails")];
  const foreign = await make(eve, "The user swims");
  const link = (to: string, kind: string) =>
    app.services.db.asUser(
      ada.userId,
      (tx) =>
        tx`insert into memory_links (user_id, from_id, to_id, kind, created_at)
        values (${ada.userId}, ${one}, ${to}, ${kind}, ${clock.now()})`,
    ).then(
      () => "stored",
      sqlState,
    );
  for (
    const kind of "supports contradicts supersedes derived_from part_of same_as mentions".split(" ")
  ) {
    expect(await link(two, kind)).toBe("stored");
  }
  expect(await link(two, "likes")).toBe("23514");
  expect(await link(foreign, "supports")).toBe("23503");
  expect((await ada.get(`/api/memory/${one}/links`)).body.items.length).toBe(7);
});

Deno.test("[MEM-6] candidates are read from facts and messages alone", async () => {
  const owner = app.services.db;
  const rows = await owner.asSystem(
    "test",
    (tx) =>
      tx<{ body: string }[]>`select prosrc as body from pg_proc where proname = 'find_candidates'`,
  );
  const read = rows.flatMap(({ body }) => [...body.matchAll(/\b(?:from|join) ([a-z_]+) [a-z]\b/g)])
    .map(([, name]) => name!);
  const tables = await owner.asSystem(
    "test",
    (tx) =>
      tx<{ name: string }[]>`select tablename as name from pg_tables where schemaname = 'public'`,
  );
  const known = new Set(tables.map(({ name }) => name));
  expect([...new Set(read.filter((name) => known.has(name)))].sort()).toEqual([
    "memories",
    "messages",
  ]);
});

Deno.test("[MEM-8] a turn is found by its neighbours' words until they are forgotten; nobody names another author", async () => {
  const ada = await app.person();
  const first = await ada.say("Tell me about the trombone.");
  const second = await ada.say("And how long does one practise?", {
    sessionId: first.body.userMessage.sessionId,
  });
  const ids = async (query: string) =>
    (await found(ada, query, { kinds: ["turn"] })).map((item: { message: { id: string } }) =>
      item.message.id
    );
  expect(await ids("trombone")).toContain(second.body.userMessage.id);
  const [row] = await found(ada, "trombone", { kinds: ["turn"] });
  expect(["Ada", "Nova"]).toContain(row.message.author);
  await ada.post(`/api/chat/messages/${first.body.userMessage.id}/forget`);
  const context = await app.services.db.asUser(ada.userId, (tx) =>
    tx<{ near: string }[]>`
      select search_context as near from messages where id = ${second.body.userMessage.id}`);
  expect(context[0]!.near).not.toContain("Tell me about the trombone");
  const forged = await ada.post("/api/chat/messages", { content: "Hello", author: "Ben" });
  expect(forged.status).toBe(400);
});

Deno.test("[MEM-9] turns have no cap, no end of their own and no storage", async () => {
  const ada = await app.person();
  let sessionId: string | undefined;
  for (let n = 0; n < 55; n++) {
    const said = await ada.say(`Question ${n} about the xylophone?`, { sessionId });
    sessionId = said.body.userMessage.sessionId;
  }
  later(8 * DAY);
  await app.services.memory.night();
  const [row] = await app.services.db.asUser(
    ada.userId,
    (tx) =>
      tx<{ n: number }[]>`select count(*)::integer as n from messages where search_text <> ''`,
  );
  expect(row!.n).toBe(110);
  const usage = await app.services.db.asUser(ada.userId, (tx) =>
    tx<{ n: number }[]>`
      select count(*)::integer as n from usage_ledger where resource = 'memory_storage'`);
  expect(usage[0]!.n).toBe(0);
});

Deno.test("[MEM-14] nothing enters long-term memory but by its owner or by proof", async () => {
  const ada = await app.person();
  await tells(ada, "I live in Porto.");
  await tells(ada, "I am allergic to walnuts.");
  expect((await items(ada, "/api/memory?tier=ltm")).length).toBe(0);
  const [proposal] = await items(ada, "/api/memory/proposals");
  await ada.post(`/api/memory/proposals/${proposal.id}/accept`);
  expect((await items(ada, "/api/memory?tier=ltm")).length).toBe(1);
  const line = JSON.stringify({ kind: "fact", text: "The user rows", tier: "ltm" });
  await ada.post("/api/memory/import?preview=true", { data: line });
  expect((await items(ada, "/api/memory?tier=ltm")).length).toBe(1);
  await ada.post("/api/memory/import", { data: line });
  expect((await items(ada, "/api/memory?tier=ltm")).length).toBe(2);
});

Deno.test("[MEM-17] what was said today is not promoted by confidence before half a day has passed", async () => {
  const ada = await app.person();
  await tells(ada, "I live in Porto.");
  const tier = async () => {
    const [fact] = await app.services.db.asUser(
      ada.userId,
      (tx) => tx<{ tier: string }[]>`select tier from memories`,
    );
    return fact!.tier;
  };
  later(DAY / 2 - 1);
  await app.services.memory.night();
  expect(await tier()).toBe("itm");
  later(2);
  await app.services.memory.night();
  expect(await tier()).toBe("ltm");
});

Deno.test("[MEM-20] age lowers the place of a fact among equals, and deletes nothing", async () => {
  const ada = await app.person();
  const old = (await ada.post("/api/memory", { text: "The user owns a red kayak" })).body.id;
  later(DAY);
  const fresh = (await ada.post("/api/memory", { text: "The user owns a tan kayak" })).body.id;
  const facts = async () =>
    (await app.services.memory.search(ada.userId, {
      query: "kayak",
      limit: 10,
      kinds: ["fact"],
      includePast: false,
      filters: {},
    })).items.flatMap((item) => item.kind === "fact" ? [item.memory.id] : []);
  expect(await facts()).toEqual([fresh, old]);
  later(4_000 * DAY);
  for (let n = 0; n < 3; n++) await app.services.memory.night();
  expect((await facts()).sort()).toEqual([old, fresh].sort());
});

Deno.test("[MEM-25] no job changes what its owner edited, but to end it by a later statement", async () => {
  const ada = await app.person();
  await tells(ada, "I live in Porto.");
  const [fact] = await items(ada, "/api/memory");
  const edited = (await ada.patch(`/api/memory/${fact.id}`, {
    text: "The user lives in Porto, near the river",
  })).body;
  expect(edited.locked).toBe(true);
  await tells(ada, "I live in Porto.");
  later(DAY);
  await app.services.memory.night();
  const now = () =>
    app.services.db.asUser(
      ada.userId,
      (tx) =>
        tx<{ text: string; confidence: number; tier: string; by: string | null }[]>`
        select text, confidence, tier, superseded_by as by from memories where id = ${fact.id}`,
    );
  expect(await now()).toMatchObject([
    { text: edited.text, confidence: fact.confidence, tier: "itm", by: null },
  ]);
});

Deno.test("[MEM-44] what was replaced stays readable, searchable, exported and counted", async () => {
  const ada = await app.person();
  await tells(ada, "I live in Porto.");
  await tells(ada, "Actually, I live in Lisbon now.");
  const all = await items(ada, "/api/memory?includePast=true");
  const old = all.find(({ supersededBy }: { supersededBy: string | null }) => supersededBy);
  expect((await ada.get(`/api/memory/${old.id}`)).body.text).toBe(old.text);
  expect(await found(ada, "Porto", { kinds: ["fact"] })).toEqual([]);
  const [past] = await found(ada, "Porto", { kinds: ["fact"], includePast: true });
  expect(past.memory.id).toBe(old.id);
  expect((await ada.get("/api/memory/export?format=json")).text).toContain(old.text);
  const sum = all.reduce((n: number, fact: { bytes: number }) => n + fact.bytes, 0);
  expect((await ada.get("/api/usage/quota")).body.resources.memory_storage.used).toBe(sum);
  later(400 * DAY);
  await app.services.memory.night();
  const kept = await app.services.db.asUser(
    ada.userId,
    (tx) => tx`select 1 from memories where id = ${old.id}`,
  );
  expect(kept.length).toBe(1);
});

Deno.test("[MEM-63] the dimension of vectors is that of the configuration", async () => {
  const other = await startTestApp({ persistent: true, env: { EMBED_DIM: "128" } });
  const ada = await other.person();
  await ada.post("/api/memory", { text: "The user rows" });
  const [row] = await other.services.db.asUser(
    ada.userId,
    (tx) => tx<{ n: number }[]>`select vector_dims(embedding) as n from memories`,
  );
  await other.close();
  expect(row!.n).toBe(128);
});

Deno.test("[MEM-64] a fact's vector is that of its text, quote and tags, normalised", async () => {
  const ada = await app.person();
  await ada.post("/api/memory", { text: "The  user likes\ncafe\u0301", tags: ["drinks"] });
  const expected = lexicalEmbedding("The user likes café drinks", app.services.model.embedDim);
  const [row] = await app.services.db.asUser(ada.userId, (tx) =>
    tx<{ near: number }[]>`
      select 1 - (embedding <=> ${`[${expected.join(",")}]`}::halfvec) as near from memories`);
  expect(row!.near).toBeGreaterThan(0.999);
});

Deno.test("[MEM-72] a search is answered anew after every write, and from what is kept until then", async () => {
  const ada = await app.person();
  const texts = async () =>
    (await found(ada, "kayak", { kinds: ["fact"] })).map((item: { memory: { text: string } }) =>
      item.memory.text
    );
  expect(await texts()).toEqual([]);
  const made = (await ada.post("/api/memory", { text: "The user owns a kayak" })).body;
  expect(await texts()).toEqual(["The user owns a kayak"]);
  await ada.patch(`/api/memory/${made.id}`, { text: "The user owns a green kayak" });
  expect(await texts()).toEqual(["The user owns a green kayak"]);
  await ada.delete(`/api/memory/${made.id}`);
  expect(await texts()).toEqual([]);
  await ada.post(`/api/memory/${made.id}/restore`);
  expect(await texts()).toEqual(["The user owns a green kayak"]);
  const again = await found(ada, "kayak");
  await app.services.db.asUser(
    ada.userId,
    (tx) => tx`update memories set text = 'changed behind its back' where id = ${made.id}`,
  );
  expect(await found(ada, "kayak")).toEqual(again);
});
