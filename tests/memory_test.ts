import { expect } from "expect";
import { FakeClock } from "@/lib/platform/clock.ts";
import { startTestApp, type TestApp } from "./support/app.ts";

let app: TestApp;
Deno.test.beforeAll(async () => {
  app = await startTestApp();
});
Deno.test.afterAll(() => app.close());

const texts = (answer: { body: { items: { text: string }[] } }) =>
  answer.body.items.map((item) => item.text);

Deno.test("[MEM-41] a correction wins, and the former value stays as the past", async () => {
  const ada = await app.person();
  await ada.say("I live in Porto.");
  await app.services.outbox.drain();
  await ada.say("Actually, I live in Lisbon now.");
  await app.services.outbox.drain();
  const current = await ada.get("/api/memory");
  expect(texts(current)).toHaveLength(1);
  expect(texts(current)[0]).toContain("Lisbon");
  const all = await ada.get("/api/memory?includePast=true");
  const porto = all.body.items.find((item: { text: string }) => item.text.includes("Porto"));
  expect(porto.supersededBy).toBe(current.body.items[0].id);
  expect(porto.validTo).not.toBeNull();
  const asked = await ada.say("Where do I live?");
  const facts = asked.body.recall.items.filter((item: { kind: string }) => item.kind === "fact");
  expect(facts.map((item: { snippet: string }) => item.snippet).join()).toContain("Lisbon");
  expect(facts.map((item: { snippet: string }) => item.snippet).join()).not.toContain("Porto");
});

Deno.test("[MEM-38] saying it twice is one memory with two sources", async () => {
  const ada = await app.person();
  await ada.say("My name is Ada Marsh.");
  await ada.say("My name is Ada Marsh.");
  await app.services.outbox.drain();
  const { items } = (await ada.get("/api/memory")).body;
  expect(items).toHaveLength(1);
  expect(items[0].sourceMessageIds).toHaveLength(2);
});

Deno.test("[MEM-26] the job of a message and the end of the next turn never wait for each other for ever", async () => {
  const people = await Promise.all(Array.from({ length: 20 }, () => app.person()));
  for (const ada of people) {
    // The second turn ends while the first one's statement is stored.
    await ada.say("My name is Ada Marsh.");
    await ada.say("My name is Ada Marsh.");
  }
  await app.services.outbox.drain();
  const again = await app.services.db.asSystem(
    "test",
    (tx) => tx`select last_error from jobs where kind = 'memory.extract' and attempts > 0`,
  );
  expect(again.map((job) => job.lastError)).toEqual([]);
});

Deno.test("[MEM-33] credentials are never stored, not even among what was not saved", async () => {
  const ada = await app.person();
  await ada.say("Remember that my password is hunter2-Xyzzy-99.");
  await app.services.outbox.drain();
  expect((await ada.get("/api/memory")).body.items).toEqual([]);
  const kept = await app.services.db.asUser(
    ada.userId,
    (tx) => tx`select text from memory_not_saved`,
  );
  expect(JSON.stringify(kept)).not.toContain("hunter2");
});

Deno.test("[MEM-34] with memory off, nothing is saved and nothing recalled, at once", async () => {
  const ada = await app.person();
  await ada.say("I live in Porto.");
  await app.services.outbox.drain();
  await ada.patch("/api/account/settings", { memory: false });
  const asked = await ada.say("Where do I live? I also play the cello.");
  await app.services.outbox.drain();
  expect(asked.body.recall.items).toEqual([]);
  expect((await ada.get("/api/memory")).body.items).toHaveLength(1);
});

Deno.test("[CHT-11] forgetting a message takes what it created, and its words from search", async () => {
  const ada = await app.person();
  const told = await ada.say("I live in Porto and my bicycle is called Rosalind.");
  await app.services.outbox.drain();
  const forgotten = await ada.post(`/api/chat/messages/${told.body.userMessage.id}/forget`);
  expect(forgotten.body.forgottenMemoryIds.length).toBeGreaterThan(0);
  expect((await ada.get("/api/memory")).body.items).toEqual([]);
  const found = await ada.post("/api/memory/search", { query: "bicycle Rosalind" });
  const ids = found.body.items.map((item: { message?: { id: string } }) => item.message?.id);
  expect(ids).not.toContain(told.body.userMessage.id);
});

