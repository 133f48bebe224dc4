import { createEdge, type EdgeHandler } from "@/lib/api/edge.ts";
import { createHealth, type Health } from "@/lib/api/health.ts";
import { type Clock, systemClock } from "@/lib/platform/clock.ts";
import { type Config, parseConfig } from "@/lib/platform/config.ts";
import { holdDataDir } from "@/lib/platform/data_dir.ts";
import { createLog } from "@/lib/platform/log.ts";
import { createMetrics } from "@/lib/platform/metrics.ts";
import type { PageHandler } from "./dispatch.ts";
import type { OpenProduct } from "./open.ts";
import type { Services } from "./services.ts";
import { VERSION } from "./version.ts";

export type { PageContext, PageHandler } from "./dispatch.ts";

/** How to start the product. */
export interface BootOptions {
  env: Record<string, string | undefined>;
  /** Loaded while the rest starts; without one there are no pages. */
  pages?: () => Promise<PageHandler>;
  clock?: Clock;
  /** Where log lines go. */
  write?: (line: string) => void;
  /** Where words for people go. */
  say?: (text: string) => void;
  /** Dump to start an in-memory database from, instead of a folder. */
  databaseTemplate?: string;
}

/** A running product. */
export interface Running {
  /** Where it listens. */
  url: string;
  config: Config;
  health: Health;
  /** Resolves when everything is there; rejects when it can never be. */
  ready: Promise<Services>;
  /** Stops gracefully: no new work, running turns end, everything is written out. */
  stop(options?: { turnLimitMs?: number }): Promise<void>;
}

const TURN_LIMIT_MS = 60_000;

/**
 * Imports a file when it is asked for. Deno reads and compiles what an import with a literal name
 * leads to before anything runs, which more than doubles the time to the first answer.
 */
const later = <T>(file: string): Promise<T> => import(new URL(file, import.meta.url).href);

/**
 * Starts the product: configuration and secrets, then listening, then database, migrations, KV and
 * model host. `/healthz` answers from the moment of listening.
 *
 * @throws ConfigError, DataDirError before it listens
 */
export function boot(options: BootOptions): Running {
  const clock = options.clock ?? systemClock;
  const config = parseConfig(options.env);
  const dir = holdDataDir(config.dataDir);
  const startedAt = clock.now();
  const log = createLog({
    clock,
    level: config.logLevel,
    write: options.write ?? (() => {}),
    base: { service: "nova", env: config.appEnv, version: VERSION },
  });
  const health = createHealth();
  const metrics = createMetrics();
  let handler: EdgeHandler = ({ url }) => {
    const { pathname } = new URL(url);
    if (pathname === "/healthz") return health.live();
    if (pathname === "/readyz") return health.ready();
    throw health.startingProblem();
  };
  let routeOf: (request: Request) => string = ({ url }) =>
    /\/(?:healthz|readyz)$/.test(url) ? "/healthz" : "starting";
  const edge = createEdge((request, context) => handler(request, context), {
    clock,
    log,
    metrics,
    trustedProxies: config.trustedProxies,
    baseUrl: config.baseUrl,
    routeOf: (request) => routeOf(request),
  });
  const server = Deno.serve(
    { hostname: config.host, port: config.port, onListen: () => {}, automaticCompression: true },
    edge,
  );
  const stopping = new AbortController();

  async function open(): Promise<OpenProduct> {
    // The rest is loaded now that somebody is answering, beside the opening of the database.
    const [{ openProduct }, { openAndMigrate }] = await Promise.all([
      later<typeof import("./open.ts")>("./open.ts"),
      later<typeof import("./database.ts")>("./database.ts"),
      metrics.load(),
    ]);
    const product = await openProduct({
      ...options,
      config,
      dir,
      clock,
      log,
      metrics,
      health,
      startedAt,
      database: openAndMigrate({
        config,
        dir,
        log,
        clock,
        health,
        template: options.databaseTemplate,
        stop: stopping.signal,
      }),
    });
    handler = product.handler;
    routeOf = product.routeOf;
    health.set("database", "ok");
    health.set("migrations", "ok");
    return product;
  }

  const opened = open();
  const ready = opened.then(({ services }) => services);
  ready.catch(() => {});
  const { port } = server.addr as Deno.NetAddr;
  return {
    url: `http://${config.host === "0.0.0.0" ? "127.0.0.1" : config.host}:${port}`,
    config,
    health,
    ready,
    async stop(stopOptions = {}) {
      health.drain();
      stopping.abort(new Error("stopping"));
      const parts = await opened.catch(() => null);
      parts?.stopTimers();
      await parts?.closeControl();
      parts?.services.notices.close();
      await parts?.services.chat.turns.drain(stopOptions.turnLimitMs ?? TURN_LIMIT_MS);
      await server.shutdown();
      await parts?.services.close();
      parts?.services.kv.close();
      await parts?.db.close();
      dir.release();
    },
  };
}
