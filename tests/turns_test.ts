import { expect } from "expect";
import {
  readEvents,
  type SseEvent,
  startTestApp,
  type TestApp,
  type TestClient,
} from "./support/app.ts";

let app: TestApp;
/** Slow enough that a turn can be watched, fast enough for a test. */
let slow: TestApp;
Deno.test.beforeAll(async () => {
  app = await startTestApp();
  slow = await startTestApp({ env: { STANDIN_TOKENS_PER_SECOND: "100" } });
});
Deno.test.afterAll(async () => {
  await app.close();
  await slow.close();
});

const LONG = "Write a long answer of 120 words about the sea.";

function textOf(events: SseEvent[]): string {
  let text = "";
  for (const { event, data } of events) {
    if (event !== "delta") continue;
    text = (data.replaceFrom === undefined ? text : [...text].slice(0, data.replaceFrom).join("")) +
      data.text;
  }
  return text;
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (b) => b.toString(16).padStart(2, "0")).join("");
}

/** Starts a turn and returns at once. */
async function begin(client: TestClient, content = LONG, sessionId?: string) {
  const path = sessionId ? `/api/chat/sessions/${sessionId}/messages` : "/api/chat/messages";
  const answer = await client.post(path, { content, clientMessageId: crypto.randomUUID() }, {
    prefer: "respond-async",
  });
  expect(answer.status).toBe(202);
  return answer.body as {
    turnId: string;
    sessionId: string;
    userMessageId: string;
    assistantMessageId: string;
    eventsUrl: string;
  };
}

/** Follows a turn until `until` says to leave, or to its end. */
async function follow(
  client: TestClient,
  turnId: string,
  options: { after?: string; until?: (event: SseEvent) => boolean } = {},
): Promise<SseEvent[]> {
  const response = await client.fetch(`/api/chat/turns/${turnId}/events`, {
    headers: options.after ? { "last-event-id": options.after } : {},
  });
  const events: SseEvent[] = [];
  for await (const event of readEvents(response)) {
    events.push(event);
    if (options.until?.(event)) break;
  }
  return events;
}

/** A linear congruential generator (Numerical Recipes): the same cuts in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

Deno.test("[CHT-41] the events of a turn come in order, numbered without gaps, with one end", async () => {
  const ada = await app.person();
  const events = await ada.stream("Hello there");
  const names = events.map((event) => event.event);
  expect(names.slice(0, 3)).toEqual(["turn", "policy", "recall"]);
  expect(names.slice(-3)).toEqual(["policy", "usage", "done"]);
  expect(names.filter((name) => name === "done" || name === "error")).toHaveLength(1);
  const { turnId } = events[0]!.data;
  expect(events.map((event) => event.id)).toEqual(events.map((_, i) => `${turnId}:${i + 1}`));
});

Deno.test("[CHT-54] done carries length and hash of the stored answer", async () => {
  const ada = await app.person();
  const events = await ada.stream("Write a long answer of 60 words about héllo 🌊 waves");
  const done = events.at(-1)!.data;
  const text = textOf(events);
  expect(done.textLength).toBe([...text].length);
  expect(done.textHash).toBe(await sha256(text));
  const turn = await ada.get(`/api/chat/turns/${events[0]!.data.turnId}`);
  expect(turn.body.assistantMessage.content).toBe(text);
});

Deno.test("[CHT-45] cut 500 times at random points, clients rebuild the text without gap or repeat", async () => {
  const random = seeded(45);
  let cuts = 0;
  /** Follows a turn to its end, leaving after one to five events each time. */
  async function followInPieces(client: TestClient, turnId: string): Promise<SseEvent[]> {
    const events: SseEvent[] = [];
    while (events.at(-1)?.event !== "done") {
      const stopAfter = 1 + Math.floor(random() * 5);
      let seen = 0;
      const after = events.at(-1)?.id;
      const until = () => ++seen >= stopAfter;
      events.push(...await follow(client, turnId, { ...(after ? { after } : {}), until }));
      cuts++;
    }
    return events;
  }
  while (cuts < 500) {
    const ada = await slow.person();
    const { turnId } = await begin(ada);
    const clients = Array.from({ length: 10 }, () => followInPieces(ada, turnId));
    for (const events of await Promise.all(clients)) {
      expect(events.map((event) => event.id)).toEqual(events.map((_, i) => `${turnId}:${i + 1}`));
      expect(await sha256(textOf(events))).toBe(events.at(-1)!.data.textHash);
    }
  }
});

