import type { Tx } from "@/lib/platform/database/mod.ts";
import { type OwnedTable, ownedTables, tableJson } from "./export_tables.ts";
import type { Principal } from "@/lib/platform/http/principal.ts";
import { type Job, MAX_ATTEMPTS } from "@/lib/platform/outbox.ts";
import { notFound, Problem } from "@/lib/platform/problem.ts";
import { type AccountContext, addressee, DAY, spoken } from "./context.ts";
import { readableFiles } from "./export_markdown.ts";
import type { ExportView } from "./schema.ts";
import { findUser } from "./store.ts";
import { zip, type ZipFile } from "./zip.ts";

/** Kind of the job that puts an archive together. */
export const EXPORT_JOB = "accounts.export";

/** An archive can be fetched for a week. */
const LIFE_MS = 7 * DAY;
const PART_BYTES = 512 * 1024;
/** The archive does not hold itself. */
const LEFT_OUT = new Set(["account_export_parts"]);

interface Row {
  id: string;
  userId: string;
  state: "queued" | "running" | "ready" | "failed";
  createdAt: Date;
  readyAt: Date | null;
  expiresAt: Date | null;
  bytes: number | null;
}

/** Archives of everything somebody has. */
export type Exports = ReturnType<typeof createExports>;

/** Exports, built by a job and kept in the database until they are erased. */
export function createExports(context: AccountContext) {
  const { db, clock } = context;

  function view(row: Row): ExportView {
    const over = row.expiresAt !== null && row.expiresAt <= clock.now();
    const state = row.state === "ready" && over ? "expired" : row.state;
    return {
      id: row.id,
      state,
      createdAt: row.createdAt.toISOString(),
      readyAt: row.readyAt?.toISOString() ?? null,
      expiresAt: row.expiresAt?.toISOString() ?? null,
      bytes: row.bytes,
      downloadUrl: state === "ready" ? `/api/account/export/${row.id}?download=true` : null,
    };
  }

  const columns = ["id", "user_id", "state", "created_at", "ready_at", "expires_at", "bytes"];

  async function find(tx: Tx, userId: string, id: string): Promise<Row> {
    const [row] = await tx<Row[]>`
      select ${tx(columns)} from account_exports where id = ${id} and user_id = ${userId}`;
    if (!row) throw notFound();
    return row;
  }

  async function* files(userId: string, tables: OwnedTable[]): AsyncGenerator<ZipFile> {
    const at = clock.now();
    const manifest = {
      product: "NovaCoreAI",
      schemaVersion: 1,
      madeAt: at.toISOString(),
      files: tables.map(({ name }) => `data/${name}.json`),
    };
    yield { name: "manifest.json", at, content: one(JSON.stringify(manifest, null, 2)) };
    for (const table of tables) {
      yield { name: `data/${table.name}.json`, at, content: tableJson(db, userId, table) };
    }
    yield* readableFiles(db, userId, at);
  }

  /** Stores the pieces of an archive in parts of a fixed size; returns their bytes. */
  async function store(row: Row, pieces: AsyncIterable<Uint8Array>): Promise<number> {
    let bytes = 0;
    let position = 0;
    let buffer: Uint8Array[] = [];
    let held = 0;
    const flush = async () => {
      const part = new Uint8Array(held);
      let at = 0;
      for (const piece of buffer) {
        part.set(piece, at);
        at += piece.length;
      }
      const place = position++;
      await db.asUser(
        row.userId,
        (tx) =>
          tx`insert into account_export_parts (export_id, user_id, position, bytes)
          values (${row.id}, ${row.userId}, ${place}, ${part})`,
      );
      buffer = [];
      held = 0;
    };
    for await (const piece of pieces) {
      buffer.push(piece);
      held += piece.length;
      bytes += piece.length;
      if (held >= PART_BYTES) await flush();
    }
    if (held > 0) await flush();
    return bytes;
  }

  /** Says of archives that they will not come, so that their owners need not wait. */
  async function giveUp(...which: ["id", string] | ["created before", Date]): Promise<void> {
    await db.asSystem("accounts: export failed", async (tx) => {
      const rows = await tx<{ id: string; userId: string }[]>`
        update account_exports set state = 'failed' where state in ('queued', 'running')
          and ${which[0] === "id" ? tx`id = ${which[1]}` : tx`created_at < ${which[1]}`}
        returning id, user_id`;
      for (const { id, userId } of rows) {
        await tx`delete from account_export_parts where export_id = ${id}`;
        const user = (await findUser(tx, userId))!;
        await context.mails.queue(tx, "export_failed", {
          ...addressee(user),
          path: "/settings/data",
        }, { userId, key: `export_failed:${id}` });
      }
    });
    context.outbox.wake();
  }

  return {
    /** Begins an archive, on every plan. How often, the class `EXPORT` of the route decides. */
    async request(principal: Principal): Promise<ExportView> {
      const now = clock.now();
      const row = await db.asSystem("accounts: export", async (tx) => {
        const id = context.ids();
        const [row] = await tx<Row[]>`
          insert into account_exports (id, user_id, state, created_at)
          values (${id}, ${principal.userId}, 'queued', ${now}) returning ${tx(columns)}`;
        await context.outbox.add(tx, {
          kind: EXPORT_JOB,
          key: `export:${id}`,
          userId: principal.userId,
          payload: { exportId: id },
        });
        await context.audit.record(tx, {
          category: "data_access",
          event: "export_requested",
          severity: "medium",
          actor: { kind: "user", id: principal.userId },
          userId: principal.userId,
        });
        return row!;
      });
      context.outbox.wake();
      return view(row);
    },

    /**
     * The newest archive of somebody that could not be made, or null. It counts for nothing: what
     * was asked for before it is no reason to refuse another (ACC-131).
     */
    lastFailed: async (userId: string): Promise<string | null> => {
      const [row] = await db.asUser(userId, (tx) =>
        tx<{ id: string }[]>`
          select id from account_exports where user_id = ${userId} and state = 'failed'
          order by created_at desc, id desc limit 1`);
      return row?.id ?? null;
    },

    get: (userId: string, id: string): Promise<ExportView> =>
      db.asUser(userId, async (tx) => view(await find(tx, userId, id))),

    /** The newest archives. */
    list: (userId: string): Promise<ExportView[]> =>
      db.asUser(userId, async (tx) => {
        const rows = await tx<Row[]>`
          select ${tx(columns)} from account_exports where user_id = ${userId}
          order by created_at desc limit 10`;
        return rows.map(view);
      }),

    /** The bytes of a ready archive. @throws Problem 404, 410 `gone` */
    async download(userId: string, id: string): Promise<ReadableStream<Uint8Array>> {
      const found = await this.get(userId, id);
      if (found.state === "expired") throw gone();
      if (found.state !== "ready") throw notFound();
      await context.audit.note({
        category: "data_access",
        event: "export_fetched",
        severity: "medium",
        actor: { kind: "user", id: userId },
        userId,
      });
      const parts = async function* () {
        for (let position = 0;; position++) {
          const [part] = await db.asUser(
            userId,
            (tx) =>
              tx<{ bytes: Uint8Array }[]>`select bytes from account_export_parts
              where export_id = ${id} and user_id = ${userId} and position = ${position}`,
          );
          if (!part) return;
          yield new Uint8Array(part.bytes);
        }
      };
      return ReadableStream.from(parts());
    },

    /** The handler of {@link EXPORT_JOB}; a second run begins anew. */
    async build(job: Job): Promise<void> {
      const { exportId } = job.payload as { exportId: string };
      const userId = job.userId!;
      const begun = await db.asUser(userId, async (tx) => {
        const row = await find(tx, userId, exportId).catch(() => null);
        if (!row || row.state === "ready") return null;
        await tx`delete from account_export_parts where export_id = ${exportId}`;
        await tx`update account_exports set state = 'running' where id = ${exportId}`;
        const tables = (await ownedTables(tx)).filter(({ name }) => !LEFT_OUT.has(name));
        return { row, tables };
      });
      if (!begun) return;
      const bytes = await store(begun.row, zip(files(userId, begun.tables))).catch(
        async (error) => {
          if (job.attempts + 1 >= MAX_ATTEMPTS) await giveUp("id", exportId);
          throw error;
        },
      );
      await db.asSystem("accounts: export ready", async (tx) => {
        const now = clock.now();
        const expiresAt = new Date(now.getTime() + LIFE_MS);
        const user = (await findUser(tx, userId))!;
        await tx`update account_exports set state = 'ready', ready_at = ${now}, bytes = ${bytes},
          expires_at = ${expiresAt} where id = ${exportId}`;
        await context.mails.queue(tx, "export_ready", {
          ...addressee(user),
          values: { end: spoken(expiresAt, user) },
          path: "/settings/data",
        }, { userId, key: `export_ready:${exportId}` });
      });
      context.outbox.wake();
    },

    /** Erases archives that have ended, and tells of those that never came; returns how many. */
    async trim(): Promise<number> {
      const now = clock.now();
      await giveUp("created before", new Date(now.getTime() - DAY));
      return await db.asSystem("accounts: retention", async (tx) => {
        const rows = await tx`
          delete from account_exports where expires_at <= ${now}
            or (state = 'failed' and created_at < ${new Date(now.getTime() - LIFE_MS)})
          returning id`;
        return rows.length;
      });
    },
  };
}

async function* one(text: string): AsyncGenerator<string> {
  yield await Promise.resolve(text);
}

function gone(): Problem {
  return new Problem("gone", 410, "This has ended", "The archive was erased; have a new one made");
}
