import { expect } from "expect";
import { FakeClock } from "@/lib/platform/clock.ts";
import { startTestApp, type TestApp } from "./support/app.ts";

let app: TestApp;
let clock: FakeClock;
Deno.test.beforeAll(async () => {
  clock = new FakeClock("2026-03-01T09:00:00.000Z");
  app = await startTestApp({ clock });
});
Deno.test.afterAll(() => app.close());

type Person = Awaited<ReturnType<TestApp["person"]>>;
const items = async (who: Person, path: string) => (await who.get(path)).body.items;
async function tells(who: Person, text: string) {
  const said = await who.say(text);
  await app.services.outbox.drain();
  return said;
}

Deno.test("[MEM-33] something sensitive is proposed, with its source, and saved when accepted", async () => {
  const ada = await app.person();
  const said = await tells(ada, "I am allergic to walnuts.");
  expect(await items(ada, "/api/memory")).toEqual([]);
  const [proposal] = await items(ada, "/api/memory/proposals");
  expect(proposal).toMatchObject({
    op: "save",
    reason: "sensitive",
    shield: false,
    sourceMessageId: said.body.userMessage.id,
  });
  const accepted = await ada.post(`/api/memory/proposals/${proposal.id}/accept`);
  expect(accepted.body.memory).toMatchObject({ text: proposal.text, tier: "ltm" });
  expect(await items(ada, "/api/memory/proposals")).toEqual([]);
  expect((await ada.post(`/api/memory/proposals/${proposal.id}/accept`)).status).toBe(404);
  expect((await items(ada, "/api/memory")).length).toBe(1);
});

Deno.test("[MEM-33] a kind that its owner allows is saved at once", async () => {
  const ada = await app.person();
  await ada.patch("/api/memory/settings", { allowed: ["health"] });
  await tells(ada, "I am allergic to walnuts.");
  expect(await items(ada, "/api/memory/proposals")).toEqual([]);
  expect((await items(ada, "/api/memory")).length).toBe(1);
});

Deno.test("[MEM-34] with proposals only everything is asked; off proposes only what is asked for", async () => {
  const ada = await app.person();
  await ada.patch("/api/memory/settings", { automatic: "proposals" });
  await tells(ada, "I live in Porto.");
  expect((await items(ada, "/api/memory/proposals"))[0]).toMatchObject({ reason: null });
  await ada.patch("/api/memory/settings", { automatic: "off" });
  await tells(ada, "I play the cello.");
  expect((await items(ada, "/api/memory/not-saved"))[0]).toMatchObject({ reason: "opted_out" });
  await tells(ada, "Remember that my bicycle is called Rosalind.");
  expect((await items(ada, "/api/memory/proposals")).length).toBe(2);
  expect(await items(ada, "/api/memory")).toEqual([]);
});

Deno.test("[MEM-34] a pause stops writing and recall at once, and ends by itself", async () => {
  const ada = await app.person();
  await tells(ada, "I live in Porto.");
  const { pausedUntil } = (await ada.patch("/api/memory/settings", { pause: "hour" })).body;
  expect(Date.parse(pausedUntil) - clock.now().getTime()).toBe(3_600_000);
  const asked = await tells(ada, "Where do I live? I also play the cello.");
  expect(asked.body.recall.items).toEqual([]);
  expect((await items(ada, "/api/memory")).length).toBe(1);
  clock.jumpTo(new Date(clock.now().getTime() + 3_600_000));
  const later = await ada.say("Where do I live?");
  expect(later.body.recall.items.length).toBeGreaterThan(0);
  expect((await ada.get("/api/memory/settings")).body.pausedUntil).toBeNull();
});

Deno.test("[MEM-35] a proposal ends after 14 days", async () => {
  const ada = await app.person();
  await ada.patch("/api/memory/settings", { automatic: "proposals" });
  await tells(ada, "I live in Porto.");
  clock.jumpTo(new Date(clock.now().getTime() + 15 * 86_400_000));
  // Ada's session has ended by then; what she would see is asked of the service.
  const after = await app.services.memory.proposals(ada.userId, { limit: 50 });
  expect(after.items).toEqual([]);
});

Deno.test("[MEM-35] all proposals can be decided together", async () => {
  const ada = await app.person();
  await ada.patch("/api/memory/settings", { automatic: "proposals" });
  await tells(ada, "I play the cello. My name is Ada Marsh.");
  const waiting = (await items(ada, "/api/memory/proposals")).length;
  expect(waiting).toBeGreaterThan(0);
  const { decided } = (await ada.post("/api/memory/proposals/all", { answer: "accept" })).body;
  expect(decided).toBe(waiting);
  expect((await items(ada, "/api/memory")).length).toBe(waiting);
});

