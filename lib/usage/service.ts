import type { Clock } from "@/lib/platform/clock.ts";
import type { Database, Tx } from "@/lib/platform/database/mod.ts";
import type { IdSource } from "@/lib/platform/ids.ts";
import type { Metrics } from "@/lib/platform/metrics.ts";
import { Problem } from "@/lib/platform/problem.ts";
import type { EffectivePlan, Plans } from "@/lib/plans/mod.ts";
import { UPGRADE_URL } from "@/lib/plans/mod.ts";
import { type ChainReport, checkEntries, type LedgerEntry, verifyChain } from "./ledger.ts";
import {
  balance,
  nextUtcMidnight,
  nextUtcMonth,
  quotaLevel,
  type Resource,
  type ResourceBalance,
  utcDay,
} from "./quota.ts";
import * as store from "./store.ts";
import type { QuotaReport, UsageDay } from "./schema.ts";
import { humanBytes } from "./bytes.ts";

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
  operationId: string;
  /** Estimated tokens of the prompt, without margin. */
  promptTokens: number;
  /** Most answer tokens wanted: the smaller of the plan's and the model's cap. */
  answerTokens: number;
}

/** What a turn used in the end. */
export interface Settlement {
  promptTokens: number;
  completionTokens: number;
  messages: number;
  metadata: LedgerEntry["metadata"];
}

/** The estimate is multiplied by this so that it is an upper bound (USE-21). */
const PROMPT_MARGIN = 1.15;
/** With less room than this an answer is not worth starting. */
const MIN_ANSWER_TOKENS = 64;
/** A hold lives ten minutes and is extended by the turn's heartbeat. */
const HOLD_MS = 10 * 60_000;

/** The service of this room. */
export type Usage = ReturnType<typeof createUsage>;

