import { expect } from "expect";
import { openDatabase } from "@/lib/platform/database/mod.ts";
import { silentLog } from "@/lib/platform/log.ts";
import { boot } from "@/lib/boot/mod.ts";
import { createServerDatabase, testServer } from "./support/database.ts";
import { TestClient } from "./support/app.ts";

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

const LIMITS = { RATE_REGISTER: "-1", RATE_ANONYMOUS: "-1", RATE_INSTANCE_PER_IP: "-1" };

Deno.test("[OPS-4] with a database that is not there, the process is alive, not ready, and says why", async () => {
  const dataDir = await Deno.makeTempDir();
  const port = freePort();
  const running = boot({
    env: {
      APP_ENV: "test",
      PORT: String(port),
      DATA_DIR: dataDir,
      KV_PATH: ":memory:",
      DATABASE_URL: `postgres://x@127.0.0.1:${freePort()}/x`,
      ...LIMITS,
    },
  });
  try {
    const client = new TestClient(running.url);
    expect((await client.get("/healthz")).body).toEqual({ status: "ok" });
    const ready = await client.get("/readyz");
    expect([ready.status, ready.body.status]).toEqual([503, "not_ready"]);
    expect(ready.body.reasons.length).toBeGreaterThan(0);
    expect(ready.headers.get("retry-after")).toBe("1");
    for (const path of ["/", "/api/status", "/api/chat/sessions"]) {
      const answer = await client.get(path);
      expect([answer.status, answer.body.code, answer.headers.get("retry-after")]).toEqual([
        503,
        "starting",
        "1",
      ]);
      expect(answer.body.missing).toContain("database");
    }
  } finally {
    await running.stop();
    await Deno.remove(dataDir, { recursive: true });
  }
});

/** A wire between the product and its server that can be cut and mended. */
function createWire(target: { hostname: string; port: number }) {
  const port = freePort();
  let listener: Deno.TcpListener | null = null;
  const open = new Set<Deno.TcpConn>();
  async function accept(own: Deno.TcpListener) {
    for await (const client of own) {
      const server = await Deno.connect(target);
      for (const conn of [client, server]) open.add(conn);
      void client.readable.pipeTo(server.writable).catch(() => {});
      void server.readable.pipeTo(client.writable).catch(() => {});
    }
  }
  return {
    port,
    mend() {
      listener = Deno.listen({ hostname: "127.0.0.1", port });
      void accept(listener).catch(() => {});
    },
    cut() {
      listener?.close();
      listener = null;
      for (const conn of open) {
        try {
          conn.close();
        } catch { /* closed by its other end */ }
      }
      open.clear();
    },
  };
}

Deno.test({
  name: "[OPS-13] a server that goes away gives 503 at once, and comes back without a restart",
  ignore: !testServer, // the embedded database is in the process and cannot go away
  async fn() {
    const server = await createServerDatabase(testServer!);
    const target = new URL(server.url);
    const wire = createWire({ hostname: target.hostname, port: Number(target.port) });
    wire.mend();
    const through = (url: string) => Object.assign(new URL(url), { port: String(wire.port) }).href;
    const dataDir = await Deno.makeTempDir();
    const running = boot({
      env: {
        APP_ENV: "test",
        PORT: String(freePort()),
        DATA_DIR: dataDir,
        KV_PATH: ":memory:",
        DATABASE_URL: through(server.url),
        DATABASE_ADMIN_URL: through(server.adminUrl),
        STANDIN_TOKENS_PER_SECOND: "0",
        ...LIMITS,
      },
    });
    try {
      await running.ready;
      const ada = new TestClient(running.url);
      await ada.post("/api/auth/register", {
        email: "ada@example.org",
        password: "Correct-horse-7-battery",
        acceptTerms: true,
        ageConfirmed: true,
      });
      expect((await ada.say("Hello there")).status).toBe(200);
      wire.cut();
      const started = performance.now();
      const gone = await ada.get("/api/chat/sessions");
      expect([gone.status, gone.body.code]).toEqual([503, "database_unavailable"]);
      expect(Number(gone.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(performance.now() - started).toBeLessThan(6_000); // a bound against hanging, not a figure
      expect((await ada.get("/healthz")).status).toBe(200);
      wire.mend();
      let back = await ada.get("/api/chat/sessions");
      for (let i = 0; i < 20 && back.status !== 200; i++) {
        back = await ada.get("/api/chat/sessions");
      }
      expect(back.status).toBe(200);
      expect(back.body.items).toHaveLength(1);
    } finally {
      await running.stop();
      wire.cut();
      await server.drop();
      await Deno.remove(dataDir, { recursive: true });
    }
  },
});

Deno.test({
  name: "[OPS-13] a connection that is cut within a transaction fails it, and nothing else",
  ignore: !testServer,
  async fn() {
    const server = await createServerDatabase(testServer!);
    const target = new URL(server.url);
    const wire = createWire({ hostname: target.hostname, port: Number(target.port) });
    wire.mend();
    const url = Object.assign(new URL(server.adminUrl), { port: String(wire.port) }).href;
    const db = await openDatabase({ log: silentLog, url });
    try {
      for (let n = 0; n < 5; n++) {
        const cut = db.asSystem("test", async (tx) => {
          await tx`select 1`;
          wire.cut();
          await tx`select 2`;
        });
        await expect(cut).rejects.toMatchObject({ code: "database_unavailable" });
        wire.mend();
        // What postgres.js still wanted to send comes on a later turn of the event loop.
        await new Promise((resolve) => setTimeout(resolve, 20));
        await db.ping();
      }
    } finally {
      await db.close();
      wire.cut();
      await server.drop();
    }
  },
});
