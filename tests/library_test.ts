import { expect } from "expect";
import { startTestApp, type TestApp, type TestClient } from "./support/app.ts";

let app: TestApp;
Deno.test.beforeAll(async () => {
  app = await startTestApp();
});
Deno.test.afterAll(() => app.close());

interface Hit {
  kind: string;
  role: string;
  snippet: string;
}
interface Said {
  role: string;
  content: string;
}

const search = async (client: TestClient, q: string) =>
  (await client.get(`/api/chat/search?${new URLSearchParams({ q })}`)).body;

Deno.test("[CHT-7] own titles and messages are found by words, stems, operators and near spellings", async () => {
  const ada = await app.person();
  const eve = await app.person("eve");
  await eve.say("Walnut secrets of Eve");
  const first = (await ada.say("I bought walnuts at the market in Ghent")).body.turn;
  await ada.say("The weather is fine");
  await ada.patch(`/api/chat/sessions/${first.sessionId}`, {
    title: "Shopping 100% done",
    pinned: true,
  });
  const own = async (q: string) =>
    (await search(ada, q)).items.filter((hit: Hit) => hit.role !== "assistant");
  const hits = await own("walnuts ghent");
  expect(hits).toHaveLength(1);
  expect(hits[0]).toMatchObject({
    kind: "message",
    sessionId: first.sessionId,
    messageId: first.userMessageId,
    sessionTitle: "Shopping 100% done",
    role: "user",
  });
  const marked = hits[0].highlights.map(([a, b]: number[]) =>
    [...hits[0].snippet].slice(a, b).join("")
  );
  expect(marked).toEqual(["walnuts", "Ghent"]);
  expect(await own("walnut markets")).toHaveLength(1);
  expect(await own("wallnuts")).toHaveLength(1);
  expect((await search(ada, "in:title 100%")).items).toMatchObject([{ kind: "title" }]);
  expect((await search(ada, "in:title 100_")).items.map((hit: Hit) => hit.kind))
    .not.toContain("message");
  expect((await search(ada, "weather from:me")).items).toHaveLength(1);
  expect((await search(ada, "from:me is:pinned")).items).toHaveLength(1);
  expect((await search(ada, "walnuts before:2020-01-01")).items).toEqual([]);
  expect((await search(ada, "secrets")).items.filter((hit: Hit) => /Eve/.test(hit.snippet)))
    .toEqual([]);
  expect((await ada.get("/api/chat/search?q=")).status).toBe(400);
});

Deno.test("[CHT-7] hits come page by page, and a temporary conversation is never found", async () => {
  const ada = await app.person();
  for (let n = 0; n < 3; n++) await ada.say(`Marzipan ${n}`);
  await ada.say("Marzipan in secret", { temporary: true });
  const seen: string[] = [];
  let cursor = "";
  do {
    const query = new URLSearchParams({
      q: "marzipan from:me",
      limit: "2",
      ...(cursor ? { cursor } : {}),
    });
    const page = (await ada.get(`/api/chat/search?${query}`)).body;
    seen.push(...page.items.map((hit: Hit) => hit.snippet));
    cursor = page.nextCursor ?? "";
  } while (cursor);
  expect(seen).toEqual(["Marzipan 2", "Marzipan 1", "Marzipan 0"]);
});

Deno.test("[CHT-5] a deleted conversation waits thirty days in the trash and can be brought back", async () => {
  const ada = await app.person();
  const { sessionId } = (await ada.say("My sister Maren lives in Tromsø")).body.turn;
  expect((await ada.delete(`/api/chat/sessions/${sessionId}`)).status).toBe(204);
  expect((await ada.get(`/api/chat/sessions/${sessionId}`)).status).toBe(404);
  expect((await ada.get("/api/chat/sessions?deleted=true")).body.items).toMatchObject([
    { id: sessionId },
  ]);
  const found = async () =>
    (await ada.post("/api/memory/search", { query: "Tromsø", kinds: ["turn"] })).body.items;
  expect(await found()).toEqual([]);
  expect((await ada.post(`/api/chat/sessions/${sessionId}/restore`)).body.deletedAt).toBe(null);
  expect((await found()).length).toBeGreaterThan(0);
  expect((await ada.post(`/api/chat/sessions/${sessionId}/restore`)).status).toBe(404);
  await ada.delete(`/api/chat/sessions/${sessionId}`);
  const older = (days: number) =>
    app.services.db.asSystem(
      "test",
      (tx) =>
        tx`update chat_sessions set deleted_at = deleted_at - ${days} * interval '1 day'
        where id = ${sessionId}`,
    );
  await older(29);
  await app.services.chat.library.purgeTrash();
  expect((await ada.get("/api/chat/sessions?deleted=true")).body.items).toHaveLength(1);
  await older(2);
  await app.services.chat.library.purgeTrash();
  expect((await ada.get("/api/chat/sessions?deleted=true")).body.items).toEqual([]);
  expect((await ada.post(`/api/chat/sessions/${sessionId}/restore`)).status).toBe(404);
});

