import { expect } from "expect";
import * as fc from "fast-check";
import { FakeClock } from "@/lib/platform/clock.ts";
import type { Tx } from "@/lib/platform/database/mod.ts";
import { secureRandom, uuidV7Source } from "@/lib/platform/ids.ts";
import type { Reservation } from "@/lib/usage/mod.ts";
import { insertPerson, usageOver } from "./support/usage.ts";
import { openTestDatabase, type TestDatabase } from "./support/database.ts";

const RUNS = Number(Deno.env.get("PROPERTY_RUNS") ?? 500);
const LIMITS = { tokens: 1_000, messages: 6 };

let test: TestDatabase;
const clock = new FakeClock("2028-02-28T23:50:00.000Z");
const ids = uuidV7Source(clock, secureRandom);

Deno.test.beforeAll(async () => {
  test = await openTestDatabase();
});
Deno.test.afterAll(() => test.close());

const usageOf = () =>
  usageOver({
    db: test.db,
    clock,
    ids,
    env: {
      PLAN_FREE_TRIAL_TOKENS_PER_DAY: String(LIMITS.tokens),
      PLAN_FREE_TRIAL_MESSAGES_PER_DAY: String(LIMITS.messages),
    },
  }).usage;
const newUser = () =>
  insertPerson(test.db, { id: ids(), at: clock.now(), trialEndsAt: new Date("2100-01-01") });

/** What a person may do to the ledger. */
type Act =
  | { kind: "reserve"; prompt: number; answer: number }
  | { kind: "settle"; which: number; share: number; twice: boolean }
  | { kind: "release"; which: number }
  | { kind: "storage"; bytes: number }
  | { kind: "tomorrow" };

const acts = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant("reserve" as const),
        prompt: fc.integer({ min: 0, max: 300 }),
        answer: fc.integer({ min: 64, max: 600 }),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant("settle" as const),
        which: fc.nat(9),
        share: fc.integer({ min: 0, max: 15 }),
        twice: fc.boolean(),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant("release" as const), which: fc.nat(9) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("storage" as const),
        bytes: fc.integer({ min: -500, max: 500 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("tomorrow" as const) }) },
  ),
  { minLength: 1, maxLength: 12 },
);

interface ModelHold {
  reservation: Reservation;
  day: number;
  open: boolean;
}

/** The reference: what the ledger ought to say, in sixty lines of arithmetic. */
class Model {
  day = 0;
  holds: ModelHold[] = [];
  used = new Map<string, number>();

  sum(resource: string, day = this.day): number {
    return this.used.get(`${day} ${resource}`) ?? 0;
  }
  add(resource: string, amount: number, day = this.day): void {
    this.used.set(`${day} ${resource}`, this.sum(resource, day) + amount);
  }
  held(pick: (reservation: Reservation) => number): number {
    return this.holds.filter((hold) => hold.open && hold.day === this.day)
      .reduce((sum, hold) => sum + pick(hold.reservation), 0);
  }
  /** The cap an answer may get now, or what is full. */
  decide(prompt: number, answer: number): number | "messages" | "llm_tokens" {
    if (this.sum("messages") + this.held((r) => r.messages) + 1 > LIMITS.messages) {
      return "messages";
    }
    const room = LIMITS.tokens - this.sum("llm_tokens") - this.held((r) => r.tokens) -
      Math.ceil(prompt * 1.15);
    return room >= answer ? answer : room < 64 ? "llm_tokens" : room;
  }
}

