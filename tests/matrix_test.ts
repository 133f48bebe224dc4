import { expect } from "expect";
import { apiOf } from "@/lib/boot/api.ts";
import { createHealth, type RouteEntry } from "@/lib/api/mod.ts";
import { CAPABILITIES, SERVICE_NAMES } from "@/lib/platform/capabilities.ts";
import { RATE_CLASSES } from "@/lib/platform/config_rates.ts";
import { ROUTE_TABLE } from "./support/route_table.ts";
import { startTestApp, type TestApp, type TestClient } from "./support/app.ts";

type Person = TestClient & { userId: string; email: string };

let app: TestApp;
let routes: RouteEntry[];
Deno.test.beforeAll(async () => {
  const unlimited = Object.keys(RATE_CLASSES).map((rate) => [`RATE_${rate}`, "-1"]);
  app = await startTestApp({
    env: {
      ...Object.fromEntries(unlimited),
      FEATURE_RULE_KEY_ABUSE: "false",
      PLAN_FREE_TRIAL_API_REQUESTS_PER_MINUTE: "100000",
    },
  });
  routes = apiOf(app.services, { health: createHealth(), commit: "test", startedAt: new Date() })
    .api.routes;
});
Deno.test.afterAll(() => app.close());

const sql = (purpose: string, change: (id: string) => string, id: string) =>
  app.services.db.asSystem(purpose, (tx) => tx.unsafe(change(id)));

async function person(name: string, role = "learner"): Promise<Person> {
  const made = await app.person(name);
  await sql(
    "test: role",
    (id) => `update users set role = '${role}' where id = '${id}'`,
    made.userId,
  );
  return made;
}

const name = ({ method, path }: RouteEntry) => `${method} ${path}`;

