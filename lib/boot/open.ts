import type { EdgeHandler } from "@/lib/api/edge.ts";
import { createHealth, type Health } from "@/lib/api/health.ts";
import { jobHandlers, startTimers } from "@/jobs/mod.ts";
import { type Clock, systemClock } from "@/lib/platform/clock.ts";
import { type Config, parseConfig } from "@/lib/platform/config.ts";
import { type DataDir, holdDataDir } from "@/lib/platform/data_dir.ts";
import type { OpenDatabase } from "@/lib/platform/database/mod.ts";
import { secureRandom, uuidV7Source } from "@/lib/platform/ids.ts";
import { openKv } from "@/lib/platform/kv.ts";
import { createLog, type Log } from "@/lib/platform/log.ts";
import { createMetrics, type Metrics } from "@/lib/platform/metrics.ts";
import { apiOf } from "./api.ts";
import { noteStart } from "./changes.ts";
import { startControl } from "./control.ts";
import { openAndMigrate } from "./database.ts";
import { dispatch, type PageHandler, routeNames } from "./dispatch.ts";
import { bootReport } from "./report.ts";
import { loadSecrets } from "./secrets.ts";
import { createServices, type Services } from "./services.ts";
import { commitOf } from "./version.ts";

/** What the product is opened with, once it listens. */
export interface OpenOptions {
  env: Record<string, string | undefined>;
  pages?: () => Promise<PageHandler>;
  say?: (text: string) => void;
  config: Config;
  dir: DataDir;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  health: Health;
  startedAt: Date;
  /** Being opened already. */
  database: Promise<OpenDatabase>;
}

/** Everything of a running product that has to be ended. */
export interface OpenProduct {
  services: Services;
  db: OpenDatabase;
  handler: EdgeHandler;
  routeOf: (request: Request) => string;
  stopTimers: () => void;
  closeControl: () => Promise<void>;
}

/** Opens services, API, pages and jobs over a database that is being opened. */
export async function openProduct(options: OpenOptions): Promise<OpenProduct> {
  const { config, dir, clock, log, metrics, health } = options;
  options.database.catch(() => {}); // awaited below; another failure may come first
  const [secrets, kv, pages] = await Promise.all([
    loadSecrets(config, dir),
    openKv({ path: config.kvPath, now: () => clock.now(), log, metrics }),
    options.pages?.(),
  ]);
  const db = await options.database;
  const services = await servicesOver({ config, dir, clock, log, metrics, secrets, kv, db });
  health.set("policy", "ok");
  health.set("content", "ok");
  // A single process closes its former turns before it is ready (CHT-49).
  await Promise.all([
    services.chat.turns.recover({ all: db.kind === "embedded" }),
    noteStart(services, config),
  ]);
  services.outbox.start(jobHandlers(services));
  const { api, status, gate } = apiOf(services, {
    health,
    commit: commitOf(options.env),
    startedAt: options.startedAt,
  });
  const stopTimers = startTimers(services);
  const closeControl = await startControl({ dir, services, config });
  if (options.say) {
    const report = { services, status, url: config.baseUrl, fetch: globalThis.fetch };
    void bootReport(report).then(options.say);
  }
  void services.model.warmUp();
  return {
    services,
    db,
    handler: dispatch({ services, api, pages, health, gate, status: () => status.report() }),
    routeOf: routeNames(api),
    stopTimers,
    closeControl,
  };
}

type Parts =
  & Pick<OpenOptions, "config" | "dir" | "clock" | "log" | "metrics">
  & {
    secrets: Awaited<ReturnType<typeof loadSecrets>>;
    kv: Awaited<ReturnType<typeof openKv>>;
    db: OpenDatabase;
  };

function servicesOver({ dir, ...parts }: Parts): Promise<Services> {
  return createServices({
    ...parts,
    ids: uuidV7Source(parts.clock, secureRandom),
    random: secureRandom,
    mailFolder: dir.file("mailbox"),
  });
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
  const stop = AbortSignal.abort();
  const db = await openAndMigrate({ config, dir, log, clock, health: createHealth(), stop });
  const kv = await openKv({ path: config.kvPath, now: () => clock.now(), log, metrics });
  const secrets = await loadSecrets(config, dir);
  const services = await servicesOver({ config, dir, clock, log, metrics, secrets, kv, db });
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
