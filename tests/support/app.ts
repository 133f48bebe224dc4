import { boot, type PageHandler, type Running } from "@/lib/boot/mod.ts";
import type { Services } from "@/lib/boot/services.ts";
import type { Clock } from "@/lib/platform/clock.ts";
import { createServerDatabase, testServer } from "./database.ts";
import { databaseTemplate } from "./template.ts";

/** A running product on a fresh store, for tests. */
export interface TestApp {
  url: string;
  services: Services;
  running: Running;
  /** Every log line so far. */
  logs: string[];
  /** A person's browser: keeps cookies, sends what a browser sends. */
  client(): TestClient;
  /** Registers a person and returns their signed-in client. */
  person(name?: string): Promise<TestClient & { userId: string; email: string }>;
  /** Sets a fault of the stand-in model host. */
  fault(fault: Record<string, unknown>): Promise<void>;
  close(): Promise<void>;
}

/** How to start one. */
export interface TestAppOptions {
  env?: Record<string, string>;
  clock?: Clock;
  pages?: () => Promise<PageHandler>;
  /** A folder to keep, for tests that start twice on the same data. */
  dataDir?: string;
  /** On disk instead of in memory. */
  persistent?: boolean;
}

/** Limits that only tests of limits want. */
const NO_LIMITS = Object.fromEntries(
  [
    "REGISTER",
    "LOGIN",
    "WEB_READ",
    "WEB_WRITE",
    "ANONYMOUS",
    "INSTANCE_PER_IP",
    "CHAT_ESTIMATE",
    "MEMORY_SEARCH",
    "MEMORY_WRITE",
    "PUBLIC",
    "RESET",
    "VERIFY",
    "RESEND",
    "REFRESH",
    "TWO_FACTOR",
    "EXPORT",
    "ADMIN",
  ]
    .map((name) => [`RATE_${name}`, "-1"]),
);
const ROOMY_PLAN = {
  PLAN_FREE_TRIAL_TOKENS_PER_DAY: "1000000",
  PLAN_FREE_TRIAL_MESSAGES_PER_DAY: "1000",
  PLAN_FREE_TRIAL_CHAT_TURNS_PER_MINUTE: "10000",
  PLAN_ALLOW_NON_MONOTONIC: "true",
};

/** A random free port; the socket is closed before the product takes it. */
function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

/** Starts the whole product as `APP_ENV=test`, with an instant practice model. */
export async function startTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const dataDir = options.dataDir ?? await Deno.makeTempDir({ prefix: "nova-test-" });
  const server = testServer && !options.persistent ? await createServerDatabase(testServer) : null;
  const port = freePort();
  const logs: string[] = [];
  const running = boot({
    env: {
      APP_ENV: "test",
      PORT: String(port),
      DATA_DIR: dataDir,
      KV_PATH: options.persistent ? `${dataDir}/kv.sqlite3` : ":memory:",
      STANDIN_TOKENS_PER_SECOND: "0",
      LOG_LEVEL: "debug",
      ...NO_LIMITS,
      ...ROOMY_PLAN,
      ...(server ? { DATABASE_URL: server.url, DATABASE_ADMIN_URL: server.adminUrl } : {}),
      ...options.env,
    },
    write: (line) => void logs.push(line),
    ...(options.clock ? { clock: options.clock } : {}),
    ...(options.pages ? { pages: options.pages } : {}),
    ...(options.persistent || server ? {} : { databaseTemplate: await databaseTemplate() }),
  });
  const services = await running.ready;
  const app: TestApp = {
    url: running.url,
    services,
    running,
    logs,
    client: () => new TestClient(running.url),
    async person(name = "ada") {
      const client = new TestClient(running.url);
      const email = `${name}-${crypto.randomUUID().slice(0, 8)}@example.org`;
      const { body } = await client.post("/api/auth/register", {
        email,
        password: "Correct-horse-7-battery",
        displayName: name[0]!.toUpperCase() + name.slice(1),
        acceptTerms: true,
        ageConfirmed: true,
      });
      const userId = (body as { user: { id: string } }).user.id;
      return Object.assign(client, { userId, email });
    },
    async fault(fault) {
      const response = await fetch(`${services.standIn!.url}/__fault`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(fault),
      });
      await response.body?.cancel();
      if (response.status !== 204) throw new Error(`The fault was not taken: ${response.status}`);
    },
    async close() {
      await running.stop({ turnLimitMs: 2_000 });
      await server?.drop();
      if (!options.dataDir) await Deno.remove(dataDir, { recursive: true });
    },
  };
  return app;
}

