import { expect } from "expect";
import { FakeClock } from "./clock.ts";
import { createLog } from "./log.ts";
import { createMetrics } from "./metrics.ts";
import { openKv, userKey } from "./kv.ts";

async function openTestKv(path = ":memory:") {
  const clock = new FakeClock();
  const metrics = createMetrics();
  const lines: string[] = [];
  const log = createLog({ clock, level: "warn", write: (line) => void lines.push(line) });
  return { clock, metrics, lines, kv: await openKv({ path, now: clock.now, log, metrics }) };
}

Deno.test("a value is there until its life ends, whatever the store's own expiry does", async () => {
  const { kv, clock } = await openTestKv();
  const key = userKey("u1", "cache", "x");
  expect(await kv.set([{ key, value: { n: 1 } }], 60_000)).toBe(true);
  await clock.advance(59_999);
  expect(await kv.get(key)).toEqual({ n: 1 });
  expect(await kv.list(userKey("u1", "cache"))).toEqual([{ key, value: { n: 1 } }]);
  await clock.advance(1);
  expect(await kv.get(key)).toBeNull();
  expect(await kv.list(userKey("u1", "cache"))).toEqual([]);
  kv.close();
});

Deno.test("many values are written at once and listed in the order of their keys", async () => {
  const { kv } = await openTestKv();
  const entries = Array.from({ length: 250 }, (_, i) => ({ key: ["many", i], value: i }));
  expect(await kv.set(entries, 60_000)).toBe(true);
  expect((await kv.list<number>(["many"])).map(({ value }) => value))
    .toEqual(entries.map(({ value }) => value));
  kv.close();
});

Deno.test("everything of a person is below one prefix, and goes with it", async () => {
  const { kv } = await openTestKv();
  const areas = ["stream", "stm", "rate", "cache"] as const;
  const keysOf = (user: string) =>
    areas.map((area) => ({ key: userKey(user, area, 1), value: area }));
  await kv.set([...keysOf("ada"), ...keysOf("eve")], 60_000);
  expect(await kv.list(["u", "ada"])).toHaveLength(4);
  expect(await kv.clear(["u", "ada"])).toBe(true);
  expect(await kv.list(["u", "ada"])).toEqual([]);
  expect(await kv.list(["u", "eve"])).toHaveLength(4);
  const { key } = keysOf("eve")[0]!;
  await kv.clear(key);
  expect(await kv.get(key)).toBeNull();
  expect(await kv.list(["u", "eve"])).toHaveLength(3);
  kv.close();
});

Deno.test("[OPS-13] without a store reads find nothing, writes say so, and nothing is thrown", async () => {
  const { kv, lines, metrics } = await openTestKv("/nowhere/at/all/kv.sqlite3");
  expect(kv.available).toBe(false);
  expect(await kv.get(["x"])).toBeNull();
  expect(await kv.list(["x"])).toEqual([]);
  expect(await kv.set([{ key: ["x"], value: 1 }], 1_000)).toBe(false);
  expect(await kv.clear(["x"])).toBe(false);
  kv.close();
  expect(lines.map((line) => JSON.parse(line).event)).toEqual(["kv.unavailable"]);
  expect(await metrics.text()).toContain('kv_errors_total{operation="open"} 1');
});

Deno.test("[OPS-13] a store that fails is given up for the operation and tried again", async () => {
  const { kv, lines } = await openTestKv();
  const large = { key: ["large"], value: "x".repeat(70_000) };
  expect(await kv.set([large], 1_000)).toBe(false);
  expect(kv.available).toBe(false);
  expect(await kv.set([large], 1_000)).toBe(false);
  expect(lines).toHaveLength(1); // said once, not with every operation
  expect(await kv.set([{ key: ["small"], value: 1 }], 1_000)).toBe(true);
  expect(kv.available).toBe(true);
  kv.close();
});
