import { type Clock, every } from "@/lib/platform/clock.ts";
import type { Database, Tx } from "@/lib/platform/database/mod.ts";
import type { IdSource } from "@/lib/platform/ids.ts";
import type { Metrics } from "@/lib/platform/metrics.ts";
import { notFound, validationFailed } from "@/lib/platform/problem.ts";
import { noSecurityLog, type NoteSecurity } from "@/lib/platform/security_log.ts";
import type { Plans } from "./catalogue.ts";
import {
  activeOverrides,
  type EffectivePlan,
  effectivePlan,
  lowered,
  type OverrideResource,
  type PlanHolder,
  type PlanLimits,
  type PlanOverride,
  type QueueClass,
  withOverrides,
} from "./effective.ts";
import * as store from "./store.ts";

/** What a person may use at a moment. */
export interface Entitlement extends PlanHolder {
  effectivePlan: EffectivePlan;
  limits: PlanLimits;
  /** Overrides in force. */
  overrides: PlanOverride[];
  /** Class in the model's queue: the plan's, one lower after unusual use. */
  queue: QueueClass;
  /** Until when the class is lowered; null when it is not. */
  loweredUntil: Date | null;
}

/** An override that an administrator asks for. */
export interface OverrideRequest {
  userId: string;
  resource: OverrideResource;
  limit: number | null;
  /** Null: from now on. */
  from: Date | null;
  until: Date | null;
  reason: string;
  actorId: string;
}

/** How long a person's row is remembered; the plan itself is worked out at each request. */
const KEEP_MS = 5 * 60_000;
const MAX_KEPT = 10_000;
/** How often this process asks whether another one changed something. */
const POLL_MS = 500;
/** Changes are looked for so far back, because commits do not come in the order of their times. */
const OVERLAP_MS = 10_000;

/** The service of entitlements. */
export type Entitlements = ReturnType<typeof createEntitlements>;

/**
 * What each person may use. Rows are remembered for five minutes and forgotten within a second of
 * any change, in every process; boundaries need no change, since the clock is asked each time.
 */
