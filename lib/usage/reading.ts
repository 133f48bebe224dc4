import { errorFields } from "@/lib/platform/log.ts";
import { readCursor, signCursor } from "@/lib/platform/cursor.ts";
import type { EffectivePlan, Entitlement, Plan } from "@/lib/plans/mod.ts";
import { humanBytes } from "./bytes.ts";
import { type ChainReport, verifyChain } from "./ledger.ts";
import {
  balance,
  nextUtcMidnight,
  nextUtcMonth,
  quotaLevel,
  type Resource,
  type ResourceBalance,
  RESOURCES,
  utcDay,
} from "./quota.ts";
import type { Breakdown, LedgerItem, QuotaReport, Timeseries, UsageDay } from "./schema.ts";
import type { createFairUse } from "./fair_use.ts";
import type { Mirror } from "./mirror.ts";
import type { UsageOptions } from "./service.ts";
import * as store from "./read_store.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Rows that are read at once for a download. */
const BATCH = 1_000;

const LEVELS = ["notice", "strong", "blocked"] as const;

/** The period within which a limit is warned of once: the day, for agents the month. */
function periodOf(resource: Resource, now: Date): string {
  const day = utcDay(now);
  return resource === "llm_tokens" || resource === "messages" ? day : day.slice(0, 7);
}

/** Who asks for their balance. */
export interface QuotaHolder {
  userId: string;
  plan: Plan;
  effectivePlan: EffectivePlan;
  trialEndsAt: Date;
}

