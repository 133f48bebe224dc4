import { expect } from "expect";
import { FakeClock } from "@/lib/platform/clock.ts";
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
/** Time passes for somebody who looks in now and then, and so stays signed in. */
async function later(who: Person, ms: number): Promise<void> {
  const end = clock.now().getTime() + ms;
  while (clock.now().getTime() < end) {
    clock.jumpTo(new Date(Math.min(end, clock.now().getTime() + 3 * DAY)));
    await who.get("/api/memory/settings");
  }
}
// deno-lint-ignore no-explicit-any -- answers of the API
const facts = async (who: Person, query = ""): Promise<any[]> =>
  (await who.get(`/api/memory?limit=100${query}`)).body.items;
const exists = async (who: Person, id: string) =>
  (await app.services.db.asUser(who.userId, (tx) => tx`select 1 from memories where id = ${id}`))
    .length === 1;

Deno.test("[MEM-38] what is said again after it has ended is known again", async () => {
  const ada = await app.person();
  await ada.say("I live in Porto.");
  await app.services.outbox.drain();
  await later(ada, 7 * DAY + 1);
  await app.services.memory.night();
  expect(await facts(ada)).toEqual([]);
  await ada.say("I live in Porto.");
  await app.services.outbox.drain();
  const [again, ...more] = await facts(ada);
  expect(more).toEqual([]);
  expect(again.text).toContain("Porto");
  await later(ada, 8 * DAY);
  await app.services.memory.night();
  expect(await exists(ada, again.id)).toBe(true);
});

Deno.test("[MEM-43] adding by hand what has ended stores it, and an import takes it in", async () => {
  const ada = await app.person();
  const entry = { text: "The user keeps bees", tier: "itm" };
  await ada.post("/api/memory", entry);
  await later(ada, 7 * DAY + 1);
  expect((await ada.post("/api/memory", { ...entry, tier: "ltm" })).status).toBe(201);
  expect((await facts(ada)).map(({ tier }) => tier)).toEqual(["ltm"]);
});

Deno.test("[MEM-21] an ended fact that its owner pins, locks, anchors or raises is not purged", async () => {
  const ada = await app.person();
  const acts: [string, string, unknown][] = [
    ["pin", "post", undefined],
    ["anchor", "post", { anchor: true }],
    ["promote", "post", { tier: "ltm" }],
    ["", "patch", { text: "The user rows on the lake" }],
  ];
  const made: string[] = [];
  for (const [name] of acts) {
    made.push(
      (await ada.post("/api/memory", { text: `A fact to ${name || "edit"}`, tier: "itm" })).body.id,
    );
  }
  await later(ada, 7 * DAY + 1);
  await app.services.memory.night();
  for (const [at, [path, method, body]] of acts.entries()) {
    const url = `/api/memory/${made[at]}${path ? `/${path}` : ""}`;
    const answer = method === "post" ? await ada.post(url, body) : await ada.patch(url, body);
    expect([path, answer.status]).toEqual([path, 200]);
  }
  await later(ada, 8 * DAY);
  await app.services.memory.night();
  expect((await facts(ada)).map(({ id }) => id).sort()).toEqual([...made].sort());
});

