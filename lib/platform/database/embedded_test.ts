import { expect } from "expect";
import { type OpenDatabase, openDatabase, type Sql } from "./mod.ts";
import { silentLog } from "../log.ts";
import { databaseTemplate } from "@/tests/support/template.ts";

let db: OpenDatabase;
let owner: Sql;
Deno.test.beforeAll(async () => {
  db = await openDatabase({ log: silentLog, template: await databaseTemplate(), max: 4 });
  owner = db.owner();
});
Deno.test.afterAll(async () => {
  await owner.end();
  await db.close();
});

// The pool opens connections when it needs them.
const quiet = { sanitizeOps: false, sanitizeResources: false };

Deno.test({
  ...quiet,
  name: "an answer of any size gives the one session back to the other connections",
  fn: async () => {
    // The server's buffer has 8 KiB: among these answers are some whose end it cuts in two.
    for (let size = 8_090; size < 8_170; size++) {
      const [row] = await owner`select repeat('x', ${size}) as text`;
      expect(row!.text).toHaveLength(size);
      await db.ping();
    }
  },
});

Deno.test({
  ...quiet,
  name: "many transactions at once keep their rows apart",
  fn: async () => {
    await owner`create table counted (who integer, n integer)`;
    const failing = Promise.allSettled(
      Array.from({ length: 10 }, (_, who) =>
        owner.begin(async (tx) => {
          await tx`insert into counted values (${who}, 1)`;
          if (who % 2 === 0) throw new Error("undone");
          await tx`insert into counted values (${who}, 2)`;
        })),
    );
    await Promise.all([failing, ...Array.from({ length: 20 }, () => db.ping())]);
    const rows = await owner`select who, count(*)::int as n from counted group by who order by who`;
    expect(rows.map((row) => `${row.who}:${row.n}`)).toEqual(["1:2", "3:2", "5:2", "7:2", "9:2"]);
  },
});

Deno.test({
  ...quiet,
  name: "[OPS-4] a data folder that cannot be opened is an error, not a wait",
  fn: async () => {
    const folder = await Deno.makeTempDir();
    await Deno.writeTextFile(`${folder}/PG_VERSION`, "not a version");
    await expect(openDatabase({ log: silentLog, folder })).rejects.toThrow();
    await Deno.remove(folder, { recursive: true });
  },
});

Deno.test({
  ...quiet,
  name: "tidying takes away dead rows and tells the planner how many there are",
  fn: async () => {
    await owner`create table tidied as select n from generate_series(1, 3000) as n`;
    await owner`delete from tidied where n > 100`;
    const pages = async () =>
      (await owner`select relpages, reltuples from pg_class where relname = 'tidied'`)[0]!;
    await db.maintain();
    expect(Number((await pages()).reltuples)).toBe(100);
    expect(Number((await pages()).relpages)).toBe(1);
  },
});
