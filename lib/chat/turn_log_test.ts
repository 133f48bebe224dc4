import { expect } from "expect";
import * as fc from "fast-check";
import { FakeClock } from "@/lib/platform/clock.ts";
import type { Kv } from "@/lib/platform/kv.ts";
import type { TurnEvent, TurnEventBody } from "./events.ts";
import { createTurnLogs, textOf } from "./turn_log.ts";

const TURN = { id: "turn-1", userId: "ada" };
const delta = (text: string, replaceFrom?: number): TurnEventBody => ({
  event: "delta",
  data: { text, ...(replaceFrom === undefined ? {} : { replaceFrom }) },
});
const done: TurnEventBody = {
  event: "done",
  data: {
    status: "complete",
    finishReason: "stop",
    textLength: 0,
    textHash: "",
    latencyMs: null,
    ttftMs: null,
    receiptUrl: "",
  },
};

/** A store in memory that notes its writes; `hold` keeps them waiting. */
function setUp() {
  const clock = new FakeClock();
  const stored = new Map<string, { key: Deno.KvKey; value: unknown }>();
  const writes: number[] = [];
  let gate: Promise<void> = Promise.resolve();
  const kv: Kv = {
    available: true,
    get: () => Promise.resolve(null),
    list: <T>(prefix: Deno.KvKey) =>
      Promise.resolve(
        [...stored.values()].filter(({ key }) => prefix.every((part, i) => key[i] === part))
          .map(({ key, value }) => ({ key, value: value as T })),
      ),
    async set(entries) {
      await gate;
      for (const entry of entries) {
        writes.push((entry.value as unknown[]).length);
        stored.set(JSON.stringify(entry.key), entry);
      }
      return true;
    },
    update: () => Promise.resolve(null),
    clear: () => Promise.resolve(true),
    close() {},
  };
  return {
    clock,
    stored,
    writes,
    logs: createTurnLogs({ kv, clock }),
    hold() {
      const held = Promise.withResolvers<void>();
      gate = held.promise;
      return held.resolve;
    },
  };
}

const seqs = (events: Iterable<TurnEvent>) => [...events].map(({ seq }) => seq);

Deno.test("[CHT-41] events are numbered from one without gaps, and followers get each of them", async () => {
  const { logs } = setUp();
  const log = logs.open(TURN);
  log.append(delta("a"));
  const early = Array.fromAsync(log.follow(0));
  log.append(delta("b"));
  await Promise.resolve();
  const late = Array.fromAsync(log.follow(1));
  log.append(delta("c"));
  log.append(done);
  expect(seqs(await early)).toEqual([1, 2, 3, 4]);
  expect(seqs(await late)).toEqual([2, 3, 4]);
  expect(textOf(await early)).toBe("abc");
});

Deno.test("[CHT-44] who comes back after the end still gets the rest", async () => {
  const { logs } = setUp();
  const log = logs.open(TURN);
  for (const text of ["a", "b"]) log.append(delta(text));
  log.append(done);
  expect(seqs(await Array.fromAsync(log.follow(2)))).toEqual([3]);
  expect(logs.running(TURN.id)).toBe(log);
});

Deno.test("[CHT-43] a follower that leaves ends nothing for the others", async () => {
  const { logs } = setUp();
  const log = logs.open(TURN);
  const abort = new AbortController();
  const leaving = Array.fromAsync(log.follow(0, { signal: abort.signal }));
  const staying = Array.fromAsync(log.follow(0));
  log.append(delta("a"));
  await new Promise<void>((resolve) => queueMicrotask(resolve));
  abort.abort();
  expect(seqs(await leaving)).toEqual([1]);
  log.append(done);
  expect(seqs(await staying)).toEqual([1, 2]);
});

Deno.test("[CHT-46] events reach the store in batches, at the latest after 100 ms", async () => {
  const { logs, clock, writes } = setUp();
  const log = logs.open(TURN);
  for (const text of ["a", "b", "c"]) log.append(delta(text));
  await clock.advance(99);
  expect(writes).toEqual([]);
  await clock.advance(1);
  expect(writes).toEqual([3]);
  log.append(delta("x".repeat(2_048))); // four KiB go at once
  log.append(delta("d"));
  await clock.advance(0);
  expect(writes).toEqual([3, 1]);
  log.append(done); // and so does the end
  await clock.advance(0);
  expect(writes).toEqual([3, 1, 2]);
  await clock.advance(1_000);
  expect(writes).toEqual([3, 1, 2]);
  expect(seqs(await logs.kept(TURN))).toEqual([1, 2, 3, 4, 5, 6]);
  expect(await logs.kept({ ...TURN, userId: "eve" })).toEqual([]);
});

Deno.test("[CHT-46] batches are written in order, and flushing waits for all of them", async () => {
  const { logs, writes, clock, hold } = setUp();
  const log = logs.open(TURN);
  const letGo = hold();
  log.append(delta("a"));
  const first = log.flush();
  log.append(delta("b"));
  log.append(delta("c"));
  let flushed = false;
  const all = logs.flush().then(() => flushed = true);
  await clock.advance(0);
  expect({ flushed, writes }).toEqual({ flushed: false, writes: [] });
  letGo();
  await all;
  await first;
  expect(writes).toEqual([1, 2]);
});

Deno.test("[CHT-45] after a lost batch only what lies before the gap is believed", async () => {
  const { logs, stored } = setUp();
  const log = logs.open(TURN);
  for (const text of ["a", "b", "c"]) {
    log.append(delta(text));
    await log.flush();
  }
  expect(stored.size).toBe(3);
  stored.delete([...stored.keys()][1]!);
  expect(seqs(await logs.kept(TURN))).toEqual([1]);
});

Deno.test("a log that has ended leaves this process after a minute", async () => {
  const { logs, clock } = setUp();
  const log = logs.open(TURN);
  await clock.advance(3_600_000);
  expect(logs.running(TURN.id)).toBe(log);
  log.append(done);
  await clock.advance(59_999);
  expect(logs.running(TURN.id)).toBe(log);
  await clock.advance(1);
  expect(logs.running(TURN.id)).toBeUndefined();
  expect(clock.pending).toBe(0);
});

Deno.test("[CON-31] the text is built from deltas, which may replace what came before", () => {
  expect(textOf([delta("Hello"), delta(" you")])).toBe("Hello you");
  expect(textOf([delta("Hello"), delta("No.", 0)])).toBe("No.");
  expect(textOf([delta("👍👍👍"), delta("x", 2)])).toBe("👍👍x");
  expect(textOf([delta("abc"), delta("", 1), delta("z")])).toBe("az");
  expect(textOf([delta("abc"), delta("d", 9)])).toBe("abcd");
  expect(textOf([done])).toBe("");
});

Deno.test("[CON-31] offsets count code points", () => {
  const part = fc.record({
    text: fc.string({ unit: "grapheme", maxLength: 5 }),
    replaceFrom: fc.option(fc.nat(6), { nil: undefined }),
  });
  fc.assert(fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
    const expected = parts.reduce<string[]>(
      (so, { text, replaceFrom }) => [...so.slice(0, replaceFrom), ...text],
      [],
    );
    expect(textOf(parts.map(({ text, replaceFrom }) => delta(text, replaceFrom))))
      .toBe(expected.join(""));
  }));
});
