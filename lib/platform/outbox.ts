import { type Clock, every } from "./clock.ts";
import type { Database, Tx } from "./database/mod.ts";
import type { IdSource } from "./ids.ts";
import { correlationId, errorFields, type Log, withCorrelation } from "./log.ts";
import type { Metrics } from "./metrics.ts";

/** Work to be done later. It is written in the transaction of the change that needs it. */
export interface NewJob {
  kind: string;
  /** Unique name of this piece of work; writing it twice is writing it once. */
  key: string;
  userId?: string;
  payload?: Record<string, unknown>;
  runAfter?: Date;
}

/** A job as its handler sees it. */
export interface Job {
  id: string;
  kind: string;
  key: string;
  userId: string | null;
  payload: Record<string, unknown>;
  /** Tries before this one. */
  attempts: number;
}

/** Does the work of one kind. It may be called again for the same job and must then change nothing. */
export type JobHandler = (job: Job) => Promise<void>;

/** An error after which trying again makes no sense. */
export class PermanentJobError extends Error {
  override readonly name = "PermanentJobError";
}

/** Says that a job cannot be done now, through no fault of its own: it waits and loses no try. */
export class PostponedJob extends Error {
  override readonly name = "PostponedJob";
  constructor(readonly waitMs: number) {
    super(`The job waits ${Math.round(waitMs / 1000)} seconds`);
  }
}

/** Retries wait 2, 4 and 8 seconds, plus up to a quarter (REF-20). */
export const MAX_ATTEMPTS = 4;
const LEASE_MS = 60_000;
const SWEEP_MS = 5_000;
const BATCH = 10;

/** The queue whose rows are the jobs. */
export interface Outbox {
  /** Writes a job in the caller's transaction. */
  add(tx: Tx, job: NewJob): Promise<void>;
  /** Says that there is work; call it after the commit. Losing a wake-up loses no job. */
  wake(): void;
  /** Starts working. `handlers` maps kinds to their handler. */
  start(handlers: Record<string, JobHandler>): void;
  /** Runs everything that is due now and waits for it; returns how many were run. */
  drain(): Promise<number>;
  /** Stops claiming and waits for what runs. */
  stop(): Promise<void>;
}

/** What {@link createOutbox} needs. */
export interface OutboxOptions {
  db: Database;
  clock: Clock;
  ids: IdSource;
  log: Log;
  metrics: Metrics;
  /** A number from 0 to 1 that spreads retries. */
  jitter: () => number;
}

