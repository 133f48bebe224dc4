import { Hono } from "hono";
import { readBytes } from "@/lib/platform/http/body.ts";
import { type ApiEnv, caller, route } from "@/lib/platform/http/route.ts";
import type { EventRow, ReconcileRun } from "./inbox_store.ts";
import type { Billing } from "./mod.ts";
import * as schema from "./schema.ts";

const TAG = "Billing";
const MAX_EVENT_BYTES = 1024 * 1024;
const USER = { tag: TAG, auth: "user" } as const;
const ADMIN = { tag: "Administration", auth: "user", roles: ["admin"], rate: "ADMIN" } as const;
/** What an act on a subscription can be refused for. */
const ACT_PROBLEMS = ["conflict", "email_unverified", "payments_unavailable"];
const subscriptionAnswer = {
  200: { schema: schema.subscriptionSchema, description: "The state that is known now" },
};

const iso = (at: Date | null): string | null => at?.toISOString() ?? null;

/** An event as operators see it. */
export function eventView(row: EventRow): schema.EventView {
  return {
    ...row,
    happenedAt: row.happenedAt.toISOString(),
    receivedAt: row.receivedAt.toISOString(),
    finishedAt: iso(row.finishedAt),
  };
}

/** A comparison as operators see it. */
export const runView = (run: ReconcileRun): schema.RunView => ({
  ...run,
  at: run.at.toISOString(),
});

/** The routes of plans that are paid for. */
export function billingApi(billing: Billing) {
  const { service, inbox, reconcile } = billing;
  const { provider } = service;
  return new Hono<ApiEnv>()
    .post(
      "/api/billing/checkout",
      route({
        ...USER,
        summary: "Begin to subscribe to a plan",
        rate: "CHECKOUT",
        verified: true,
        body: schema.planRequestSchema,
        responses: { 200: { schema: schema.pageSchema, description: "Where to pay" } },
        problems: ACT_PROBLEMS,
      }),
      async (c) => {
        const { url } = await service.checkout(caller(c), c.req.valid("json").plan);
        return c.json({ url, provider }, 200);
      },
    )
    .post(
      "/api/billing/portal",
      route({
        ...USER,
        summary: "The provider's own page for cards and receipts",
        rate: "CHECKOUT",
        verified: true,
        responses: { 200: { schema: schema.pageSchema, description: "Where it is" } },
        problems: ["email_unverified", "payments_unavailable"],
      }),
      async (c) => {
        const { url } = await service.portal(caller(c).userId);
        return c.json({ url, provider }, 200);
      },
    )
    .get(
      "/api/billing/subscription",
      route({
        ...USER,
        summary: "How the subscription stands",
        verified: true,
        responses: subscriptionAnswer,
        problems: ["email_unverified"],
      }),
      async (c) => c.json(await service.subscription(caller(c).userId), 200),
    )
    .post(
      "/api/billing/change",
      route({
        ...USER,
        summary: "Change the plan: up at once, down at the end of the period",
        rate: "CHECKOUT",
        verified: true,
        body: schema.planRequestSchema,
        responses: subscriptionAnswer,
        problems: ACT_PROBLEMS,
      }),
      async (c) => {
        const { userId } = caller(c);
        await service.change(userId, c.req.valid("json").plan);
        return c.json(await service.subscription(userId), 200);
      },
    )
    .post(
      "/api/billing/cancel",
      route({
        ...USER,
        summary: "End the plan with its period",
        rate: "CHECKOUT",
        verified: true,
        responses: subscriptionAnswer,
        problems: ACT_PROBLEMS,
      }),
      async (c) => {
        const { userId } = caller(c);
        await service.cancel(userId);
        return c.json(await service.subscription(userId), 200);
      },
    )
    .post(
      "/api/billing/reactivate",
      route({
        ...USER,
        summary: "Take a cancellation back before the period ends",
        rate: "CHECKOUT",
        verified: true,
        responses: subscriptionAnswer,
        problems: ACT_PROBLEMS,
      }),
      async (c) => {
        const { userId } = caller(c);
        await service.reactivate(userId);
        return c.json(await service.subscription(userId), 200);
      },
    )
    .get(
      "/api/billing/invoices",
      route({
        ...USER,
        summary: "Invoices, newest first",
        verified: true,
        problems: ["email_unverified"],
        query: schema.listQuerySchema,
        responses: { 200: { schema: schema.invoiceListSchema, description: "A page of them" } },
      }),
      async (c) => {
        const page = await service.invoices(caller(c).userId, c.req.valid("query"));
        return c.json({ ...page, provider }, 200);
      },
    )
    .post(
      "/api/billing/webhook",
      route({
        tag: TAG,
        auth: "public",
        summary: "Events of the payment provider, signed over their raw bytes",
        rate: ["WEBHOOK", "WEBHOOK_HOURLY"],
        responses: { 200: { schema: schema.receivedSchema, description: "Taken, or known" } },
        problems: ["webhook_signature_invalid", "body_too_large"],
      }),
      async (c) => {
        const body = await readBytes(c.req.raw, MAX_EVENT_BYTES);
        await inbox.receive(body, c.req.header("stripe-signature") ?? null);
        return c.json({ received: true as const }, 200);
      },
    )
    .get(
      "/api/admin/billing/events",
      route({
        ...ADMIN,
        summary: "Events of the payment provider, newest first",
        query: schema.eventQuerySchema,
        responses: {
          200: {
            schema: schema.invoiceListSchema.pick({ nextCursor: true }).extend({
              items: schema.eventSchema.array(),
            }),
            description: "A page of them",
          },
        },
      }),
      async (c) => {
        const { items, nextCursor } = await inbox.events(c.req.valid("query"));
        return c.json({ items: items.map(eventView), nextCursor }, 200);
      },
    )
    .post(
      "/api/admin/billing/events/:event/replay",
      route({
        ...ADMIN,
        stepUp: true,
        summary: "Let an event run once more",
        responses: { 204: { schema: null, description: "It is queued" } },
      }),
      async (c) => {
        await billing.replay(c.req.param("event"), caller(c).userId);
        return c.body(null, 204);
      },
    )
    .get(
      "/api/admin/billing/reconcile",
      route({
        ...ADMIN,
        summary: "Comparisons with the provider, and events that need an operator",
        responses: { 200: { schema: schema.reconcileSchema, description: "The report" } },
      }),
      async (c) => {
        const report = await reconcile.report();
        return c.json({
          runs: report.runs.map(runView),
          parked: report.parked.map(eventView),
          dead: report.dead.map(eventView),
          lastEventAt: iso(report.lastEventAt),
        }, 200);
      },
    )
    .post(
      "/api/admin/billing/repair",
      route({
        ...ADMIN,
        stepUp: true,
        summary: "Compare with the provider now, and repair what differs",
        body: schema.repairRequestSchema,
        bodyOptional: true,
        responses: { 200: { schema: schema.runSchema, description: "What was found" } },
      }),
      async (c) => {
        const { userId } = c.req.valid("json");
        return c.json(runView(await billing.repair(caller(c).userId, userId)), 200);
      },
    );
}
