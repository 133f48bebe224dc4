import { expect } from "expect";
import { FakeClock } from "@/lib/platform/clock.ts";
import { startTestApp, type TestApp } from "./support/app.ts";

const MINUTE = 60_000;
const DAY = 86_400_000;
let app: TestApp;
let clock: FakeClock;
Deno.test.beforeAll(async () => {
  clock = new FakeClock("2026-03-01T09:00:00.000Z");
  app = await startTestApp({ clock, env: { AUTO_VERIFY_EMAIL: "true" } });
});
Deno.test.afterAll(() => app.close());

type Person = Awaited<ReturnType<TestApp["person"]>>;
const later = (ms: number) => clock.jumpTo(new Date(clock.now().getTime() + ms));
const WALK = [
  "I am planning a walk along the Tagus river",
  "The walk starts at the old mill by the bridge",
  "We will bring bread and olives for the walk",
];

/** A conversation of several messages, each read by memory. */
async function talk(who: Person, texts: readonly string[], sessionId?: string): Promise<string> {
  let id = sessionId;
  for (const text of texts) {
    later(MINUTE);
    const { body } = await who.say(text, id ? { sessionId: id } : {});
    id = body.turn.sessionId;
  }
  await app.services.outbox.drain();
  return id!;
}

/** An hour without a word, and what follows from it. */
async function rest(ms = 60 * MINUTE): Promise<void> {
  later(ms);
  await app.services.memory.summariseIdle();
  await app.services.outbox.drain();
}
// deno-lint-ignore no-explicit-any -- answers of the API
const summaries = async (who: Person, query = ""): Promise<any[]> =>
  (await who.get(`/api/memory?type=conversation${query}`)).body.items;

async function metered(who: Person): Promise<void> {
  const [row] = await app.services.db.asUser(
    who.userId,
    (tx) =>
      tx<{ ledger: number; rows: number }[]>`
      select (select coalesce(sum(amount), 0)::bigint from usage_ledger
          where resource = 'memory_storage') as ledger,
        (select coalesce(sum(bytes), 0)::bigint from memories) as rows`,
  );
  expect(row!.ledger).toBe(row!.rows);
}

Deno.test("[MEM-13] a conversation at rest for an hour is one fact of seven days, with its sources", async () => {
  const ada = await app.person();
  const sessionId = await talk(ada, WALK);
  await rest(60 * MINUTE - 1);
  expect(await summaries(ada)).toEqual([]);
  await rest(1);
  const [made, ...more] = await summaries(ada);
  expect(more).toEqual([]);
  expect(made).toMatchObject({ tier: "itm", source: "inferred", sessionId, confidence: 0.55 });
  expect(made.text).toContain("“The walk starts at the old mill by the bridge”");
  expect(Date.parse(made.expiresAt) - clock.now().getTime()).toBe(7 * DAY);
  const sources = (await ada.get(`/api/memory/${made.id}/sources`)).body.items;
  expect(sources.map(({ content }: { content: string }) => content)).toEqual(WALK);
  expect(sources.every(({ role }: { role: string }) => role === "user")).toBe(true);
  await metered(ada);
  // Again, and at once: nothing new.
  await rest();
  const work = () => app.services.memory.summarise(ada.userId, { sessionId });
  await Promise.all([work(), work()]);
  expect((await summaries(ada)).map(({ updatedAt }) => updatedAt)).toEqual([made.updatedAt]);
  expect((await ada.get(`/api/memory/${made.id}/history`)).body.items.length).toBe(1);
});

Deno.test("[MEM-13] when it goes on, the same fact is renewed; an answer is never part of it", async () => {
  const ada = await app.person();
  const sessionId = await talk(ada, WALK);
  await rest();
  const [before] = await summaries(ada);
  await talk(ada, ["Now the ferry across the harbour is closed for repairs"], sessionId);
  await rest();
  const [after, ...more] = await summaries(ada);
  expect(more).toEqual([]);
  expect(after.id).toBe(before.id);
  expect(after.text).toContain("ferry across the harbour");
  const answers = (await ada.get(`/api/chat/sessions/${sessionId}/messages`)).body.items
    .filter(({ role }: { role: string }) => role === "assistant");
  for (const { id } of answers) expect(after.sourceMessageIds).not.toContain(id);
  await metered(ada);
});

