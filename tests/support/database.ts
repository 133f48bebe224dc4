import postgres from "postgres";
import { type OpenDatabase, openDatabase } from "@/lib/platform/database/mod.ts";
import { migrate, readMigrations } from "@/lib/platform/database/migrations.ts";
import { silentLog } from "@/lib/platform/log.ts";
import { databaseTemplate, TEST_EMBED_DIM } from "./template.ts";

/** A database of its own for one test file. */
export interface TestDatabase {
  db: OpenDatabase;
  /** Connection string on a server; undefined for the embedded one. */
  url: string | undefined;
  /** The same of the owner role. */
  adminUrl: string | undefined;
  close(): Promise<void>;
}

/** Where the tests' server is, when they run on one: `TEST_DATABASE_URL`, a superuser's. */
export const testServer = Deno.env.get("TEST_DATABASE_URL");

/** A login role that owns nothing, as the product has it in production. */
const LOGIN = "nova_test_login";

/**
 * A fresh, migrated database: embedded in memory, or with `TEST_DATABASE_URL` a new one on that
 * server, reached as a role that owns nothing.
 */
export async function openTestDatabase(): Promise<TestDatabase> {
  if (!testServer) {
    const db = await openDatabase({ log: silentLog, template: await databaseTemplate() });
    return { db, url: undefined, adminUrl: undefined, close: () => db.close() };
  }
  const { url, adminUrl, drop } = await createServerDatabase(testServer);
  const db = await openDatabase({ log: silentLog, url, max: 10 });
  const owner = db.owner(adminUrl);
  await migrate(owner, {
    migrations: await readMigrations(new URL("../../lib/migrations/", import.meta.url)),
    embedDim: TEST_EMBED_DIM,
    server: true,
    loginRole: LOGIN,
    now: new Date(0),
  });
  await owner.end();
  return {
    db,
    url,
    adminUrl,
    async close() {
      await db.close();
      await drop();
    },
  };
}

/** Makes an empty database on a server, with a login role that owns nothing. */
export async function createServerDatabase(
  server: string,
): Promise<{ url: string; adminUrl: string; drop(): Promise<void> }> {
  const admin = postgres(server, { max: 1, onnotice: () => {} });
  const name = `nova_test_${crypto.randomUUID().replaceAll("-", "")}`;
  await admin.unsafe(`do $$ begin
    if not exists (select 1 from pg_roles where rolname = '${LOGIN}') then
      create role ${LOGIN} login noinherit;
    end if;
  exception when duplicate_object or unique_violation then null; end $$`);
  await admin.unsafe(`create database ${name}`);
  const adminUrl = new URL(server);
  adminUrl.pathname = `/${name}`;
  const url = new URL(adminUrl);
  url.username = LOGIN;
  url.password = "";
  return {
    url: url.href,
    adminUrl: adminUrl.href,
    async drop() {
      await admin.unsafe(`drop database if exists ${name} with (force)`);
      await admin.end();
    },
  };
}
