import { expect } from "expect";
import { FakeClock } from "../../platform/clock.ts";
import type { Conversation, Message } from "../contract.ts";
import { createApi } from "./api.ts";
import { createDrafts } from "./drafts.ts";
import { createPlaces } from "./place.ts";
import { type ChatData, ChatStore } from "./store.ts";

const SHA_AB = "fb8e20fc2e4c3f248c60c39bd652f3c1347298bb977b8b4d5903b85055620603";

const conversation: Conversation = {
  id: "s1",
  title: "Walnuts",
  titleSource: "auto",
  pinned: false,
  archivedAt: null,
  projectId: null,
  model: "practice",
  temporary: false,
  memoryMode: "on",
  headMessageId: null,
  activeTurnId: null,
  messageCount: 2,
  createdAt: "2026-01-01T09:00:00.000Z",
  updatedAt: "2026-01-01T09:00:00.000Z",
  deletedAt: null,
};

const message = (id: string, role: Message["role"], content: string): Message => ({
  id,
  sessionId: "s1",
  parentId: null,
  turnId: "t0",
  role,
  author: role,
  content,
  status: "complete",
  model: null,
  finishReason: null,
  promptTokens: null,
  completionTokens: null,
  measured: null,
  verdict: "allow",
  siblingIds: [id],
  editedFrom: null,
  remember: true,
  feedback: null,
  receiptUrl: null,
  createdAt: "2026-01-01T09:00:00.000Z",
});