Deno.test("[CHT-43] an answer goes on and is stored when every client has gone", async () => {
  const ada = await slow.person();
  const { turnId } = await begin(ada);
  await follow(ada, turnId, { until: (event) => event.event === "delta" });
  await slow.services.chat.turns.ended(ada.userId, turnId);
  const turn = await ada.get(`/api/chat/turns/${turnId}`);
  expect(turn.body.turn.status).toBe("complete");
  expect(turn.body.usage.completionTokens).toBeGreaterThan(50);
});

Deno.test("[CHT-44] the end of a turn can be followed again, and only by its owner", async () => {
  const ada = await app.person();
  const eve = await app.person("eve");
  const first = await ada.stream("Hello there");
  const { turnId } = first[0]!.data;
  expect(await follow(ada, turnId)).toEqual(first);
  expect(await follow(ada, turnId, { after: first[4]!.id })).toEqual(first.slice(5));
  expect((await eve.get(`/api/chat/turns/${turnId}/events`)).status).toBe(404);
  expect(
    (await ada.get(`/api/chat/turns/${turnId}/events`, { "last-event-id": "nonsense" })).status,
  ).toBe(400);
  expect((await ada.get(`/api/chat/turns/${turnId}/events?after=-1`)).status).toBe(400);
  const other = `${crypto.randomUUID()}:3`;
  expect((await ada.get(`/api/chat/turns/${turnId}/events`, { "last-event-id": other })).status)
    .toBe(400);
});

Deno.test("[CHT-44] beyond the end of the log, the stored text comes as one delta, then done", async () => {
  const ada = await app.person();
  const first = await ada.stream("Hello there");
  const { turnId } = first[0]!.data;
  const events = await follow(ada, turnId, { after: `${turnId}:9999` });
  expect(events.map((event) => event.event)).toEqual(["delta", "done"]);
  expect(events[0]!.data).toEqual({ text: textOf(first), replaceFrom: 0 });
});

Deno.test("[CHT-47] stopping keeps the text so far, settles it, and may be repeated", async () => {
  const ada = await slow.person();
  const { turnId } = await begin(ada);
  await follow(ada, turnId, { until: (event) => event.event === "delta" });
  const stopped = await ada.post(`/api/chat/turns/${turnId}/stop`);
  expect(stopped.status).toBe(200);
  expect(stopped.body.turn.status).toBe("stopped");
  expect((await ada.post(`/api/chat/turns/${turnId}/stop`)).body.turn.status).toBe("stopped");
  const turn = (await ada.get(`/api/chat/turns/${turnId}`)).body;
  expect(turn.assistantMessage.content.length).toBeGreaterThan(0);
  expect(turn.assistantMessage.finishReason).toBe("user");
  const events = await follow(ada, turnId);
  expect(events.at(-1)!.data.status).toBe("stopped");
  expect(textOf(events)).toBe(turn.assistantMessage.content);
  const quota = (await ada.get("/api/usage/quota")).body.resources.llm_tokens;
  expect(quota.reserved).toBe(0);
  expect(quota.used).toBe(turn.usage.promptTokens + turn.usage.completionTokens);
});

Deno.test("[CHT-20] a second message while an answer is written gets 409 with the way to follow it", async () => {
  const ada = await slow.person();
  const { turnId, sessionId } = await begin(ada);
  const second = await ada.say("And another thing", { sessionId });
  expect(second.status).toBe(409);
  expect(second.body).toMatchObject({
    code: "turn_in_progress",
    turnId,
    sessionId,
    eventsUrl: `/api/chat/turns/${turnId}/events`,
  });
  await ada.post(`/api/chat/turns/${turnId}/stop`);
});

