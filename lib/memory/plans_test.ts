import { expect } from "expect";
import type { Tx } from "@/lib/platform/database/mod.ts";
import { FakeClock } from "@/lib/platform/clock.ts";
import { createMetrics } from "@/lib/platform/metrics.ts";
import { LEXICAL_MODEL } from "@/lib/model/mod.ts";
import { createRecall } from "./recall.ts";
import { openTestDatabase, type TestDatabase } from "@/tests/support/database.ts";

const USERS = 4;
const ROWS = 2_000;
const userOf = (n: number) => `00000000-0000-7000-8000-00000000000${n}`;

let test: TestDatabase;
Deno.test.beforeAll(async () => {
  test = await openTestDatabase();
  await test.db.asSystem("test", fill);
  const owner = test.db.owner(test.adminUrl);
  await owner.unsafe("analyze memories").simple();
  await owner.unsafe("analyze messages").simple();
  await owner.end();
});
Deno.test.afterAll(() => test.close());

/** Several people with many rows each, so that reading all of them is dear. */
async function fill(tx: Tx): Promise<void> {
  const at = "2026-01-01T00:00:00Z";
  for (let n = 0; n < USERS; n++) {
    const id = userOf(n);
    await tx`insert into users (id, email, email_normalized, display_name, password_hash,
        trial_ends_at, terms_version, terms_accepted_at, age_confirmed_at, created_at, updated_at)
      values (${id}, ${id}, ${id}, 'Ada', 'x', ${at}, '1', ${at}, ${at}, ${at}, ${at})`;
    await tx`insert into memories (id, user_id, type, tier, source, text, confidence,
        constitution_valid, valid_from, created_at, updated_at, expires_at, purge_at, bytes)
      select gen_random_uuid(), ${id}, 'fact', case when i % 10 = 0 then 'itm' else 'ltm' end,
        'first_hand', 'Statement ' || i || ' about word' || i % 500, 0.8, true, ${at}::timestamptz,
        ${at}::timestamptz + i * interval '1 minute', ${at},
        case when i % 10 = 0 then ${at}::timestamptz + i * interval '1 hour' end,
        case when i % 200 = 0 then ${at}::timestamptz end, 100
      from generate_series(1, ${ROWS}) as i`;
    await tx`insert into chat_sessions (id, user_id, model, created_at, updated_at)
      values (${id}, ${id}, 'm', ${at}, ${at})`;
    await tx`insert into messages (id, user_id, session_id, role, author, content, status,
        created_at, search_text)
      select gen_random_uuid(), ${id}, ${id}, 'user', 'Ada', n.text, 'complete', ${at}, n.text
      from generate_series(1, ${ROWS}) as i,
        lateral (select 'Words of turn ' || i || ' on topic' || i % 500 as text) as n`;
  }
}

/** The indexes a statement uses, as the database plans it. */
async function indexesOf(tx: Tx, statement: string): Promise<string[]> {
  const rows = await tx.unsafe(`explain ${statement}`);
  return rows.map((row) => String(Object.values(row)[0]))
    .flatMap((line) =>
      /(?:Index|Bitmap Index) (?:Only )?Scan (?:Backward )?(?:using|on) (\w+)/.exec(line)?.[1] ?? []
    );
}

const asAda = (statement: string) => test.db.asUser(userOf(1), (tx) => indexesOf(tx, statement));
const asJob = (statement: string) => test.db.asSystem("test", (tx) => indexesOf(tx, statement));

/** Connections of a server outlive a test. */
const testCase = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });

testCase(
  "[MEM-4] the list of one person reads its index, as the role that is bound to their rows",
  async () => {
    expect(
      await asAda(
        "select * from memories where deleted_at is null order by created_at desc, id desc limit 51",
      ),
    ).toEqual(["memories_by_creation"]);
  },
);