const frame = (seq: number, event: string, data: unknown) =>
  `id: t1:${seq}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

const TURN = (clientMessageId: string | null) =>
  frame(1, "turn", {
    turnId: "t1",
    sessionId: "s1",
    userMessageId: "u1",
    assistantMessageId: "a1",
    model: "practice",
    title: null,
    branch: { index: 1, count: 1 },
    clientMessageId,
  });

const DONE = (hash = SHA_AB) =>
  frame(3, "done", {
    status: "complete",
    finishReason: "stop",
    textLength: 2,
    textHash: hash,
    latencyMs: 1,
    ttftMs: 1,
    receiptUrl: "/r",
  });

const stream = (...parts: string[]) => () =>
  new Response(parts.join(""), { headers: { "content-type": "text/event-stream" } });

type Answer = (body: Record<string, unknown>) => Response;

function setUp(routes: Record<string, Answer | Answer[]>, data: Partial<ChatData> = {}) {
  const clock = new FakeClock();
  const calls: string[] = [];
  const bodies: Record<string, unknown>[] = [];
  const renamed: string[] = [];
  const saved = new Map<string, string>();
  const fake: typeof fetch = (input, init) => {
    const key = `${init?.method ?? "GET"} ${String(input)}`;
    calls.push(key);
    const body = init?.body ? JSON.parse(String(init.body)) : {};
    bodies.push(body);
    const route = routes[key];
    const answer = Array.isArray(route) ? route.shift() : route;
    return answer
      ? Promise.resolve(answer(body))
      : Promise.resolve(Response.json({ code: "not_found", status: 404 }, { status: 404 }));
  };
  const store = new ChatStore({
    userId: "u",
    userName: "Ada",
    conversations: [],
    conversationsCursor: null,
    conversation: null,
    messages: [],
    messagesCursor: null,
    quota: null,
    model: "practice",
    enterSends: true,
    ...data,
  }, {
    api: createApi({ fetch: fake, clock }),
    fetch: fake,
    clock,
    drafts: createDrafts({
      getItem: (k) => saved.get(k) ?? null,
      setItem: (k, v) => void saved.set(k, v),
      removeItem: (k) => void saved.delete(k),
    }, "u"),
    places: createPlaces(undefined),
    reader: { locale: "en", timeZone: "UTC" },
    newId: () => `c${bodies.length}`,
    schedule: (change) => change(),
    rename: (path) => renamed.push(path),
    go: (path) => renamed.push(`go ${path}`),
  });
  return { store, clock, calls, bodies, renamed, saved };
}

Deno.test("[CHT-1] a first message makes a conversation with an address and a place in the list", async () => {
  const { store, renamed, bodies } = setUp({
    "POST /api/chat/messages": stream(TURN("c0"), frame(2, "delta", { text: "ab" }), DONE()),
  });
  store.memoryMode.value = "read_only";
  await store.send("hello");
  expect(renamed).toEqual(["/chat/s1"]);
  expect(store.conversations.value.map((c) => c.id)).toEqual(["s1"]);
  expect(store.messages.value.map((m) => [m.role, m.content])).toEqual([
    ["user", "hello"],
    ["assistant", "ab"],
  ]);
  expect(bodies[0]).toEqual({
    content: "hello",
    memoryMode: "read_only",
    temporary: false,
    clientMessageId: "c0",
  });
  expect(store.busy).toBe(false);
});

Deno.test("[CHT-54] text that is not the stored one is replaced by the stored one", async () => {
  const { store, calls } = setUp({
    "POST /api/chat/messages": stream(TURN("c0"), frame(2, "delta", { text: "xy" }), DONE()),
    "GET /api/chat/turns/t1": () =>
      Response.json({
        userMessage: message("u1", "user", "hello"),
        assistantMessage: message("a1", "assistant", "ab"),
      }),
  });
  await store.send("hello");
  expect(store.messages.value.at(-1)?.content).toBe("ab");
  expect(calls).toContain("GET /api/chat/turns/t1");
});

Deno.test("[CHT-54] text that is the stored one needs no further request", async () => {
  const { store, calls } = setUp({
    "POST /api/chat/messages": stream(TURN("c0"), frame(2, "delta", { text: "ab" }), DONE()),
  });
  await store.send("hello");
  expect(calls).toEqual(["POST /api/chat/messages"]);
});

Deno.test("[UI-95] a refusal keeps the words in the field and says why", async () => {
  const { store, saved } = setUp({
    "POST /api/chat/messages": () =>
      Response.json({ code: "quota_exceeded", status: 429, used: 9, limit: 10 }, { status: 429 }),
  });
  await store.send("hello");
  expect(store.draft.value).toBe("hello");
  expect([...saved.values()]).toEqual(["hello"]);
  expect(store.failure.value?.problem.code).toBe("quota_exceeded");
  expect(store.messages.value).toEqual([]);
});

Deno.test("[CHT-15] trying again sends the same message under the same id", async () => {
  const { store, bodies } = setUp({
    "POST /api/chat/messages": [
      () => Response.json({ code: "database_unavailable", status: 503 }, { status: 503 }),
      stream(TURN("c0"), frame(2, "delta", { text: "ab" }), DONE()),
    ],
  });
  await store.send("hello");
  store.failure.value?.retry?.();
  await new Promise((resolve) => store.messages.subscribe((m) => m.length === 2 && resolve(null)));
  expect(bodies.map((b) => b["clientMessageId"])).toEqual(["c0", "c0"]);
  expect(store.draft.value).toBe("");
});

Deno.test("[CHT-76] a message that is stored although the model is away stays, with another try", async () => {
  const { store, calls } = setUp({
    "POST /api/chat/messages": () =>
      Response.json({
        code: "model_unavailable",
        status: 503,
        turnId: "t1",
        sessionId: "s1",
        userMessageId: "u1",
      }, { status: 503 }),
    "GET /api/chat/sessions/s1": () => Response.json(conversation),
    "GET /api/chat/sessions/s1/messages?view=path": () =>
      Response.json({
        items: [message("u1", "user", "hello"), message("a1", "assistant", "")],
        nextCursor: null,
      }),
  });
  await store.send("hello");
  expect(store.draft.value).toBe("");
  expect(store.messages.value[0]?.content).toBe("hello");
  store.failure.value?.retry?.();
  expect(calls.at(-1)).toBe("POST /api/chat/messages/a1/regenerate");
});

Deno.test("[CHT-50] when another tab's answer is under way it is followed and the words are kept", async () => {
  const { store, clock } = setUp({
    "POST /api/chat/sessions/s1/messages": () =>
      Response.json({
        code: "turn_in_progress",
        status: 409,
        eventsUrl: "/api/chat/turns/t1/events",
      }, { status: 409 }),
    "GET /api/chat/turns/t1/events": stream(
      TURN("other"),
      frame(2, "delta", { text: "ab" }),
      DONE(),
    ),
    "GET /api/chat/sessions/s1/messages?view=path": () =>
      Response.json({
        items: [message("u1", "user", "theirs"), message("a1", "assistant", "ab")],
        nextCursor: null,
      }),
  }, { conversation });
  const sent = store.send("mine");
  await clock.advance(1_000);
  await sent;
  expect(store.draft.value).toBe("mine");
  expect(store.messages.value.map((m) => m.content)).toEqual(["theirs", "ab"]);
});

Deno.test("[CHT-3] choosing a variant stores the path that ends below it", async () => {
  const { store, bodies } = setUp({
    "GET /api/chat/sessions/s1/messages?view=tree&limit=100": () =>
      Response.json({
        items: [
          { id: "u1", parentId: null },
          { id: "a1", parentId: "u1" },
          { id: "a2", parentId: "u1" },
        ],
        nextCursor: null,
      }),
    "PATCH /api/chat/sessions/s1": () => Response.json({ ...conversation, headMessageId: "a1" }),
    "GET /api/chat/sessions/s1/messages?view=path": () =>
      Response.json({ items: [message("u1", "user", "q")], nextCursor: null }),
  }, { conversation });
  await store.choose("a1");
  expect(bodies[1]).toEqual({ headMessageId: "a1" });
  expect(store.messages.value.length).toBe(1);
});

Deno.test("[UI-58] a change the server refuses is taken back with notice", async () => {
  const { store } = setUp({}, { conversation, conversations: [conversation] });
  await store.patch({ pinned: true });
  expect(store.conversation.value?.pinned).toBe(false);
  expect(store.conversations.value[0]?.pinned).toBe(false);
  expect(store.failure.value?.problem.code).toBe("not_found");
});

Deno.test("[CHT-47] stop names the turn that is under way", async () => {
  let end!: () => void;
  const { store, calls, clock } = setUp({
    "POST /api/chat/messages": () =>
      new Response(
        new ReadableStream({
          start(controller) {
            const send = (text: string) => controller.enqueue(new TextEncoder().encode(text));
            send(TURN("c0") + frame(2, "delta", { text: "ab" }));
            end = () => {
              send(DONE());
              controller.close();
            };
          },
        }),
        { headers: { "content-type": "text/event-stream" } },
      ),
    "POST /api/chat/turns/t1/stop": () => Response.json({ id: "t1" }),
  });
  const sent = store.send("hello");
  await clock.advance(0);
  await store.stop();
  end();
  await sent;
  expect(calls).toContain("POST /api/chat/turns/t1/stop");
});

const fact = (id: string) => ({ id, text: id });
const kept = (taken: { saved?: unknown[]; replaced?: unknown[]; proposals?: unknown[] }) => () =>
  Response.json({ saved: [], replaced: [], proposals: [], ...taken });
const LOOK = "GET /api/chat/messages/u1/memory";
const TURN_ENDS = {
  "POST /api/chat/messages": stream(TURN("c0"), frame(2, "delta", { text: "ab" }), DONE()),
};

Deno.test("[MEM-36] what a turn kept is looked up twice at most, and can be taken back", async () => {
  const { store, clock, calls } = setUp({
    ...TURN_ENDS,
    [LOOK]: [kept({}), kept({ saved: [fact("m1")] })],
    "DELETE /api/memory/m1": () => Response.json({}),
  });
  await store.send("My sister lives in Bergen");
  const looks = () => calls.filter((call) => call === LOOK).length;
  expect(looks()).toBe(0);
  await clock.advance(1_000);
  expect([looks(), store.remembered.value.size]).toEqual([1, 0]);
  await clock.advance(3_000);
  expect(store.remembered.value.get("u1")?.saved.map(({ id }) => id)).toEqual(["m1"]);
  await clock.advance(60_000);
  expect(looks()).toBe(2);
  await store.forget("u1", store.remembered.value.get("u1")!.saved[0]!);
  expect(store.remembered.value.get("u1")!.saved).toEqual([]);
});

Deno.test("[MEM-36] a fact that could not be taken back stays in sight", async () => {
  const { store, clock } = setUp({ ...TURN_ENDS, [LOOK]: kept({ saved: [fact("m1")] }) });
  await store.send("My sister lives in Bergen");
  await clock.advance(1_000);
  await store.forget("u1", store.remembered.value.get("u1")!.saved[0]!);
  expect(store.remembered.value.get("u1")!.saved).toHaveLength(1);
  expect(store.failure.value?.retry).not.toBeNull();
});

Deno.test("[MEM-41] what was replaced can stand again, and the new fact goes", async () => {
  const replaced = [{ memory: { ...fact("m0"), supersededBy: "m1" }, eventId: "e1" }];
  const { store, clock, calls } = setUp({
    ...TURN_ENDS,
    [LOOK]: kept({ saved: [fact("m1")], replaced }),
    "POST /api/memory/m0/undo": () => Response.json({}),
    "DELETE /api/memory/m1": () => Response.json({}),
  });
  await store.send("I live in Bergen now");
  await clock.advance(1_000);
  await store.bringBack("u1", store.remembered.value.get("u1")!.replaced[0]!);
  expect(calls.slice(-2)).toEqual(["POST /api/memory/m0/undo", "DELETE /api/memory/m1"]);
  expect(store.remembered.value.get("u1")).toMatchObject({ saved: [], replaced: [] });
});

Deno.test("[MEM-35] what waits is asked about under the message, and kept or dropped", async () => {
  const proposals = ["p1", "p2"].map((id) => ({ ...fact(id), op: "save", shield: false }));
  const { store, clock } = setUp({
    ...TURN_ENDS,
    [LOOK]: kept({ proposals }),
    "POST /api/memory/proposals/p1/accept": () => Response.json({ memory: fact("m1") }),
    "POST /api/memory/proposals/p2/reject": () => new Response(null, { status: 204 }),
  });
  await store.send("I am allergic to nuts");
  await clock.advance(1_000);
  const waiting = () => store.remembered.value.get("u1")!.proposals;
  await store.decideProposal("u1", waiting()[0]!, "accept");
  await store.decideProposal("u1", waiting()[0]!, "reject");
  expect(waiting()).toEqual([]);
  expect(store.remembered.value.get("u1")!.saved.map(({ id }) => id)).toEqual(["m1"]);
});

Deno.test("[MEM-36] nothing is looked up where nothing is kept", async () => {
  for (
    const set of [{ mode: "off" }, { mode: "read_only" }, { mode: "on", temporary: true }] as const
  ) {
    const { store, clock, calls } = setUp(TURN_ENDS);
    store.memoryMode.value = set.mode;
    store.temporary.value = "temporary" in set;
    await store.send("hello");
    await clock.advance(10_000);
    expect(calls).not.toContain(LOOK);
  }
});
