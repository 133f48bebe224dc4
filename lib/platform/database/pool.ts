import type { Sql } from "./mod.ts";

interface Client {
  sql: Sql;
  busy: boolean;
}

/**
 * Clients of one connection each, of which the first idle one is always taken.
 *
 * A connection compiles and plans the functions of the schema when it first calls them, which costs
 * a turn some 30 ms. The pool of postgres.js hands out the connection that was idle longest, so
 * that each of twenty is cold in its turn; here the first few stay warm and the others wait for
 * a crowd.
 *
 * @param options.max connections at once
 * @param options.isLost whether an error says that the connection is gone; its client is given up
 *   then, because what was under way may have left it half written
 */
export function createPool(
  open: () => Sql,
  { max, isLost }: { max: number; isLost: (error: unknown) => boolean },
) {
  const clients: Client[] = [];
  const waiting: PromiseWithResolvers<Client>[] = [];
  let ended = false;

  function add(): Client {
    const client = { sql: open(), busy: true };
    clients.push(client);
    return client;
  }

  function take(): Promise<Client> {
    if (ended) return Promise.reject(closed());
    const idle = clients.find(({ busy }) => !busy);
    if (idle) idle.busy = true;
    if (idle || clients.length < max) return Promise.resolve(idle ?? add());
    const turn = Promise.withResolvers<Client>();
    waiting.push(turn);
    return turn.promise;
  }

  function giveBack(client: Client): void {
    const next = waiting.shift();
    if (next) next.resolve(client);
    else client.busy = false;
  }

  function giveUp(client: Client): void {
    clients.splice(clients.indexOf(client), 1);
    client.sql.end({ timeout: 0 }).catch(() => {});
    if (waiting.length > 0) waiting.shift()!.resolve(add());
  }

  return {
    /** Runs `work` with a client that nobody else uses; waits in line while all are taken. */
    async run<T>(work: (sql: Sql) => PromiseLike<T>): Promise<T> {
      const client = await take();
      try {
        const result = await work(client.sql);
        giveBack(client);
        return result;
      } catch (error) {
        if (isLost(error)) giveUp(client);
        else giveBack(client);
        throw error;
      }
    },

    /** Ends all connections, after five seconds those too that are busy; who waits is refused. */
    async end(): Promise<void> {
      ended = true;
      for (const turn of waiting.splice(0)) turn.reject(closed());
      await Promise.all(clients.map(({ sql }) => sql.end({ timeout: 5 })));
    },
  };
}

/** What postgres.js says of a client that was ended. */
function closed(): Error {
  return Object.assign(new Error("The database is closed"), { code: "CONNECTION_ENDED" });
}
