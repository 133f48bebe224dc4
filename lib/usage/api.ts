import { Hono } from "hono";
import { z } from "zod";
import { type ApiEnv, caller, route } from "@/lib/platform/http/route.ts";
import * as schema from "./schema.ts";
import type { Usage } from "./service.ts";

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
