import { Hono } from "hono";
import { z } from "zod";
import { type ApiEnv, caller, route } from "@/lib/platform/http/route.ts";
import { ledgerCsv } from "./csv.ts";
import * as schema from "./schema.ts";
import type { Usage } from "./service.ts";

/** The whole ledger as a file. */
export function ledgerDownload(usage: Pick<Usage, "allEntries">, userId: string): Response {
  return new Response(ledgerCsv(usage.allEntries(userId)), {
    headers: {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": 'attachment; filename="novacore-usage.csv"',
      "cache-control": "no-store",
    },
  });
}

const TAG = "Usage and plans";
const READ = ["usage:read"] as const;

/** The routes of usage. */
export function usageApi(usage: Usage) {
  return new Hono<ApiEnv>()
    .get(
      "/api/usage/quota",
      route({
        summary: "What is used and left now",
        tag: TAG,
        auth: "user",
        scopes: READ,
        responses: { 200: { schema: schema.quotaReportSchema, description: "The balance" } },
      }),
      async (c) => c.json(await usage.quota(caller(c)), 200),
    )
    .get(
      "/api/usage/history",
      route({
        summary: "Use per UTC day, newest first, every day present",
        tag: TAG,
        auth: "user",
        scopes: READ,
        query: schema.historyQuerySchema,
        responses: {
          200: {
            schema: z.strictObject({ items: z.array(schema.usageDaySchema), nextCursor: z.null() }),
            description: "One row per day",
          },
        },
      }),
      async (c) =>
        c.json({
          items: await usage.history(caller(c).userId, c.req.valid("query").days),
          nextCursor: null,
        }, 200),
    )
    .get(
      "/api/usage/timeseries",
      route({
        summary: "Points of a chart, oldest first",
        tag: TAG,
        auth: "user",
        scopes: READ,
        query: schema.timeseriesQuerySchema,
        responses: { 200: { schema: schema.timeseriesSchema, description: "Every day or hour" } },
      }),
      async (c) => c.json(await usage.timeseries(caller(c).userId, c.req.valid("query")), 200),
    )
    .get(
      "/api/usage/ledger",
      route({
        summary: "Own entries, newest first; all of them as a table with Accept: text/csv",
        tag: TAG,
        auth: "user",
        scopes: READ,
        query: schema.ledgerQuerySchema,
        responses: {
          200: {
            schema: z.strictObject({
              items: z.array(schema.ledgerItemSchema),
              nextCursor: z.string().nullable(),
            }),
            description: "A page of the ledger",
          },
        },
      }),
      async (c) => {
        const { userId } = caller(c);
        if (/\btext\/csv\b/.test(c.req.header("accept") ?? "")) {
          return ledgerDownload(usage, userId);
        }
        return c.json(await usage.ledger(userId, c.req.valid("query")), 200);
      },
    )
    .get(
      "/api/usage/breakdown",
      route({
        summary: "Use by feature, model, key and conversation",
        tag: TAG,
        auth: "user",
        scopes: READ,
        query: schema.historyQuerySchema,
        responses: { 200: { schema: schema.breakdownSchema, description: "The largest first" } },
      }),
      async (c) => c.json(await usage.breakdown(caller(c).userId, c.req.valid("query").days), 200),
    )
    .get(
      "/api/admin/usage",
      route({
        summary: "Totals per plan and feature, counts per person, no text",
        tag: "Administration",
        auth: "user",
        roles: ["admin"],
        rate: "ADMIN",
        query: schema.totalsQuerySchema,
        responses: { 200: { schema: schema.totalsSchema, description: "The figures" } },
      }),
      async (c) => c.json(await usage.totals(c.req.valid("query")), 200),
    )
    .get(
      "/api/usage/verify",
      route({
        summary: "Recompute the ledger's chain",
        tag: TAG,
        auth: "user",
        scopes: READ,
        responses: { 200: { schema: schema.chainReportSchema, description: "The result" } },
      }),
      async (c) => c.json(await usage.verify(caller(c).userId), 200),
    );
}
