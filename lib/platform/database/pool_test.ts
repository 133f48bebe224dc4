import { expect } from "expect";
import type { Sql } from "./mod.ts";
import { createPool } from "./pool.ts";

function fakes() {
  const opened: { name: number; ended: boolean }[] = [];
  const open = () => {
    const client = { name: opened.length, ended: false };
    opened.push(client);
    return {
      ...client,
      end: () => {
        client.ended = true;
        return Promise.resolve();
      },
    } as unknown as Sql;
  };
  return { opened, open };
}

const nameOf = (sql: Sql) => (sql as unknown as { name: number }).name;

Deno.test("one after the other uses one connection; a crowd gets more, up to the limit", async () => {
  const { opened, open } = fakes();
  const pool = createPool(open, { max: 2, isLost: () => false });
  for (let n = 0; n < 3; n++) {
    expect(await pool.run((sql) => Promise.resolve(nameOf(sql)))).toBe(0);
  }
  const gates = [0, 1, 2, 3].map(() => Promise.withResolvers<void>());
  const order: string[] = [];
  const all = gates.map((gate, n) =>
    pool.run(async (sql) => {
      order.push(`${n} on ${nameOf(sql)}`);
      await gate.promise;
    })
  );
  await Promise.resolve();
  await Promise.resolve();
  expect(order).toEqual(["0 on 0", "1 on 1"]);
  gates[1]!.resolve();
  await all[1];
  gates[2]!.resolve();
  await all[2];
  expect(order).toEqual(["0 on 0", "1 on 1", "2 on 1", "3 on 1"]);
  gates[0]!.resolve();
  gates[3]!.resolve();
  await Promise.all(all);
  expect(await pool.run((sql) => Promise.resolve(nameOf(sql)))).toBe(0);
  expect(opened.length).toBe(2);
  await pool.end();
  expect(opened.map(({ ended }) => ended)).toEqual([true, true]);
});

Deno.test("once ended, who waits and who comes is refused, and nothing is opened any more", async () => {
  const { opened, open } = fakes();
  const lost = new Error("lost");
  const pool = createPool(open, { max: 1, isLost: (error) => error === lost });
  const gate = Promise.withResolvers<void>();
  const busy = pool.run(() => gate.promise.then(() => Promise.reject(lost)));
  const waiting = pool.run(() => Promise.resolve());
  const ending = pool.end();
  await expect(waiting).rejects.toMatchObject({ code: "CONNECTION_ENDED" });
  gate.resolve();
  await expect(busy).rejects.toThrow("lost");
  await ending;
  await expect(pool.run(() => Promise.resolve())).rejects.toMatchObject({
    code: "CONNECTION_ENDED",
  });
  expect(opened).toEqual([{ name: 0, ended: true }]);
});

Deno.test("work that fails gives its connection back", async () => {
  const { opened, open } = fakes();
  const pool = createPool(open, { max: 1, isLost: () => false });
  await expect(pool.run(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
  await expect(pool.run(() => {
    throw new Error("at once");
  })).rejects.toThrow("at once");
  expect(await pool.run((sql) => Promise.resolve(nameOf(sql)))).toBe(0);
  expect(opened.length).toBe(1);
});

Deno.test("a client that lost its connection is given up, and who waits gets a new one", async () => {
  const { opened, open } = fakes();
  const lost = new Error("lost");
  const pool = createPool(open, { max: 1, isLost: (error) => error === lost });
  const gate = Promise.withResolvers<void>();
  const first = pool.run(() => gate.promise.then(() => Promise.reject(lost)));
  const second = pool.run((sql) => Promise.resolve(nameOf(sql)));
  gate.resolve();
  await expect(first).rejects.toThrow("lost");
  expect(await second).toBe(1);
  expect(opened.map(({ ended }) => ended)).toEqual([true, false]);
  expect(await pool.run((sql) => Promise.resolve(nameOf(sql)))).toBe(1);
});
