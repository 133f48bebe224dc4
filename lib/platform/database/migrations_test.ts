import { expect } from "expect";
import { openDatabase, type Sql } from "./mod.ts";
import { migrate, type MigrateOptions, type Migration, readMigrations } from "./migrations.ts";
import { silentLog } from "../log.ts";
import { openTestDatabase } from "@/tests/support/database.ts";
import { databaseTemplate, TEST_EMBED_DIM } from "@/tests/support/template.ts";

/** A folder of migrations with the given files. */
async function withFiles(
  files: Record<string, string>,
  work: (folder: URL) => Promise<void>,
): Promise<void> {
  const path = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${path}/${name}`, text);
    }
    await work(new URL(`file://${path}/`));
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

const migration = (number: number, change: Partial<Migration> = {}): Migration => ({
  number,
  name: `step_${number}`,
  checksum: `sum-${number}`,
  oldestCompatible: 1,
  sql: `create table step_${number} (id integer)`,
  ...change,
});

const options = (migrations: Migration[]): MigrateOptions => ({
  migrations,
  embedDim: 768,
  server: false,
  now: new Date("2026-01-01T00:00:00.000Z"),
});

/** An empty schema of an embedded database. */
async function withEmpty(work: (sql: Sql) => Promise<void>): Promise<void> {
  const db = await openDatabase({ log: silentLog, template: await databaseTemplate(), max: 1 });
  const owner = db.owner();
  try {
    await owner`create schema empty`;
    await owner`set search_path to empty`;
    await work(owner);
  } finally {
    await owner.end();
    await db.close();
  }
}

// The client opens connections when it needs them, so that a test may end with more than it had.
const quiet = { sanitizeOps: false, sanitizeResources: false };

Deno.test("[OPS-70] files are read in order, with checksum and oldest compatible number", () =>
  withFiles({
    "0002_more.sql": "-- oldest-compatible: 1\nselect 2;",
    "0001_first.sql": "-- oldest-compatible: 1\nselect 1;",
    "notes.txt": "not one of them",
  }, async (folder) => {
    const found = await readMigrations(folder);
    expect(found.map(({ number, name }) => `${number} ${name}`)).toEqual(["1 first", "2 more"]);
    expect(found[0]!.checksum).toMatch(/^[0-9a-f]{64}$/);
    expect(found[0]!.checksum).not.toBe(found[1]!.checksum);
  }));

Deno.test("[OPS-70] a file that names no oldest compatible number is refused", () =>
  withFiles({ "0001_first.sql": "select 1;" }, async (folder) => {
    await expect(readMigrations(folder)).rejects.toThrow(/oldest-compatible/);
  }));

Deno.test({
  ...quiet,
  name: "[OPS-70] migrations are forward only, checksummed and run once",
  fn: () =>
    withEmpty(async (sql) => {
      expect(await migrate(sql, options([migration(1), migration(2)]))).toEqual([1, 2]);
      expect(await migrate(sql, options([migration(1), migration(2)]))).toEqual([]);
      expect(await migrate(sql, options([migration(1), migration(2), migration(3)]))).toEqual([3]);
      const rows = await sql`select number, name, checksum from schema_migrations order by number`;
      expect(rows.map((row) => `${row.number} ${row.name} ${row.checksum}`)).toEqual([
        "1 step_1 sum-1",
        "2 step_2 sum-2",
        "3 step_3 sum-3",
      ]);
      await expect(migrate(sql, options([migration(1, { checksum: "other" }), migration(2)])))
        .rejects.toThrow("Migration 1 was changed after it was applied; restore it");

      // A build that knows fewer migrations runs as long as the newer ones allow it.
      expect(await migrate(sql, options([migration(1)]))).toEqual([]);
      await migrate(
        sql,
        options(
          [1, 2, 3].map((n) => migration(n)).concat(
            migration(4, { oldestCompatible: 3 }),
          ),
        ),
      );
      await expect(migrate(sql, options([migration(1), migration(2)]))).rejects.toThrow(
        "The database has schema 4, which this build (schema 2) cannot use; start a newer build",
      );
      expect(await migrate(sql, options([1, 2, 3].map((n) => migration(n))))).toEqual([]);

      // A failing one leaves nothing of itself, and those before it stay.
      const broken = migration(5, { sql: "create table half (id integer); select no_such()" });
      const all = [1, 2, 3].map((n) => migration(n)).concat(migration(4), broken);
      await expect(migrate(sql, options(all))).rejects.toThrow(/no_such/);
      const [left] = await sql`select to_regclass('half') as half, to_regclass('step_4') as four`;
      expect(left).toMatchObject({ half: null, four: "step_4" });
    }),
});

Deno.test({
  ...quiet,
  name: "[OPS-5] vectors of another length are refused with the number to set",
  fn: async () => {
    const { db, close } = await openTestDatabase();
    const owner = db.owner();
    const migrations = await readMigrations(new URL("../../migrations/", import.meta.url));
    try {
      if (db.kind === "server") return; // there the login role cannot look at the history
      expect(await migrate(owner, { ...options(migrations), embedDim: TEST_EMBED_DIM })).toEqual(
        [],
      );
      await expect(migrate(owner, { ...options(migrations), embedDim: 1_024 })).rejects.toThrow(
        "EMBED_DIM is 1024, but the database was made for vectors of 768; set EMBED_DIM=768",
      );
    } finally {
      await owner.end();
      await close();
    }
  },
});
