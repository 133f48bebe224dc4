import { readCursor, signCursor } from "@/lib/platform/cursor.ts";
import { sleep } from "@/lib/platform/clock.ts";
import type { PurposeKey } from "@/lib/platform/crypto.ts";
import { errorFields } from "@/lib/platform/log.ts";
import type { Tx } from "@/lib/platform/database/mod.ts";
import { conflict, notFound, Problem } from "@/lib/platform/problem.ts";
import { PermanentJobError } from "@/lib/platform/outbox.ts";
import type { Job } from "@/lib/platform/outbox.ts";
import type { PaidPlan } from "@/lib/plans/mod.ts";
import { isLive } from "./state.ts";
import type { SyncOptions } from "./sync.ts";
import type { InvoiceView, SubscriptionView } from "./schema.ts";
import { ProviderError } from "./types.ts";
import * as store from "./store.ts";

/** The kind of the job that ends a subscription whose account is being deleted. */
export const CLOSE_JOB = "billing.close";

/** Who acts: the person whose plan it is. */
export interface Buyer {
  userId: string;
  email: string;
  displayName: string;
}

/** Why an act on a plan is refused: the member `reason` of its 409. */
export type BillingReason =
  | "paid"
  | "not_accepted"
  | "no_plan"
  | "has_plan"
  | "opening"
  | "same_plan"
  | "planned"
  | "ends"
  | "not_cancelled";

/** After so long a process that was opening a checkout counts as gone: the provider takes less. */
const OPENING_MS = 90_000;

const RANK: Record<PaidPlan, number> = { basic: 1, pro: 2 };

/** 503 `payments_unavailable`. */
function unavailable(detail: string, cause?: unknown): Problem {
  return new Problem(
    "payments_unavailable",
    503,
    "Payments cannot be made now",
    detail,
    { retryAfterSeconds: 30 },
    { cause },
  );
}

/** 409 `conflict`; pages say the reason in the reader's language. */
const refused = (reason: BillingReason, detail: string) => conflict(detail, { reason });

/** What people do with their plan. */
export type BillingService = ReturnType<typeof createBillingService>;