Deno.test("[MEM-35] what was rejected does not come back from the same words", async () => {
  const ada = await app.person();
  await tells(ada, "I am allergic to walnuts.");
  const [proposal] = await items(ada, "/api/memory/proposals");
  expect((await ada.post(`/api/memory/proposals/${proposal.id}/reject`)).status).toBe(204);
  await app.services.memory.extract(ada.userId, {
    messageId: proposal.sourceMessageId,
    sessionId: proposal.sessionId,
  });
  expect(await items(ada, "/api/memory/proposals")).toEqual([]);
});

Deno.test("[MEM-28] what was not saved tells its reason and can be saved; of a credential nothing is kept", async () => {
  const ada = await app.person();
  await ada.patch("/api/memory/settings", { automatic: "off" });
  await tells(ada, "I live in Porto.");
  await ada.patch("/api/memory/settings", { automatic: "on" });
  await tells(ada, "Remember that my password is hunter2-Xyzzy-99.");
  const [secret, home] = await items(ada, "/api/memory/not-saved");
  expect(secret).toMatchObject({ reason: "credential", text: "", canSave: false });
  expect((await ada.post(`/api/memory/not-saved/${secret.id}/save`)).status).toBe(409);
  expect(home).toMatchObject({ reason: "opted_out", canSave: true });
  const saved = await ada.post(`/api/memory/not-saved/${home.id}/save`);
  expect(saved.body.text).toContain("Porto");
  expect((await items(ada, "/api/memory/not-saved")).length).toBe(1);
  clock.jumpTo(new Date(clock.now().getTime() + 31 * 86_400_000));
  expect((await app.services.memory.notSaved(ada.userId, { limit: 50 })).items).toEqual([]);
});

Deno.test("[MEM-43] two values of one slot wait for their owner's word, and never enter one prompt", async () => {
  const ada = await app.person();
  const add = async (city: string) =>
    (await ada.post("/api/memory", {
      text: `The user lives in ${city}.`,
      subject: "user",
      attribute: "home city",
      value: city,
    })).body;
  const older = await add("Porto");
  clock.jumpTo(new Date(clock.now().getTime() + 60_000));
  const newer = await add("Lisbon");
  const [pair] = await items(ada, "/api/memory/contradictions");
  expect(pair).toMatchObject({ older: { id: older.id }, newer: { id: newer.id } });
  expect(pair.older.confidence).toBeCloseTo(0.75, 5);
  const asked = await ada.say("Where do I live?");
  const facts = asked.body.recall.items.filter((item: { kind: string }) => item.kind === "fact");
  expect(facts.map((item: { memoryId: string }) => item.memoryId)).toEqual([newer.id]);
  expect(facts[0].reasons).toContain("uncertain");
  const resolved = await ada.post(`/api/memory/contradictions/${pair.id}/resolve`, {
    answer: "keep_new",
  });
  expect(resolved.status).toBe(204);
  expect(await items(ada, "/api/memory/contradictions")).toEqual([]);
  expect((await ada.get(`/api/memory/${older.id}`)).body.supersededBy).toBe(newer.id);
  const again = { answer: "keep_old" };
  expect((await ada.post(`/api/memory/contradictions/${pair.id}/resolve`, again)).status).toBe(409);
});

Deno.test("[MEM-43] both can have been true, one after the other", async () => {
  const ada = await app.person();
  const slot = { subject: "user", attribute: "employer" };
  const older = (await ada.post("/api/memory", {
    text: "The user works at Aster.",
    ...slot,
    value: "Aster",
    validFrom: "2020-01-01T00:00:00.000Z",
  })).body;
  await ada.post("/api/memory", { text: "The user works at Birch.", ...slot, value: "Birch" });
  const [pair] = await items(ada, "/api/memory/contradictions");
  const day = "2024-05-01T00:00:00.000Z";
  await ada.post(`/api/memory/contradictions/${pair.id}/resolve`, {
    answer: "both_true",
    olderValidTo: day,
  });
  expect((await ada.get(`/api/memory/${older.id}`)).body.validTo).toBe(day);
  const asked = await ada.say("Where did I work before?");
  const ids = asked.body.recall.items.map((item: { memoryId?: string }) => item.memoryId);
  expect(ids).toContain(older.id);
});

