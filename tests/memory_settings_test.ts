import { expect } from "expect";
import { startTestApp, type TestApp } from "./support/app.ts";

let app: TestApp;
Deno.test.beforeAll(async () => {
  app = await startTestApp();
});
Deno.test.afterAll(() => app.close());

type Person = Awaited<ReturnType<TestApp["person"]>>;

async function tells(who: Person, text: string) {
  const said = await who.say(text);
  await app.services.outbox.drain();
  return said;
}

/** Messages of a person that can be found, with those that are still somebody's context. */
const searched = (who: Person) =>
  app.services.db.asUser(
    who.userId,
    (tx) =>
      tx<{ id: string }[]>`
      select id from messages where search_text <> '' or search_context <> '' order by id`,
  );

async function facts(who: Person, path = "/api/memory") {
  return (await who.get(path)).body.items as {
    id: string;
    text: string;
    confidence: number;
    sourceMessageIds: string[];
  }[];
}

Deno.test("[MEM-7] who opts out of searched conversations leaves the set at once, and comes back whole", async () => {
  const ada = await app.person();
  const bela = await app.person();
  for (const who of [ada, bela]) {
    await tells(who, "The heron stood in the reeds again this morning.");
    await tells(who, "I painted the garden gate green.");
  }
  const before = await searched(ada);
  expect(before.length).toBe(4);
  const quiet = await ada.say("This stays between us, about the heron.", { memoryMode: "off" });
  for (const change of [{ searchConversations: false }, { memory: false }]) {
    await ada.patch("/api/account/settings", change);
    // In the same transaction: no job has run yet.
    expect(await searched(ada)).toEqual([]);
    await app.services.outbox.drain();
    expect(await searched(ada)).toEqual([]);
    expect((await searched(bela)).length).toBe(4);
    await ada.patch("/api/account/settings", { searchConversations: true, memory: true });
    await app.services.outbox.drain();
    expect(await searched(ada)).toEqual(before);
  }
  expect(quiet.status).toBe(200);
  const asked = await ada.say("What did I say about the heron?");
  expect(asked.body.recall.items.map((item: { kind: string }) => item.kind)).toContain("turn");
});

Deno.test("[MEM-34] memory turned off while an answer is written keeps nothing of it", async () => {
  const ada = await app.person();
  const { body } = await ada.post("/api/chat/messages", {
    content: "I play the cello. Tell me about bows.",
    clientMessageId: crypto.randomUUID(),
  }, { prefer: "respond-async" });
  await ada.patch("/api/account/settings", { memory: false });
  await app.services.chat.turns.ended(ada.userId, body.turnId);
  await app.services.outbox.drain();
  expect(await searched(ada)).toEqual([]);
  expect(await facts(ada)).toEqual([]);
});

Deno.test("[MEM-24] a good rating raises the confidence of the facts an answer used, once", async () => {
  const ada = await app.person();
  await tells(ada, "I live in Porto.");
  const [told] = await facts(ada);
  const asked = await ada.say("Where do I live?");
  const path = `/api/chat/messages/${asked.body.assistantMessage.id}/feedback`;
  for (const vote of ["down", "up", null, "up"]) await ada.post(path, { vote });
  const [after] = await facts(ada);
  expect(after!.confidence).toBeCloseTo(told!.confidence + 0.02, 5);
  const history = (await ada.get(`/api/memory/${told!.id}/history`)).body.items;
  expect(history.at(-1)).toMatchObject({ action: "confirm", actor: "user" });
});

Deno.test("[MEM-38] a fact that only words differently what is known confirms it", async () => {
  const ada = await app.person();
  await tells(ada, "Remember that the spare key is under the blue pot by the door.");
  const said = await tells(ada, "Remember that the spare key is under the blue pot, by the door!");
  const all = await facts(ada);
  expect(all.map(({ text }) => text)).toHaveLength(1);
  expect(all[0]!.sourceMessageIds).toContain(said.body.userMessage.id);
  // Near in words, and something else.
  await tells(ada, "Remember that the spare key is under the blue pot by door 7.");
  expect(await facts(ada)).toHaveLength(2);
});

Deno.test("[MEM-39] facts that nearly say the same are tied, and both stay", async () => {
  const ada = await app.person();
  const add = async (text: string) => (await ada.post("/api/memory", { text })).body;
  const one = await add("The user keeps the winter tyres in the old shed behind the house");
  const two = await add("The user keeps the winter tyres in an old shed behind the house");
  expect(await facts(ada)).toHaveLength(2);
  const links = (await ada.get(`/api/memory/${two.id}/links`)).body.items;
  expect(links).toMatchObject([{ kind: "same_as", memoryId: one.id }]);
});