/** Checkout, portal, change and end of a plan. The state itself comes back by events alone. */
export function createBillingService(
  options: SyncOptions & { available: boolean; baseUrl: string; cursorKey: PurposeKey },
) {
  const { db, clock, ids, provider, prices, baseUrl } = options;

  function requireProvider(): void {
    if (options.available) return;
    throw unavailable("Payments are not set up here; everything else works");
  }

  /** Runs a call of the provider; its faults become problems a person can read. */
  async function asked<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      options.log.warn("billing.provider", "The payment provider did not do what was asked", {
        kind: error.kind,
        error: error.message,
      });
      if (error.kind === "paid") {
        throw refused(
          "paid",
          "A plan was paid for already; it holds as soon as the payment arrives here",
        );
      }
      if (error.kind === "rejected") {
        const detail = "The payment provider does not accept this now; reload the page and look";
        throw refused("not_accepted", detail);
      }
      throw unavailable("The payment provider does not answer; nothing was charged", error);
    }
  }

  const rowOf = (userId: string) => db.asUser(userId, (tx) => store.findSubscription(tx, userId));

  /** The row of the present provider; one of another provider counts as none. */
  async function present(userId: string): Promise<store.SubscriptionRow | null> {
    const row = await rowOf(userId);
    return row?.provider === provider.name ? row : null;
  }

  async function customerFor(buyer: Buyer): Promise<string> {
    const row = await present(buyer.userId);
    if (row) return row.customerId;
    const customerId = await asked(() =>
      provider.createCustomer({
        userId: buyer.userId,
        email: buyer.email,
        name: buyer.displayName,
        // Two tabs at once make one customer.
        idempotencyKey: `customer-${buyer.userId}`,
      })
    );
    return await db.asSystem("billing: a new customer", (tx) =>
      store.tieCustomer(tx, {
        userId: buyer.userId,
        provider: provider.name,
        customerId,
        at: clock.now(),
      }));
  }

  /**
   * Opens a checkout while nobody else opens one for the same person, in another tab or process: each
   * ends the ones before it, and two at once would both stay. @throws Problem 409
   */
  async function oneAtATime<T>(userId: string, open: () => Promise<T>): Promise<T> {
    const now = clock.now();
    const until = new Date(now.getTime() + OPENING_MS);
    const claimed = await db.asSystem(
      "billing: a checkout is opened",
      (tx) => store.claimCheckout(tx, { userId, now, until }),
    );
    if (!claimed) {
      throw refused("opening", "A checkout is being opened already; try again in a moment");
    }
    try {
      return await open();
    } finally {
      // What was opened counts; a claim that cannot be given back runs out by itself.
      await db.asSystem(
        "billing: a checkout was opened",
        (tx) => store.releaseCheckout(tx, { userId, until }),
      ).catch((error) =>
        options.log.warn("billing.claim", "A claim could not be given back", errorFields(error))
      );
    }
  }

  /** The live subscription of a person. @throws Problem 409 without one */
  async function liveOf(
    userId: string,
  ): Promise<store.SubscriptionRow & { subscriptionId: string }> {
    requireProvider();
    const row = await present(userId);
    if (row?.subscriptionId && isLive(row.status)) {
      return { ...row, subscriptionId: row.subscriptionId };
    }
    throw refused("no_plan", "There is no subscription; choose a plan first");
  }

  return {
    available: options.available,
    provider: provider.name,

    /**
     * Begins to subscribe.
     *
     * @returns where to pay
     * @throws Problem 409 when there is a live subscription, 503
     */
    async checkout(buyer: Buyer, plan: PaidPlan): Promise<{ url: string }> {
      requireProvider();
      const row = await present(buyer.userId);
      if (row && isLive(row.status)) {
        throw refused(
          "has_plan",
          "You have a plan already; change it instead of buying another one",
        );
      }
      const customerId = await customerFor(buyer);
      return await oneAtATime(buyer.userId, () =>
        asked(() =>
          provider.checkout({
            customerId,
            userId: buyer.userId,
            plan,
            priceId: prices.priceOf(plan),
            successUrl: `${baseUrl}/billing/success?session_id={CHECKOUT_SESSION_ID}`,
            cancelUrl: `${baseUrl}/billing/cancel`,
            idempotencyKey: `checkout-${ids()}`,
          })
        ));
    },

    /** The provider's own page for cards and receipts. @throws Problem 404 without a customer */
    async portal(userId: string): Promise<{ url: string }> {
      requireProvider();
      const row = await present(userId);
      if (!row) throw notFound();
      const { customerId } = row;
      const returnUrl = `${baseUrl}/billing`;
      return await asked(() => provider.portal({ customerId, returnUrl }));
    },

    /** Changes the plan: up at once, down at the end of the period. @throws Problem 409, 503 */
    async change(userId: string, plan: PaidPlan): Promise<void> {
      const row = await liveOf(userId);
      const { subscriptionId } = row;
      if (row.plan === plan) {
        if (row.nextPlan === null) throw refused("same_plan", "This is your plan already");
        const idempotencyKey = `keep-${ids()}`;
        return await asked(() => provider.reactivate({ subscriptionId, idempotencyKey }));
      }
      if (row.nextPlan === plan) throw refused("planned", "This change is planned already");
      const up = row.plan === null || RANK[plan] > RANK[row.plan];
      await asked(() =>
        provider.change({
          subscriptionId,
          priceId: prices.priceOf(plan),
          when: up ? "now" : "period_end",
          idempotencyKey: `change-${ids()}`,
        })
      );
    },

    /** Ends the plan with its period. @throws Problem 409 when it ends already, 503 */
    async cancel(userId: string): Promise<void> {
      const { subscriptionId, cancelAtPeriodEnd } = await liveOf(userId);
      if (cancelAtPeriodEnd) throw refused("ends", "The plan ends with its period already");
      const idempotencyKey = `cancel-${ids()}`;
      await asked(() => provider.cancel({ subscriptionId, when: "period_end", idempotencyKey }));
    },

    /** Takes a cancellation back, before the period has ended. @throws Problem 409, 503 */
    async reactivate(userId: string): Promise<void> {
      const row = await liveOf(userId);
      const over = row.currentPeriodEnd !== null && row.currentPeriodEnd <= clock.now();
      if (!row.cancelAtPeriodEnd || over) {
        throw refused("not_cancelled", "There is no cancellation to take back");
      }
      const { subscriptionId } = row;
      const idempotencyKey = `reactivate-${ids()}`;
      await asked(() => provider.reactivate({ subscriptionId, idempotencyKey }));
    },

    /** How a person's subscription stands. */
    subscription(userId: string): Promise<SubscriptionView> {
      return db.asUser(userId, async (tx) => {
        const [payer, stored] = await Promise.all([
          store.findPayer(tx, userId),
          store.findSubscription(tx, userId),
        ]);
        if (!payer) throw notFound();
        const row = stored?.provider === provider.name ? stored : null;
        const status = payer.subscriptionStatus;
        return {
          available: options.available,
          provider: provider.name,
          plan: payer.plan,
          status,
          providerStatus: row?.providerStatus ?? null,
          nextPlan: row?.nextPlan ?? null,
          currentPeriodStart: row?.currentPeriodStart?.toISOString() ?? null,
          currentPeriodEnd: row?.currentPeriodEnd?.toISOString() ?? null,
          cancelAtPeriodEnd: row?.cancelAtPeriodEnd ?? false,
          graceEndsAt: status === "past_due" ? payer.planUntil?.toISOString() ?? null : null,
          hasCustomer: row !== null,
          lastSync: row?.syncedAt?.toISOString() ?? null,
        };
      });
    },

    /** Waits for the events of an act, `limitMs` at most; true when something was applied. */
    async settled(userId: string, before: string | null, limitMs: number): Promise<boolean> {
      const until = clock.monotonic() + limitMs;
      while (clock.monotonic() < until) {
        const row = await rowOf(userId);
        if ((row?.syncedAt?.toISOString() ?? null) !== before) return true;
        await sleep(clock, 50);
      }
      return false;
    },

    /** A page of a person's invoices, newest first. @throws Problem 400 for a foreign cursor */
    async invoices(
      userId: string,
      query: { limit: number; cursor?: string },
    ): Promise<{ items: InvoiceView[]; nextCursor: string | null }> {
      const scope = `invoices:${userId}`;
      const position = query.cursor
        ? await readCursor(options.cursorKey, scope, query.cursor)
        : null;
      const before = position ? { at: new Date(position[0]!), id: position[1]! } : null;
      const rows = await db.asUser(
        userId,
        (tx) => store.invoicesOf(tx, { userId, before, limit: query.limit + 1 }),
      );
      const page = rows.slice(0, query.limit);
      const end = page.at(-1);
      return {
        items: page.map(invoiceView),
        nextCursor: rows.length > query.limit
          ? await signCursor(options.cursorKey, scope, [end!.createdAt.toISOString(), end!.id])
          : null,
      };
    },

    /**
     * Has the subscription of an account ended at once, in the transaction that closes the account.
     * The job names no person, so that it outlives the account (BIL-46).
     */
    async close(tx: Tx, userId: string): Promise<void> {
      const row = await store.findSubscription(tx, userId);
      if (!row?.subscriptionId || !isLive(row.status)) return;
      const { subscriptionId } = row;
      await options.outbox.add(tx, {
        kind: CLOSE_JOB,
        key: `${CLOSE_JOB}:${subscriptionId}`,
        payload: { subscriptionId, attempt: 0 },
      });
    },

    /** Handler of {@link CLOSE_JOB}: tried again, ever more rarely, for two weeks. */
    async runClose(job: Pick<Job, "payload">): Promise<void> {
      const subscriptionId = String(job.payload.subscriptionId);
      const attempt = Number(job.payload.attempt ?? 0);
      try {
        const idempotencyKey = `close-${subscriptionId}`;
        await provider.cancel({ subscriptionId, when: "now", idempotencyKey });
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error;
        // "Rejected" is what the provider says of a subscription that has ended already.
        if (error.kind === "rejected") throw new PermanentJobError(error.message);
        await retryClose(options, { subscriptionId, attempt: attempt + 1 });
      }
    },
  };
}

async function retryClose(
  options: SyncOptions,
  payload: { subscriptionId: string; attempt: number },
): Promise<void> {
  const { subscriptionId, attempt } = payload;
  const waitMs = Math.min(6 * 3_600_000, 60_000 * 2 ** Math.min(attempt, 10));
  if (attempt > 60) {
    options.log.error("billing.close", "A subscription of a deleted account could not be ended", {
      subscriptionId,
    });
    throw new PermanentJobError("The provider never answered");
  }
  await options.db.asSystem("billing: close", (tx) =>
    options.outbox.add(tx, {
      kind: CLOSE_JOB,
      key: `${CLOSE_JOB}:${subscriptionId}:${attempt}`,
      payload,
      runAfter: new Date(options.clock.now().getTime() + waitMs),
    }));
}

function invoiceView(row: store.InvoiceRow): InvoiceView {
  return {
    ...row,
    status: row.status === "draft" ? "open" : row.status,
    periodStart: row.periodStart?.toISOString() ?? null,
    periodEnd: row.periodEnd?.toISOString() ?? null,
    paidAt: row.paidAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
  };
}
