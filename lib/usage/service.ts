import type { Clock } from "@/lib/platform/clock.ts";
import type { Database, Tx } from "@/lib/platform/database/mod.ts";
import type { IdSource } from "@/lib/platform/ids.ts";
import type { PurposeKey } from "@/lib/platform/crypto.ts";
import type { Kv } from "@/lib/platform/kv.ts";
import type { Log } from "@/lib/platform/log.ts";
import type { Metrics } from "@/lib/platform/metrics.ts";
import { isProblem, Problem } from "@/lib/platform/problem.ts";
import type { EffectivePlan, Entitlements, PlanLimits, Plans } from "@/lib/plans/mod.ts";
import { checkEntries, type LedgerEntry, type Metadata } from "./ledger.ts";
import { type Resource, utcDay } from "./quota.ts";
import { createFairUse, type QueueHolder } from "./fair_use.ts";
import { createGather } from "./gather.ts";
import { createMirror } from "./mirror.ts";
import { createReadings } from "./reading.ts";
import { keyProblem, quotaProblem, storageProblem } from "./refusal.ts";
import { createWatch } from "./watch.ts";
import * as store from "./store.ts";

/** What a turn may use: held now, settled at its end. */
export interface Reservation {
  id: string;
  operationId: string;
  userId: string;
  dayUtc: string;
  /** Held tokens: the estimated prompt with its margin, and the answer cap. */
  tokens: number;
  messages: number;
  /** Most tokens the answer may have; passed to the model as its output limit. */
  answerCap: number;
}

/** What to hold for a turn. */
export interface ReserveRequest {
  userId: string;
  plan: EffectivePlan;
  /** The person's own limits; without them those of the plan. */
  limits?: PlanLimits;
  operationId: string;
  /** Estimated tokens of the prompt, without margin. */
  promptTokens: number;
  /** Most answer tokens wanted: the smaller of the plan's and the model's cap. */
  answerTokens: number;
  /** Whether a shorter answer is worth nothing: all of it is held, or the request is refused. */
  whole?: boolean;
  /** The personal key that asks, with its own budget of a day; null is none (ACC-92). */
  key?: { id: string; dailyTokens: number | null };
}

/** Makes a hold; null when it came to nothing before anything was held or refused. */
type HoldBy = (hold: store.HoldRequest) => Promise<store.HoldResult | null>;

/** What a turn used in the end. */
export interface Settlement {
  promptTokens: number;
  completionTokens: number;
  messages: number;
  metadata?: Metadata;
}

/** The estimate is multiplied by this so that it is an upper bound (USE-21). */
const PROMPT_MARGIN = 1.15;
/** With less room than this an answer is not worth starting. */
const MIN_ANSWER_TOKENS = 64;
/** No prompt or answer is longer; what is was counted wrongly. */
const MAX_TOKENS = 100_000_000;
/** A hold lives ten minutes and is extended by the turn's heartbeat. */
const HOLD_MS = 10 * 60_000;
/** Ended holds of keys are of no use after their day; a month of them helps to understand what was. */
const KEPT_MS = 30 * 86_400_000;

/** The service of this room. */
export type Usage = ReturnType<typeof createUsage>;

/** What metering needs. */
export interface UsageOptions {
  db: Database;
  clock: Clock;
  ids: IdSource;
  log: Log;
  plans: Plans;
  entitlements: Pick<Entitlements, "of" | "limitsIn">;
  metrics: Metrics;
  cursorKey: PurposeKey;
  /** Where copies of balances are kept for early refusals; null: in this process alone. */
  kv?: Kv | null;
  /** Tokens a day for work of the product itself, everybody's together; null or absent: no cap. */
  systemTokensPerDay?: number | null;
  /** Hears of limits that came near or were reached, whenever a balance is read. */
  onWarning?: (warning: {
    userId: string;
    resource: Resource;
    /** `fair`: beyond fair use; the percentage means nothing then. */
    level: "notice" | "strong" | "blocked" | "fair";
    percentage: number;
    period: string;
  }) => Promise<unknown>;
}

