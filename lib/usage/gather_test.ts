import { expect } from "expect";
import { createGather } from "./gather.ts";

/** A gatherer whose calls end when the test says so. */
function gathering(options: { atOnce?: number; most?: number; isOwn?: boolean } = {}) {
  const calls: { of: number[]; end: () => void; fail: (error: Error) => void }[] = [];
  const call = <T>(of: number[], result: T) => {
    const gate = Promise.withResolvers<T>();
    calls.push({ of, end: () => gate.resolve(result), fail: gate.reject });
    return gate.promise;
  };
  const run = createGather<number, number>({
    alone: (n) => call([n], n * 10),
    together: (list) => call(list, list.map((n) => n * 10)),
    isOwn: () => options.isOwn ?? true,
    orderOf: (n) => String(n % 100),
    ...(options.atOnce ? { atOnce: options.atOnce } : {}),
    ...(options.most ? { most: options.most } : {}),
  });
  return { run, calls, asked: () => calls.map(({ of }) => of) };
}

const settled = () => new Promise<void>((resolve) => queueMicrotask(resolve)).then(() => {}).then();

Deno.test("who comes while nothing is under way goes at once and alone", async () => {
  const { run, calls, asked } = gathering();
  const result = run(1);
  expect(asked()).toEqual([[1]]);
  calls[0]!.end();
  expect(await result).toBe(10);
});

Deno.test("a crowd shares the next call, in the order they came and not more than agreed", async () => {
  const { run, calls, asked } = gathering({ atOnce: 1, most: 3 });
  const results = Promise.all([1, 2, 3, 4, 5, 6].map(run));
  expect(asked()).toEqual([[1]]);
  for (let n = 0; n < 3; n++) {
    calls[n]!.end();
    await settled();
    await settled();
  }
  expect(asked()).toEqual([[1], [2, 3, 4], [5, 6]]);
  expect(await results).toEqual([10, 20, 30, 40, 50, 60]);
});

Deno.test("a fault that may be one request's own is tried alone by each", async () => {
  const { run, calls, asked } = gathering({ atOnce: 1 });
  const results = Promise.allSettled([1, 2, 3].map(run));
  calls[0]!.end();
  await settled();
  await settled();
  calls[1]!.fail(new Error("one of them"));
  await settled();
  await settled();
  expect(asked()).toEqual([[1], [2, 3], [2], [3]]);
  calls[2]!.fail(new Error("its own"));
  calls[3]!.end();
  expect((await results).map((one) => one.status === "fulfilled" ? one.value : one.reason.message))
    .toEqual([10, "its own", 30]);
});

Deno.test("a fault of the database is everybody's, and the next crowd is served again", async () => {
  const { run, calls } = gathering({ atOnce: 1, isOwn: false });
  const results = Promise.allSettled([1, 2, 3].map(run));
  calls[0]!.fail(new Error("first"));
  await settled();
  await settled();
  calls[1]!.fail(new Error("away"));
  expect((await results).map((one) => one.status === "rejected" && one.reason.message))
    .toEqual(["first", "away", "away"]);
  const again = run(4);
  calls[2]!.end();
  expect(await again).toBe(40);
});

Deno.test("requests of one order are never in two calls at once; others pass them by", async () => {
  const { run, calls, asked } = gathering({ atOnce: 2 });
  const results = Promise.all([1, 101, 201, 2, 3].map(run));
  // The later ones of the first wait for it; what came behind them does not.
  expect(asked()).toEqual([[1], [2]]);
  calls[1]!.end();
  await settled();
  await settled();
  expect(asked()).toEqual([[1], [2], [3]]);
  calls[0]!.end();
  await settled();
  await settled();
  expect(asked()).toEqual([[1], [2], [3], [101, 201]]);
  calls[2]!.end();
  calls[3]!.end();
  expect(await results).toEqual([10, 1010, 2010, 20, 30]);
});