Deno.test("[CHT-11] forgetting a message takes its proposals and notes too", async () => {
  const ada = await app.person();
  const said = await tells(ada, "I am allergic to walnuts.");
  expect((await items(ada, "/api/memory/proposals")).length).toBe(1);
  await ada.post(`/api/chat/messages/${said.body.userMessage.id}/forget`);
  expect(await items(ada, "/api/memory/proposals")).toEqual([]);
});

Deno.test("[MEM-82] a step is taken back while nothing came after it, else 409 says what did", async () => {
  const ada = await app.person();
  const { id } = (await ada.post("/api/memory", { text: "The user likes walnuts" })).body;
  await ada.patch(`/api/memory/${id}`, { text: "The user likes hazelnuts" });
  const history = await items(ada, `/api/memory/${id}/history`);
  expect(history.map((event: { action: string }) => event.action)).toEqual(["create", "edit"]);
  expect(history[1].changes[0]).toMatchObject({
    name: "text",
    before: "The user likes walnuts",
    after: "The user likes hazelnuts",
  });
  const stale = await ada.post(`/api/memory/${id}/undo`, { eventId: history[0].id });
  expect([stale.status, stale.body.changedSince.length]).toEqual([409, 1]);
  const undone = await ada.post(`/api/memory/${id}/undo`, { eventId: history[1].id });
  expect(undone.body).toMatchObject({ text: "The user likes walnuts", locked: false });
  const used = (await ada.get("/api/usage/quota")).body.resources.memory_storage.used;
  expect(used).toBe(undone.body.bytes);
});

Deno.test("[MEM-36] undo of what was just remembered takes it back", async () => {
  const ada = await app.person();
  await tells(ada, "I live in Porto.");
  const [fact] = await items(ada, "/api/memory");
  const [created] = await items(ada, `/api/memory/${fact.id}/history`);
  const undone = await ada.post(`/api/memory/${fact.id}/undo`, { eventId: created.id });
  expect(undone.body.deletedAt).not.toBeNull();
  expect(await items(ada, "/api/memory")).toEqual([]);
});

Deno.test("[MEM-83] a fact leads to the message it comes from and to what it replaced", async () => {
  const ada = await app.person();
  await tells(ada, "I live in Porto.");
  const said = await tells(ada, "Actually, I live in Lisbon now.");
  const [fact] = await items(ada, "/api/memory");
  const [source] = await items(ada, `/api/memory/${fact.id}/sources`);
  expect(source).toMatchObject({ id: said.body.userMessage.id, role: "user" });
  const [link] = await items(ada, `/api/memory/${fact.id}/links`);
  expect(link).toMatchObject({ kind: "supersedes", direction: "to", past: true });
  const preview = (await ada.get(`/api/memory/${fact.id}/forget-preview`)).body;
  expect(preview).toMatchObject({ sources: 1, links: 1 });
});

Deno.test("[MEM-34] memory turned off between a message and its job keeps nothing", async () => {
  const ada = await app.person();
  const said = await tells(ada, "Hello there");
  const source = { messageId: said.body.userMessage.id, sessionId: said.body.turn.sessionId };
  // As if its job had not run yet.
  await app.services.db.asUser(
    ada.userId,
    (tx) => tx`update messages set content = 'I live in Porto.' where id = ${source.messageId}`,
  );
  await ada.patch("/api/account/settings", { memory: false });
  await app.services.memory.extract(ada.userId, source);
  await ada.patch("/api/account/settings", { memory: true });
  expect(await items(ada, "/api/memory")).toEqual([]);
  await app.services.memory.extract(ada.userId, source);
  expect((await items(ada, "/api/memory")).length).toBe(1);
});

Deno.test("[MEM-26] two jobs for one message at once save what it says once", async () => {
  const ada = await app.person();
  const said = await ada.say("I live in Porto.");
  const source = { messageId: said.body.userMessage.id, sessionId: said.body.turn.sessionId };
  await Promise.all([1, 2, 3].map(() => app.services.memory.extract(ada.userId, source)));
  await app.services.outbox.drain();
  expect((await items(ada, "/api/memory")).length).toBe(1);
});

Deno.test("[MEM-38] the same text typed ten times at once is one memory", async () => {
  const ada = await app.person();
  const made = await Promise.all(
    Array.from({ length: 10 }, () => ada.post("/api/memory", { text: "The user keeps bees." })),
  );
  expect(made.map(({ status }) => status).sort()).toEqual([...Array(9).fill(200), 201]);
  expect((await items(ada, "/api/memory")).length).toBe(1);
});