Deno.test("[MEM-70] the ledger's storage equals the rows, through every change", async () => {
  const ada = await app.person();
  const used = async () => (await ada.get("/api/usage/quota")).body.resources.memory_storage.used;
  const stored = async () => (await ada.get("/api/memory/stats")).body.bytes;
  const first = (await ada.post("/api/memory", { text: "The user likes walnuts" })).body;
  const second =
    (await ada.post("/api/memory", { text: "The user plays the cello", tags: ["music"] })).body;
  expect(await used()).toBe(first.bytes + second.bytes);
  await ada.patch(`/api/memory/${first.id}`, { text: "The user likes walnuts very much" });
  expect(await used()).toBe(await stored());
  await ada.delete(`/api/memory/${first.id}`);
  expect(await used()).toBe(second.bytes + first.bytes + " very much".length);
  await ada.post(`/api/memory/${first.id}/restore`);
  expect(await used()).toBe(await stored());
  await ada.delete(`/api/memory/${first.id}?erase=true`);
  expect(await used()).toBe(second.bytes);
});

Deno.test("[API-6] a stale change of a memory is refused with the present version", async () => {
  const ada = await app.person();
  const made = (await ada.post("/api/memory", { text: "The user likes walnuts" })).body;
  const etag = (await ada.get(`/api/memory/${made.id}`)).headers.get("etag")!;
  const first = await ada.patch(`/api/memory/${made.id}`, { text: "The user likes hazelnuts" }, {
    "if-match": etag,
  });
  expect([first.status, first.body.text]).toEqual([200, "The user likes hazelnuts"]);
  const stale = await ada.patch(`/api/memory/${made.id}`, { text: "The user likes cashews" }, {
    "if-match": etag,
  });
  expect([stale.status, stale.body.code]).toEqual([409, "version_conflict"]);
});

Deno.test("[PRD-22] a fact told on day 1 is promoted, and cited on day 30; one nobody needed expires", async () => {
  const clock = new FakeClock("2026-03-01T09:00:00.000Z");
  const own = await startTestApp({ clock });
  try {
    const ada = await own.person();
    await ada.say("My sister Maren lives in Tromsø.");
    await own.services.outbox.drain();
    await own.services.memory.promoteDue();
    expect((await ada.get("/api/memory")).body.items[0].tier).toBe("itm");
    clock.jumpTo("2026-03-01T21:00:01.000Z");
    await own.services.memory.promoteDue();
    expect((await ada.get("/api/memory")).body.items[0]).toMatchObject({
      tier: "ltm",
      expiresAt: null,
    });
    await ada.post("/api/memory", { text: "The user borrowed an umbrella", tier: "itm" });
    for (let day = 2; day <= 30; day += 3) {
      clock.jumpTo(`2026-03-${String(day).padStart(2, "0")}T09:00:00.000Z`);
      // Somebody who comes by now and then stays signed in.
      expect((await ada.get("/api/auth/me")).status).toBe(200);
    }
    clock.jumpTo("2026-03-30T09:00:00.000Z");
    expect(texts(await ada.get("/api/memory"))).toEqual([
      "The user's sister Maren lives in Tromsø.",
    ]);
    await own.services.memory.purge();
    expect((await ada.get("/api/memory/stats")).body.tiers.itm.count).toBe(0);
    const asked = await ada.say("Where does my sister live?");
    expect(asked.body.assistantMessage.content).toContain("Tromsø");
  } finally {
    await own.close();
  }
});

Deno.test("[MEM-57] what was said right after the thing asked about is not recalled with it", async () => {
  const ada = await app.person();
  const { sessionId } = (await ada.say("My sister Maren lives in Tromsø.")).body.turn;
  await ada.say("Show me a table, some code and a formula.", { sessionId });
  await app.services.outbox.drain();
  const { recall } = (await ada.say("Where does my sister live?")).body;
  expect(recall.items).toHaveLength(1);
  expect(recall.items[0]).toMatchObject({ kind: "fact" });
});
