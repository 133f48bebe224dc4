import { Hono } from "hono";
import { type ApiEnv, caller, route } from "@/lib/platform/http/route.ts";
import * as schema from "./schema.ts";
import type { Accounts } from "./service.ts";

const TAG = "Accounts";

/** The routes of the second step; each asks for a fresh proof of identity. */
export function twoFactorApi(accounts: Accounts) {
  return new Hono<ApiEnv>()
    .post(
      "/api/auth/2fa/setup",
      route({
        summary: "Begin to set up two-step sign-in",
        tag: TAG,
        auth: "user",
        stepUp: true,
        responses: { 200: { schema: schema.setUpSchema, description: "The secret for the app" } },
        problems: ["conflict"],
      }),
      async (c) => c.json(await accounts.twoFactor.setUp(caller(c)), 200),
    )
    .post(
      "/api/auth/2fa/enable",
      route({
        summary: "Turn two-step sign-in on with one right code",
        tag: TAG,
        auth: "user",
        stepUp: true,
        rate: "TWO_FACTOR",
        body: schema.codeSchema,
        responses: {
          200: { schema: schema.backupCodesSchema, description: "Ten backup codes, shown once" },
        },
        problems: ["credentials_invalid", "conflict"],
      }),
      async (c) => {
        const backupCodes = await accounts.twoFactor.enable(caller(c), c.req.valid("json").code);
        return c.json({ backupCodes }, 200);
      },
    )
    .post(
      "/api/auth/2fa/disable",
      route({
        summary: "Turn two-step sign-in off",
        tag: TAG,
        auth: "user",
        stepUp: true,
        responses: { 204: { schema: null, description: "Off" } },
        problems: ["conflict"],
      }),
      async (c) => {
        await accounts.twoFactor.disable(caller(c));
        return c.body(null, 204);
      },
    )
    .post(
      "/api/auth/2fa/backup-codes",
      route({
        summary: "Make new backup codes; the former ones end",
        tag: TAG,
        auth: "user",
        stepUp: true,
        responses: {
          200: { schema: schema.backupCodesSchema, description: "Ten backup codes, shown once" },
        },
        problems: ["conflict"],
      }),
      async (c) => {
        const backupCodes = await accounts.twoFactor.newBackupCodes(caller(c));
        return c.json({ backupCodes }, 200);
      },
    );
}