Deno.test("[CHT-5] conversations are erased for good, and handled several at once", async () => {
  const ada = await app.person();
  const eve = await app.person("eve");
  const ids: string[] = [];
  for (let n = 0; n < 3; n++) ids.push((await ada.say(`Hello ${n}`)).body.turn.sessionId);
  const foreign = (await eve.say("Hello")).body.turn.sessionId;
  const bulk = (action: string, of: string[]) =>
    ada.post("/api/chat/sessions/bulk", { action, ids: of });
  expect((await bulk("archive", [ids[0]!, foreign])).body).toEqual({
    done: [ids[0]],
    failed: [{ id: foreign, code: "not_found" }],
  });
  expect((await ada.get("/api/chat/sessions?archived=true")).body.items).toHaveLength(1);
  expect((await bulk("delete", ids)).body.done).toEqual(ids);
  expect((await bulk("restore", ids.slice(0, 2))).body.done).toEqual(ids.slice(0, 2));
  expect((await ada.delete(`/api/chat/sessions/${ids[1]}?permanent=true`)).status).toBe(204);
  expect((await ada.delete(`/api/chat/sessions/${ids[2]}?permanent=true`)).status).toBe(204);
  expect((await ada.get("/api/chat/sessions?deleted=true")).body.items).toEqual([]);
  expect((await bulk("delete", [])).status).toBe(400);
});

Deno.test("[CHT-5] a path is copied up to a message into a conversation of its own", async () => {
  const ada = await app.person();
  const first = (await ada.say("First question")).body.turn;
  const { sessionId } = first;
  await ada.say("Second question", { sessionId });
  const copy = await ada.post(`/api/chat/sessions/${sessionId}/duplicate`, {
    messageId: first.assistantMessageId,
  });
  expect(copy.status).toBe(201);
  expect(copy.body.messageCount).toBe(2);
  const said = (await ada.get(`/api/chat/sessions/${copy.body.id}/messages`)).body.items;
  expect(said.map((message: Said) => message.role)).toEqual(["user", "assistant"]);
  expect(said[0].content).toBe("First question");
  expect(said[0].id).not.toBe(first.userMessageId);
  expect((await ada.say("Go on", { sessionId: copy.body.id })).status).toBe(200);
  expect((await ada.post(`/api/chat/sessions/${sessionId}/duplicate`)).body.messageCount).toBe(4);
  expect(
    (await ada.post(`/api/chat/sessions/${sessionId}/duplicate`, { messageId: said[0].id })).status,
  ).toBe(404);
});

Deno.test("[CHT-4] deleting a message deletes what is below it and shows what is left", async () => {
  const ada = await app.person();
  const first = (await ada.say("First question")).body.turn;
  const { sessionId } = first;
  const second = (await ada.say("Second question", { sessionId })).body.turn;
  const edited = (await ada.post(`/api/chat/messages/${second.userMessageId}/edit`, {
    content: "Second, said otherwise",
    clientMessageId: crypto.randomUUID(),
  })).body;
  expect((await ada.delete(`/api/chat/messages/${edited.userMessage.id}`)).body).toEqual({
    deleted: 2,
  });
  const shown = (await ada.get(`/api/chat/sessions/${sessionId}/messages`)).body.items;
  expect(shown.map((message: Said) => message.content)[2]).toBe("Second question");
  expect((await ada.get(`/api/chat/sessions/${sessionId}`)).body.messageCount).toBe(4);
  expect((await ada.delete(`/api/chat/messages/${first.userMessageId}`)).body).toEqual({
    deleted: 4,
  });
  const empty = (await ada.get(`/api/chat/sessions/${sessionId}`)).body;
  expect([empty.headMessageId, empty.messageCount]).toEqual([null, 0]);
});

Deno.test("[CHT-8] an export holds the whole tree with receipts, and Markdown every byte of the text", async () => {
  const ada = await app.person();
  const text = 'Look:\n\n```ts\nconst a: List<T> = "<b>";\t// 🌊\n```\n\nEnd  ';
  const first = (await ada.say(text)).body.turn;
  const { sessionId } = first;
  await ada.post(`/api/chat/messages/${first.userMessageId}/edit`, {
    content: "Another branch",
    clientMessageId: crypto.randomUUID(),
  });
  const json = await ada.fetch(`/api/chat/sessions/${sessionId}/export`);
  expect(json.headers.get("content-disposition")).toMatch(
    /^attachment; filename="look-ts.*\.json"$/,
  );
  const exported = await json.json();
  expect(exported.messages).toHaveLength(4);
  expect(exported.messages[0].content).toBe(text);
  expect(exported.messages[1].receipt.messageId).toBe(first.assistantMessageId);
  const markdown = (query: string) =>
    ada.fetch(`/api/chat/sessions/${sessionId}/export?format=markdown${query}`)
      .then((response) => response.text());
  expect(await markdown("")).toContain("Another branch");
  expect(await markdown("")).not.toContain("\n```ts\n");
  expect(await markdown("&branches=all")).toContain(text);
  const all = await (await ada.fetch("/api/chat/export")).json();
  expect(all.conversations.map((one: { conversation: { id: string } }) => one.conversation.id))
    .toEqual([sessionId]);
  const eve = await app.person("eve");
  expect((await eve.get(`/api/chat/sessions/${sessionId}/export`)).status).toBe(404);
  expect((await (await eve.fetch("/api/chat/export")).json()).conversations).toEqual([]);
});
