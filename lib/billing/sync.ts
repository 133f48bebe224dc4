import type { Clock } from "@/lib/platform/clock.ts";
import type { Database, Tx } from "@/lib/platform/database/mod.ts";
import { type IdSource, isUuid } from "@/lib/platform/ids.ts";
import type { Log } from "@/lib/platform/log.ts";
import type { Metrics } from "@/lib/platform/metrics.ts";
import type { NoteSecurity } from "@/lib/platform/security_log.ts";
import type { Outbox } from "@/lib/platform/outbox.ts";
import type { Entitlements } from "@/lib/plans/mod.ts";
import { changesOf, countChange, noteChange, recordChange } from "./changes.ts";
import { queueNotices } from "./mail_queue.ts";
import { noticesFor } from "./notices.ts";
import type { Prices } from "./prices.ts";
import { project, type SubscriptionState, UnknownPriceError } from "./state.ts";
import type { CustomerState, PaymentProvider } from "./types.ts";
import * as store from "./store.ts";

/** An event or state that nobody can act upon without an operator. */
export class ParkedError extends Error {
  override readonly name = "ParkedError";
}

/** Why the provider is asked. */
export interface SyncReason {
  /** For example `customer.subscription.updated` or `reconcile`. */
  cause: string;
  eventId: string | null;
  /** The account an event names, for a customer that is not known here yet. */
  userId?: string | null;
  /** Runs in the transaction that applies the state. */
  within?: (tx: Tx) => Promise<void>;
}

/** What was applied, with what stood before. */
export interface SyncResult {
  userId: string;
  before: Comparable;
  after: Comparable;
}

/** What a comparison with the provider looks at. */
export interface Comparable {
  plan: string;
  status: string;
  planUntil: string | null;
  subscriptionId: string | null;
}

/** What the applying of states needs. */
export interface SyncOptions {
  db: Database;
  clock: Clock;
  ids: IdSource;
  log: Log;
  metrics: Metrics;
  outbox: Outbox;
  entitlements: Pick<Entitlements, "markChanged" | "forget">;
  provider: PaymentProvider;
  prices: Prices;
  graceDays: number;
  /** The security log, where a person reads what became of their plan. */
  securityLog?: NoteSecurity;
}

/** Times a state is fetched anew because another process applied one in between. */
const MAX_TRIES = 5;
/** Another process was faster; what was fetched may be older than what it applied. */
class Overtaken extends Error {}

/** Brings the product's state in line with the provider's. */
export type Sync = ReturnType<typeof createSync>;

/**
 * The one way a subscription changes here: ask the provider for what is, then write it, in a
 * transaction that never waits for the network. Whoever asked before somebody else wrote asks
 * again, so that the last state wins and not the last message (BIL-25).
 */
export function createSync(options: SyncOptions) {
  const { db, clock, provider, prices } = options;
  const waiting = new Map<string, Promise<unknown>>();
  changesOf(options.metrics);

  /** One at a time per customer in this process; across processes the version decides. */
  async function inTurn<T>(customerId: string, work: () => Promise<T>): Promise<T> {
    const former = waiting.get(customerId) ?? Promise.resolve();
    const mine = former.then(work, work);
    const settled = mine.then(() => {}, () => {});
    waiting.set(customerId, settled);
    try {
      return await mine;
    } finally {
      if (waiting.get(customerId) === settled) waiting.delete(customerId);
    }
  }

  function projected(customer: CustomerState): SubscriptionState {
    try {
      const { graceDays } = options;
      return project(customer, { planOfPrice: prices.planOf, graceDays });
    } catch (error) {
      if (error instanceof UnknownPriceError) throw new ParkedError(error.message);
      throw error;
    }
  }

  /** Whose customer this is. @throws ParkedError when nobody is named */
  function ownerOf(
    row: store.SubscriptionRow | null,
    customer: CustomerState,
    reason: SyncReason,
  ): string {
    const named = customer.subscriptions.map((one) => one.userId).find((id) => id !== null);
    const userId = row?.userId ?? reason.userId ?? named;
    if (!userId || !isUuid(userId)) {
      throw new ParkedError(`The customer ${customer.customerId} belongs to nobody here`);
    }
    return userId;
  }

  async function once(customerId: string, reason: SyncReason): Promise<SyncResult> {
    const row = await db.asSystem(
      "billing: find the customer",
      (tx) => store.findByCustomer(tx, customerId),
    );
    const customer = await provider.customerState(customerId);
    const userId = ownerOf(row, customer, reason);
    const state = keepEnded(row, projected(customer));
    return await db.asSystem(
      "billing: apply a state",
      (tx) => write(tx, { userId, row, customer, state, reason }),
    );
  }

  async function write(
    tx: Tx,
    given: {
      userId: string;
      row: store.SubscriptionRow | null;
      customer: CustomerState;
      state: SubscriptionState;
      reason: SyncReason;
    },
  ): Promise<SyncResult> {
    const { userId, row, customer, state, reason } = given;
    const at = clock.now();
    const payer = await store.findPayer(tx, userId, { lock: true });
    if (!payer) throw new ParkedError(`There is no account ${userId}`);
    if (!row) {
      const kept = await store.tieCustomer(tx, {
        userId,
        provider: provider.name,
        customerId: customer.customerId,
        at,
      });
      if (kept !== customer.customerId) {
        throw new ParkedError(`The account ${userId} belongs to another customer`);
      }
    }
    const applied = await store.applyState(tx, { userId, version: row?.version ?? 0, state, at });
    if (!applied) throw new Overtaken("Another state was applied in between");
    for (const invoice of customer.invoices) {
      await store.upsertInvoice(tx, { ...invoice, userId, at });
    }
    const former = {
      subscriptionId: row?.subscriptionId ?? null,
      plan: payer.plan,
      status: payer.subscriptionStatus,
    };
    const notices = noticesFor(customer, {
      former,
      state,
      planOfPrice: prices.planOf,
      now: at,
    });
    await queueNotices(tx, { ...options, payer, notices });
    const before = comparable({ planUntil: payer.planUntil, ...former });
    const after = comparable(state);
    await recordChange(tx, { ...options, userId, before, after, reason, at });
    await reason.within?.(tx);
    await noteChange(tx, { ...options, userId, before, after, reason });
    return { userId, before, after };
  }

  return {
    /**
     * Asks the provider for the present state of a customer and applies it.
     *
     * @throws ParkedError when an operator has to look at it
     * @throws ProviderError when the provider does not answer
     */
    async sync(customerId: string, reason: SyncReason): Promise<SyncResult> {
      return await inTurn(customerId, async () => {
        for (let tries = 1;; tries++) {
          try {
            const result = await once(customerId, reason);
            options.entitlements.forget(result.userId);
            countChange(options.metrics, result);
            options.outbox.wake();
            return result;
          } catch (error) {
            if (!(error instanceof Overtaken) || tries >= MAX_TRIES) throw error;
          }
        }
      });
    },
  };
}

/** An unfinished attempt to subscribe anew does not undo that a subscription has ended (BIL-40). */
function keepEnded(
  row: store.SubscriptionRow | null,
  state: SubscriptionState,
): SubscriptionState {
  if (state.status !== "none" || row?.status !== "canceled") return state;
  return { ...state, status: "canceled", subscriptionId: row.subscriptionId };
}

function comparable(
  state: {
    plan: string;
    status: string;
    planUntil: Date | null;
    subscriptionId: string | null;
  },
): Comparable {
  return {
    plan: state.plan,
    status: state.status,
    planUntil: state.planUntil?.toISOString() ?? null,
    subscriptionId: state.subscriptionId,
  };
}