/** What people can read of what they used. */
export function createReadings(
  options: UsageOptions,
  keeps: {
    mirror: Pick<Mirror, "note">;
    fairUse: Pick<ReturnType<typeof createFairUse>, "note">;
  },
) {
  const { db, clock } = options;
  const { mirror, fairUse } = keeps;

  function warn(warning: Parameters<NonNullable<UsageOptions["onWarning"]>>[0]): void {
    options.onWarning?.(warning).catch((error) => {
      options.log.warn("usage.warning", "A warning could not be noted", errorFields(error));
    });
  }

  /** Tells of every threshold that was passed. It never holds up the answer. */
  function tell(userId: string, warnings: QuotaReport["warnings"], now: Date): void {
    for (const { resource, level, percentage } of warnings) {
      const period = periodOf(resource, now);
      const passed = LEVELS.slice(0, LEVELS.indexOf(level) + 1);
      for (const level of passed) warn({ userId, resource, level, percentage, period });
    }
  }

  /** Why somebody waits in a lower class than their plan's; null when they do not. */
  function queueOf(
    userId: string,
    { entitlement, resources, now }: {
      entitlement: Entitlement;
      resources: QuotaReport["resources"];
      now: Date;
    },
  ): QuotaReport["queue"] | null {
    const { effectivePlan, loweredUntil } = entitlement;
    const beyond = fairUse.note({ userId, effectivePlan }, resources);
    if (beyond) {
      const period = periodOf(beyond, now);
      warn({ userId, resource: beyond, level: "fair", percentage: 100, period });
    }
    if (loweredUntil) {
      const until = loweredUntil.toISOString();
      return { class: entitlement.queue, reason: "unusual_use", resource: null, until };
    }
    if (!beyond) return null;
    const until = beyond === "memory_storage"
      ? null
      : (beyond === "agent_minutes" ? nextUtcMonth(now) : nextUtcMidnight(now)).toISOString();
    return { class: "normal", reason: "fair_use", resource: beyond, until };
  }

  const lastDays = (days: number): string[] => {
    const today = clock.now().getTime();
    return Array.from({ length: days }, (_, i) => utcDay(new Date(today - i * DAY_MS)));
  };

  return {
    /** What is used and left of a person's allowance now. */
    async quota(holder: QuotaHolder): Promise<QuotaReport> {
      const entitlement = await options.entitlements.of(holder.userId);
      const now = clock.now();
      const { totals, stored, minutes } = await db.asUser(
        holder.userId,
        (tx) => store.balances(tx, { userId: holder.userId, dayUtc: utcDay(now) }),
      );
      const { limits } = entitlement;
      const of = (resource: Resource, limit: number | null) => {
        const row = totals.find((total) => total.resource === resource);
        return balance(row?.used ?? 0, row?.reserved ?? 0, limit);
      };
      const resources = {
        llm_tokens: of("llm_tokens", limits.tokensPerDay),
        messages: of("messages", limits.messagesPerDay),
        memory_storage: {
          ...balance(stored, 0, limits.storageBytes),
          usedHuman: humanBytes(stored),
          limitHuman: limits.storageBytes === null ? null : humanBytes(limits.storageBytes),
        },
        agent_minutes: balance(minutes, 0, limits.agentMinutesPerMonth),
      };
      const warnings = warningsOf(resources);
      const use = {
        dayUtc: utcDay(now),
        tokens: resources.llm_tokens.used,
        messages: resources.messages.used,
      };
      mirror.note(holder.userId, use, warnings.length > 0);
      tell(holder.userId, warnings, now);
      const queue = queueOf(holder.userId, { entitlement, resources, now });
      return {
        plan: entitlement.plan,
        effectivePlan: entitlement.effectivePlan,
        trialEndsAt: entitlement.trialEndsAt.toISOString(),
        resources,
        resetsAt: nextUtcMidnight(now).toISOString(),
        monthResetsAt: nextUtcMonth(now).toISOString(),
        warnings,
        overrides: entitlement.overrides.map(({ resource, limit, from, until, reason }) => ({
          resource,
          limit,
          from: from.toISOString(),
          until: until?.toISOString() ?? null,
          reason,
        })),
        ...(queue ? { queue } : {}),
      };
    },

    /** One entry per UTC day, newest first, every day present; `days` from 1 to 90. */
    history(userId: string, days: number): Promise<UsageDay[]> {
      const dates = lastDays(days);
      return db.asUser(userId, async (tx) => {
        const rows = await store.ledgerByDay(tx, { userId, from: dates.at(-1)! });
        return dates.map((day) => ({
          day,
          resources: dayResources(rows.filter((r) => r.day === day)),
        }));
      });
    },

    /** Points of a chart, oldest first, each day or hour present. */
    async timeseries(
      userId: string,
      query: { resource: Resource; days: number; bucket: "day" | "hour" },
    ): Promise<Timeseries> {
      const { resource, days, bucket } = query;
      const step = bucket === "day" ? DAY_MS : HOUR_MS;
      const now = clock.now().getTime();
      const last = Math.floor(now / step) * step;
      const first = bucket === "day"
        ? last - (days - 1) * DAY_MS
        : last - (days * 24 - 1) * HOUR_MS;
      const rows = await db.asUser(
        userId,
        (tx) => store.ledgerByBucket(tx, { userId, resource, bucket, from: new Date(first) }),
      );
      const found = new Map(rows.map((row) => [row.at.getTime(), row]));
      const points = [];
      for (let at = first; at <= last; at += step) {
        const row = found.get(at);
        points.push({
          at: new Date(at).toISOString(),
          amount: row?.amount ?? 0,
          count: row?.count ?? 0,
        });
      }
      return { resource, bucket, points };
    },

    /** A page of a person's own entries, newest first. @throws Problem 400 for a foreign cursor */
    async ledger(
      userId: string,
      query: { limit: number; cursor?: string },
    ): Promise<{ items: LedgerItem[]; nextCursor: string | null }> {
      const scope = `ledger:${userId}`;
      const before = query.cursor
        ? Number((await readCursor(options.cursorKey, scope, query.cursor))[0])
        : null;
      const rows = await db.asUser(
        userId,
        (tx) => store.ledgerPage(tx, { userId, before, limit: query.limit + 1 }),
      );
      const page = rows.slice(0, query.limit);
      return {
        items: page.map(ledgerItem),
        nextCursor: rows.length > query.limit
          ? await signCursor(options.cursorKey, scope, [String(page.at(-1)!.sequence)])
          : null,
      };
    },

    /** All of a person's entries, newest first, read in batches as they are asked for. */
    async *allEntries(userId: string): AsyncGenerator<LedgerItem[]> {
      let before: number | null = null;
      while (true) {
        const rows: store.LedgerRow[] = await db.asUser(
          userId,
          (tx) => store.ledgerPage(tx, { userId, before, limit: BATCH }),
        );
        if (rows.length > 0) yield rows.map(ledgerItem);
        if (rows.length < BATCH) return;
        before = rows.at(-1)!.sequence;
      }
    },

    /** What was used by feature, model, key and conversation. */
    breakdown(userId: string, days: number): Promise<Breakdown> {
      const from = lastDays(days).at(-1)!;
      return db.asUser(userId, async (tx) => ({
        days,
        ...await store.breakdown(tx, { userId, from }),
      }));
    },

    /** Recomputes a person's chain. */
    verify(userId: string): Promise<ChainReport & { checkedAt: string }> {
      return db.asUser(userId, async (tx) => {
        const { rows, head } = await store.chainOf(tx, userId);
        return { ...verifyChain(userId, rows, head), checkedAt: clock.now().toISOString() };
      });
    },
  };
}

function ledgerItem(row: store.LedgerRow): LedgerItem {
  return { ...row, occurredAt: row.occurredAt.toISOString() };
}

/** What comes near its limit, or has reached it (USE-31). */
export function warningsOf(resources: Record<string, ResourceBalance>): QuotaReport["warnings"] {
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
  return Object.fromEntries(
    RESOURCES.map((resource) => [resource, of(resource)]),
  ) as UsageDay["resources"];
}
