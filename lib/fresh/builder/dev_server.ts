import { type App, setBuildCache } from "../src/app.ts";
import { listen, type ListenOptions } from "../src/listen.ts";
import { reportError } from "../src/report.ts";
import { MemoryBuildCache } from "./memory.ts";
import type { ResolvedBuildConfig } from "./options.ts";
import type { Project } from "./project.ts";

/** What the development server needs. */
export interface DevServer<State> {
  config: ResolvedBuildConfig;
  importApp: () => Promise<{ app: App<State> } | App<State>>;
  options: ListenOptions;
  /** Crawls and bundles the project anew. */
  read: () => Promise<Project>;
}

const EVENTS = "/_fresh/alive";
const SCRIPT = "/_fresh/alive.js";
/** Editors write a file in several steps; this long nothing must happen. */
const QUIET_MS = 60;

// Reloads when the server names another revision, be it after a rebuild or a restart.
const CLIENT = `let seen;
new EventSource(new URL(import.meta.url).searchParams.get("events")).onmessage = ({ data }) => {
  if (seen !== undefined && seen !== data) location.reload();
  seen = data;
};
`;

/** Tells open pages which revision the server is at. */
class Revisions {
  #current = crypto.randomUUID();
  #listeners = new Set<ReadableStreamDefaultController<Uint8Array>>();
  #encoder = new TextEncoder();

  #message(): Uint8Array {
    return this.#encoder.encode(`retry: 300\ndata: ${this.#current}\n\n`);
  }

  /** A stream of server-sent events for one page. */
  subscribe(): Response {
    let own: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        own = controller;
        this.#listeners.add(controller);
        controller.enqueue(this.#message());
      },
      cancel: () => {
        this.#listeners.delete(own);
      },
    });
    return new Response(body, {
      headers: {
        "content-type": "text/event-stream",
        "cache-control": "no-store",
      },
    });
  }

  /** Makes every open page reload. */
  next(): void {
    this.#current = crypto.randomUUID();
    for (const controller of this.#listeners) {
      controller.enqueue(this.#message());
    }
  }
}

/** Calls back when files of the project have changed and the disk is quiet again. */
async function watch(paths: string[], onChange: () => Promise<void>): Promise<void> {
  const existing = paths.filter((path) => {
    try {
      return Deno.statSync(path).isDirectory;
    } catch {
      return false;
    }
  });
  if (existing.length === 0) return;
  let timer: ReturnType<typeof setTimeout> | undefined;
  for await (const event of Deno.watchFs(existing)) {
    if (event.kind === "access") continue;
    clearTimeout(timer);
    timer = setTimeout(() => onChange().catch(reportError), QUIET_MS);
  }
}

/** Builds, serves, watches. Does not return while the server runs. */
export async function serveDevelopment<State>(server: DevServer<State>): Promise<void> {
  const { config, options, read } = server;
  const imported = await server.importApp();
  const app = "app" in imported ? imported.app : imported;
  const { basePath } = app.config;
  const revisions = new Revisions();
  let handler = app.handler();

  const rebuild = async () => {
    const project = await read();
    const liveReload = `${SCRIPT}?events=${encodeURIComponent(basePath + EVENTS)}`;
    project.runtime = { ...project.runtime, liveReload };
    const cache = new MemoryBuildCache(config, project);
    await cache.load();
    setBuildCache(app, cache, "development");
    handler = app.handler();
    revisions.next();
  };
  await rebuild();
  watch([config.staticDir, config.islandDir, config.routeDir], rebuild).catch(reportError);

  const serve = (req: Request, info?: Deno.ServeHandlerInfo): Promise<Response> => {
    const { pathname } = new URL(req.url);
    if (pathname === basePath + EVENTS) {
      return Promise.resolve(revisions.subscribe());
    }
    if (pathname === basePath + SCRIPT) {
      const headers = { "content-type": "text/javascript; charset=utf-8" };
      return Promise.resolve(new Response(CLIENT, { headers }));
    }
    return handler(req, info);
  };
  await listen(serve, { basePath, ...options });
}
