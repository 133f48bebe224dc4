/** Work of one kind that may be done for many at once. */
export interface GatherOptions<Request, Result> {
  /** Does it for several; the results are in the order of the requests. All or none. */
  together: (requests: Request[]) => Promise<Result[]>;
  /** Does it for one. */
  alone: (request: Request) => Promise<Result>;
  /** Whether a fault of `together` may be one request's own, so that each is tried alone. */
  isOwn: (error: unknown) => boolean;
  /** Requests of the same value keep their order: never in two calls at once. */
  orderOf: (request: Request) => string;
  /** So many calls are under way at once; default 2, since more share the same processor. */
  atOnce?: number;
  /** Most requests in one call; default 32, a few milliseconds of the database's time. */
  most?: number;
}

/**
 * Lets requests that arrive while others are under way go together in the next call, as a database
 * commits in groups: who comes alone never waits, and in a crowd a call's cost is shared.
 *
 * @returns a function that does the work for one request, first come first served
 */
export function createGather<Request, Result>(
  options: GatherOptions<Request, Result>,
): (request: Request) => Promise<Result> {
  const { together, alone, isOwn, orderOf, atOnce = 2, most = 32 } = options;
  type Waiting = PromiseWithResolvers<Result> & { request: Request };
  let waiting: Waiting[] = [];
  let underWay = 0;
  const busy = new Set<string>();

  const settleAlone = (one: Waiting) => alone(one.request).then(one.resolve, one.reject);

  async function run(crowd: Waiting[]): Promise<void> {
    if (crowd.length === 1) return await settleAlone(crowd[0]!);
    try {
      const results = await together(crowd.map(({ request }) => request));
      crowd.forEach((one, i) => one.resolve(results[i]!));
    } catch (error) {
      if (isOwn(error)) await Promise.all(crowd.map(settleAlone));
      else for (const one of crowd) one.reject(error);
    }
  }

  /** The next of those that wait for nobody before them. */
  function take(): Waiting[] {
    const crowd = waiting.filter(({ request }) => !busy.has(orderOf(request))).slice(0, most);
    const taken = new Set(crowd);
    waiting = waiting.filter((one) => !taken.has(one));
    return crowd;
  }

  async function work(): Promise<void> {
    underWay++;
    for (let crowd = take(); crowd.length > 0; crowd = take()) {
      const orders = crowd.map(({ request }) => orderOf(request));
      for (const order of orders) busy.add(order);
      await run(crowd);
      for (const order of orders) busy.delete(order);
    }
    underWay--;
  }

  return (request) => {
    const one = { ...Promise.withResolvers<Result>(), request };
    waiting.push(one);
    if (underWay < atOnce) void work();
    return one.promise;
  };
}
