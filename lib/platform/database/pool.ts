import type { Sql } from "./mod.ts";

/**
 * Clients of one connection each, of which the first idle one is always taken.
 *
 * A connection compiles and plans the functions of the schema when it first calls them, which costs
 * a turn some 30 ms. The pool of postgres.js hands out the connection that was idle longest, so
 * that each of twenty is cold in its turn; here the first few stay warm and the others wait for
 * a crowd.
 */
export function createPool(open: () => Sql, max: number) {
  const clients: { sql: Sql; busy: boolean }[] = [];
  const waiting: ((client: { sql: Sql; busy: boolean }) => void)[] = [];

  function take(): Promise<{ sql: Sql; busy: boolean }> {
    let client = clients.find(({ busy }) => !busy);
    if (!client && clients.length < max) {
      client = { sql: open(), busy: false };
      clients.push(client);
    }
    if (!client) return new Promise((resolve) => waiting.push(resolve));
    client.busy = true;
    return Promise.resolve(client);
  }

  return {
    /** Runs `work` with a client that nobody else uses; waits in line while all are taken. */
    async run<T>(work: (sql: Sql) => PromiseLike<T>): Promise<T> {
      const client = await take();
      try {
        return await work(client.sql);
      } finally {
        const next = waiting.shift();
        if (next) next(client);
        else client.busy = false;
      }
    },

    /** Ends all connections, after five seconds those too that are busy. */
    async end(): Promise<void> {
      await Promise.all(clients.map(({ sql }) => sql.end({ timeout: 5 })));
    },
  };
}
