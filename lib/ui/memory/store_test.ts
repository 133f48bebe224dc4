import { expect } from "expect";
import { FakeClock } from "../../platform/clock.ts";
import type { Api } from "../chat/api.ts";
import type { Memory } from "../contract.ts";
import { address, filterOf, type MemoryData, MemoryStore } from "./store.ts";

const memory = (id: string, text = id): Memory => ({
  id,
  type: "fact",
  tier: "ltm",
  source: "first_hand",
  text,
  quote: null,
  sourceMessageIds: [],
  sessionId: null,
  subject: null,
  attribute: null,
  value: null,
  confidence: 1,
  tags: [],
  pinned: false,
  anchor: false,
  locked: false,
  injection: "any_model",
  validFrom: "2026-01-01T09:00:00.000Z",
  validTo: null,
  createdAt: "2026-01-01T09:00:00.000Z",
  updatedAt: "2026-01-01T09:00:00.000Z",
  supersededBy: null,
  supersededAt: null,
  accessCount: 0,
  lastAccessedAt: null,
  expiresAt: null,
  deletedAt: null,
  bytes: 1,
});

const data: MemoryData = {
  filter: {
    query: "",
    tier: "",
    type: "",
    pinned: false,
    includePast: false,
    trash: false,
    asOf: "",
  },
  items: [memory("a"), memory("b"), memory("c")],
  nextCursor: "next",
  found: null,
  chosen: null,
};

function setUp(answer: (call: string, body?: unknown) => unknown) {
  const calls: string[] = [];
  const renamed: string[] = [];
  const call = <T>(method: string) => async (path: string, body?: unknown): Promise<T> => {
    calls.push(`${method} ${path}`);
    return await Promise.resolve(answer(`${method} ${path}`, body)) as T;
  };
  const api: Api = {
    get: call("GET") as Api["get"],
    post: call("POST") as Api["post"],
    patch: call("PATCH") as Api["patch"],
    delete: call("DELETE") as Api["delete"],
  };
  const clock = new FakeClock();
  const store = new MemoryStore(data, { api, clock, rename: (path) => renamed.push(path) });
  const ids = () => store.rows.value.map((row) => row.kind === "fact" ? row.memory.id : "turn");
  return { store, calls, renamed, ids };
}

const refuse = () => {
  throw new Error("refused");
};

Deno.test("[UI-46] forgetting happens at once and can be undone in its place", async () => {
  const { store, ids } = setUp((call) => call.startsWith("DELETE") ? { id: "b" } : memory("b"));
  await store.forget(memory("b"));
  expect(ids()).toEqual(["a", "c"]);
  store.note.value?.undo?.();
  await new Promise((resolve) =>
    store.note.subscribe((n) => n?.words === "restored" && resolve(0))
  );
  expect(ids()).toEqual(["a", "b", "c"]);
});

Deno.test("[UI-58] what the server refuses comes back with notice", async () => {
  const { store, ids } = setUp(refuse);
  await store.forget(memory("b"));
  expect(ids()).toEqual(["a", "b", "c"]);
  await store.pin(memory("a"));
  const first = store.rows.value[0];
  expect(first?.kind === "fact" && first.memory.pinned).toBe(false);
  expect(store.problem.value?.code).toBe("internal");
});

Deno.test("[UI-43] the filter is in the address and comes back out of it", async () => {
  const { store, renamed, calls } = setUp(() => ({ items: [], nextCursor: null }));
  await store.show({ tier: "ltm", pinned: true });
  expect(renamed).toEqual(["/memory?tier=ltm&pinned=true"]);
  expect(calls).toEqual(["GET /api/memory?tier=ltm&pinned=true"]);
  const filter = {
    query: "where & why",
    tier: "itm",
    type: "event",
    pinned: false,
    includePast: true,
    trash: false,
    asOf: "2026-03-14",
  } as const;
  const query = new URL(address(filter), "http://x").searchParams;
  expect(filterOf(query)).toEqual(filter);
  expect(filterOf(new URLSearchParams("tier=root&pinned=maybe")).tier).toBe("");
});

Deno.test("[MEM-81] a search shows memories and passages in one list", async () => {
  const { store, ids, calls } = setUp(() => ({
    items: [{ kind: "fact", memory: memory("f"), score: 1, parts: [] }, {
      kind: "turn",
      message: { id: "m" },
      score: 0.5,
      parts: [],
    }],
    total: 2,
    degraded: false,
    ms: 9,
  }));
  await store.show({ query: " where " });
  expect(calls).toEqual(["POST /api/memory/search"]);
  expect(ids()).toEqual(["f", "turn"]);
  expect(store.nextCursor.value).toBeNull();
});

Deno.test("[API-3] the next page is added below, once", async () => {
  const { store, ids } = setUp(() => ({ items: [memory("d")], nextCursor: null }));
  await Promise.all([store.more(), store.more()]);
  expect(ids()).toEqual(["a", "b", "c", "d"]);
});

Deno.test("[CON-43] a memory that was known already is shown and said to be known", async () => {
  const { store, ids } = setUp(() => ({ ...memory("b"), createdAt: "2025-01-01T00:00:00.000Z" }));
  expect(await store.add("b")).toBe(true);
  expect(ids()).toEqual(["b", "a", "c"]);
  expect(store.note.value?.words).toBe("duplicate");
});
