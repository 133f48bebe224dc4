import { expect } from "expect";
import type { ChatRequest } from "@/lib/model/mod.ts";
import { FakeClock } from "@/lib/platform/clock.ts";
import { readEvents, startTestApp, type TestApp } from "./support/app.ts";

let app: TestApp;
/** What the model was asked, in order: the composed requests. */
const asked: ChatRequest[] = [];

Deno.test.beforeAll(async () => {
  app = await startTestApp({ env: { AUTO_VERIFY_EMAIL: "true" } });
  const { model } = app.services;
  const ask = model.chat.bind(model);
  model.chat = (request) => {
    asked.push(request);
    return ask(request);
  };
});
Deno.test.afterAll(() => app.close());

/** Somebody whose sister was mentioned, and an answer that used it. */
async function answered() {
  const ada = await app.person("ada");
  await ada.say("My sister Maren lives in Tromsø.");
  await app.services.outbox.drain();
  const { body } = await ada.say("Where does my sister live?");
  const receipt = () => ada.get(`/api/chat/messages/${body.assistantMessage.id}/receipt`);
  return { ada, turn: body, receipt };
}

Deno.test("[CHT-38] the receipt lists exactly what was recalled into the request, to the byte", async () => {
  const { turn, receipt } = await answered();
  const { items } = (await receipt()).body as {
    items: { kind: string; memoryId: string; sourceMessageId: string; text: string }[];
  };
  expect(items.length).toBeGreaterThan(0);
  const prompt = asked.at(-1)!.messages.map(({ content }) => content).join("\n");
  for (const { text } of items) expect(prompt).toContain(text);
  const ids = (list: { memoryId?: string | null; id: string | null | undefined }[]) =>
    list.map(({ memoryId, id }) => memoryId ?? id).sort();
  const recalled = turn.recall.items as { memoryId?: string; messageId?: string }[];
  expect(ids(items.map((item) => ({ memoryId: item.memoryId, id: item.sourceMessageId }))))
    .toEqual(ids(recalled.map((item) => ({ memoryId: item.memoryId, id: item.messageId }))));
});

Deno.test("[CHT-61] a receipt tells memories, principles, what was left out, policy, model and usage, as long as the message is there", async () => {
  const { ada, turn, receipt } = await answered();
  const first = await receipt();
  expect(first.status).toBe(200);
  expect(first.body).toMatchObject({
    messageId: turn.assistantMessage.id,
    turnId: turn.turn.id,
    model: "practice",
    learned: [],
    dropped: [],
    usage: {
      promptTokens: turn.usage.promptTokens,
      completionTokens: turn.usage.completionTokens,
      measured: true,
    },
  });
  expect(first.body.policy.map(({ stage }: { stage: string }) => stage)).toEqual(["pre", "post"]);
  for (let n = 0; n < 3; n++) {
    await ada.say(`Something else, ${n}`, { sessionId: turn.turn.sessionId });
  }
  await app.services.outbox.drain();
  expect((await receipt()).body).toEqual(first.body);
  const other = await app.person("ben");
  const path = `/api/chat/messages/${turn.assistantMessage.id}/receipt`;
  expect((await other.get(path)).status).toBe(404);
  await ada.delete(`/api/chat/messages/${turn.userMessage.id}`);
  expect((await receipt()).status).toBe(404);
});

Deno.test("[CHT-62] a receipt keeps the words as they were used, until the memory is forgotten", async () => {
  const { ada, receipt } = await answered();
  type Item = { kind: string; memoryId: string; text: string | null; forgotten: boolean };
  const fact = async () =>
    ((await receipt()).body.items as Item[]).find(({ kind }) => kind === "fact")!;
  const used = await fact();
  expect(used).toMatchObject({ forgotten: false });
  expect(used.text).toContain("Tromsø");
  const changed = await ada.patch(`/api/memory/${used.memoryId}`, { text: "Maren lives in Oslo." });
  expect(changed.status).toBe(200);
  expect((await fact()).text).toBe(used.text);
  for (const { id } of (await ada.get("/api/memory")).body.items) {
    await ada.delete(`/api/memory/${id}`);
  }
  await ada.delete(`/api/memory/${used.memoryId}`);
  expect(await fact()).toMatchObject({ text: null, forgotten: true });
});