Deno.test("[MEM-50] a summary is recalled elsewhere, and not beside the very words it was made of", async () => {
  const ada = await app.person();
  const sessionId = await talk(ada, WALK);
  await rest();
  const [made] = await summaries(ada);
  const question = "Where does the walk along the Tagus river start, at which mill?";
  const recalled = async (options: { sessionId?: string }) =>
    (await ada.say(question, options)).body.recall.items
      .filter(({ kind }: { kind: string }) => kind === "fact")
      .map(({ memoryId }: { memoryId: string }) => memoryId);
  expect(await recalled({ sessionId })).not.toContain(made.id);
  expect(await recalled({})).toContain(made.id);
});

Deno.test("[MEM-13] a running conversation is summed up at its twentieth turn", async () => {
  const ada = await app.person();
  const sessionId = await talk(
    ada,
    Array.from({ length: 19 }, (_, n) => `Drawer number ${n} of the cabinet holds seed packets`),
  );
  expect(await summaries(ada)).toEqual([]);
  await talk(ada, ["The cabinet of seed packets stands in the cellar"], sessionId);
  expect((await summaries(ada)).length).toBe(1);
});

Deno.test("[MEM-13] nothing is summed up of what was said while memory was off, or that may not be kept", async () => {
  const ada = await app.person();
  await ada.patch("/api/memory/settings", { automatic: "off" });
  await talk(ada, WALK);
  await ada.patch("/api/memory/settings", { automatic: "on" });
  await talk(ada, WALK.map((text) => `${text} today`).slice(0, 1));
  const temporary = await ada.say(WALK[0]!, { temporary: true });
  await ada.say(WALK[1]!, { sessionId: temporary.body.turn.sessionId });
  const unkept = await ada.say(WALK[0]!, { remember: false });
  await ada.say(WALK[1]!, { sessionId: unkept.body.turn.sessionId, remember: false });
  await app.services.outbox.drain();
  await rest();
  expect(await summaries(ada)).toEqual([]);
});

Deno.test("[MEM-34] with proposals only, a summary waits for its owner's yes", async () => {
  const ada = await app.person();
  await ada.patch("/api/memory/settings", { automatic: "proposals" });
  await talk(ada, WALK);
  await rest();
  expect(await summaries(ada)).toEqual([]);
  const waiting = (await ada.get("/api/memory/proposals")).body.items
    .filter(({ type }: { type: string }) => type === "conversation");
  expect(waiting.length).toBe(1);
  await ada.post(`/api/memory/proposals/${waiting[0].id}/accept`);
  expect((await summaries(ada)).length).toBe(1);
});

Deno.test("[MEM-25] a summary that its owner edited or pinned stays as it is", async () => {
  const ada = await app.person();
  const sessionId = await talk(ada, WALK);
  await rest();
  const [made] = await summaries(ada);
  await ada.patch(`/api/memory/${made.id}`, { text: "A walk along the Tagus was planned" });
  await talk(ada, ["Now the ferry across the harbour is closed for repairs"], sessionId);
  await rest();
  expect((await summaries(ada)).map(({ text }) => text)).toEqual([
    "A walk along the Tagus was planned",
  ]);
});

Deno.test("[MEM-75] a forgotten summary is not made again, until it is restored", async () => {
  const ada = await app.person();
  const sessionId = await talk(ada, WALK);
  await rest();
  const [made] = await summaries(ada);
  await ada.delete(`/api/memory/${made.id}`);
  await talk(ada, ["Now the ferry across the harbour is closed for repairs"], sessionId);
  await rest();
  expect(await summaries(ada)).toEqual([]);
  await ada.post(`/api/memory/${made.id}/restore`);
  await talk(ada, ["The lighthouse keeper lent us a rowing boat"], sessionId);
  await rest();
  expect((await summaries(ada)).map(({ id }) => id)).toEqual([made.id]);
  expect((await summaries(ada))[0].text).toContain("rowing boat");
});