Deno.test("[MEM-40] what says the opposite waits for its owner's word; several values of one kind do not", async () => {
  const ada = await app.person();
  const add = async (text: string) => (await ada.post("/api/memory", { text })).body;
  const older = await add("The user wants to be called before parcels are delivered");
  const newer = await add("The user never wants to be called before parcels are delivered");
  const [pair] = (await ada.get("/api/memory/contradictions")).body.items;
  expect([pair.older.id, pair.newer.id]).toEqual([older.id, newer.id]);
  await tells(ada, "I speak Danish.");
  await tells(ada, "I speak Finnish.");
  expect((await ada.get("/api/memory/contradictions")).body.items).toHaveLength(1);
});

Deno.test("[MEM-35] [MEM-41] a message tells what was saved, replaced and asked; a replaced fact stands again", async () => {
  const ada = await app.person();
  await tells(ada, "I live in Porto.");
  const said = await tells(ada, "Actually, I live in Lisbon now. I am allergic to walnuts.");
  const path = `/api/chat/messages/${said.body.userMessage.id}/memory`;
  const { saved, replaced, proposals } = (await ada.get(path)).body;
  expect(saved.map(({ text }: { text: string }) => text).join()).toContain("Lisbon");
  expect(replaced).toHaveLength(1);
  expect(replaced[0].memory.text).toContain("Porto");
  expect(proposals).toMatchObject([{ op: "save", reason: "sensitive" }]);
  await ada.post(`/api/memory/${replaced[0].memory.id}/undo`, { eventId: replaced[0].eventId });
  await ada.delete(`/api/memory/${replaced[0].memory.supersededBy}`);
  expect((await facts(ada)).map(({ text }) => text).join()).toContain("Porto");
  expect((await ada.get(path)).body).toMatchObject({ saved: [], replaced: [] });
  // Said again, it is only confirmed: nothing is told as replaced by that message.
  const again = await tells(ada, "I live in Porto.");
  const taken = (await ada.get(`/api/chat/messages/${again.body.userMessage.id}/memory`)).body;
  expect([taken.saved.length, taken.replaced.length]).toEqual([1, 0]);
});

Deno.test("[UI-54] a fix proposes and changes nothing; pairs kept apart are not proposed again", async () => {
  const ada = await app.person();
  const add = async (text: string) => (await ada.post("/api/memory", { text })).body;
  await add("The user keeps the winter tyres in the old shed behind the house");
  await add("The user keeps the winter tyres in an old shed behind the house");
  await add("The user keeps the canoe paddles in the old boathouse by the lake");
  await add("The user keeps the canoe paddles in an old boathouse by the lake");
  const health = async () => (await ada.get("/api/memory/stats")).body.health;
  expect(await health()).toMatchObject({ duplicates: 2, unused: 0, withoutSource: 0 });
  const fix = (what: string) => ada.post("/api/memory/health/fix", { what });
  expect((await fix("duplicates")).body).toEqual({ proposed: 2 });
  expect((await fix("duplicates")).body).toEqual({ proposed: 2 });
  expect((await fix("unused")).body).toEqual({ proposed: 0 });
  expect((await fix("everything")).status).toBe(400);
  expect(await facts(ada)).toHaveLength(4);
  const proposals = (await ada.get("/api/memory/proposals")).body.items;
  expect(proposals.map(({ op }: { op: string }) => op)).toEqual(["merge", "merge"]);
  await ada.post(`/api/memory/proposals/${proposals[0].id}/accept`);
  await ada.post(`/api/memory/proposals/${proposals[1].id}/reject`);
  expect(await facts(ada)).toHaveLength(3);
  expect((await fix("duplicates")).body).toEqual({ proposed: 0 });
});

Deno.test("[MEM-10] short-term memory counts the turns of the fullest conversation, each with both sides", async () => {
  const ada = await app.person();
  await ada.say("The kettle is on.");
  const { body } = await ada.say("The cat is out.");
  await ada.say("The dog is in.", { sessionId: body.turn.sessionId });
  const stats = (await ada.get("/api/memory/stats")).body;
  expect(stats.tiers.stm).toEqual({ count: 2, capacity: 20 });
  const kept = await app.services.memory.shortTerm(ada.userId, body.turn.sessionId);
  expect(kept).toMatchObject([{ question: "The cat is out." }, { question: "The dog is in." }]);
});