Deno.test("[CHT-40] a message is answered as events, as the finished turn, or with where to look", async () => {
  const ada = await app.person("ada");
  const { body: { turn: { sessionId } } } = await ada.say("Hello");
  const ask = (path: string, headers: Record<string, string>) =>
    ada.fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({
        content: "Repeat exactly: yes",
        clientMessageId: crypto.randomUUID(),
      }),
    });
  for (const path of ["/api/chat/messages", `/api/chat/sessions/${sessionId}/messages`]) {
    const stream = await ask(path, { accept: "text/event-stream" });
    expect(stream.headers.get("content-type")).toMatch(/^text\/event-stream/);
    const events = await Array.fromAsync(readEvents(stream));
    expect([events[0]!.event, events.at(-1)!.event]).toEqual(["turn", "done"]);

    const whole = await ask(path, { accept: "application/json" });
    expect(whole.status).toBe(200);
    expect((await whole.json()).turn.status).toBe("complete");

    const later = await ask(path, { prefer: "respond-async" });
    expect(later.status).toBe(202);
    const place = await later.json();
    expect(Object.keys(place).sort()).toEqual(
      ["assistantMessageId", "eventsUrl", "sessionId", "turnId", "userMessageId"],
    );
    const followed = await Array.fromAsync(readEvents(await ada.fetch(place.eventsUrl)));
    expect(followed.at(-1)!.event).toBe("done");
  }
});

Deno.test("[CHT-2] a message belongs to its parent, its conversation and its owner by one key", async () => {
  const [ada, ben] = [await app.person("ada"), await app.person("ben")];
  const [mine, also, theirs] = [await ada.say("One"), await ada.say("Two"), await ben.say("Three")];
  const insert = (userId: string, sessionId: string, parentId: string) =>
    app.services.db.asSystem(
      "test",
      (tx) =>
        tx`insert into messages (id, user_id, session_id, parent_id, role, author, content, status,
          created_at)
        values (${crypto.randomUUID()}, ${userId}, ${sessionId}, ${parentId}, 'user', 'A', 'x',
          'complete', now())`,
    );
  const [a, b, c] = [mine, also, theirs].map(({ body }) => ({
    session: body.turn.sessionId as string,
    head: body.assistantMessage.id as string,
  }));
  const foreign = /violates foreign key/;
  await expect(insert(ada.userId, a!.session, b!.head)).rejects.toThrow(foreign);
  await expect(insert(ada.userId, c!.session, c!.head)).rejects.toThrow(foreign);
  await expect(insert(ben.userId, a!.session, a!.head)).rejects.toThrow(foreign);
  await insert(ada.userId, a!.session, a!.head);
  const { items } = (await ada.get(`/api/chat/sessions/${b!.session}/messages`)).body;
  expect(items[1]).toMatchObject({
    parentId: items[0].id,
    role: "assistant",
    status: "complete",
    model: "practice",
    finishReason: "stop",
    measured: true,
  });
  expect(items[1].promptTokens).toBeGreaterThan(0);
  expect(items[1].completionTokens).toBeGreaterThan(0);
});

Deno.test("[CHT-21] more messages in a minute than the plan has are refused before anything is stored", async () => {
  // A clock that stands gives no message back; half as many again may come at once (API-10).
  const slow = await startTestApp({
    clock: new FakeClock("2026-03-01T09:00:00.000Z"),
    env: { PLAN_FREE_TRIAL_CHAT_TURNS_PER_MINUTE: "2" },
  });
  try {
    const ada = await slow.person("ada");
    for (let n = 0; n < 3; n++) expect((await ada.say(`Number ${n}`)).status).toBe(200);
    const refused = await ada.say("One too many");
    expect(refused.status).toBe(429);
    expect(refused.body).toMatchObject({ code: "rate_limited", limit: 2 });
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await ada.get("/api/chat/sessions")).body.items).toHaveLength(3);
    expect((await ada.get("/api/usage/quota")).body.resources.messages.used).toBe(3);
  } finally {
    await slow.close();
  }
});