/** Meters what people use: append-only ledger, holds before and settlement after each call. */
export function createUsage(options: UsageOptions) {
  const { db, clock, ids, plans } = options;
  const mirror = createMirror({ kv: options.kv ?? null, clock });
  const checks = options.metrics.counter(
    "usage_quota_checks_total",
    "Quota decisions",
    ["resource", "plan", "result"],
  );
  const exceeded = options.metrics.counter("usage_quota_exceeded_total", "Refusals for quota", [
    "resource",
    "plan",
  ]);
  const tokensUsed = options.metrics.counter("usage_tokens_total", "Tokens used", [
    "plan",
    "direction",
  ]);
  const messagesUsed = options.metrics.counter("usage_messages_total", "Messages", ["plan"]);
  const recordings = options.metrics.counter(
    "usage_recording_attempts_total",
    "Settlements and other entries of the ledger",
    ["resource", "result"],
  );
  const recordingTime = options.metrics.histogram(
    "usage_recording_duration_seconds",
    "Time to write what was used",
  );

  /** Runs a statement that writes the ledger, measured. */
  async function recorded<T>(resource: Resource, work: () => Promise<T>): Promise<T> {
    const started = clock.monotonic();
    const note = (result: "ok" | "error") => {
      recordings.add(1, { resource, result });
      recordingTime.observe((clock.monotonic() - started) / 1000);
    };
    try {
      const result = await work();
      note("ok");
      return result;
    } catch (error) {
      note("error");
      throw error;
    }
  }

  async function tried(
    holdBy: HoldBy,
    request: ReserveRequest,
  ): Promise<Reservation | null> {
    for (const amount of [request.promptTokens, request.answerTokens]) {
      if (!(amount >= 0 && amount <= MAX_TOKENS)) {
        throw new RangeError(`A turn cannot hold ${amount} tokens`);
      }
    }
    const now = clock.now();
    const { userId, operationId, plan } = request;
    const limits = request.limits ?? plans.limits(plan);
    const promptTokens = Math.ceil(request.promptTokens * PROMPT_MARGIN);
    const leastAnswerTokens = request.whole
      ? Math.floor(request.answerTokens)
      : Math.min(MIN_ANSWER_TOKENS, request.answerTokens);
    const least = promptTokens + leastAnswerTokens;
    const full = await mirror.full(userId, { dayUtc: utcDay(now), limits, tokens: least });
    if (full) {
      const requested = full.resource === "messages" ? 1 : least;
      throw quotaProblem({ ...full, plan, reserved: 0, requested, now });
    }
    const hold = { id: ids(), userId, operationId, dayUtc: utcDay(now), leastAnswerTokens };
    const result = await holdBy({
      ...hold,
      key: request.key,
      promptTokens,
      answerTokens: Math.floor(request.answerTokens),
      tokensPerDay: limits.tokensPerDay,
      messagesPerDay: limits.messagesPerDay,
      createdAt: now,
      expiresAt: new Date(now.getTime() + HOLD_MS),
    });
    if (!result) return null;
    if (result.refused === null) {
      const { answerCap } = result;
      const { leastAnswerTokens: _, ...held } = hold;
      return { ...held, tokens: promptTokens + answerCap, messages: 1, answerCap };
    }
    if (result.refused === "key") {
      throw keyProblem({
        plan,
        used: result.usedNow,
        reserved: result.reservedNow,
        limit: request.key!.dailyTokens!,
        requested: least,
        now,
      });
    }
    const ofTokens = result.refused === "llm_tokens";
    throw quotaProblem({
      plan,
      resource: result.refused,
      used: result.usedNow,
      reserved: result.reservedNow,
      // Without a limit nothing is refused.
      limit: (ofTokens ? limits.tokensPerDay : limits.messagesPerDay)!,
      requested: ofTokens ? least : 1,
      now,
    });
  }

  const holdSoon = createGather<store.HoldRequest, store.HoldResult>({
    together: (holds) => store.holdTogether(db, holds),
    alone: (hold) => store.holdAlone(db, hold),
    isOwn: (error) => !isProblem(error, "database_unavailable"),
    orderOf: ({ userId }) => userId,
  });
  const fairUse = createFairUse({ plans, clock, read: (holder) => readings.quota(holder) });
  const readings = createReadings(options, { mirror, fairUse });

  function count(plan: EffectivePlan, result: "granted" | "refused" | "error", resource: string) {
    checks.add(1, { resource, plan, result });
  }

  async function counted(
    request: ReserveRequest,
    holdBy: HoldBy,
  ): Promise<Reservation | null> {
    try {
      const reservation = await tried(holdBy, request);
      if (reservation) count(request.plan, "granted", "llm_tokens");
      return reservation;
    } catch (error) {
      const refused = error instanceof Problem && error.code === "quota_exceeded";
      const resource = refused ? String(error.extra.resource) : "llm_tokens";
      count(request.plan, refused ? "refused" : "error", resource);
      if (refused) exceeded.add(1, { resource, plan: request.plan });
      throw error;
    }
  }

  return {
    /**
     * Holds one message and the tokens of a turn, in the caller's transaction.
     *
     * @throws Problem 429 `quota_exceeded`; nothing is held then
     */
    reserve: async (tx: Tx, request: ReserveRequest): Promise<Reservation> =>
      (await counted(request, (hold) => store.hold(tx, hold)))!,

    /**
     * The same by the caller's own statement, which calls `usage_hold` beside what else it does;
     * null when it did nothing for a reason of its own.
     *
     * @throws Problem 429, and what `holdBy` throws
     */
    reserveBy: (request: ReserveRequest, holdBy: HoldBy): Promise<Reservation | null> =>
      counted(request, holdBy),

    /**
     * The same for a caller without a transaction: one round trip, in a crowd shared with others.
     *
     * @throws Problem 429
     */
    reserveAlone: async (request: ReserveRequest): Promise<Reservation> =>
      (await counted(request, holdSoon))!,

    /** Keeps a hold alive while its turn runs. */
    extend: (tx: Tx, reservationId: string) =>
      store.extendReservation(tx, reservationId, new Date(clock.now().getTime() + HOLD_MS)),

    /**
     * Replaces a hold by what was used and writes the ledger, in the transaction that stores the
     * answer. Settling twice changes nothing the second time.
     */
    async settle(
      tx: Tx,
      reservation: { id: string },
      settlement: Settlement & { plan: EffectivePlan },
    ): Promise<void> {
      const entries: LedgerEntry[] = [
        { resource: "messages", amount: settlement.messages, metadata: settlement.metadata },
        {
          resource: "llm_tokens",
          amount: settlement.promptTokens + settlement.completionTokens,
          metadata: settlement.metadata,
        },
      ];
      checkEntries("usage", entries);
      const occurredAt = clock.now();
      const closed = await recorded("llm_tokens", () =>
        store.closeHold(tx, reservation.id, {
          occurredAt,
          entries: entries.map((entry) => ({ ...entry, id: ids() })),
        }));
      if (!closed) return;
      messagesUsed.add(settlement.messages, { plan: settlement.plan });
      tokensUsed.add(settlement.promptTokens, { plan: settlement.plan, direction: "prompt" });
      tokensUsed.add(settlement.completionTokens, {
        plan: settlement.plan,
        direction: "completion",
      });
    },

    /** Gives a hold back without any use: the model was never called, or could not answer. */
    async release(tx: Tx, reservation: { id: string }): Promise<void> {
      await store.closeHold(tx, reservation.id, { occurredAt: clock.now(), entries: [] });
    },

    /** Gives back holds whose time has passed; returns how many. */
    releaseLost(): Promise<number> {
      return db.asSystem("usage: release lost holds", async (tx) => {
        const lost = await store.lostReservations(tx, clock.now());
        for (const { id } of lost) await this.release(tx, { id });
        return lost.length;
      });
    },

    /** The personal key that made a hold, for what ends after its caller has gone. */
    keyOf: store.keyOf,

    /** Removes holds that ended long ago; returns how many. */
    forgetEnded: (): Promise<number> =>
      db.asSystem(
        "usage: forget ended holds",
        (tx) => store.dropEnded(tx, new Date(clock.now().getTime() - KEPT_MS)),
      ),

    /**
     * Writes a change of memory storage in bytes, positive or negative, in the transaction that
     * changes the rows.
     */
    async recordStorage(
      tx: Tx,
      change: { userId: string; operationId: string; bytes: number },
    ): Promise<void> {
      if (change.bytes === 0) return;
      const now = clock.now();
      const operation = {
        userId: change.userId,
        operationId: change.operationId,
        kind: "usage" as const,
        dayUtc: utcDay(now),
        occurredAt: now,
      };
      const entry = { id: ids(), resource: "memory_storage" as const, amount: change.bytes };
      checkEntries("usage", [entry]);
      await recorded("memory_storage", () => store.record(tx, operation, [entry]));
    },

    /**
     * Checks durable storage before it is written. With several `parts`, they are checked as a
     * whole, and the refusal says how many of them, from the first on, would fit (USE-27).
     *
     * @throws Problem 429 `quota_exceeded` when `bytes` more do not fit into what the person may have
     */
    async requireStorage(
      tx: Tx,
      request: {
        userId: string;
        plan: EffectivePlan;
        bytes: number;
        parts?: readonly number[];
      },
    ): Promise<void> {
      const limit = (await options.entitlements.limitsIn(tx, request)).storageBytes;
      if (limit === null) return;
      const used = await store.storageUsed(tx, request.userId);
      const fits = used + request.bytes <= limit;
      count(request.plan, fits ? "granted" : "refused", "memory_storage");
      if (fits) return;
      exceeded.add(1, { resource: "memory_storage", plan: request.plan });
      throw storageProblem({
        plan: request.plan,
        used,
        limit,
        requested: request.bytes,
        ...(request.parts ? { fits: fitting(request.parts, limit - used) } : {}),
      });
    },

    /**
     * Writes tokens that the product used on its own account: shown, never limited for the person
     * (USE-6). Writing the same operation twice writes once.
     */
    async recordSystem(
      tx: Tx,
      use: { userId: string; operationId: string; tokens: number; metadata: Metadata },
    ): Promise<void> {
      const now = clock.now();
      const entry = {
        id: ids(),
        resource: "system_tokens" as const,
        amount: use.tokens,
        metadata: use.metadata,
      };
      checkEntries("usage", [entry]);
      await store.record(tx, {
        userId: use.userId,
        operationId: use.operationId,
        kind: "usage",
        dayUtc: utcDay(now),
        occurredAt: now,
      }, [entry]);
    },

    /**
     * Corrects the ledger by a further row, never by a change (USE-2).
     *
     * @throws RangeError for an amount that is not a whole number
     */
    adjust(
      correction: {
        userId: string;
        operationId: string;
        resource: Resource;
        amount: number;
        dayUtc: string;
        reason: string;
        actorId: string;
      },
    ): Promise<Resource[]> {
      const { userId, operationId, resource, amount, dayUtc, reason, actorId } = correction;
      const entry = { id: ids(), resource, amount, metadata: { reason, actorId } };
      checkEntries("adjustment", [entry]);
      mirror.forget(userId);
      return db.asSystem("usage: adjustment", (tx) =>
        store.record(
          tx,
          { userId, operationId, kind: "adjustment", dayUtc, occurredAt: clock.now() },
          [entry],
        ));
    },

    ...readings,

    /** The class of somebody's next call of the model, known at once (PLN-7). */
    queueClass: (holder: QueueHolder) => fairUse.classOf(holder),

    ...createWatch(options, mirror),

    limits: (plan: EffectivePlan) => plans.limits(plan),
  };
}

/** How many parts, from the first on, fit into so much room. */
function fitting(parts: readonly number[], room: number): number {
  let left = room;
  let fit = 0;
  for (const bytes of parts) {
    left -= bytes;
    if (left < 0) break;
    fit++;
  }
  return fit;
}
