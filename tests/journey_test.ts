import { expect } from "expect";
import { startTestApp, type TestApp } from "./support/app.ts";

let app: TestApp;
Deno.test.beforeAll(async () => {
  app = await startTestApp();
});
Deno.test.afterAll(() => app.close());

Deno.test("[PRD-13] a fact told in one conversation is used in the next, with its receipt", async () => {
  const ada = await app.person();
  const told = await ada.say("My sister Maren lives in Tromsø.");
  expect(told.status).toBe(200);
  await app.services.outbox.drain();

  const list = await ada.get("/api/memory");
  expect(list.body.items).toHaveLength(1);
  expect(list.body.items[0].text).toContain("Maren");
  expect(list.body.items[0].sourceMessageIds).toEqual([told.body.userMessage.id]);

  const asked = await ada.say("Where does my sister live?");
  expect(asked.body.turn.sessionId).not.toBe(told.body.turn.sessionId);
  expect(asked.body.assistantMessage.content).toContain("Tromsø");
  const used = asked.body.recall.items.map((item: { memoryId?: string }) => item.memoryId);
  // One memory: the message it came from and the answer that repeated it say no more.
  expect(used).toHaveLength(1);
  expect(used).toEqual([list.body.items[0].id]);

  const receipt = await ada.get(asked.body.assistantMessage.receiptUrl);
  const item = receipt.body.items.find((entry: { kind: string }) => entry.kind === "fact");
  expect(item.text).toContain("Tromsø");
  expect(item.sourceMessageId).toBe(told.body.userMessage.id);
  const sum = item.parts.reduce(
    (total: number, part: { amount: number }) => total + part.amount,
    0,
  );
  expect(Math.abs(sum - item.score)).toBeLessThan(1e-6);
});

Deno.test("[PRD-12] tokens and message of a turn appear in usage", async () => {
  const ada = await app.person();
  const turn = await ada.say("Hello there");
  const { promptTokens, completionTokens } = turn.body.usage;
  const quota = await ada.get("/api/usage/quota");
  expect(quota.body.resources.llm_tokens.used).toBe(promptTokens + completionTokens);
  expect(quota.body.resources.llm_tokens.reserved).toBe(0);
  expect(quota.body.resources.messages.used).toBe(1);
});

Deno.test("[MEM-75] a forgotten fact is gone from recall, list and receipt at once", async () => {
  const ada = await app.person();
  await ada.say("My sister Maren lives in Tromsø.", { remember: true });
  await app.services.outbox.drain();
  const [fact] = (await ada.get("/api/memory")).body.items;
  const before = await ada.say("Where does my sister Maren live?");
  const forgotten = await ada.delete(`/api/memory/${fact.id}`);
  expect(forgotten.status).toBe(200);
  expect((await ada.get("/api/memory")).body.items).toEqual([]);
  const receipt = await ada.get(before.body.assistantMessage.receiptUrl);
  const item = receipt.body.items.find((entry: { memoryId: string }) => entry.memoryId === fact.id);
  expect(item.text).toBeNull();
  expect(item.forgotten).toBe(true);
  const after = await ada.say("Where does my sister Maren live?");
  const kinds = after.body.recall.items.map((entry: { kind: string }) => entry.kind);
  expect(kinds).not.toContain("fact");
});