/** Meters what people use: append-only ledger, holds before and settlement after each call. */
export function createUsage(options: {
  db: Database;
  clock: Clock;
  ids: IdSource;
  plans: Plans;
  metrics: Metrics;
}) {
  const { db, clock, ids, plans } = options;
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

  function quotaProblem(
    request: { plan: EffectivePlan; resource: Resource; requested: number },
    state: ResourceBalance,
  ): Problem {
    const now = clock.now();
    const resetsAt = nextUtcMidnight(now);
    exceeded.add(1, { resource: request.resource, plan: request.plan });
    const what = request.resource === "messages" ? "messages" : "tokens";
    return new Problem(
      "quota_exceeded",
      429,
      "Today's allowance is used up",
      `${state.used} of ${state.limit} ${what} are used and this needs ${request.requested}. ` +
        "Reading, search and settings still work; the allowance starts anew at 00:00 UTC, " +
        "or choose a larger plan",
      {
        resource: request.resource,
        used: state.used,
        limit: state.limit,
        requested: request.requested,
        resetsAt: resetsAt.toISOString(),
        plan: request.plan,
        upgradeUrl: UPGRADE_URL,
        retryAfterSeconds: Math.ceil((resetsAt.getTime() - now.getTime()) / 1000),
      },
    );
  }

  async function reserveBy(
    holdBy: (request: store.HoldRequest) => Promise<store.HoldResult>,
    request: ReserveRequest,
  ): Promise<Reservation> {
    const now = clock.now();
    const { userId, operationId, plan } = request;
    const limits = plans.limits(plan);
    const promptTokens = Math.ceil(request.promptTokens * PROMPT_MARGIN);
    const hold = { id: ids(), userId, operationId, dayUtc: utcDay(now) };
    const result = await holdBy({
      ...hold,
      promptTokens,
      answerTokens: request.answerTokens,
      leastAnswerTokens: Math.min(MIN_ANSWER_TOKENS, request.answerTokens),
      tokensPerDay: limits.tokensPerDay,
      messagesPerDay: limits.messagesPerDay,
      createdAt: now,
      expiresAt: new Date(now.getTime() + HOLD_MS),
    });
    if (result.refused === null) {
      const { answerCap } = result;
      return { ...hold, tokens: promptTokens + answerCap, messages: 1, answerCap };
    }
    const ofTokens = result.refused === "llm_tokens";
    throw quotaProblem(
      {
        plan,
        resource: result.refused,
        requested: ofTokens ? promptTokens + MIN_ANSWER_TOKENS : 1,
      },
      balance(
        result.usedNow,
        result.reservedNow,
        ofTokens ? limits.tokensPerDay : limits.messagesPerDay,
      ),
    );
  }

  function count(plan: EffectivePlan, result: "granted" | "refused" | "error", resource: string) {
    checks.add(1, { resource, plan, result });
  }

  async function counted(
    request: ReserveRequest,
    holdBy: (request: store.HoldRequest) => Promise<store.HoldResult>,
  ): Promise<Reservation> {
    try {
      const reservation = await reserveBy(holdBy, request);
      count(request.plan, "granted", "llm_tokens");
      return reservation;
    } catch (error) {
      const refused = error instanceof Problem && error.code === "quota_exceeded";
      const resource = refused ? String(error.extra.resource) : "llm_tokens";
      count(request.plan, refused ? "refused" : "error", resource);
      throw error;
    }
  }

  return {
    /**
     * Holds one message and the tokens of a turn, in the caller's transaction.
     *
     * @throws Problem 429 `quota_exceeded`; nothing is held then
     */
    reserve: (tx: Tx, request: ReserveRequest): Promise<Reservation> =>
      counted(request, (hold) => store.hold(tx, hold)),

    /** The same for a caller without a transaction: one round trip. @throws Problem 429 */
    reserveAlone: (request: ReserveRequest): Promise<Reservation> =>
      counted(request, (hold) => store.holdAlone(db, hold)),

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
      const closed = await store.closeHold(tx, reservation.id, {
        occurredAt,
        entries: entries.map((entry) => ({ ...entry, id: ids() })),
      });
      if (!closed) return;
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
      await store.record(tx, operation, [entry]);
    },

    /** @throws Problem 429 `quota_exceeded` when `bytes` more do not fit into the plan's storage */
    async requireStorage(
      tx: Tx,
      request: { userId: string; plan: EffectivePlan; bytes: number },
    ): Promise<void> {
      const limit = plans.limits(request.plan).storageBytes;
      if (limit === null) return;
      const used = await store.storageUsed(tx, request.userId);
      if (used + request.bytes <= limit) return;
      exceeded.add(1, { resource: "memory_storage", plan: request.plan });
      throw new Problem(
        "quota_exceeded",
        429,
        "The memory storage of your plan is full",
        `${humanBytes(used)} of ${
          humanBytes(limit)
        } are used. Forget something, or choose a larger plan`,
        {
          resource: "memory_storage",
          used,
          limit,
          requested: request.bytes,
          resetsAt: null,
          plan: request.plan,
          upgradeUrl: UPGRADE_URL,
        },
      );
    },

    /** What is used and left of a person's allowance now. */
    quota(holder: {
      userId: string;
      plan: "free_trial" | "basic" | "pro";
      effectivePlan: EffectivePlan;
      trialEndsAt: Date;
    }): Promise<QuotaReport> {
      return db.asUser(holder.userId, async (tx) => {
        const now = clock.now();
        const limits = plans.limits(holder.effectivePlan);
        const totals = await store.dayTotals(tx, { userId: holder.userId, dayUtc: utcDay(now) });
        const of = (resource: Resource, limit: number | null) => {
          const row = totals.find((total) => total.resource === resource);
          return balance(row?.used ?? 0, row?.reserved ?? 0, limit);
        };
        const stored = await store.storageUsed(tx, holder.userId);
        const resources = {
          llm_tokens: of("llm_tokens", limits.tokensPerDay),
          messages: of("messages", limits.messagesPerDay),
          memory_storage: {
            ...balance(stored, 0, limits.storageBytes),
            usedHuman: humanBytes(stored),
            limitHuman: limits.storageBytes === null ? null : humanBytes(limits.storageBytes),
          },
          agent_minutes: balance(0, 0, limits.agentMinutesPerMonth),
        };
        return {
          plan: holder.plan,
          effectivePlan: holder.effectivePlan,
          trialEndsAt: holder.trialEndsAt.toISOString(),
          resources,
          resetsAt: nextUtcMidnight(now).toISOString(),
          monthResetsAt: nextUtcMonth(now).toISOString(),
          warnings: warningsOf(resources),
          overrides: [],
        };
      });
    },

    /** One entry per UTC day, newest first, every day present; `days` from 1 to 90. */
    history(userId: string, days: number): Promise<UsageDay[]> {
      return db.asUser(userId, async (tx) => {
        const today = clock.now().getTime();
        const dates = Array.from(
          { length: days },
          (_, i) => utcDay(new Date(today - i * 86_400_000)),
        );
        const rows = await store.ledgerByDay(tx, { userId, from: dates.at(-1)! });
        return dates.map((day) => ({
          day,
          resources: dayResources(rows.filter((r) => r.day === day)),
        }));
      });
    },

    /** Recomputes a person's chain. */
    verify(userId: string): Promise<ChainReport & { checkedAt: string }> {
      return db.asUser(userId, async (tx) => {
        const { rows, head } = await store.chainOf(tx, userId);
        return { ...verifyChain(userId, rows, head), checkedAt: clock.now().toISOString() };
      });
    },

    limits: (plan: EffectivePlan) => plans.limits(plan),
  };
}

function warningsOf(resources: Record<string, ResourceBalance>): QuotaReport["warnings"] {
  return Object.entries(resources).flatMap(([resource, state]) => {
    const level = quotaLevel(state.percentage);
    // An allowance of nothing (agent minutes of the trial) is no news.
    if (level === "ok" || state.limit === 0) return [];
    return [{ resource: resource as Resource, level, percentage: state.percentage! }];
  });
}

function dayResources(
  rows: { resource: Resource; amount: number; count: number }[],
): UsageDay["resources"] {
  const of = (resource: Resource) => {
    const row = rows.find((candidate) => candidate.resource === resource);
    return { amount: row?.amount ?? 0, count: row?.count ?? 0 };
  };
  return {
    llm_tokens: of("llm_tokens"),
    messages: of("messages"),
    memory_storage: of("memory_storage"),
    agent_minutes: of("agent_minutes"),
    system_tokens: of("system_tokens"),
  };
}
