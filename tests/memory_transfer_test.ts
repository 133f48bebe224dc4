import { expect } from "expect";
import { startTestApp, type TestApp } from "./support/app.ts";

let app: TestApp;
Deno.test.beforeAll(async () => {
  app = await startTestApp();
});
Deno.test.afterAll(() => app.close());

type Person = Awaited<ReturnType<TestApp["person"]>>;
const exported = async (who: Person) => (await who.get("/api/memory/export?format=json")).text;
const facts = (text: string) =>
  text.trim().split("\n").map((line) => JSON.parse(line)).filter(({ kind }) => kind === "fact");
/** What of a fact is the same wherever it lives. */
const content = (text: string) =>
  facts(text).map((
    { text, type, tier, tags, subject, attribute, value, validFrom, validTo, pinned },
  ) => ({
    text,
    type,
    tier,
    tags,
    subject,
    attribute,
    value,
    validFrom,
    validTo,
    pinned,
  })).sort((a, b) => a.text < b.text ? -1 : 1);
const bring = (who: Person, data: string, query = "") =>
  who.post(`/api/memory/import${query}`, { data });

Deno.test("[MEM-88] export, wipe, import, export gives equal content", async () => {
  const ada = await app.person();
  const from = "2024-01-01T00:00:00.000Z";
  await ada.post("/api/memory", {
    text: "The user lives in Porto.",
    subject: "user",
    attribute: "home city",
    value: "Porto",
    validFrom: from,
  });
  await ada.post("/api/memory", {
    text: 'The user likes <b>walnuts</b> & "figs"',
    tags: ["food"],
    type: "preference",
  });
  await ada.post("/api/memory", {
    text: "Line one\nline two 🙂",
    validFrom: from,
    validTo: "2025-01-01T00:00:00.000Z",
  });
  const first = await exported(ada);
  expect(facts(first).length).toBe(3);
  expect(facts(first)[0].history.length).toBeGreaterThan(0);
  for (const { id } of facts(first)) await ada.delete(`/api/memory/${id}?erase=true`);
  // By itself an import does not bring back what was forgotten; its owner may.
  expect((await bring(ada, first)).body).toMatchObject({ added: 0, forgotten: 3 });
  expect((await bring(ada, first, "?includeForgotten=true")).body).toMatchObject({ added: 3 });
  expect(content(await exported(ada))).toEqual(content(first));
});

Deno.test("[MEM-88] importing twice is importing once, and a preview stores nothing", async () => {
  const [ada, ben] = [await app.person("ada"), await app.person("ben")];
  await ada.post("/api/memory", { text: "The user plays the cello" });
  const data = await exported(ada);
  expect((await bring(ben, data, "?preview=true")).body).toMatchObject({ preview: true, added: 1 });
  expect((await ben.get("/api/memory")).body.items).toEqual([]);
  expect((await bring(ben, `${data}${data}`)).body).toMatchObject({ added: 1, known: 1 });
  expect((await bring(ben, data)).body).toMatchObject({ added: 0, known: 1 });
  expect((await ben.get("/api/memory")).body.items.length).toBe(1);
});

Deno.test("[MEM-88] ids of a file reach nothing, and its confidence counts only so far", async () => {
  const [ada, eve] = [await app.person("ada"), await app.person("eve")];
  const made = (await ada.post("/api/memory", { text: "The user plays the cello" })).body;
  const forged = {
    kind: "fact",
    id: made.id,
    userId: ada.userId,
    text: "Stolen",
    supersededBy: made.id,
    sourceMessageIds: [made.id],
    confidence: 1,
  };
  expect((await bring(eve, JSON.stringify(forged))).body.added).toBe(1);
  const [own] = (await eve.get("/api/memory")).body.items;
  expect(own).toMatchObject({
    text: "Stolen",
    confidence: 0.8,
    sourceMessageIds: [],
    supersededBy: null,
  });
  expect(own.id).not.toBe(made.id);
  expect((await ada.get(`/api/memory/${made.id}`)).body.text).toBe("The user plays the cello");
});

/** What one file brings; the embedded database is tried with fewer, to be quick. */
const MANY = Deno.env.get("TEST_DATABASE_URL") ? 10_000 : 2_500;