testCase("[MEM-4] purge, expiry and history read their indexes", async () => {
  expect(
    await asJob(
      "select * from memories where purge_at <= '2026-01-02' order by purge_at, id limit 200",
    ),
  ).toEqual(["memories_due"]);
  expect(
    await asJob(
      "select * from memories where tier = 'itm' and expires_at <= '2026-01-01T05:00:00Z' and purge_at is null order by expires_at, id limit 200",
    ),
  ).toEqual(["memories_ending"]);
  expect(
    await asJob(
      `select * from memory_events where user_id = '${userOf(1)}' and memory_id = '${
        userOf(1)
      }' order by created_at`,
    ),
  ).not.toEqual([]);
});

testCase(
  "[MEM-5] the lists of candidates read the text indexes, as the role that owns their function",
  async () => {
    const owner = test.db.owner(test.adminUrl);
    try {
      await owner.begin(async (tx) => {
        await tx`select set_config('role', 'nova_search', true), set_config('enable_seqscan', 'off', true)`;
        const mine = `'''${userOf(1)}'''::tsquery`;
        const facts = `select id from memories m where m.text_search @@
        (${mine} && to_tsquery('english', 'word7')) and m.user_id is not distinct from '${
          userOf(1)
        }' limit 2000`;
        expect(await indexesOf(tx as unknown as Tx, facts)).toEqual(["memories_text"]);
        const turns = `select id from messages m where m.text_search @@
        (${mine} && to_tsquery('english', 'topic7')) and m.user_id is not distinct from '${
          userOf(1)
        }' limit 2000`;
        expect(await indexesOf(tx as unknown as Tx, turns)).toEqual(["messages_text"]);
        const letters = `select id from messages m where 'topik7' <% m.search_text
        and m.user_id is not distinct from '${userOf(1)}'`;
        expect(await indexesOf(tx as unknown as Tx, letters)).toEqual(["messages_trigrams"]);
      });
    } finally {
      await owner.end();
    }
  },
);

testCase(
  "[MEM-4] candidates of a question are read without walking over everybody's rows",
  async () => {
    const read = await test.db.asUser(userOf(1), async (tx) => {
      const fetched = async () => {
        const [row] = await tx<{ n: number }[]>`
        select coalesce(sum(idx_tup_fetch + seq_tup_read), 0)::integer as n
        from pg_stat_xact_user_tables where relname in ('memories', 'messages')`;
        return row!.n;
      };
      const before = await fetched();
      const rows = await tx`select * from find_candidates(
      array['word7', 'topic7'], array['word7', 'topic7'], array[1, 1]::real[],
      array[false, false], array[false, false], '{}', null, 'lexical', true, '2026-01-01T00:00:00Z', false, true, true,
      '{}', '{}', true, '{}', null, '{}', null, 30, 0, '')`;
      expect(rows.length).toBeGreaterThan(4);
      return await fetched() - before;
    });
    // The number of all rows is counted up to a thousand in each store.
    expect(read).toBeLessThan(3_000);
  },
);

testCase("[MEM-95] what is known of common words changes no answer", async () => {
  const { search } = createRecall({
    db: test.db,
    clock: new FakeClock("2026-01-02T00:00:00.000Z"),
    metrics: createMetrics(),
    embedder: { model: LEXICAL_MODEL, embedQuery: () => Promise.resolve(null) },
  });
  const found = async (query: string) => {
    const kinds = ["fact", "turn"] as const;
    const { results } = await search(userOf(1), { query, limit: 10, kinds, includePast: false });
    return results.map(({ text }) => text).sort();
  };
  // Every turn holds "turn", every fact "statement".
  const first = await found("statement and turn on topic7");
  expect(first.filter((text) => text.endsWith("on topic7"))).toHaveLength(4);
  expect(await found("statement and turn on topic7")).toEqual(first);
  // A common word alone still finds.
  expect(await found("turn")).toHaveLength(10);
  expect(await found("turn")).toHaveLength(10);
});
