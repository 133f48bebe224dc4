import { expect } from "expect";
import type { z } from "zod";
import { apiOf } from "@/lib/boot/api.ts";
import { type Answer, startTestApp, type TestApp } from "@/tests/support/app.ts";
import { createHealth, type RouteEntry, undeclaredRoutes } from "./mod.ts";

let app: TestApp;
let api: ReturnType<typeof apiOf>["api"];
let document: OpenApi;
Deno.test.beforeAll(async () => {
  app = await startTestApp();
  const health = createHealth();
  ({ api } = apiOf(app.services, { health, commit: "test", startedAt: new Date() }));
  document = (await app.client().get("/api/openapi.json")).body as OpenApi;
});
Deno.test.afterAll(() => app.close());

// The product of this file goes on running between the tests.
const test = (name: string, fn: () => Promise<void> | void) =>
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });

interface Operation {
  operationId: string;
  summary: string;
  tags: string[];
  security: unknown[];
  parameters?: { name: string; in: string; required: boolean; schema: Record<string, unknown> }[];
  requestBody?: { required: boolean; content: Record<string, { schema: object }> };
  responses: Record<string, { description: string; content?: Record<string, object> }>;
}

interface OpenApi {
  openapi: string;
  info: { version: string };
  servers: { url: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: Record<string, Record<string, unknown>>;
}

const operationOf = ({ method, path }: RouteEntry): Operation | undefined =>
  document.paths[path.replace(/:(\w+)/g, "{$1}")]?.[method.toLowerCase()];

const operations = () => Object.values(document.paths).flatMap((item) => Object.values(item));

test("[API-35] no route lacks its metadata", () => {
  expect(undeclaredRoutes(api.app)).toEqual([]);
  expect(api.routes.length).toBeGreaterThan(30);
});

test("[API-35] every route is in the document, and nothing else is", () => {
  const missing = api.routes.filter((route) => !operationOf(route))
    .map(({ method, path }) => `${method} ${path}`);
  expect(missing).toEqual([]);
  expect(operations()).toHaveLength(api.routes.length);
  expect(document.openapi).toBe("3.1.0");
  expect(document.servers[0]!.url).toBe(app.services.config.baseUrl);
});

test("[API-35] an operation says what it is, who may call it and what it takes", () => {
  for (const route of api.routes) {
    const { method, path, meta } = route;
    const operation = operationOf(route)!;
    const where = `${method} ${path}`;
    expect({ where, summary: operation.summary.length > 5, tags: operation.tags.length })
      .toEqual({ where, summary: true, tags: 1 });
    expect({ where, open: operation.security.length === 0 })
      .toEqual({ where, open: meta.auth === "public" });
    expect({ where, body: operation.requestBody !== undefined })
      .toEqual({ where, body: meta.body !== undefined });
    const inPath = [...path.matchAll(/:(\w+)/g)].map((match) => match[1]);
    const parameters = operation.parameters ?? [];
    expect(parameters.filter((one) => one.in === "path").map((one) => one.name)).toEqual(inPath);
    expect(parameters.filter((one) => one.in === "path").every((one) => one.required)).toBe(true);
    expect({ where, query: parameters.some((one) => one.in === "query") })
      .toEqual({ where, query: meta.query !== undefined });
    for (const status of Object.keys(meta.responses)) {
      expect({ where, status, there: status in operation.responses })
        .toEqual({ where, status, there: true });
    }
  }
});

test("names of operations are unique and usable in programs", () => {
  const names = operations().map((operation) => operation.operationId);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[a-z][A-Za-z0-9]+$/);
});

test("every reference in the document leads somewhere", () => {
  const references = new Set([...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)]
    .map((match) => match[1]!));
  expect(references.size).toBeGreaterThan(0);
  for (const reference of references) {
    const found = reference.replace(/^#\//, "").split("/").reduce<unknown>(
      (value, key) => (value as Record<string, unknown> | undefined)?.[key],
      document,
    );
    expect({ reference, found: found !== undefined }).toEqual({ reference, found: true });
  }
});

