import { createEdge, createHealth, type EdgeHandler, type Health } from "@/lib/api/mod.ts";
import { jobHandlers, startTimers } from "@/jobs/mod.ts";
import { type Clock, sleep, systemClock } from "@/lib/platform/clock.ts";
import { type Config, parseConfig } from "@/lib/platform/config.ts";
import { type DataDir, holdDataDir } from "@/lib/platform/data_dir.ts";
import { isConnectionFault, type OpenDatabase, openDatabase } from "@/lib/platform/database/mod.ts";
import { migrate, readMigrations } from "@/lib/platform/database/migrations.ts";
import { secureRandom, uuidV7Source } from "@/lib/platform/ids.ts";
import { openKv } from "@/lib/platform/kv.ts";
import { createLog, type Log } from "@/lib/platform/log.ts";
import { createMetrics } from "@/lib/platform/metrics.ts";
import { apiOf } from "./api.ts";
import { startControl } from "./control.ts";
import { dispatch, type PageHandler, routeNames } from "./dispatch.ts";
import { bootReport } from "./report.ts";
import { loadSecrets } from "./secrets.ts";
import { createServices, type Services } from "./services.ts";
import { commitOf, VERSION } from "./version.ts";

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

const DATABASE_WAITS = [1, 2, 4, 8, 16, 30];
const TURN_LIMIT_MS = 60_000;

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

  async function open(): Promise<
    {
      services: Services;
      db: OpenDatabase;
      stopTimers: () => void;
      closeControl: () => Promise<void>;
    }
  > {
    const secrets = await loadSecrets(config, dir);
    const db = await openAndMigrate({
      config,
      dir,
      log,
      clock,
      health,
      template: options.databaseTemplate,
      stop: stopping.signal,
    });
    const kv = await openKv({ path: config.kvPath, now: clock.now, log, metrics });
    const services = await createServices({
      config,
      secrets,
      clock,
      ids: uuidV7Source(clock, secureRandom),
      random: secureRandom,
      log,
      metrics,
      db,
      kv,
      mailFolder: dir.file("mailbox"),
    });
    health.set("policy", "ok");
    health.set("content", "ok");
    // A single process closes its former turns before it is ready (CHT-49).
    await services.chat.turns.recover({ all: db.kind === "embedded" });
    services.outbox.start(jobHandlers(services));
    const { api, status, gate } = apiOf(services, {
      health,
      commit: commitOf(options.env),
      startedAt,
    });
    const pages = await options.pages?.();
    handler = dispatch({ services, api, pages, health, gate });
    routeOf = routeNames(api);
    const stopTimers = startTimers(services);
    const closeControl = await startControl({ dir, services, config });
    health.set("database", "ok");
    health.set("migrations", "ok");
    options.say?.(
      await bootReport({ services, status, url: config.baseUrl, fetch: globalThis.fetch }),
    );
    void services.model.warmUp();
    return { services, db, stopTimers, closeControl };
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
      await parts?.services.chat.turns.drain(stopOptions.turnLimitMs ?? TURN_LIMIT_MS);
      await server.shutdown();
      await parts?.services.close();
      parts?.services.kv.close();
      await parts?.db.close();
      dir.release();
    },
  };
}

/** Opens everything a command of the operator needs, without listening. */
export async function openForCommand(env: Record<string, string | undefined>): Promise<
  { services: Services; config: Config; close(): Promise<void> }
> {
  const clock = systemClock;
  const config = parseConfig(env);
  const dir = holdDataDir(config.dataDir);
  const log = createLog({ clock, level: "error", write: () => {} });
  const metrics = createMetrics();
  const db = await openAndMigrate({
    config,
    dir,
    log,
    clock,
    health: createHealth(),
    stop: AbortSignal.abort(),
  });
  const kv = await openKv({ path: config.kvPath, now: clock.now, log, metrics });
  const services = await createServices({
    config,
    secrets: await loadSecrets(config, dir),
    clock,
    ids: uuidV7Source(clock, secureRandom),
    random: secureRandom,
    log,
    metrics,
    db,
    kv,
    mailFolder: dir.file("mailbox"),
  });
  return {
    services,
    config,
    async close() {
      await services.close();
      kv.close();
      await db.close();
      dir.release();
    },
  };
}

async function openAndMigrate(options: {
  config: Config;
  dir: DataDir;
  log: Log;
  clock: Clock;
  health: Health;
  template?: string;
  stop: AbortSignal;
}): Promise<OpenDatabase> {
  const { config, health, clock } = options;
  for (let attempt = 0;; attempt++) {
    try {
      health.set("database", "running");
      const db = await openDatabase({
        log: options.log,
        ...(config.databaseUrl
          ? { url: config.databaseUrl }
          : options.template
          ? { template: options.template }
          : { folder: options.dir.file("postgres") }),
      });
      await db.ping();
      health.set("migrations", "running");
      const owner = db.owner(config.databaseAdminUrl);
      try {
        const loginRole = config.databaseUrl
          ? decodeURIComponent(new URL(config.databaseUrl).username)
          : "";
        await migrate(owner, {
          migrations: await readMigrations(new URL("../migrations/", import.meta.url)),
          embedDim: config.embedDim,
          server: db.kind === "server",
          ...(loginRole ? { loginRole } : {}),
          now: clock.now(),
        });
      } finally {
        await owner.end({ timeout: 5 });
      }
      return db;
    } catch (error) {
      // A server that is not there yet is waited for; anything else can never be right.
      if (!config.databaseUrl || !isConnectionFault(error) || options.stop.aborted) {
        health.set("database", "failed");
        throw error;
      }
      health.set("database", "waiting");
      options.log.warn("database.waiting", "The database does not answer yet; trying again");
      const seconds = DATABASE_WAITS[Math.min(attempt, DATABASE_WAITS.length - 1)]!;
      await sleep(clock, seconds * 1000, options.stop);
    }
  }
}