Deno.test("[MEM-47] twelve anchors, also when many are set at once or come with an import", async () => {
  const ada = await app.person();
  const made: string[] = [];
  for (let n = 0; n < 16; n++) {
    made.push((await ada.post("/api/memory", { text: `The user owns boat number ${n}` })).body.id);
  }
  const answers = await Promise.all(
    made.map((id) => ada.post(`/api/memory/${id}/anchor`, { anchor: true })),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([
    ...Array.from({ length: 12 }, () => 200),
    ...Array.from({ length: 4 }, () => 409),
  ]);
  const lines = (await ada.get("/api/memory/export?format=json")).text;
  const ben = await app.person("ben");
  await ben.post("/api/memory", { text: "The user sings" });
  const data = lines.replaceAll('"anchor":false', '"anchor":true');
  expect((await ben.post("/api/memory/import", { data })).body).toMatchObject({ added: 16 });
  expect((await facts(ben)).filter(({ anchor }) => anchor).length).toBe(12);
});

Deno.test("[MEM-18] what is pinned or an anchor does not fall, and is never in the intermediate tier", async () => {
  const ada = await app.person();
  const pinned = (await ada.post("/api/memory", {
    text: "The user was born in Ghent",
    tier: "itm",
    pinned: true,
  })).body;
  expect(pinned).toMatchObject({ tier: "ltm", expiresAt: null, pinned: true });
  expect((await ada.post(`/api/memory/${pinned.id}/promote`, { tier: "itm" })).status).toBe(409);
  await ada.post(`/api/memory/${pinned.id}/unpin`);
  const fallen = await ada.post(`/api/memory/${pinned.id}/promote`, { tier: "itm" });
  expect(fallen.body).toMatchObject({ tier: "itm" });
});

Deno.test("[MEM-81] no question breaks the search, whatever it is made of", async () => {
  const ada = await app.person();
  await ada.post("/api/memory", { text: "The user's 🐈 is called O'Malley & Sons 100% \\ _" });
  await ada.say("My cat O'Malley sleeps on the % key");
  for (
    const query of [
      "?",
      "the and of",
      "%",
      "_",
      "\\",
      "'; drop table memories; --",
      "a:* & !b | (c <-> d)",
      "🐈🐈🐈",
      "\u202eevil",
      "O'Malley",
      "x".repeat(1_000),
      "é".repeat(500) + " ".repeat(400),
      "ſ ﬀ İ ß Σς",
      "1e309 NaN -0",
      `${"word ".repeat(199)}end`,
      "last year on 31 February 0000",
      "<script>alert(1)</script>",
    ]
  ) {
    const { status, body } = await ada.post("/api/memory/search", { query });
    expect([query.slice(0, 20), status]).toEqual([query.slice(0, 20), 200]);
    for (const { score, parts } of body.items) {
      const sum = parts.reduce((n: number, { amount }: { amount: number }) => n + amount, 0);
      expect(Math.abs(sum - score)).toBeLessThan(1e-6);
    }
  }
  for (const query of ["", " ".repeat(5), "x".repeat(1_001), "\u0000", 7, null]) {
    expect((await ada.post("/api/memory/search", { query })).status).toBe(400);
  }
  for (
    const more of [{ limit: 0 }, { limit: 51 }, { kinds: [] }, { kinds: ["x"] }, { x: 1 }, {
      asOf: "soon",
    }]
  ) {
    expect((await ada.post("/api/memory/search", { query: "cat", ...more })).status).toBe(400);
  }
});

Deno.test("[MEM-80] what a fact may not be is refused, by hand and by change", async () => {
  const ada = await app.person();
  const { id } = (await ada.post("/api/memory", { text: "The user mends nets" })).body;
  const wrong: Record<string, unknown>[] = [
    { text: "" },
    { text: "   " },
    { text: "x".repeat(4_001) },
    { text: "a\u0000b" },
    { type: "nonsense" },
    { tags: Array.from({ length: 21 }, (_, n) => `t${n}`) },
    { tags: ["x".repeat(41)] },
    { injection: "sometimes" },
    { validFrom: "yesterday" },
    { validFrom: "2026-02-01T00:00:00.000Z", validTo: "2026-01-01T00:00:00.000Z" },
    { userId: crypto.randomUUID() },
    { embedding: [1] },
  ];
  for (const body of wrong) {
    const made = await ada.post("/api/memory", { text: "The user rides", ...body });
    expect([body, made.status]).toEqual([body, 400]);
    expect([body, (await ada.patch(`/api/memory/${id}`, body)).status]).toEqual([body, 400]);
  }
  for (const body of [{ confidence: 1.1 }, { emotionalWeight: -2 }, { outcome: "great" }]) {
    expect([body, (await ada.patch(`/api/memory/${id}`, body)).status]).toEqual([body, 400]);
  }
  // An end before the beginning that the fact has already.
  const before = { validTo: "2020-01-01T00:00:00.000Z" };
  expect((await ada.patch(`/api/memory/${id}`, before)).status).toBe(400);
  const tagged = await ada.patch(`/api/memory/${id}`, { tags: ["  Sea ", "sea", "cafe\u0301"] });
  expect(tagged.body.tags).toEqual(["sea", "café"]);
});

Deno.test("[MEM-80] who changes a fact by an old copy is told, also within one moment; looking is no change", async () => {
  const ada = await app.person();
  const { id } = (await ada.post("/api/memory", { text: "The user mends nets" })).body;
  const tag = (await ada.get(`/api/memory/${id}`)).headers.get("etag")!;
  expect((await ada.get(`/api/memory/${id}`)).headers.get("etag")).toBe(tag);
  const change = (tags: string[]) =>
    ada.send("PATCH", `/api/memory/${id}`, { tags }, { "if-match": tag });
  expect((await change(["sea"])).status).toBe(200);
  const stale = await change(["boats"]);
  expect([stale.status, stale.body.type]).toEqual([409, "/problems/version_conflict"]);
  expect((await ada.get(`/api/memory/${id}`)).body.tags).toEqual(["sea"]);
});