Deno.test("[MEM-88] thousands of facts are taken in as a whole, and their ledger adds up", async () => {
  const ada = await app.person();
  const fact = { type: "fact", tier: "ltm", source: "first_hand", confidence: 0.7 };
  const data = Array.from(
    { length: MANY },
    (_, n) =>
      JSON.stringify({ ...fact, text: `Neighbour ${n} keeps ${n % 7} hens in yard ${n % 311}.` }),
  )
    .join("\n");
  expect((await bring(ada, data)).body).toMatchObject({ lines: MANY, added: MANY });
  expect((await bring(ada, data)).body).toMatchObject({ added: 0, known: MANY });
  const { tiers } = (await ada.get("/api/memory/stats")).body;
  expect(tiers.ltm.count).toBe(MANY);
  const { db } = app.services;
  const [sum] = await db.asUser(
    ada.userId,
    (tx) =>
      tx<{ bytes: number; created: number }[]>`select sum(bytes)::bigint as bytes,
      (select count(*)::integer from memory_events where action = 'create') as created
      from memories`,
  );
  expect(sum!.created).toBe(MANY);
  const quota = (await ada.get("/api/usage/quota")).body.resources.memory_storage;
  expect(quota.used).toBe(sum!.bytes);
  expect((await ada.get("/api/usage/verify")).body.valid).toBe(true);
});

Deno.test("[MEM-42] facts of one slot that contradict each other within a file, or what was there, are asked about", async () => {
  const ada = await app.person();
  const slot = (value: string) => ({ subject: "user", attribute: "home city", value });
  await ada.post("/api/memory", { text: "The user lives in Porto.", ...slot("Porto") });
  const fact = { type: "fact", tier: "ltm", source: "first_hand", confidence: 0.8 };
  const file = ["Ghent", "Turin"].map((city) =>
    JSON.stringify({ ...fact, text: `The user lives in ${city}.`, ...slot(city) })
  ).join("\n");
  expect((await bring(ada, file)).body).toMatchObject({ added: 2 });
  const { items } = (await ada.get("/api/memory/contradictions")).body;
  const pairs = items.map((pair: { older: { value: string }; newer: { value: string } }) =>
    `${pair.older.value} ${pair.newer.value}`
  );
  expect(pairs.sort()).toEqual(["Ghent Turin", "Porto Ghent", "Porto Turin"]);
});

Deno.test("[MEM-88] a broken line is named, and nothing of its file is stored", async () => {
  const ada = await app.person();
  const bad = await bring(ada, `{"text":"Fine"}\n{"text":"${"x".repeat(4001)}"}`);
  expect([bad.status, bad.body.errors[0].path]).toEqual([400, "data.2"]);
  expect((await bring(ada, "no json")).status).toBe(400);
  expect((await ada.get("/api/memory")).body.items).toEqual([]);
  const secret = await bring(ada, JSON.stringify({ text: "My password is hunter2-Xyzzy-99" }));
  expect(secret.body).toMatchObject({ added: 0, refused: 1 });
});

Deno.test("[MEM-88] as a text for people, with everything in it escaped", async () => {
  const ada = await app.person();
  await ada.post("/api/memory", { text: "The user likes [links](https://x.example) and *stars*" });
  const answer = await ada.get("/api/memory/export?format=md");
  expect(answer.headers.get("content-type")).toContain("text/markdown");
  expect(answer.text).toContain("\\[links\\]");
});

Deno.test("[MEM-2] texts of 4,000 characters are kept, of 4,001 refused; hostile text is stored as typed", async () => {
  const ada = await app.person();
  expect((await ada.post("/api/memory", { text: "🙂".repeat(4000) })).status).toBe(201);
  expect((await ada.post("/api/memory", { text: "🙂".repeat(4001) })).status).toBe(400);
  const hostile = [
    "'; drop table memories; --",
    "<script>alert(1)</script>",
    "\\",
    "%_",
    "{{x}}",
    "${x}",
    "\u202eabc",
  ];
  for (const text of hostile) {
    const made = await ada.post("/api/memory", {
      text,
      subject: text,
      attribute: text,
      value: text,
      tags: [text],
    });
    expect(made.body).toMatchObject({ text, subject: text, value: text });
    const found = await ada.post("/api/memory/search", { query: text });
    expect(found.status).toBe(200);
    const tagged = await ada.get(`/api/memory?tag=${encodeURIComponent(text.toLowerCase())}`);
    expect(tagged.body.items.length).toBe(1);
  }
});
