/**
 * Measures what metering costs (USE-20, USE-23):
 *
 *   deno run -A tests/bench/quota.ts [--quick]
 *
 * Holds per second on one account and over a thousand, and what hold and settlement add to a
 * transaction that would run anyway. With `TEST_DATABASE_URL` set on that server, else embedded.
 * `barePerSecond` is the same call with next to nothing in it, one by one: on a busy machine compare
 * with that.
 */
import { systemClock } from "@/lib/platform/clock.ts";
import type { Tx } from "@/lib/platform/database/mod.ts";
import { secureRandom, uuidV7Source } from "@/lib/platform/ids.ts";
import { usageOver } from "../support/usage.ts";
import { openTestDatabase, testServer } from "../support/database.ts";

const quick = Deno.args.includes("--quick");
const ROUNDS = quick ? 2_000 : 10_000;
const CALLERS = 50;

const test = await openTestDatabase();
const ids = uuidV7Source(systemClock, secureRandom);
const { usage } = usageOver({ db: test.db, clock: systemClock, ids });
const users = Array.from({ length: 1_000 }, () => ids());
await test.db.asSystem("bench", (tx: Tx) =>
  tx`insert into users (id, email, email_normalized, display_name, password_hash, trial_ends_at,
      terms_version, terms_accepted_at, age_confirmed_at, created_at, updated_at)
    select id::uuid, id, id, 'Bench', 'x', ${new Date()}, '1', ${new Date()}, ${new Date()},
      ${new Date()}, ${new Date()} from unnest(${users}::text[]) as id`);

const request = (userId: string) => ({
  userId,
  plan: "pro" as const,
  operationId: ids(),
  promptTokens: 400,
  answerTokens: 600,
});
const reserve = (tx: Tx, userId: string) => usage.reserve(tx, request(userId));

const settle = (tx: Tx, reservation: { id: string }) =>
  usage.settle(tx, reservation, {
    promptTokens: 400,
    completionTokens: 200,
    messages: 1,
    metadata: { feature: "chat", model: "practice", promptTokens: 400, completionTokens: 200 },
    plan: "pro",
  });

/** Runs `work` `rounds` times from so many callers at once; returns calls per second. */
async function perSecond(rounds: number, work: (i: number) => Promise<unknown>): Promise<number> {
  let next = 0;
  const started = performance.now();
  await Promise.all(Array.from({ length: CALLERS }, async () => {
    while (next < rounds) await work(next++);
  }));
  return Math.round(rounds / (performance.now() - started) * 1000);
}

const hold = (userId: string) => usage.reserveAlone(request(userId));

/**
 * Milliseconds that hold and settlement add to a transaction of a turn, one at a time. As in a turn
 * they travel with a statement that is there anyway: the hold within `turn_start`, the settlement
 * beside the lock of the conversation. `apart` has each wait for an exchange of its own.
 */
async function added(): Promise<Record<"together" | "apart", { reserve: number; settle: number }>> {
  const times: Record<string, number[]> = {};
  const timed = async (name: string, person: string, work: (tx: Tx) => Promise<unknown>) => {
    const started = performance.now();
    await test.db.asUser(person, work);
    (times[name] ??= []).push(performance.now() - started);
  };
  // What a turn writes itself, so that the commit of a writing transaction is not counted.
  const own = (tx: Tx, user: string) =>
    tx`update users set updated_at = ${new Date()} where id = ${user}`;
  // Each time another person, as turns come: one account's rows would only grow old.
  for (let i = 0; i < ROUNDS / 10; i++) {
    const user = users[i % users.length]!;
    let held = { id: "" };
    const keep = async (tx: Tx) => held = await reserve(tx, user);
    await timed("bare", user, (tx) => own(tx, user));
    await timed("together reserve", user, (tx) => Promise.all([own(tx, user), keep(tx)]));
    await timed("together settle", user, (tx) => Promise.all([own(tx, user), settle(tx, held)]));
    await timed("apart reserve", user, (tx) => own(tx, user).then(() => keep(tx)));
    await timed("apart settle", user, (tx) => own(tx, user).then(() => settle(tx, held)));
  }
  const middle = (name: string) =>
    times[name]!.sort((a, b) => a - b)[Math.floor(times[name]!.length / 2)]!;
  const over = (way: string) => ({
    reserve: middle(`${way} reserve`) - middle("bare"),
    settle: middle(`${way} settle`) - middle("bare"),
  });
  return { together: over("together"), apart: over("apart") };
}

const bare = (userId: string) =>
  test.db.callAsUser(userId, "turn_known", [
    userId,
    userId,
  ]);

await perSecond(500, (i) => hold(users[i]!)); // connections and plans are warm
const figures = {
  database: testServer ? "server" : "embedded",
  barePerSecond: await perSecond(ROUNDS, (i) => bare(users[i % users.length]!)),
  oneAccountPerSecond: await perSecond(ROUNDS, () => hold(users[0]!)),
  thousandAccountsPerSecond: await perSecond(ROUNDS, (i) => hold(users[i % users.length]!)),
  inTransactionOneAccountPerSecond: await perSecond(
    ROUNDS / 2,
    () => test.db.asUser(users[0]!, (tx) => reserve(tx, users[0]!)),
  ),
  addedMsP50: await added(),
};
Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(figures, null, 1)}\n`));
await test.close();
