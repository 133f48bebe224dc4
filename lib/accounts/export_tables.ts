import type { Database, Tx } from "@/lib/platform/database/mod.ts";

const PAGE = 500;
/** Kinds of columns that are machinery: hashes and sealed secrets, search words, vectors. */
const MACHINERY = new Set(["bytea", "tsvector", "vector", "halfvec"]);
const HIDDEN = new Set(["password_hash"]);

/** A table that holds rows of people. */
export interface OwnedTable {
  name: string;
  /** The column that names the owner. */
  owner: string;
  columns: string[];
  /** The primary key: rows are read in its order, each after the one before. */
  key: { column: string; type: string }[];
}

/** Every table that names an owner, from the schema itself: none can be forgotten (H1). */
export async function ownedTables(tx: Tx): Promise<OwnedTable[]> {
  const rows = await tx<{ name: string; column: string; type: string; place: number | null }[]>`
    select c.relname as name, a.attname as column, t.typname as type,
      array_position(i.indkey::int[], a.attnum::int) as place
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    join pg_type t on t.oid = a.atttypid
    left join pg_index i on i.indrelid = c.oid and i.indisprimary
    where c.relkind in ('r', 'p') and (c.relname = 'users' or exists (
      select from pg_attribute o
      where o.attrelid = c.oid and o.attname = 'user_id' and not o.attisdropped))
    order by c.relname, a.attnum`;
  const tables = new Map<string, OwnedTable & { places: [number, OwnedTable["key"][number]][] }>();
  for (const { name, column, type, place } of rows) {
    const table = tables.get(name) ??
      { name, owner: name === "users" ? "id" : "user_id", columns: [], key: [], places: [] };
    tables.set(name, table);
    if (place !== null) table.places.push([place, { column, type }]);
    if (!MACHINERY.has(type) && !HIDDEN.has(column)) table.columns.push(column);
  }
  return [...tables.values()].map(({ places, ...table }) => ({
    ...table,
    key: places.sort(([a], [b]) => a - b).map(([, column]) => column),
  }));
}

/**
 * The rows of a table as JSON, a page at a time. Each page begins after the last row of the one
 * before, so that what is written or removed meanwhile makes no other row missing or twice.
 */
export async function* tableJson(
  db: Database,
  userId: string,
  table: OwnedTable,
): AsyncGenerator<string> {
  yield `{"schemaVersion":1,"table":${JSON.stringify(table.name)},"rows":[`;
  let after: string[] | null = null;
  let first = true;
  do {
    const page: ExportPage = await db.asUser(
      userId,
      (tx) => readPage(tx, { userId, table, after }),
    );
    for (const row of page.rows) {
      yield `${first ? "\n" : ",\n"}${JSON.stringify(row)}`;
      first = false;
    }
    after = page.next;
  } while (after !== null);
  yield "\n]}\n";
}

interface ExportPage {
  rows: Record<string, unknown>[];
  /** The key of the last row as text; null when there are no more rows. */
  next: string[] | null;
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

async function readPage(
  tx: Tx,
  { userId, table, after }: { userId: string; table: OwnedTable; after: string[] | null },
): Promise<ExportPage> {
  const key = table.key.map(({ column }) => quoted(column));
  const marks = key.map((column, i) => `${column}::text as "exportkey${i}"`);
  const beyond = after
    ? `and (${key.join(", ")}) > (${
      table.key.map(({ type }, i) => `$${i + 2}::${type}`).join(", ")
    })`
    : "";
  const found = await tx.unsafe<Record<string, unknown>[]>(
    `select ${[...table.columns.map(quoted), ...marks].join(", ")} from ${quoted(table.name)}
    where ${quoted(table.owner)} = $1 ${beyond} order by ${key.join(", ")} limit ${PAGE}`,
    [userId, ...(after ?? [])],
  );
  const rows = found.map((row) =>
    Object.fromEntries(
      Object.entries(row).filter(([name]) => !name.startsWith("exportkey"))
        // Who else acted, a moderator for example, belongs to somebody else (ACC-131).
        .map(([name, value]) => [name, name === "actorId" && value !== userId ? null : value]),
    )
  );
  const last = found.at(-1);
  return {
    rows,
    next: last && found.length === PAGE
      ? table.key.map((_, i) => String(last[`exportkey${i}`]))
      : null,
  };
}
