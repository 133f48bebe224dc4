import { normalizeEmail } from "@/lib/accounts/mod.ts";
import { stepUpRequired } from "@/lib/platform/http/step_up.ts";
import type { Principal } from "@/lib/platform/http/principal.ts";
import { parse } from "@/lib/platform/http/route.ts";
import { notFound, Problem, validationFailed } from "@/lib/platform/problem.ts";
import {
  eventQuerySchema,
  eventView,
  runView,
  TEST_ACTS,
  type TestAct,
} from "@/lib/billing/mod.ts";
import { isPaidPlan, overrideRequestSchema, overrideView, type PaidPlan } from "@/lib/plans/mod.ts";
import type { BillingAdminPages, BillingPages } from "@/lib/ui/view.ts";
import type { Services } from "./services.ts";

/** A test payment is applied within moments; waiting for it spares people a reload. */
const SETTLE_MS = 3_000;

function paidPlan(name: string): PaidPlan {
  if (isPaidPlan(name)) return name;
  throw validationFailed([{ path: "plan", code: "plan", message: "Choose one of the plans" }]);
}

/** What the pages of billing may ask, bound to one visitor. */
export function billingPages(
  services: Services,
  visitor: { principal: () => Principal; limit: () => Promise<unknown> },
): BillingPages {
  const { service, testPayments } = services.billing;
  const me = () => visitor.principal().userId;

  /** The buyer, who must be allowed to buy. */
  async function buyer(): Promise<Principal> {
    const principal = visitor.principal();
    await visitor.limit();
    if (principal.emailVerified) return principal;
    throw new Problem(
      "email_unverified",
      403,
      "Confirm your e-mail first",
      "Open the link in the mail we sent you",
      { resendUrl: "/api/auth/resend-verification" },
    );
  }

  /** A page of our own as its path: the product may be looked at under another name. */
  const ownPath = (url: string) =>
    url.startsWith(`${services.config.baseUrl}/`) ? url.slice(services.config.baseUrl.length) : url;

  /** Runs an act and waits for what it brings, where that takes moments only. */
  async function settled(act: () => Promise<void>): Promise<void> {
    const { lastSync } = await service.subscription(me());
    await act();
    if (testPayments) await service.settled(me(), lastSync, SETTLE_MS);
  }

  return {
    subscription: () => service.subscription(me()),
    invoices: (query) => service.invoices(me(), query),
    refundDays: () => services.config.refundDays,
    graceDays: () => services.config.billingGraceDays,
    mode: () => testPayments ? "test" : service.available ? "real" : "none",

    async act(act, plan) {
      const person = await buyer();
      if (act === "checkout") {
        return ownPath((await service.checkout(person, paidPlan(plan))).url);
      }
      if (act === "portal") return ownPath((await service.portal(person.userId)).url);
      if (act === "change") {
        await settled(() => service.change(person.userId, paidPlan(plan)));
      } else await settled(() => service[act](person.userId));
      return `/billing?done=${act}`;
    },

    testCheckout: async (id) => await testPayments?.checkout(me(), id) ?? null,

    async finishTestCheckout(id, outcome) {
      if (!testPayments) throw notFound();
      return await testPayments.finish(me(), id, outcome);
    },

    async payTestInvoice() {
      const subscriptionId = await subscriptionIdOf(services, me());
      if (!testPayments || !subscriptionId) throw notFound();
      await settled(() => testPayments.act(subscriptionId, "recover"));
    },
  };
}

async function subscriptionIdOf(services: Services, userId: string): Promise<string | null> {
  const [row] = await services.db.asUser(userId, (tx) =>
    tx<{ subscriptionId: string | null }[]>`
      select subscription_id from subscriptions where user_id = ${userId}`);
  return row?.subscriptionId ?? null;
}

/** The same for administrators; null for everybody else. */
export function billingAdminPages(
  services: Services,
  principal: Principal | null,
): BillingAdminPages | null {
  if (principal?.role !== "admin") return null;
  const { billing, entitlements, usage } = services;
  const { testPayments } = billing;
  /** Whoever changes something has proved lately who they are, as over the API (ACC-84). */
  const proved = (): string => {
    if (!principal.stepUpUntil) throw stepUpRequired(principal);
    return principal.userId;
  };
  return {
    async events(query) {
      const { items, nextCursor } = await billing.inbox.events(parse(eventQuerySchema, query));
      return { items: items.map(eventView), nextCursor };
    },
    replay: async (eventId) => await billing.replay(eventId, proved()),
    async report() {
      const { runs, parked, dead, lastEventAt } = await billing.reconcile.report();
      return {
        runs: runs.map(runView),
        parked: parked.map(eventView),
        dead: dead.map(eventView),
        lastEventAt: lastEventAt?.toISOString() ?? null,
      };
    },
    repair: async () => runView(await billing.repair(proved())),
    async person(email) {
      const [row] = await services.db.asSystem(
        "admin: a person's plan",
        (tx) =>
          tx<{ id: string; email: string; displayName: string }[]>`
          select id, email, display_name from users where email_normalized = ${
            normalizeEmail(email)
          }`,
      );
      if (!row) return null;
      const [entitlement, subscription, overrides, subscriptionId] = await Promise.all([
        entitlements.of(row.id),
        billing.service.subscription(row.id),
        entitlements.overrides(row.id),
        subscriptionIdOf(services, row.id),
      ]);
      return {
        userId: row.id,
        email: row.email,
        displayName: row.displayName,
        effectivePlan: entitlement.effectivePlan,
        subscription,
        subscriptionId,
        overrides: overrides.map(overrideView),
      };
    },
    async setLimit(userId, form) {
      const actorId = proved();
      const limit = form.limit === "" ? null : Number(form.limit);
      const until = form.until ? `${form.until}T00:00:00.000Z` : null;
      const { resource, reason } = form;
      const wanted = parse(overrideRequestSchema, { resource, reason, limit, until });
      const { from, ...request } = wanted;
      await entitlements.setOverride({
        ...request,
        from: from ?? null,
        userId,
        actorId,
      });
    },
    endLimit: async (id) => await entitlements.revokeOverride({ id, actorId: proved() }),
    totals: (days) => usage.totals({ days, limit: 1 }),
    testAct: testPayments
      ? async (subscriptionId, act) => {
        const wanted = TEST_ACTS.find((one): one is TestAct => one === act);
        if (!wanted) throw notFound();
        proved();
        await testPayments.act(subscriptionId, wanted);
      }
      : null,
  };
}
