import { expect } from "expect";
import { startTestApp, type TestApp } from "./support/app.ts";
import { apiOf } from "@/lib/boot/api.ts";
import { createHealth } from "@/lib/api/mod.ts";

let app: TestApp;
Deno.test.beforeAll(async () => {
  app = await startTestApp();
});
Deno.test.afterAll(() => app.close());

/** Every declared route, read back from the router. */
function routes() {
  const { api } = apiOf(app.services, {
    health: createHealth(),
    commit: "test",
    startedAt: new Date(),
  });
  return api.routes;
}

/** A body that passes the schema of a route, so that only ownership can refuse it. */
const BODIES: Record<string, unknown> = {
  "PATCH /api/chat/sessions/:id": { title: "Mine now" },
  "POST /api/chat/sessions/:id/messages": {
    content: "Hello",
    clientMessageId: crypto.randomUUID(),
  },
  "POST /api/chat/messages/:id/edit": { content: "Changed", clientMessageId: crypto.randomUUID() },
  "POST /api/chat/messages/:id/regenerate": { clientMessageId: crypto.randomUUID() },
  "POST /api/chat/messages/:id/continue": { clientMessageId: crypto.randomUUID() },
  "POST /api/chat/messages/:id/feedback": { vote: "up" },
  "PATCH /api/memory/:id": { text: "Changed" },
  "POST /api/memory/:id/anchor": { anchor: true },
  "POST /api/memory/:id/promote": { tier: "itm" },
  "PATCH /api/account/keys/:id": { name: "Mine now" },
  "POST /api/account/grants/:id": { scope: "all", reason: "Mine now" },
  "POST /api/memory/:id/undo": { eventId: crypto.randomUUID() },
  "POST /api/memory/contradictions/:id/resolve": { answer: "keep_new" },
};

/** What a person has of an account: a device, a key, an archive, a grant to support. */
async function accountOf(owner: Awaited<ReturnType<TestApp["person"]>>): Promise<
  Record<string, string>
> {
  await app.services.accounts.administration.verifyByHost(owner.email);
  const key = await owner.post("/api/account/keys", { name: "Laptop", scopes: ["memory:read"] });
  const archive = await owner.post("/api/account/export");
  const grant = crypto.randomUUID();
  await owner.post(`/api/account/grants/${grant}`, { scope: "memories", reason: "A question" });
  return {
    "/api/account/devices/": (await owner.get("/api/account/devices")).body.items[0].id,
    "/api/account/keys/": key.body.id,
    "/api/account/export/": archive.body.id,
    "/api/account/grants/": grant,
  };
}

Deno.test("[RD-13] every route that takes an id answers another user as it answers an unknown id", async () => {
  const ada = await app.person("ada");
  const eve = await app.person("eve");
  const turn = (await ada.say("My sister Maren lives in Tromsø.")).body;
  const memory = (await ada.post("/api/memory", { text: "The user likes walnuts" })).body;
  const owned: Record<string, string> = {
    "/api/chat/sessions/": turn.turn.sessionId,
    "/api/chat/turns/": turn.turn.id,
    "/api/memory/": memory.id,
    "/api/notifications/": (await ada.post("/api/notifications/test")).body.id,
    ...await accountOf(ada),
  };
  const idOf = (path: string) =>
    path.includes("/messages/:id")
      ? path.includes("edit") || path.includes("forget")
        ? turn.userMessage.id
        : turn.assistantMessage.id
      : Object.entries(owned).find(([prefix]) => path.startsWith(prefix))?.[1];

  await app.services.accounts.administration.verifyByHost(eve.email);
  // What administrators open is nobody's own; the matrix of callers looks at it.
  const withId = routes().filter(({ path, meta }) => /:\w*[iI]d/.test(path) && !meta.roles);
  expect(withId.length).toBeGreaterThan(15);
  for (const { method, path } of withId) {
    const id = idOf(path);
    expect({ path, id: typeof id }).toEqual({ path, id: "string" });
    const body = BODIES[`${method} ${path}`];
    const foreign = await eve.send(method, path.replace(/:\w+/, id!), body);
    // The caller names a new grant itself, so an unknown id makes one.
    if (method === "POST" && path === "/api/account/grants/:id") {
      expect({ path, status: foreign.status }).toEqual({ path, status: 404 });
      continue;
    }
    const unknown = await eve.send(method, path.replace(/:\w+/, crypto.randomUUID()), body);
    expect({ method, path, status: foreign.status }).toEqual({ method, path, status: 404 });
    const told = ({ type, title, status, detail, code }: Record<string, unknown>) => ({
      type,
      title,
      status,
      detail,
      code,
    });
    expect(told(foreign.body)).toEqual(told(unknown.body));
  }
  // Nothing of it changed anything.
  expect((await ada.get(`/api/chat/sessions/${turn.turn.sessionId}`)).body.title).toBe(
    "My sister Maren lives in Tromsø.",
  );
  expect((await ada.get(`/api/memory/${memory.id}`)).body.text).toBe("The user likes walnuts");
});

Deno.test("[API-35] every route carries its metadata, and signed-out callers get 401 where a user is needed", async () => {
  const nobody = app.client();
  for (const { method, path, meta } of routes()) {
    if (meta.auth !== "user") continue;
    const answer = await nobody.send(
      method,
      path.replace(/:\w+/, crypto.randomUUID()),
      BODIES[`${method} ${path}`],
    );
    expect({ path, status: answer.status, code: answer.body?.code }).toEqual({
      path,
      status: 401,
      code: "token_missing",
    });
  }
});

Deno.test("[MEM-96] search and recall never show another user's words", async () => {
  const ada = await app.person("ada");
  const eve = await app.person("eve");
  await ada.say("The vault code word is periwinkle sunrise.");
  await ada.post("/api/memory", { text: "The user keeps a periwinkle sunrise in the vault" });
  await app.services.outbox.drain();
  const found = await eve.post("/api/memory/search", { query: "periwinkle sunrise vault" });
  expect(found.body.items).toEqual([]);
  const asked = await eve.say("What is the periwinkle sunrise in the vault?");
  expect(asked.body.recall.items).toEqual([]);
});
