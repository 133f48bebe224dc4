import { expect } from "expect";
import { FakeClock } from "./clock.ts";
import { seededRandom, uuidV7Source } from "./ids.ts";
import { correlationId, createLog, withCorrelation } from "./log.ts";
import { createMetrics } from "./metrics.ts";
import { createOutbox, type JobHandler, type Outbox, PermanentJobError } from "./outbox.ts";
import { openTestDatabase, type TestDatabase } from "@/tests/support/database.ts";

let database: TestDatabase;
Deno.test.beforeAll(async () => {
  database = await openTestDatabase();
});
Deno.test.afterAll(() => database.close());

// The pool of the shared database opens connections when it needs them.
const test = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });

/** A clock and any number of workers on an empty table. */
async function setUp() {
  const { db } = database;
  await db.asSystem("jobs: test", (tx) => tx`delete from jobs`);
  const clock = new FakeClock();
  const metrics = createMetrics();
  const events: string[] = [];
  const log = createLog({
    clock,
    level: "debug",
    write: (line) => void events.push(JSON.parse(line).event),
  });
  const worker = (seed: number) =>
    createOutbox({
      db,
      clock,
      ids: uuidV7Source(clock, seededRandom(seed)),
      log,
      metrics,
      jitter: () => 0,
    });
  return {
    db,
    clock,
    metrics,
    events,
    worker,
    /** Queues a job in a transaction of its own. */
    add: (outbox: Outbox, key: string, rest: Record<string, unknown> = {}) =>
      db.asSystem("jobs: test", (tx) => outbox.add(tx, { kind: "note", key, ...rest })),
    rows: () =>
      db.asSystem(
        "jobs: test",
        (tx) =>
          tx<{ key: string; state: string; attempts: number; lastError: string | null }[]>`
          select key, state, attempts, last_error from jobs order by key`,
      ),
    /** Lets work that waits for the database end. */
    async settle(until: () => boolean | Promise<boolean>) {
      for (let i = 0; i < 2_000; i++) {
        if (await until()) return;
        await db.ping();
      }
      throw new Error("It did not settle");
    },
  };
}

/** A handler that notes the keys it was given. */
function noting(): { seen: string[]; handler: JobHandler } {
  const seen: string[] = [];
  return { seen, handler: (job) => Promise.resolve(void seen.push(job.key)) };
}

test("[REF-2] a job of a transaction that is rolled back does not exist", async () => {
  const { db, worker, rows, add } = await setUp();
  const outbox = worker(1);
  const { seen, handler } = noting();
  outbox.start({ note: handler });
  await expect(db.asSystem("jobs: test", async (tx) => {
    await outbox.add(tx, { kind: "note", key: "undone" });
    throw new Error("changed my mind");
  })).rejects.toThrow("changed my mind");
  await add(outbox, "kept");
  await outbox.drain();
  expect(seen).toEqual(["kept"]);
  expect((await rows()).map((row) => `${row.key} ${row.state}`)).toEqual(["kept done"]);
  await outbox.stop();
});

test("a job reaches its handler with payload and correlation id", async () => {
  const { worker, add } = await setUp();
  const outbox = worker(1);
  const seen: unknown[] = [];
  await withCorrelation("corr-1234", () => add(outbox, "k", { payload: { n: 1 } }));
  outbox.start({
    note: (job) => Promise.resolve(void seen.push({ ...job, id: "", by: correlationId() })),
  });
  await outbox.drain();
  expect(seen).toMatchObject([
    { kind: "note", key: "k", userId: null, payload: { n: 1 }, attempts: 0, by: "corr-1234" },
  ]);
  await outbox.stop();
});

test("the same key is one job, also after it has run", async () => {
  const { worker, add } = await setUp();
  const outbox = worker(1);
  const { seen, handler } = noting();
  outbox.start({ note: handler });
  await Promise.all([add(outbox, "once"), add(outbox, "once")]);
  await outbox.drain();
  await add(outbox, "once");
  await outbox.drain();
  expect(seen).toEqual(["once"]);
  await outbox.stop();
});

test("of two workers one runs a job", async () => {
  const { worker, add } = await setUp();
  const [one, two] = [worker(1), worker(2)];
  const { seen, handler } = noting();
  for (let i = 0; i < 30; i++) await add(one, `job ${i}`);
  one.start({ note: handler });
  two.start({ note: handler });
  await Promise.all([one.drain(), two.drain()]);
  expect(seen).toHaveLength(30);
  expect(new Set(seen).size).toBe(30);
  await one.stop();
  await two.stop();
});

test("a worker leaves kinds alone that it has no handler for", async () => {
  const { worker, add, rows } = await setUp();
  const outbox = worker(1);
  outbox.start({ other: () => Promise.resolve() });
  await add(outbox, "k");
  expect(await outbox.drain()).toBe(0);
  expect((await rows())[0]!.state).toBe("queued");
  await outbox.stop();
});

