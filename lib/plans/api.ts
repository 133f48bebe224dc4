import { Hono } from "hono";
import { z } from "zod";
import { type ApiEnv, caller, route } from "@/lib/platform/http/route.ts";
import type { Entitlements } from "./entitlements.ts";
import * as schema from "./schema.ts";
import type { OverrideRow } from "./store.ts";

const TAG = "Administration";
const ADMIN = { tag: TAG, auth: "user", roles: ["admin"], rate: "ADMIN" } as const;

/** An override with its times as text. */
export function overrideView(row: OverrideRow): schema.OverrideView {
  return {
    ...row,
    from: row.from.toISOString(),
    until: row.until?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    revokedAt: row.revokedAt?.toISOString() ?? null,
  };
}

/** The routes of overrides; plans themselves are public and answered with the system's routes. */
export function plansApi(entitlements: Entitlements) {
  return new Hono<ApiEnv>()
    .get(
      "/api/admin/users/:id/limits",
      route({
        ...ADMIN,
        summary: "Limits that were set for one person",
        responses: {
          200: {
            schema: z.strictObject({
              items: z.array(schema.overrideSchema),
              nextCursor: z.null(),
            }),
            description: "Newest first, ended ones too",
          },
        },
      }),
      async (c) => {
        const rows = await entitlements.overrides(c.req.param("id"));
        return c.json({ items: rows.map(overrideView), nextCursor: null }, 200);
      },
    )
    .put(
      "/api/admin/users/:id/limits",
      route({
        ...ADMIN,
        stepUp: true,
        summary: "Set a limit for one person",
        body: schema.overrideRequestSchema,
        responses: { 200: { schema: schema.overrideSchema, description: "What holds now" } },
      }),
      async (c) => {
        const { from, ...body } = c.req.valid("json");
        const row = await entitlements.setOverride({
          ...body,
          from: from ?? null,
          userId: c.req.param("id"),
          actorId: caller(c).userId,
        });
        return c.json(overrideView(row), 200);
      },
    )
    .delete(
      "/api/admin/limits/:id",
      route({
        ...ADMIN,
        stepUp: true,
        summary: "End a limit that was set for one person",
        responses: { 204: { schema: null, description: "The plan's number holds again" } },
      }),
      async (c) => {
        await entitlements.revokeOverride({
          id: c.req.param("id"),
          actorId: caller(c).userId,
        });
        return c.body(null, 204);
      },
    );
}