export function createEntitlements(options: {
  db: Database;
  clock: Clock;
  ids: IdSource;
  plans: Plans;
  metrics: Metrics;
  securityLog?: NoteSecurity;
  /** People whose plan is remembered; default 10,000. */
  maxKept?: number;
}) {
  const { db, clock, plans } = options;
  const securityLog = options.securityLog ?? noSecurityLog;
  const requests = options.metrics.counter("cache_requests_total", "Reads of caches", [
    "cache",
    "result",
  ]);
  type Kept = { holder: store.HolderRow; overrides: PlanOverride[] };
  const kept = new Map<string, { value: Kept; until: number }>();
  const loading = new Map<string, Promise<Kept>>();
  /** Changes seen from other processes, so that each is acted upon once. */
  let seen = new Map<string, number>();

  async function load(userId: string): Promise<Kept> {
    const value = await db.asUser(userId, async (tx) => {
      const [holder, overrides] = await Promise.all([
        store.findHolder(tx, userId),
        store.overridesOf(tx, userId, clock.now()),
      ]);
      if (!holder) throw notFound();
      return { holder, overrides };
    });
    return value;
  }

  async function keptOf(userId: string): Promise<Kept> {
    const found = kept.get(userId);
    if (found && found.until > clock.now().getTime()) {
      requests.add(1, { cache: "effective_plan", result: "hit" });
      return found.value;
    }
    requests.add(1, { cache: "effective_plan", result: "miss" });
    const known = loading.get(userId);
    if (known) return await known;
    const work = load(userId).then((value) => {
      // A change in the meantime has taken this work out: its result may be older than the change.
      if (loading.get(userId) === work) {
        if (kept.size >= (options.maxKept ?? MAX_KEPT)) kept.clear();
        kept.set(userId, { value, until: clock.now().getTime() + KEEP_MS });
      }
      return value;
    }).finally(() => {
      if (loading.get(userId) === work) loading.delete(userId);
    });
    loading.set(userId, work);
    return await work;
  }

  /** Forgets what is remembered of a person. Call it after the commit of a change. */
  function forget(userId: string): void {
    kept.delete(userId);
    loading.delete(userId);
  }

  async function poll(): Promise<void> {
    if (kept.size === 0 && loading.size === 0) return;
    const since = new Date(clock.now().getTime() - OVERLAP_MS);
    const changes = await db.asSystem(
      "plans: changes",
      (tx) => store.changedSince(tx, since),
    ).catch(() => null);
    // Not knowing is like having been told that everything changed.
    if (changes === null) return void kept.clear();
    for (const { userId, changedAt } of changes) {
      if (seen.get(userId) !== changedAt.getTime()) forget(userId);
    }
    seen = new Map(changes.map((change) => [change.userId, change.changedAt.getTime()]));
  }

  return {
    /** What a person may use now. @throws Problem 404 without such an account */
    async of(userId: string): Promise<Entitlement> {
      const { holder, overrides } = await keptOf(userId);
      const now = clock.now();
      const plan = effectivePlan(holder, now);
      const active = activeOverrides(overrides, now);
      const { queue } = plans.card(plan);
      const isLowered = holder.loweredUntil !== null && now < holder.loweredUntil;
      return {
        ...holder,
        effectivePlan: plan,
        limits: withOverrides(plans.limits(plan), active),
        overrides: active,
        queue: isLowered ? lowered(queue) : queue,
        loweredUntil: isLowered ? holder.loweredUntil : null,
      };
    },

    /**
     * The limits of a plan with what was set for one person, read in the caller's transaction: for
     * callers that must not open another one.
     */
    async limitsIn(
      tx: Tx,
      person: { userId: string; plan: EffectivePlan },
    ): Promise<PlanLimits> {
      const now = clock.now();
      const overrides = await store.overridesOf(tx, person.userId, now);
      return withOverrides(plans.limits(person.plan), activeOverrides(overrides, now));
    },

    /** Notes in the transaction of a change that other processes have to look again. */
    markChanged: (tx: Tx, userId: string) => store.markChanged(tx, userId, clock.now()),

    forget,

    /** Looks for changes that other processes made. */
    poll,

    /** Starts looking, where there may be other processes; the returned function ends it. */
    start: (): () => void => db.kind === "server" ? every(clock, POLL_MS, poll) : () => {},

    /** Sets a limit for one person. @throws Problem 404 without such an account */
    async setOverride(request: OverrideRequest): Promise<store.OverrideRow> {
      const at = clock.now();
      const from = request.from ?? at;
      if (request.until && request.until <= from) {
        throw validationFailed([{
          path: "until",
          code: "order",
          message: "The end must come after the start, which is now unless another is given",
        }]);
      }
      const id = options.ids();
      const row = await db.asSystem("plans: override", async (tx) => {
        if (!await store.findHolder(tx, request.userId)) throw notFound();
        await store.insertOverride(tx, { ...request, id, at, from });
        await store.audit(tx, {
          id: options.ids(),
          at,
          event: "plan.override",
          actor: request.actorId,
          target: request.userId,
          details: {
            override: id,
            resource: request.resource,
            limit: request.limit,
            until: request.until?.toISOString() ?? null,
            reason: request.reason,
          },
        });
        await store.markChanged(tx, request.userId, at);
        const row = (await store.allOverrides(tx, request.userId)).find((one) => one.id === id)!;
        await securityLog(tx, {
          category: "admin",
          event: "limit_set",
          severity: "medium",
          actor: { kind: "admin", id: request.actorId },
          userId: request.userId,
          details: { resource: request.resource, limit: request.limit, override: id },
        });
        return row;
      });
      forget(request.userId);
      return row;
    },

    /** Ends an override. @throws Problem 404 when there is none that could end */
    async revokeOverride(request: { id: string; actorId: string }): Promise<void> {
      const at = clock.now();
      const ended = await db.asSystem("plans: override", async (tx) => {
        const row = await store.revokeOverride(tx, request.id, at);
        if (!row) throw notFound();
        await store.audit(tx, {
          id: options.ids(),
          at,
          event: "plan.override_ended",
          actor: request.actorId,
          target: row.userId,
          details: { override: request.id, resource: row.resource },
        });
        await store.markChanged(tx, row.userId, at);
        await securityLog(tx, {
          category: "admin",
          event: "limit_ended",
          severity: "medium",
          actor: { kind: "admin", id: request.actorId },
          userId: row.userId,
          details: { resource: row.resource, override: request.id },
        });
        return row;
      });
      forget(ended.userId);
    },

    /** All overrides of a person, newest first. */
    overrides: (userId: string) =>
      db.asSystem("plans: overrides", (tx) => store.allOverrides(tx, userId)),
  };
}