test("[REF-20] a job that fails is tried again after 2, 4 and 8 seconds, then it is dead", async () => {
  const { worker, add, rows, clock, metrics, events } = await setUp();
  const outbox = worker(1);
  const tries: number[] = [];
  await add(outbox, "k");
  outbox.start({
    note: () => {
      tries.push(clock.monotonic() / 1000);
      return Promise.reject(new Error("no luck for ada@example.org"));
    },
  });
  await outbox.drain();
  for (const wait of [2_000, 4_000, 8_000]) {
    const before = tries.length;
    expect((await rows())[0]).toMatchObject({ state: "retrying", attempts: before });
    await clock.advance(wait - 1);
    await outbox.drain();
    expect(tries).toHaveLength(before);
    await clock.advance(1);
    await outbox.drain();
  }
  expect(tries).toEqual([0, 2, 6, 14]);
  await clock.advance(3_600_000);
  await outbox.drain();
  expect(tries).toHaveLength(4);
  const [row] = await rows();
  expect(row!.state).toBe("dead");
  expect(row!.lastError).toContain("no luck");
  expect(row!.lastError).not.toContain("ada@");
  expect(events.filter((event) => event.startsWith("job."))).toEqual([
    "job.retry",
    "job.retry",
    "job.retry",
    "job.dead",
  ]);
  expect(await metrics.text()).toContain('job_dead_total{queue="note"} 1');
  await outbox.stop();
});

test("[REF-20] an error that trying again cannot help ends the job at once", async () => {
  const { worker, add, rows } = await setUp();
  const outbox = worker(1);
  await add(outbox, "k");
  outbox.start({ note: () => Promise.reject(new PermanentJobError("the row is gone")) });
  await outbox.drain();
  expect((await rows())[0]).toMatchObject({ state: "dead", lastError: "the row is gone" });
  await outbox.stop();
});

test("[REF-22] a job whose worker is lost goes to another one when the lease has ended", async () => {
  const { worker, add, rows, clock, db } = await setUp();
  const [lost, other] = [worker(1), worker(2)];
  await add(lost, "k");
  // As a worker leaves it that is killed in the middle.
  await db.asSystem(
    "jobs: test",
    (tx) =>
      tx`update jobs set state = 'running', lease_owner = id, lease_until = ${new Date(
        clock.now().getTime() + 60_000,
      )}`,
  );
  const { seen, handler } = noting();
  other.start({ note: handler });
  await clock.advance(60_000);
  await other.drain();
  expect(seen).toEqual([]);
  await clock.advance(1);
  await other.drain();
  expect(seen).toEqual(["k"]);
  expect((await rows())[0]).toMatchObject({ state: "done", attempts: 1 });
  await other.stop();
});

test("[REF-21] a job that takes its worker down every time is given up", async () => {
  const { worker, add, rows, clock, db, metrics } = await setUp();
  const outbox = worker(1);
  await add(outbox, "k");
  const { seen, handler } = noting();
  await db.asSystem(
    "jobs: test",
    (tx) =>
      tx`update jobs set state = 'running', attempts = 3, lease_owner = id, lease_until = ${new Date(
        clock.now().getTime() - 1,
      )}`,
  );
  outbox.start({ note: handler });
  await outbox.drain();
  expect(seen).toEqual([]);
  expect((await rows())[0]).toMatchObject({ state: "dead", attempts: 4 });
  expect(await metrics.text()).toContain('job_dead_total{queue="note"} 1');
  await outbox.stop();
});

test("[REF-22] the lease of a job that takes long is renewed", async () => {
  const { worker, add, rows, clock, settle } = await setUp();
  const [slow, other] = [worker(1), worker(2)];
  const gate = Promise.withResolvers<void>();
  const entered = Promise.withResolvers<void>();
  await add(slow, "k");
  slow.start({
    note: () => {
      entered.resolve();
      return gate.promise;
    },
  });
  await entered.promise;
  const { seen, handler } = noting();
  other.start({ note: handler });
  for (let i = 0; i < 20; i++) {
    await clock.advance(10_000);
    await database.db.ping(); // behind the heartbeat's own statement
    await other.drain();
  }
  expect(seen).toEqual([]);
  gate.resolve();
  await settle(async () => (await rows())[0]!.state === "done");
  await slow.stop();
  await other.stop();
  expect(clock.pending).toBe(0);
});

test("[REF-2] the sweeper finds what no wake-up reached", async () => {
  const { worker, add, clock, settle } = await setUp();
  const outbox = worker(1);
  const { seen, handler } = noting();
  outbox.start({ note: handler });
  await outbox.drain();
  await add(outbox, "unannounced");
  expect(seen).toEqual([]);
  await clock.advance(5_000);
  await settle(() => seen.length === 1);
  await outbox.stop();
});

test("a wake-up starts work at once, a stopped worker starts none", async () => {
  const { worker, add, settle } = await setUp();
  const outbox = worker(1);
  const { seen, handler } = noting();
  outbox.start({ note: handler });
  await outbox.drain();
  await add(outbox, "one");
  outbox.wake();
  await settle(() => seen.length === 1);
  await outbox.stop();
  await add(outbox, "two");
  outbox.wake();
  await database.db.ping();
  expect(seen).toEqual(["one"]);
});

test("a job for later waits for its time", async () => {
  const { worker, add, clock } = await setUp();
  const outbox = worker(1);
  const { seen, handler } = noting();
  outbox.start({ note: handler });
  await add(outbox, "later", { runAfter: new Date(clock.now().getTime() + 60_000) });
  await clock.advance(59_999);
  await outbox.drain();
  expect(seen).toEqual([]);
  await clock.advance(1);
  await outbox.drain();
  expect(seen).toEqual(["later"]);
  await outbox.stop();
});