Deno.test("[MEM-75] forgetting a fact takes its words out of the summary of the conversation", async () => {
  const ada = await app.person();
  await talk(ada, ["I live in Porto near the bridge", ...WALK]);
  await rest();
  const [before] = await summaries(ada);
  expect(before.text).toContain("Porto");
  const home = (await ada.get("/api/memory")).body.items
    .find(({ attribute }: { attribute: string }) => attribute === "home city");
  const preview = (await ada.get(`/api/memory/${home.id}/forget-preview`)).body;
  expect(preview.summaries).toBe(1);
  await ada.delete(`/api/memory/${home.id}`);
  // Hidden at once, and made anew without it.
  expect(await summaries(ada)).toEqual([]);
  await app.services.outbox.drain();
  const [after] = await summaries(ada);
  expect(after.text).toContain("old mill");
  expect(after.text).not.toContain("Porto");
  later(2 * DAY);
  await app.services.memory.night();
  await app.services.memory.summarise(ada.userId, { sessionId: after.sessionId });
  expect((await summaries(ada))[0].text).not.toContain("Porto");
  await metered(ada);
});

Deno.test("[MEM-75] erasing a fact erases what was summed up of its words", async () => {
  const ada = await app.person();
  await talk(ada, ["I live in Porto near the bridge", ...WALK]);
  await rest();
  const home = (await ada.get("/api/memory")).body.items
    .find(({ attribute }: { attribute: string }) => attribute === "home city");
  await ada.delete(`/api/memory/${home.id}?erase=true`);
  const left = await app.services.db.asUser(
    ada.userId,
    (tx) => tx`select 1 from memories where text like '%Porto%'`,
  );
  expect(left.length).toBe(0);
  await app.services.outbox.drain();
  expect((await summaries(ada))[0].text).not.toContain("Porto");
  await metered(ada);
});

Deno.test("[MEM-41] what was replaced leaves the summary", async () => {
  const ada = await app.person();
  const sessionId = await talk(ada, ["I live in Porto near the bridge", ...WALK]);
  await rest();
  expect((await summaries(ada))[0].text).toContain("Porto");
  await talk(ada, ["Actually, I live in Lisbon now."], sessionId);
  expect((await summaries(ada))[0].text).not.toContain("Porto");
});

Deno.test("[MEM-13] a message that is forgotten leaves the summary, and the others stay", async () => {
  const ada = await app.person();
  const sessionId = await talk(ada, WALK);
  await rest();
  const messages = (await ada.get(`/api/chat/sessions/${sessionId}/messages`)).body.items;
  const bread = messages.find(({ content }: { content: string }) => content === WALK[2]);
  await ada.post(`/api/chat/messages/${bread.id}/forget`);
  expect(await summaries(ada)).toEqual([]);
  await app.services.outbox.drain();
  const [after] = await summaries(ada);
  expect(after.text).toContain("old mill");
  expect(after.text).not.toContain("olives");
});

Deno.test("[MEM-96] a summary is made of one's own conversation alone", async () => {
  const ada = await app.person();
  const ben = await app.person("ben");
  const sessionId = await talk(ada, WALK);
  later(61 * MINUTE);
  await app.services.memory.summarise(ben.userId, { sessionId });
  expect(await summaries(ben)).toEqual([]);
  expect(await summaries(ada)).toEqual([]);
});

Deno.test("[MEM-19] a fact that falls back has seven days, and its owner one notice a day", async () => {
  const ada = await app.person();
  const made = [];
  for (const n of [1, 2]) {
    made.push((await ada.post("/api/memory", { text: `The user once saw owl number ${n}` })).body);
  }
  await app.services.db.asUser(
    ada.userId,
    (tx) => tx`update memories set source = 'second_hand'`,
  );
  later(180 * DAY);
  await Promise.all([app.services.memory.night(), app.services.memory.night()]);
  for (const { id } of made) {
    const fallen = await app.services.memory.find(ada.userId, id);
    expect(fallen.tier).toBe("itm");
    expect(Date.parse(fallen.expiresAt!) - clock.now().getTime()).toBe(7 * DAY);
  }
  const owner = { userId: ada.userId, locale: "en", timeZone: "UTC" };
  const told = (await app.services.notices.list(owner, { limit: 20 })).items
    .filter(({ kind }) => kind === "memory_demotion");
  expect(told.length).toBe(1);
  expect(told[0]).toMatchObject({ topic: "proposal", href: "/memory?tier=itm" });
});
