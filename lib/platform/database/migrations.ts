import type { Sql } from "./mod.ts";

/** One numbered SQL file of `lib/migrations`. */
export interface Migration {
  number: number;
  name: string;
  /** SHA-256 of the file, lower-case hex. */
  checksum: string;
  /** The oldest schema number whose build can run beside this schema. */
  oldestCompatible: number;
  sql: string;
}

/** A database that this build must not touch; the message says why and what to do. */
export class SchemaError extends Error {
  override readonly name = "SchemaError";
}

/** Reads the migrations of a folder, in order; files are named `0001_what_it_does.sql`. */
export async function readMigrations(folder: URL): Promise<Migration[]> {
  const migrations: Migration[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const match = /^(\d{4})_([a-z0-9_]+)\.sql$/.exec(entry.name);
    if (!match) continue;
    const sql = await Deno.readTextFile(new URL(entry.name, folder));
    const compatible = /^-- oldest-compatible: (\d+)$/m.exec(sql);
    if (!compatible) throw new SchemaError(`${entry.name} does not say "-- oldest-compatible: N"`);
    migrations.push({
      number: Number(match[1]),
      name: match[2]!,
      checksum: await sha256(sql),
      oldestCompatible: Number(compatible[1]),
      sql,
    });
  }
  return migrations.sort((a, b) => a.number - b.number);
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (b) => b.toString(16).padStart(2, "0")).join("");
}

/** Any number; the lock that migrations of one database share. */
const LOCK = 7_264_001;

/** What {@link migrate} needs to know. */
export interface MigrateOptions {
  migrations: Migration[];
  /** Length of embedding columns, put in the place of `{{EMBED_DIM}}`. */
  embedDim: number;
  /** Whether several processes may try at once; the embedded database has its folder's lock. */
  server: boolean;
  /** The role the product connects as, which is granted the product's roles. */
  loginRole?: string;
  now: Date;
}

/**
 * Brings the schema to the latest number, each migration in a transaction of its own.
 *
 * @returns the numbers that were applied now
 * @throws SchemaError when a former migration was altered, when the schema is too new for this
 *   build, or when its vectors have another length
 */
export async function migrate(sql: Sql, options: MigrateOptions): Promise<number[]> {
  if (options.server) await sql`select pg_advisory_lock(${LOCK})`;
  try {
    await sql`create table if not exists schema_migrations (
      number integer primary key, name text not null, checksum text not null,
      oldest_compatible integer not null, applied_at timestamptz not null)`;
    const applied = await sql<{ number: number; checksum: string; oldestCompatible: number }[]>`
      select number, checksum, oldest_compatible from schema_migrations order by number`;
    checkHistory(applied, options.migrations);
    const done = new Set(applied.map((row) => row.number));
    const due = options.migrations.filter((migration) => !done.has(migration.number));
    for (const migration of due) await apply(sql, migration, options);
    if (options.loginRole) await grantRoles(sql, options.loginRole);
    await checkDimension(sql, options.embedDim);
    return due.map((migration) => migration.number);
  } finally {
    if (options.server) await sql`select pg_advisory_unlock(${LOCK})`;
  }
}

function checkHistory(
  applied: { number: number; checksum: string; oldestCompatible: number }[],
  migrations: Migration[],
): void {
  const latest = migrations.at(-1)?.number ?? 0;
  for (const row of applied) {
    const known = migrations.find((migration) => migration.number === row.number);
    if (known && known.checksum !== row.checksum) {
      throw new SchemaError(`Migration ${row.number} was changed after it was applied; restore it`);
    }
    if (row.oldestCompatible > latest) {
      throw new SchemaError(
        `The database has schema ${row.number}, which this build (schema ${latest}) cannot use; ` +
          "start a newer build",
      );
    }
  }
}

async function apply(sql: Sql, migration: Migration, options: MigrateOptions): Promise<void> {
  await sql.begin(async (tx) => {
    await tx.unsafe(migration.sql.replaceAll("{{EMBED_DIM}}", String(options.embedDim))).simple();
    await tx`insert into schema_migrations (number, name, checksum, oldest_compatible, applied_at)
      values (${migration.number}, ${migration.name}, ${migration.checksum},
        ${migration.oldestCompatible}, ${options.now})`;
  });
}

/** The login role may take the product's roles and nothing else. */
async function grantRoles(sql: Sql, loginRole: string): Promise<void> {
  const [row] = await sql<{ super: boolean; same: boolean }[]>`
    select rolsuper as super, rolname = current_user as same
    from pg_roles where rolname = ${loginRole}`;
  if (!row || row.super) return;
  await sql`grant nova_user, nova_system to ${sql(loginRole)}`;
  await sql`grant select on schema_migrations to nova_system`;
}

async function checkDimension(sql: Sql, embedDim: number): Promise<void> {
  const [row] = await sql<{ length: number }[]>`
    select atttypmod as length from pg_attribute
    where attrelid = to_regclass('public.memories') and attname = 'embedding'`;
  if (row && row.length !== embedDim) {
    throw new SchemaError(
      `EMBED_DIM is ${embedDim}, but the database was made for vectors of ${row.length}; ` +
        `set EMBED_DIM=${row.length}`,
    );
  }
}