Deno.test("[CHT-20] of ten messages sent at once into one conversation one is answered", async () => {
  const ada = await slow.person();
  const { sessionId, turnId } = await begin(ada, "Hello");
  await slow.services.chat.turns.ended(ada.userId, turnId);
  const answers = await Promise.all(
    Array.from(
      { length: 10 },
      (_, i) =>
        ada.post(`/api/chat/sessions/${sessionId}/messages`, {
          content: `Number ${i}`,
          clientMessageId: crypto.randomUUID(),
        }, { prefer: "respond-async" }),
    ),
  );
  const statuses = answers.map((answer) => answer.status).sort();
  expect(statuses[0]).toBe(202);
  expect(statuses.slice(1).every((status) => status === 409)).toBe(true);
});

Deno.test("[CHT-15] a resend with the same id starts nothing; with other content it is refused", async () => {
  const ada = await app.person();
  const clientMessageId = crypto.randomUUID();
  const first = await ada.say("Hello there", { clientMessageId });
  const again = await ada.say("Hello there", { clientMessageId });
  expect(again.status).toBe(200);
  expect(again.body).toEqual(first.body);
  const other = await ada.say("Something else", { clientMessageId });
  expect(other.status).toBe(422);
  expect(other.body).toMatchObject({
    code: "idempotency_mismatch",
    clientMessageId,
    turnId: first.body.turn.id,
  });
  const quota = (await ada.get("/api/usage/quota")).body.resources.messages;
  expect(quota.used).toBe(1);
});

Deno.test("[CHT-15] equal requests at once are one turn, in a new conversation and in an old one", async () => {
  const ada = await app.person();
  // Twenty are more than the plan's streams and more than its connections: whichever limit a later
  // request meets, its answer is the turn of the first.
  const together = async (sessionId?: string) => {
    const clientMessageId = crypto.randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => ada.say("Hello there", { clientMessageId, sessionId })),
    );
    expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 200));
    expect(new Set(answers.map((answer) => answer.body.turn.id)).size).toBe(1);
    return answers[0]!.body.turn.sessionId as string;
  };
  const sessionId = await together();
  expect(await together(sessionId)).toBe(sessionId);
  const list = (await ada.get("/api/chat/sessions")).body.items;
  expect(list).toHaveLength(1);
  expect(list[0].messageCount).toBe(4);
});

Deno.test("[CHT-15] a conversation that changes under a message that is about to start is read anew", async () => {
  const ada = await app.person();
  const { sessionId } = (await ada.say("Hello there")).body.turn;
  const { db } = app.services;
  const call = db.callAsUser.bind(db);
  const places: string[] = [];
  // Between its reading and its start another tab's answer comes and ends.
  db.callAsUser = async <Row>(...[userId, name, args]: Parameters<typeof call>): Promise<Row> => {
    const result = await call<Row>(userId, name, args);
    if (name === "turn_place" && userId === ada.userId) {
      places.push(name);
      if (places.length === 1) await ada.say("From the other tab", { sessionId });
    }
    return result;
  };
  try {
    const second = await ada.say("From this tab", { sessionId });
    expect(second.status).toBe(200);
  } finally {
    db.callAsUser = call;
  }
  // The first reading, the other tab's, and the one that held.
  expect(places).toHaveLength(3);
  const { items } = (await ada.get(`/api/chat/sessions/${sessionId}/messages`)).body;
  const shown = items.map((message: { content: string }) => message.content);
  expect(shown.filter((content: string) => content.startsWith("From"))).toEqual([
    "From the other tab",
    "From this tab",
  ]);
});

