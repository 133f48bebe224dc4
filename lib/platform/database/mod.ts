import postgres from "postgres";
import type { Log } from "../log.ts";
import { Problem } from "../problem.ts";
import { type EmbeddedDatabase, openEmbedded } from "./embedded.ts";
import { createPool } from "./pool.ts";

/** Types postgres.js maps beside its own: `bigint` as number, exact up to 2^53. */
interface CustomTypes extends Record<string, postgres.PostgresType> {
  bigint: postgres.PostgresType<number>;
}

/** A client outside a transaction; only migrations and probes use it. */
export type Sql = postgres.Sql<{ bigint: number }>;
/** The client inside a transaction. Columns arrive in camelCase, `timestamptz` as Date. */
export type Tx = postgres.TransactionSql<{ bigint: number }>;

/** What may be passed to a function of the schema; an object arrives as `jsonb`. */
export type DatabaseValue = string | number | boolean | Date | null | { [member: string]: unknown };

/** What postgres.js says it takes; it writes an object as the JSON that the statement asks for. */
type Plain = Exclude<DatabaseValue, { [member: string]: unknown }>;

/** The one way to the database. Both kinds of server run the same SQL under the same roles. */
export interface Database {
  readonly kind: "embedded" | "server";
  /**
   * Runs `work` in one transaction bound by row-level security to the rows of `userId`.
   *
   * @throws Problem `database_unavailable` when the server cannot be reached in time
   */
  asUser<T>(userId: string, work: (tx: Tx) => Promise<T>): Promise<T>;
  /** The same for jobs and registration: `purpose` names why rows of several users are touched. */
  asSystem<T>(purpose: string, work: (tx: Tx) => Promise<T>): Promise<T>;
  /**
   * Calls one function of the schema as `userId` (its first argument), without a transaction around
   * it: one statement that takes its role itself, for what has to be fast and stands alone.
   *
   * @throws Problem `database_unavailable`
   */
  callAsUser<Row>(userId: string, name: string, args: DatabaseValue[]): Promise<Row>;
  /**
   * The same for several people in one statement: each call, with the value that follows its owner,
   * is bound to its own person's rows. The answers are in the order of the calls; when one call
   * raises, or waits long for a lock, none was made.
   *
   * @throws Problem `database_unavailable`
   */
  callAsEach<Row>(name: string, calls: { userId: string; value: DatabaseValue }[]): Promise<Row[]>;
  /** Asks the server for a sign of life; throws when there is none. */
  ping(): Promise<void>;
  /**
   * Clears away old versions of rows and renews the planner's statistics. A server does this by
   * itself; the embedded database has nobody for it. One table at a time, so that requests get
   * their turn in between.
   */
  maintain(): Promise<void>;
  /** Ends all connections. */
  close(): Promise<void>;
}

/** How to reach the database. */
export interface DatabaseOptions {
  log: Log;
  /** Connection string of the login role; without one the embedded database is opened. */
  url?: string;
  /** Folder of the embedded database; without one it lives in memory. */
  folder?: string;
  /** A dump of a data folder to start an in-memory database from. */
  template?: string;
  /**
   * Connections of the pool, default 20 on a server. Embedded all connections are one session, so
   * that a second one brings no speed, and every statement would be prepared and planned twice.
   */
  max?: number;
}

/** An open database together with the client that owns its objects. */
export interface OpenDatabase extends Database {
  /** A client as the owner role. The caller ends it; embedded it is a client of the same server. */
  owner(adminUrl?: string): Sql;
  /** A dump of the embedded data folder; null on a server. */
  dump(): Promise<Uint8Array | null>;
}

const CONNECTION_LOST = new Set([
  "CONNECTION_CLOSED",
  "CONNECTION_ENDED",
  "CONNECTION_DESTROYED",
  "CONNECT_TIMEOUT",
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ENOTFOUND",
  "57P01", // admin_shutdown
  "57P02", // crash_shutdown
  "57P03", // cannot_connect_now
  "57014", // query_canceled by the statement timeout
  "53300", // too_many_connections
]);

/** Whether the database, not the statement, is at fault. */
export function isConnectionFault(error: unknown): boolean {
  return error instanceof Error && CONNECTION_LOST.has((error as { code?: string }).code ?? "");
}

/**
 * A transaction whose connection was cut still tries to send its rollback, on a later turn of the
 * event loop and to a socket that is gone (postgres.js 3.4, `nextWrite`). Nobody can catch that, and
 * uncaught it would end the process; the transaction itself has failed with the true reason.
 */
function surviveLostWrite(event: ErrorEvent): void {
  const { error } = event;
  if (error instanceof TypeError && /\bnextWrite\b.*postgres/.test(error.stack ?? "")) {
    event.preventDefault();
  }
}

/** The code of a PostgreSQL error, for example `23505` for a unique violation. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof postgres.PostgresError ? error.code : undefined;
}

/** The name of the constraint that a statement violated, if that is what happened. */
export function violatedConstraint(error: unknown): string | undefined {
  return error instanceof postgres.PostgresError ? error.constraint_name : undefined;
}

/** 503 `database_unavailable`. */
export function databaseUnavailable(cause: unknown): Problem {
  return new Problem(
    "database_unavailable",
    503,
    "The database cannot be reached",
    "Nothing was changed. Try again in a moment",
    { retryAfterSeconds: 2 },
    { cause },
  );
}

/** Nobody waits longer than this for a lock on the rows of somebody else. */
const SHARED_LOCK_WAIT = "100ms";