Deno.test("[USE-20] ledger, balance and chain agree with a reference model in every order of acts", async () => {
  const usage = usageOf();
  let started = 0;
  await fc.assert(
    fc.asyncProperty(acts, async (list) => {
      started++;
      const userId = await newUser();
      const model = new Model();
      const today = () => clock.now().toISOString().slice(0, 10);
      const days = [today()];
      const inTx = <T>(work: (tx: Tx) => Promise<T>) => test.db.asUser(userId, work);
      for (const act of list) {
        if (act.kind === "reserve") {
          const wanted = model.decide(act.prompt, act.answer);
          const request = {
            userId,
            plan: "free_trial" as const,
            operationId: ids(),
            promptTokens: act.prompt,
            answerTokens: act.answer,
          };
          const got = await usage.reserveAlone(request).catch((error) => error);
          if (typeof wanted === "number") {
            expect(got.answerCap).toBe(wanted);
            model.holds.push({ reservation: got, day: model.day, open: true });
          } else expect(got.extra).toMatchObject({ resource: wanted });
        } else if (act.kind === "settle" || act.kind === "release") {
          const hold = model.holds[act.which % Math.max(1, model.holds.length)];
          if (!hold) continue;
          const tokens = act.kind === "settle"
            ? Math.floor(hold.reservation.tokens * act.share / 10)
            : 0;
          if (hold.open && act.kind === "settle") {
            model.add("llm_tokens", tokens, hold.day);
            model.add("messages", 1, hold.day);
          }
          hold.open = false;
          for (let n = act.kind === "settle" && act.twice ? 2 : 1; n > 0; n--) {
            await inTx((tx) =>
              act.kind === "release"
                ? usage.release(tx, hold.reservation)
                : usage.settle(tx, hold.reservation, {
                  promptTokens: tokens,
                  completionTokens: 0,
                  messages: 1,
                  metadata: { feature: "chat", n: started },
                  plan: "free_trial",
                })
            );
          }
        } else if (act.kind === "storage") {
          if (act.bytes !== 0) model.add("memory_storage", act.bytes);
          await inTx((tx) =>
            usage.recordStorage(tx, { userId, operationId: ids(), bytes: act.bytes })
          );
        } else {
          await clock.advance(86_400_000);
          model.day++;
          days.push(today());
        }
        const { resources } = await usage.quota({
          userId,
          plan: "free_trial",
          effectivePlan: "free_trial",
          trialEndsAt: clock.now(),
        });
        expect([resources.llm_tokens.used, resources.llm_tokens.reserved]).toEqual([
          model.sum("llm_tokens"),
          model.held((r) => r.tokens),
        ]);
        expect([resources.messages.used, resources.messages.reserved]).toEqual([
          model.sum("messages"),
          model.held((r) => r.messages),
        ]);
      }
      const history = await usage.history(userId, days.length);
      days.forEach((day, i) => {
        const row = history.find((one) => one.day === day)!;
        for (const resource of ["llm_tokens", "messages", "memory_storage"] as const) {
          expect(row.resources[resource].amount).toBe(model.sum(resource, i));
        }
      });
      const rows = await inTx((tx) =>
        tx<{ n: number }[]>`select count(*)::integer as n from usage_ledger`
      );
      expect(await usage.verify(userId)).toMatchObject({ valid: true, rows: rows[0]!.n });
      const open = await inTx((tx) =>
        tx<
          { n: number }[]
        >`select count(*)::integer as n from usage_reservations where state = 'open'`
      );
      expect(open[0]!.n).toBe(model.holds.filter((hold) => hold.open).length);
    }),
    { numRuns: RUNS },
  );
});

Deno.test("[USE-3] the database and the check compute the same hash, whatever the metadata", async () => {
  const usage = usageOf();
  const userId = await newUser();
  const metadata = fc.dictionary(
    // jsonb holds neither NUL nor half of a surrogate pair; metadata is never a person's text.
    fc.string({ unit: "binary", minLength: 1, maxLength: 8 }).map((s) => s.replaceAll("\0", "")),
    fc.oneof(
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => Object.is(n, -0) ? 0 : n),
      fc.boolean(),
      fc.constant(null),
      fc.string({ unit: "binary" }).map((s) => s.replaceAll("\0", "")),
    ),
    { maxKeys: 6 },
  );
  await fc.assert(
    fc.asyncProperty(metadata, async (given) => {
      const reservation = await usage.reserveAlone({
        userId,
        plan: "pro",
        operationId: ids(),
        promptTokens: 1,
        answerTokens: 64,
      });
      await test.db.asUser(
        userId,
        (tx) =>
          usage.settle(tx, reservation, {
            promptTokens: 1,
            completionTokens: 1,
            messages: 1,
            metadata: given,
            plan: "pro",
          }),
      );
    }),
    { numRuns: 100 },
  );
  expect(await usage.verify(userId)).toMatchObject({ valid: true, rows: 200 });
});

Deno.test("[USE-20] parallel holds and settlements of one person neither deadlock nor overspend", async () => {
  const usage = usageOf();
  const userId = await newUser();
  const turn = async () => {
    const request = {
      userId,
      plan: "free_trial" as const,
      operationId: ids(),
      promptTokens: 10,
      answerTokens: 64,
    };
    const held = await usage.reserveAlone(request).catch(() => null);
    if (!held) return 0;
    await test.db.asUser(
      userId,
      (tx) =>
        usage.settle(tx, held, {
          promptTokens: 10,
          completionTokens: 5,
          messages: 1,
          metadata: {},
          plan: "free_trial",
        }),
    );
    return 1;
  };
  const done = await Promise.all(Array.from({ length: 60 }, turn));
  expect(done.filter((one) => one === 1).length).toBe(LIMITS.messages);
  expect(await usage.verify(userId)).toMatchObject({ valid: true, rows: 2 * LIMITS.messages });
});