Deno.test("[CHT-3] editing and regenerating make branches and overwrite nothing", async () => {
  const ada = await app.person();
  const first = (await ada.say("Hello there")).body;
  const { sessionId } = first.turn;
  const again = (await ada.post(`/api/chat/messages/${first.assistantMessage.id}/regenerate`, {
    clientMessageId: crypto.randomUUID(),
  })).body;
  expect(again.assistantMessage.siblingIds).toEqual([
    first.assistantMessage.id,
    again.assistantMessage.id,
  ]);
  expect(again.userMessage.id).toBe(first.userMessage.id);
  const edited = (await ada.post(`/api/chat/messages/${first.userMessage.id}/edit`, {
    content: "Good evening",
    clientMessageId: crypto.randomUUID(),
  })).body;
  expect(edited.userMessage.siblingIds).toEqual([first.userMessage.id, edited.userMessage.id]);
  const path = (await ada.get(`/api/chat/sessions/${sessionId}/messages`)).body.items;
  expect(path.map((message: { content: string }) => message.content)[0]).toBe("Good evening");
  const switched = await ada.patch(`/api/chat/sessions/${sessionId}`, {
    headMessageId: first.assistantMessage.id,
  });
  expect(switched.body.headMessageId).toBe(first.assistantMessage.id);
  const tree = (await ada.get(`/api/chat/sessions/${sessionId}/messages?view=tree`)).body.items;
  expect(tree).toHaveLength(5);
});

Deno.test("[CHT-12] blank, long and broken messages are refused with their own codes, and nothing is stored", async () => {
  const ada = await app.person();
  const cases: [string, number, string][] = [
    ["", 400, "validation_failed"],
    [" \n\t ", 400, "validation_failed"],
    ["x".repeat(10_001), 400, "message_too_long"],
    ["a\u0000b", 400, "invalid_characters"],
    ["a\u0085b", 400, "invalid_characters"],
    ["a\ud800b", 400, "invalid_characters"],
  ];
  for (const [content, status, code] of cases) {
    const answer = await ada.say(content);
    expect({ length: content.length, status: answer.status, code: answer.body.code }).toEqual({
      length: content.length,
      status,
      code,
    });
  }
  const long = await ada.say("🌊".repeat(10_001));
  expect(long.body).toMatchObject({ length: 10_001, max: 10_000 });
  expect((await ada.get("/api/chat/sessions")).body.items).toEqual([]);
});

Deno.test("[CHT-13] text is stored exactly as typed, with LF for CRLF", async () => {
  const ada = await app.person();
  const typed = "List<T> &lt;script&gt; 🌊\r\n\tשלום <b>x</b>";
  const turn = await ada.say(typed);
  expect(turn.body.userMessage.content).toBe(typed.replaceAll("\r\n", "\n"));
});

Deno.test("[API-24] a body over 10 MiB, deep, or of another type is refused before anything happens", async () => {
  const ada = await app.person();
  const send = (body: string, type = "application/json") =>
    ada.fetch("/api/chat/messages", { method: "POST", body, headers: { "content-type": type } });
  const big = await send(JSON.stringify({ content: "x".repeat(11 * 1024 * 1024) }));
  expect([big.status, (await big.json()).code]).toEqual([413, "body_too_large"]);
  const deep = await send("[".repeat(30) + "]".repeat(30));
  expect([deep.status, (await deep.json()).code]).toEqual([400, "validation_failed"]);
  const plain = await send("content=hi", "text/plain");
  expect([plain.status, (await plain.json()).code]).toEqual([415, "unsupported_media_type"]);
  const polluted = await send('{"content":"x","__proto__":{"admin":true}}');
  expect(polluted.status).toBe(400);
  await polluted.body?.cancel();
  const unknown = await ada.say("Hello", { surprise: 1 });
  expect(unknown.body.errors[0]).toMatchObject({ path: "surprise", code: "unrecognized_keys" });
});

Deno.test("[CHT-22] no more answers at once than the plan allows, however they are asked for", async () => {
  const ada = await slow.person();
  const answers = await Promise.all(
    Array.from(
      { length: 6 },
      () =>
        ada.post("/api/chat/messages", { content: LONG, clientMessageId: crypto.randomUUID() }, {
          prefer: "respond-async",
        }),
    ),
  );
  const started = answers.filter((answer) => answer.status === 202);
  expect(started).toHaveLength(2);
  for (const refused of answers.filter((answer) => answer.status !== 202)) {
    expect(refused.body).toMatchObject({ code: "too_many_streams", limit: 2, active: 2 });
  }
  for (const { body } of started) await ada.post(`/api/chat/turns/${body.turnId}/stop`);
});
