import { type Clock, sleep } from "@/lib/platform/clock.ts";
import type { Config } from "@/lib/platform/config.ts";
import type { DataDir } from "@/lib/platform/data_dir.ts";
import { isConnectionFault, type OpenDatabase, openDatabase } from "@/lib/platform/database/mod.ts";
import { migrate, readMigrations } from "@/lib/platform/database/migrations.ts";
import type { Health } from "@/lib/api/health.ts";
import type { Log } from "@/lib/platform/log.ts";

/** Seconds between tries while the server is not there. */
const DATABASE_WAITS = [1, 2, 4, 8, 16, 30];

/**
 * Opens the database and brings its schema up to date. A server that is not there yet is waited
 * for; whatever else goes wrong can never be right and is thrown.
 */
export async function openAndMigrate(options: {
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