const CLIENT_OPTIONS = {
  types: {
    bigint: {
      to: 20,
      from: [20],
      serialize: (value: number) => String(value),
      parse: (text: string) => Number(text),
    },
  } satisfies CustomTypes,
  transform: { undefined: null, column: { from: postgres.toCamel } },
  onnotice: () => {},
  connect_timeout: 4,
  backoff: () => 0.25,
} as const;

/**
 * Opens the database and checks that it answers.
 *
 * @throws Error when the embedded data folder cannot be opened or the server does not answer
 */
export async function openDatabase(options: DatabaseOptions): Promise<OpenDatabase> {
  const embedded = options.url ? null : await openEmbedded(options);
  const client = (url?: string): Sql => embedded ? embeddedClient(embedded) : serverClient(url!);
  const max = options.max ?? (embedded ? 1 : 20);
  // The one session of the embedded database cannot get lost.
  const isLost = embedded ? () => false : isConnectionFault;
  const pool = createPool(() => client(options.url), { max, isLost });
  // A listener of its own, so that another database that is closed does not take it away.
  const survive = (event: ErrorEvent) => surviveLostWrite(event);
  globalThis.addEventListener("error", survive);

  async function begin<T>(
    role: string,
    setting: { name: string; value: string },
    work: (tx: Tx) => Promise<T>,
  ): Promise<T> {
    return await guarded((sql) =>
      sql.begin(async (tx) => {
        // Sent ahead of the first query of `work`, on the same connection, without a wait.
        const bind = tx`select set_config('role', ${role}, true),
          set_config(${setting.name}, ${setting.value}, true)`.execute();
        bind.catch(() => {});
        const result = await work(tx);
        await bind;
        return result;
      })
    ) as T;
  }

  async function guarded<T>(work: (sql: Sql) => PromiseLike<T>): Promise<T> {
    try {
      return await pool.run(work);
    } catch (error) {
      if (!isConnectionFault(error)) throw error;
      options.log.warn("database.unavailable", "A transaction lost its connection", {
        code: (error as { code?: string }).code,
      });
      throw databaseUnavailable(error);
    }
  }

  async function callAsUser<Row>(
    userId: string,
    name: string,
    args: DatabaseValue[],
  ): Promise<Row> {
    // The owner comes out of the part that takes the role, so that this is done first.
    const given = args.map((_, i) => `, $${i + 2}`).join("");
    const statement = `select r.* from (select set_config('role', 'nova_user', true) as role,
        set_config('app.user_id', $1, true) as owner) as bound,
      lateral ${name}(case when bound.role = 'nova_user' then bound.owner::uuid end${given}) as r`;
    const [row] = await guarded((sql) =>
      sql.unsafe(statement, [userId, ...args as Plain[]], { prepare: true })
    );
    return row as Row;
  }

  async function callAsEach<Row>(
    name: string,
    calls: { userId: string; value: DatabaseValue }[],
  ): Promise<Row[]> {
    // Row by row: whoever a call is for is bound before it is made. The sum keeps the planner from
    // taking the rows for sorted, so that none is sent before all are made: postgres.js 3.4 counts
    // rows that came ahead of an error into the next statement's result.
    const statement = `select r.* from (select set_config('role', 'nova_user', true) as role,
        set_config('lock_timeout', '${SHARED_LOCK_WAIT}', true)) as bound,
      lateral jsonb_array_elements(case when bound.role = 'nova_user' then $1::jsonb end)
        with ordinality as call (it, place),
      lateral (select set_config('app.user_id', call.it ->> 'userId', true) as owner) as person,
      lateral ${name}(person.owner::uuid, call.it -> 'value') as r
      order by call.place + 0`;
    const rows = await guarded((sql) =>
      sql.unsafe(statement, [calls as unknown as Plain], { prepare: true })
    );
    return rows as unknown as Row[];
  }

  return {
    kind: embedded ? "embedded" : "server",
    callAsUser,
    callAsEach,
    asUser: (userId, work) => begin("nova_user", { name: "app.user_id", value: userId }, work),
    asSystem: (purpose, work) =>
      begin("nova_system", { name: "app.purpose", value: purpose }, work),
    ping: async () => void await pool.run((sql) => sql`select 1`),
    async maintain() {
      if (!embedded) return;
      const tables = await pool.run((sql) =>
        sql<{ name: string }[]>`
        select tablename as name from pg_tables where schemaname = 'public'`
      );
      for (const { name } of tables) {
        await pool.run((sql) => sql`vacuum (analyze) ${sql(name)}`);
      }
    },
    owner: (adminUrl) => client(adminUrl ?? options.url),
    dump: () => embedded ? embedded.dump() : Promise.resolve(null),
    async close() {
      await pool.end();
      globalThis.removeEventListener("error", survive);
      await embedded?.close();
    },
  };
}

function embeddedClient(embedded: EmbeddedDatabase): Sql {
  // `socket` is an option of postgres.js that its types do not list.
  const socket = { socket: () => embedded.connect() };
  return postgres({
    ...CLIENT_OPTIONS,
    ...socket,
    max: 1,
    user: "postgres",
    database: "postgres",
    idle_timeout: 0,
    max_lifetime: 0,
  });
}

function serverClient(url: string): Sql {
  return postgres(url, {
    ...CLIENT_OPTIONS,
    max: 1,
    idle_timeout: 300,
    connection: { application_name: "novacore", statement_timeout: 10_000, TimeZone: "UTC" },
  });
}