/** What came back, with its body read. */
export interface Answer {
  status: number;
  headers: Headers;
  // The shape depends on the route; tests look at what they expect.
  // deno-lint-ignore no-explicit-any -- a test asserts on whatever came
  body: any;
  text: string;
}

/** A small browser: cookie jar, same-origin headers, JSON. */
export class TestClient {
  readonly cookies = new Map<string, string>();

  constructor(readonly origin: string) {}

  /** Headers of a same-origin request. */
  headers(extra: Record<string, string> = {}): Headers {
    const headers = new Headers({ "sec-fetch-site": "same-origin", ...extra });
    if (this.cookies.size > 0) {
      headers.set(
        "cookie",
        [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; "),
      );
    }
    return headers;
  }

  /** A raw request with this client's cookies. */
  async fetch(
    path: string,
    init: RequestInit & { headers?: Record<string, string> } = {},
  ): Promise<Response> {
    const response = await fetch(this.origin + path, {
      redirect: "manual",
      ...init,
      headers: this.headers(init.headers),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [pair] = cookie.split(";");
      const at = pair!.indexOf("=");
      const value = pair!.slice(at + 1);
      if (value === "") this.cookies.delete(pair!.slice(0, at));
      else this.cookies.set(pair!.slice(0, at), value);
    }
    return response;
  }

  async send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await this.fetch(path, {
      method,
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = /[/+]json\b/.test(response.headers.get("content-type") ?? "");
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: json && text ? JSON.parse(text) : null,
    };
  }

  get = (path: string, headers?: Record<string, string>) =>
    this.send("GET", path, undefined, headers);
  post = (path: string, body?: unknown, headers?: Record<string, string>) =>
    this.send("POST", path, body, headers);
  patch = (path: string, body?: unknown, headers?: Record<string, string>) =>
    this.send("PATCH", path, body, headers);
  delete = (path: string) => this.send("DELETE", path);

  /** Sends a message and waits for the finished turn. */
  say(
    content: string,
    options: { sessionId?: string } & Record<string, unknown> = {},
  ): Promise<Answer> {
    const { sessionId, ...rest } = options;
    const path = sessionId ? `/api/chat/sessions/${sessionId}/messages` : "/api/chat/messages";
    return this.post(path, { content, clientMessageId: crypto.randomUUID(), ...rest });
  }

  /** Sends a message and reads the events of its stream. */
  async stream(
    content: string,
    options: { sessionId?: string } & Record<string, unknown> = {},
  ): Promise<SseEvent[]> {
    const { sessionId, ...rest } = options;
    const path = sessionId ? `/api/chat/sessions/${sessionId}/messages` : "/api/chat/messages";
    const response = await this.fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "text/event-stream" },
      body: JSON.stringify({ content, clientMessageId: crypto.randomUUID(), ...rest }),
    });
    return await Array.fromAsync(readEvents(response));
  }
}

/** One event of a stream. */
export interface SseEvent {
  id: string;
  event: string;
  // deno-lint-ignore no-explicit-any -- a test asserts on whatever came
  data: any;
}

/** Reads the events of a response as they come. */
export async function* readEvents(response: Response): AsyncGenerator<SseEvent> {
  let rest = "";
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    rest += chunk;
    for (let at = rest.indexOf("\n\n"); at !== -1; at = rest.indexOf("\n\n")) {
      const frame = rest.slice(0, at);
      rest = rest.slice(at + 2);
      const field = (name: string) =>
        frame.split("\n").find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ??
          "";
      if (field("event")) {
        yield { id: field("id"), event: field("event"), data: JSON.parse(field("data")) };
      }
    }
  }
}