Deno.test("[API-35] routes say of themselves what the table says of them", () => {
  for (const entry of routes) {
    const row = ROUTE_TABLE.get(name(entry));
    if (!row) continue;
    const { meta } = entry;
    const auth = meta.auth === "public"
      ? "P"
      : meta.auth === "service"
      ? "S"
      : !meta.roles
      ? "U"
      : meta.roles.includes("moderator")
      ? "M"
      : "A";
    const gates = [
      meta.verified ? "V" : "",
      meta.stepUp ? "T" : "",
      meta.anyStanding ? "C" : "",
    ].join("");
    expect({ route: name(entry), auth, gates: gates || "-", keys: meta.scopes ?? [] })
      .toEqual({ route: name(entry), ...row, keys: row.keys });
  }
  const declared = new Set(routes.map(name));
  expect([...ROUTE_TABLE.keys()].filter((key) => !declared.has(key))).toEqual([]);
  const own = routes.filter(({ path }) => /^\/api\/(?:auth|account)\//.test(path)).map(name);
  expect(own.filter((key) => !ROUTE_TABLE.has(key))).toEqual([]);
});

/** What a caller gets before anybody looks at the body: the code, or `in`. */
function expected(entry: RouteEntry, caller: string): string {
  const { meta } = entry;
  if (meta.auth === "public") return "in";
  if (meta.auth === "service") return caller.startsWith("svc:") ? "in" : "service_token_missing";
  if (caller === "anonymous" || caller.startsWith("svc:")) return "token_missing";
  if (caller === "expired session") return "token_invalid";
  if (["suspended", "closing"].includes(caller) && !meta.anyStanding) return "suspended";
  if (caller.startsWith("key:")) {
    return meta.scopes?.includes(caller.slice(4)) ? "in" : "scope_missing";
  }
  const roles: readonly string[] = meta.roles ?? ["learner", "moderator", "admin"];
  const role = ["moderator", "admin"].includes(caller) ? caller : "learner";
  if (!roles.includes(role)) return "forbidden";
  if (meta.verified) return "email_unverified";
  return "in";
}

/** Answers that say that the caller was let in: the body, the id or the state was looked at. */
const OUT = new Set([
  "token_missing",
  "token_invalid",
  "suspended",
  "scope_missing",
  "forbidden",
  "email_unverified",
  "step_up_required",
  "service_token_missing",
  "service_token_scope",
  "csrf_failed",
]);
/** These end what the caller came with, so they are tried last of all and by themselves. */
const ENDING =
  /logout|account\/(?:delete|restore|export$)|end-sessions|client-errors|\/users\/:id$/;

Deno.test("[ACC-87] every route answers every kind of caller as the table says", async () => {
  const eve = await person("eve");
  const owner = await person("key");
  const moderator = await person("mo", "moderator");
  const admin = await person("root", "admin");
  const suspended = await person("sue");
  const closing = await person("clo");
  const gone = await person("gone");
  await sql(
    "t",
    (id) => `update users set suspended_at = now() where id = '${id}'`,
    suspended.userId,
  );
  await sql(
    "t",
    (id) =>
      `update users set deletion_requested_at = now(), delete_after = now() + interval '9 days' where id = '${id}'`,
    closing.userId,
  );
  await sql("t", (id) => `delete from web_sessions where user_id = '${id}'`, gone.userId);
  const callers: Record<string, { send: Person["send"] }> = {
    "anonymous": app.client(),
    "learner": await person("ada"),
    "other learner": eve,
    "moderator": moderator,
    "admin": admin,
    "suspended": suspended,
    "closing": closing,
    "expired session": gone,
  };
  for (const service of SERVICE_NAMES) {
    const { token } = await app.services.tokens.issue(service, {
      audience: "nova-internal:test",
      scopes: [...CAPABILITIES[service]],
    });
    const client = app.client();
    callers[`svc:${service}`] = {
      send: (method, path, body) => client.send(method, path, body, { "x-service-token": token }),
    };
  }
  for (const scope of ["memory:read", "chat:write", "export:read"]) {
    const key = await keyOf(owner, scope);
    const client = app.client();
    callers[`key:${scope}`] = {
      send: (method, path, body) =>
        client.send(method, path, body, { authorization: `Bearer ${key}` }),
    };
  }
  const wrong: unknown[] = [];
  for (const entry of routes) {
    const { method, path, meta } = entry;
    if (ENDING.test(path) || path === "/metrics" || meta.responses[200]?.type) continue;
    for (const [kind, caller] of Object.entries(callers)) {
      const want = expected(entry, kind);
      // A body no route accepts: whoever is let in gets 400, 404 or 409 and changes nothing.
      const body = method === "GET" ? undefined : { nothing: { of: "use" } };
      const url = path.replace(/:\w+/, crypto.randomUUID());
      const answer = await caller.send(method, url, body);
      const got = OUT.has(answer.body?.code) ? answer.body.code : "in";
      if (got !== want || answer.status >= 500) {
        wrong.push({ route: name(entry), kind, want, got, status: answer.status });
      }
    }
  }
  expect(wrong).toEqual([]);
});

async function keyOf(owner: Person, scope: string): Promise<string> {
  const principal = await principalOf(owner);
  const made = await app.services.accounts.apiKeys.create(principal, {
    name: scope,
    scopes: [scope as "chat:write"],
    expiresInDays: 30,
  });
  return made.key;
}

async function principalOf(owner: Person) {
  const token = owner.cookies.get("nova_session")!;
  const found = await app.services.accounts.authenticate({ kind: "session", token }, {
    address: "127.0.0.1",
  });
  if (found.kind !== "user") throw new Error("No session");
  return found.principal;
}

Deno.test("[ACC-113] headers that claim an identity change neither the answer nor the entry", async () => {
  const ada = await person("ada");
  const admin = await person("root", "admin");
  const claims = {
    "x-user-id": admin.userId,
    "x-user-role": "admin",
    "x-service-name": "edge",
  };
  const wrong: unknown[] = [];
  for (const entry of routes) {
    if (ENDING.test(entry.path) || entry.meta.auth === "public" || entry.method !== "GET") continue;
    if (entry.path === "/api/notifications/stream") continue; // has no end to wait for
    const url = entry.path.replace(/:\w+/, crypto.randomUUID());
    for (const client of [app.client(), ada]) {
      const plain = await client.send(entry.method, url);
      const claimed = await client.send(entry.method, url, undefined, claims);
      if (plain.status !== claimed.status || plain.body?.code !== claimed.body?.code) {
        wrong.push({ route: name(entry), plain: plain.status, claimed: claimed.status });
      }
    }
  }
  expect(wrong).toEqual([]);
});
