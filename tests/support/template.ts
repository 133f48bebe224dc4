import { sha256Hex } from "@/lib/platform/crypto.ts";
import { openDatabase } from "@/lib/platform/database/mod.ts";
import { migrate, readMigrations } from "@/lib/platform/database/migrations.ts";
import { silentLog } from "@/lib/platform/log.ts";

/** Vectors of tests are as long as those of the product. */
export const TEST_EMBED_DIM = 768;

const MIGRATIONS = new URL("../../lib/migrations/", import.meta.url);
const FOLDER = new URL("../../.test-report/", import.meta.url);

/**
 * A dump of a migrated embedded database, made once per set of migrations: starting from it takes
 * a tenth of the time.
 *
 * @returns the path of the dump
 */
export async function databaseTemplate(): Promise<string> {
  const migrations = await readMigrations(MIGRATIONS);
  const hash = sha256Hex(migrations.map((migration) => migration.checksum).join(" "));
  const path = new URL(`template-${hash.slice(0, 16)}.tar`, FOLDER).pathname;
  if (await exists(path)) return path;
  await Deno.mkdir(FOLDER, { recursive: true });
  const db = await openDatabase({ log: silentLog });
  const owner = db.owner();
  await migrate(owner, { migrations, embedDim: TEST_EMBED_DIM, server: false, now: new Date(0) });
  await owner.end();
  const dump = await db.dump();
  await db.close();
  // Test files run beside each other: whoever is last wins, with the same bytes.
  const temporary = `${path}.${crypto.randomUUID()}`;
  await Deno.writeFile(temporary, dump!);
  await Deno.rename(temporary, path);
  return path;
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}