test("[API-2] every operation answers faults as problems", () => {
  for (const operation of operations()) {
    expect(Object.keys(operation.responses.default!.content!)).toEqual([
      "application/problem+json",
    ]);
  }
});

/** The answer of a call, checked against what its route declares for that status. */
function checked(method: string, path: string, answer: Answer): Answer["body"] {
  const route = api.routes.find((one) => one.method === method && one.path === path)!;
  const where = `${method} ${path} ${answer.status}`;
  expect({ where, declared: Boolean(route?.meta.responses[answer.status]) })
    .toEqual({ where, declared: true });
  const { schema } = route.meta.responses[answer.status] as { schema: z.ZodType | null };
  if (!schema) return null;
  const result = schema.safeParse(answer.body);
  expect({ where, faults: result.error?.issues ?? [] }).toEqual({ where, faults: [] });
  return answer.body;
}

test("[RD-11] what public routes answer fits their schemas", async () => {
  const nobody = app.client();
  for (
    const path of [
      "/healthz",
      "/readyz",
      "/api/status",
      "/.well-known/jwks.json",
      "/api/openapi.json",
      "/api/plans",
      "/api/policy/principles",
    ]
  ) checked("GET", path, await nobody.get(path));
});

test("[RD-11] what a person's routes answer fits their schemas", async () => {
  const ada = await app.person("ada");
  await app.services.accounts.administration.verifyByHost(ada.email);
  const turn = checked(
    "POST",
    "/api/chat/messages",
    await ada.say("My sister Maren lives in Tromsø."),
  );
  await app.services.outbox.drain();
  const fact = checked(
    "POST",
    "/api/memory",
    await ada.post("/api/memory", { text: "The user likes walnuts" }),
  );
  const search = { query: "walnuts" };
  checked("POST", "/api/memory/search", await ada.post("/api/memory/search", search));
  const ids: Record<string, string> = {
    "/api/chat/sessions/:id": turn.turn.sessionId,
    "/api/chat/sessions/:id/messages": turn.turn.sessionId,
    "/api/chat/turns/:id": turn.turn.id,
    "/api/memory/:id": fact.id,
  };
  let calls = 0;
  for (const { method, path, meta } of api.routes) {
    if (method !== "GET" || meta.auth !== "user" || meta.roles) continue;
    // A stream that has no end answers nothing that could be read to it.
    if (path === "/api/notifications/stream") continue;
    const id = ids[path];
    if (path.includes(":") && !id) continue;
    const query = path === "/api/chat/search" ? "?q=Troms" : "";
    const answer = await ada.get(path.replace(/:\w+/, id ?? "") + query);
    if (answer.status === 200) calls++;
    checked(method, path, answer);
  }
  expect(calls).toBeGreaterThan(8);
});

test("[CON-3] a fault carries every member that the document requires", async () => {
  const ada = await app.person("ada");
  const { required } = document.components.schemas!.Problem as { required: string[] };
  const answers = [
    await app.client().get("/api/memory"),
    await ada.get(`/api/memory/${crypto.randomUUID()}`),
    await ada.get("/api/memory/not-an-id"),
    await ada.post("/api/memory", { text: "", extra: 1 }),
    await ada.send("DELETE", "/api/plans"),
    await ada.get("/api/no-such-thing"),
  ];
  expect(answers.map(({ status }) => status)).toEqual([401, 404, 404, 400, 405, 404]);
  for (const { body, status, headers } of answers) {
    expect(headers.get("content-type")).toContain("application/problem+json");
    for (const member of required) expect(typeof body[member]).not.toBe("undefined");
    expect(body.status).toBe(status);
    expect(body.correlationId).toBe(headers.get("x-correlation-id"));
  }
});