/** The outbox over the table `jobs`. */
export function createOutbox(options: OutboxOptions): Outbox {
  const { db, clock, ids, log } = options;
  const owner = ids();
  const dead = options.metrics.counter("job_dead_total", "Jobs given up", ["queue"]);
  const done = options.metrics.counter("jobs_total", "Jobs run", ["queue", "result"]);
  let handlers: Record<string, JobHandler> = {};
  let running: Promise<number> | null = null;
  let again = false;
  let cancelSweep = () => {};
  let stopped = true;

  async function add(tx: Tx, job: NewJob): Promise<void> {
    const now = clock.now();
    await tx`insert into jobs (id, kind, user_id, key, state, payload, run_after, correlation_id, created_at)
      values (${ids()}, ${job.kind}, ${job.userId ?? null}, ${job.key}, 'queued',
        ${tx.json((job.payload ?? {}) as never)}, ${job.runAfter ?? now}, ${
      correlationId() ?? null
    }, ${now})
      on conflict (key) do nothing`;
  }

  function claim(): Promise<(Job & { correlationId: string | null })[]> {
    const now = clock.now();
    return db.asSystem("jobs: claim", async (tx) => {
      // A lease that ran out means a worker that died: its try counts.
      const lost = await tx<{ id: string; kind: string; state: string }[]>`
        update jobs set lease_owner = null, lease_until = null, attempts = attempts + 1,
          state = case when attempts + 1 < ${MAX_ATTEMPTS} then 'queued' else 'dead' end,
          last_error = 'The worker was lost',
          finished_at = case when attempts + 1 < ${MAX_ATTEMPTS} then null else ${now}::timestamptz end
        where state = 'running' and lease_until < ${now} returning id, kind, state`;
      lost.filter((job) => job.state === "dead").forEach(buried);
      return await tx<(Job & { correlationId: string | null })[]>`
        update jobs set state = 'running', lease_owner = ${owner},
          lease_until = ${new Date(now.getTime() + LEASE_MS)}
        where id in (
          select id from jobs where state in ('queued', 'retrying') and run_after <= ${now}
            and kind = any(${Object.keys(handlers)})
          order by run_after, id limit ${BATCH} for update skip locked)
        returning id, kind, key, user_id, payload, attempts, correlation_id`;
    });
  }

  async function run(job: Job & { correlationId: string | null }): Promise<void> {
    const stopHeartbeat = heartbeat(job.id);
    try {
      await withCorrelation(job.correlationId ?? ids(), () => handlers[job.kind]!(job));
      await finish(job.id, "done", null);
      done.add(1, { queue: job.kind, result: "done" });
    } catch (error) {
      await failed(job, error);
    } finally {
      stopHeartbeat();
    }
  }

  function heartbeat(id: string): () => void {
    return every(clock, LEASE_MS / 3, async () => {
      const until = new Date(clock.now().getTime() + LEASE_MS);
      await db.asSystem(
        "jobs: heartbeat",
        (tx) =>
          tx`update jobs set lease_until = ${until} where id = ${id} and lease_owner = ${owner}`,
      )
        .catch(() => {});
    });
  }

  /** A job whose workers died as often as it may be tried is not given to another one. */
  function buried({ id, kind }: { id: string; kind: string }): void {
    dead.add(1, { queue: kind });
    log.error("job.dead", "A job was given up", { jobId: id, kind, error: "The worker was lost" });
  }

  function finish(id: string, state: "done" | "dead", error: string | null) {
    return db.asSystem(
      "jobs: finish",
      (tx) =>
        tx`update jobs set state = ${state}, lease_owner = null, lease_until = null,
          last_error = ${error}, finished_at = ${clock.now()}
        where id = ${id} and lease_owner = ${owner}`,
    );
  }

  async function failed(job: Job, error: unknown): Promise<void> {
    if (error instanceof PostponedJob) {
      const at = new Date(clock.now().getTime() + error.waitMs);
      await db.asSystem(
        "jobs: postpone",
        (tx) =>
          tx`update jobs set state = 'queued', lease_owner = null, lease_until = null,
            run_after = ${at} where id = ${job.id} and lease_owner = ${owner}`,
      );
      return;
    }
    const attempts = job.attempts + 1;
    const fields = errorFields(error);
    if (error instanceof PermanentJobError || attempts >= MAX_ATTEMPTS) {
      dead.add(1, { queue: job.kind });
      log.error("job.dead", "A job was given up", {
        jobId: job.id,
        kind: job.kind,
        attempts,
        ...fields,
      });
      await finish(job.id, "dead", String(fields.error));
      return;
    }
    done.add(1, { queue: job.kind, result: "retry" });
    log.warn("job.retry", "A job failed and will be tried again", {
      jobId: job.id,
      kind: job.kind,
      attempts,
      ...fields,
    });
    const wait = 1_000 * 2 ** attempts * (1 + options.jitter() / 4);
    await db.asSystem(
      "jobs: retry",
      (tx) =>
        tx`update jobs set state = 'retrying', attempts = ${attempts}, lease_owner = null,
          lease_until = null, last_error = ${String(fields.error)},
          run_after = ${new Date(clock.now().getTime() + wait)}
        where id = ${job.id} and lease_owner = ${owner}`,
    );
  }

  async function work(): Promise<number> {
    let count = 0;
    do {
      again = false;
      const claimed = await claim();
      await Promise.all(claimed.map(run));
      count += claimed.length;
      if (claimed.length === BATCH) again = true;
    } while (again && !stopped);
    return count;
  }

  function wake(): void {
    if (stopped) return;
    again = true;
    running ??= work()
      .catch((error) => {
        log.warn("jobs.stalled", "Jobs could not be claimed", errorFields(error));
        return 0;
      })
      .finally(() => {
        running = null;
      });
  }

  return {
    add,
    wake,
    start(given) {
      handlers = given;
      stopped = false;
      const sweep = () => {
        wake();
        cancelSweep = clock.after(SWEEP_MS, sweep);
      };
      sweep();
    },
    async drain() {
      let count = 0;
      while (true) {
        while (running) await running;
        const found = await work();
        count += found;
        // What was claimed beside this, by a wake-up in between, is waited for as well.
        if (found === 0 && !running) return count;
      }
    },
    async stop() {
      stopped = true;
      cancelSweep();
      while (running) await running;
    },
  };
}
