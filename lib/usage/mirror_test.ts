import { expect } from "expect";
import { FakeClock } from "@/lib/platform/clock.ts";
import { parseConfig } from "@/lib/platform/config.ts";
import { openKv } from "@/lib/platform/kv.ts";
import { silentLog } from "@/lib/platform/log.ts";
import { createMetrics } from "@/lib/platform/metrics.ts";
import { createPlans } from "@/lib/plans/mod.ts";
import { createMirror } from "./mirror.ts";

const USER = "0190f5f2-7c00-7000-8000-000000000001";
const DAY = "2026-03-01";
const limits = createPlans(parseConfig({})).limits("free_trial");
const full = { dayUtc: DAY, tokens: 9_990, messages: 100 };
const asked = { dayUtc: DAY, limits, tokens: 64 };
const openTestKv = (clock: FakeClock) =>
  openKv({ path: ":memory:", now: () => clock.now(), log: silentLog, metrics: createMetrics() });

Deno.test("[USE-26] a fresh copy refuses what is certainly used up, and grants nothing", async () => {
  const clock = new FakeClock(`${DAY}T10:00:00.000Z`);
  const mirror = createMirror({ kv: null, clock });
  expect(await mirror.full(USER, asked)).toBeNull();
  mirror.note(USER, { ...full, messages: 99 }, true);
  expect(await mirror.full(USER, asked)).toEqual({
    resource: "llm_tokens",
    used: 9_990,
    limit: 10_000,
  });
  expect(await mirror.full(USER, { ...asked, tokens: 10 })).toBeNull();
  mirror.note(USER, full, true);
  expect(await mirror.full(USER, asked)).toEqual({ resource: "messages", used: 100, limit: 100 });
  // Another day, a higher limit, no limit: the database decides.
  expect(await mirror.full(USER, { ...asked, dayUtc: "2026-03-02" })).toBeNull();
  const more = { ...limits, messagesPerDay: 200, tokensPerDay: null };
  expect(await mirror.full(USER, { ...asked, limits: more })).toBeNull();
  expect(await mirror.full(USER, { ...asked, limits: { ...more, messagesPerDay: null } }))
    .toBeNull();
  mirror.forget(USER);
  expect(await mirror.full(USER, asked)).toBeNull();
});

Deno.test("[USE-26] a copy older than five seconds says nothing", async () => {
  const clock = new FakeClock(`${DAY}T10:00:00.000Z`);
  const mirror = createMirror({ kv: null, clock });
  mirror.note(USER, full, true);
  await clock.advance(5_000);
  expect(await mirror.full(USER, asked)).not.toBeNull();
  await clock.advance(1);
  expect(await mirror.full(USER, asked)).toBeNull();
  mirror.note(USER, full, true);
  mirror.forget();
  expect(await mirror.full(USER, asked)).toBeNull();
});

Deno.test("[USE-26] another process finds the copy in KV, until it is forgotten there", async () => {
  const clock = new FakeClock(`${DAY}T10:00:00.000Z`);
  const kv = await openTestKv(clock);
  const here = createMirror({ kv, clock });
  here.note(USER, full, true);
  // Written in the background: a reading of the same store comes after it.
  await kv.get(["nothing"]);
  const there = createMirror({ kv, clock });
  expect(await there.full(USER, asked)).toMatchObject({ resource: "messages" });
  here.forget(USER);
  await kv.get(["nothing"]);
  const third = createMirror({ kv, clock });
  expect(await third.full(USER, asked)).toBeNull();
  // It has asked: until its own next reading it does not ask again.
  expect(await third.full(USER, asked)).toBeNull();
  kv.close();
  expect(await createMirror({ kv, clock }).full(USER, asked)).toBeNull();
});
