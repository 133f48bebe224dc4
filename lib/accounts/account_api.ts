import { Hono } from "hono";
import { z } from "zod";
import { readCursor, signCursor } from "@/lib/platform/cursor.ts";
import type { PurposeKey } from "@/lib/platform/crypto.ts";
import { type ApiEnv, caller, route } from "@/lib/platform/http/route.ts";
import { stepUpRequired } from "@/lib/platform/http/step_up.ts";
import * as schema from "./schema.ts";
import type { Accounts } from "./service.ts";
import { settingsChangeSchema, settingsSchema } from "./settings.ts";

const TAG = "Account";
const listOf = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({ items: z.array(item), nextCursor: z.string().nullable() });
const list = <Item>(items: Item[]) => ({ items, nextCursor: null });
const pageSchema = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().max(500).optional(),
});

/** The routes of the own account: profile, settings, devices, keys, history, rights. */
export function accountApi(accounts: Accounts, options: { cursorKey: PurposeKey }) {
  const { profiles, devices, apiKeys, exports, erasure, administration } = accounts;
  return new Hono<ApiEnv>()
    .get(
      "/api/account/profile",
      route({
        summary: "The own profile",
        tag: TAG,
        auth: "user",
        responses: { 200: { schema: schema.profileSchema, description: "The profile" } },
      }),
      async (c) => c.json(await profiles.profile(caller(c)), 200),
    )
    .patch(
      "/api/account/profile",
      route({
        summary: "Change the profile; what is not named stays",
        tag: TAG,
        auth: "user",
        body: schema.profileChangeSchema,
        responses: { 200: { schema: schema.profileSchema, description: "The profile" } },
        problems: ["conflict", "email_unverified"],
      }),
      async (c) => c.json(await profiles.changeProfile(caller(c), c.req.valid("json")), 200),
    )
    .get(
      "/api/account/settings",
      route({
        summary: "Settings of this account",
        tag: TAG,
        auth: "user",
        responses: { 200: { schema: settingsSchema, description: "All settings" } },
      }),
      async (c) => c.json(settingsSchema.parse(await accounts.settings(caller(c).userId)), 200),
    )
    .patch(
      "/api/account/settings",
      route({
        summary: "Change settings; what is not named stays",
        tag: TAG,
        auth: "user",
        body: settingsChangeSchema,
        responses: { 200: { schema: settingsSchema, description: "All settings" } },
      }),
      async (c) => {
        const changed = await accounts.changeSettings(caller(c).userId, c.req.valid("json"));
        return c.json(settingsSchema.parse(changed), 200);
      },
    )
    .post(
      "/api/account/email-change",
      route({
        summary: "Ask for another e-mail; a link to it makes it count",
        tag: TAG,
        auth: "user",
        stepUp: true,
        rate: "RESEND",
        body: schema.emailChangeSchema,
        responses: { 202: { schema: schema.acceptedSchema, description: "On its way" } },
        problems: ["email_taken", "conflict"],
      }),
      async (c) => {
        await accounts.addresses.requestChange(caller(c), c.req.valid("json").email);
        return c.json({ status: "accepted" as const }, 202);
      },
    )
    .post(
      "/api/account/email-change/undo",
      route({
        summary: "Take a change of e-mail back, with the link the former address got",
        tag: TAG,
        auth: "public",
        rate: "VERIFY",
        body: schema.verifyEmailSchema,
        responses: { 204: { schema: null, description: "Taken back; every device is signed out" } },
        problems: ["link_invalid"],
      }),
      async (c) => {
        await accounts.addresses.undoChange(c.req.valid("json").token);
        return c.body(null, 204);
      },
    )
    .get(
      "/api/account/devices",
      route({
        summary: "Devices that are signed in",
        tag: TAG,
        auth: "user",
        responses: { 200: { schema: listOf(schema.deviceSchema), description: "The devices" } },
      }),
      async (c) => c.json(list(await devices.list(caller(c))), 200),
    )
    .delete(
      "/api/account/devices/:id",
      route({
        summary: "Sign a device out",
        tag: TAG,
        auth: "user",
        responses: { 204: { schema: null, description: "Signed out" } },
      }),
      async (c) => {
        await devices.end(caller(c).userId, c.req.param("id"));
        return c.body(null, 204);
      },
    )
    .get(
      "/api/account/keys",
      route({
        summary: "Personal API keys, without their secrets",
        tag: TAG,
        auth: "user",
        responses: { 200: { schema: listOf(schema.keySchema), description: "The keys" } },
      }),
      async (c) => c.json(list(await apiKeys.list(caller(c).userId)), 200),
    )
    .post(
      "/api/account/keys",
      route({
        summary: "Make a personal API key; its secret is shown once",
        tag: TAG,
        auth: "user",
        verified: true,
        stepUp: true,
        body: schema.keyRequestSchema,
        responses: {
          201: { schema: schema.newKeySchema, description: "The key, with its secret" },
        },
        problems: ["conflict", "email_unverified", "step_up_required"],
      }),
      async (c) => c.json(await apiKeys.create(caller(c), c.req.valid("json")), 201),
    )
    .patch(
      "/api/account/keys/:id",
      route({
        summary: "Change a key's name, budget or origins, or let it work again",
        tag: TAG,
        auth: "user",
        body: schema.keyChangeSchema,
        responses: { 200: { schema: schema.keySchema, description: "The key" } },
        problems: ["step_up_required"],
      }),
      async (c) => {
        const change = c.req.valid("json");
        // What the product did by itself is taken back by who is surely there (ACC-126).
        if (change.paused === false && !caller(c).stepUpUntil) throw stepUpRequired(caller(c));
        return c.json(await apiKeys.change(caller(c).userId, c.req.param("id"), change), 200);
      },
    )
    .delete(
      "/api/account/keys/:id",
      route({
        summary: "End a key",
        tag: TAG,
        auth: "user",
        responses: { 204: { schema: null, description: "Ended" } },
      }),
      async (c) => {
        await apiKeys.revoke(caller(c).userId, c.req.param("id"));
        return c.body(null, 204);
      },
    )
    .post(
      "/api/account/keys/:id/rotate",
      route({
        summary: "A new secret for a key; the former one goes on for a while",
        tag: TAG,
        auth: "user",
        verified: true,
        stepUp: true,
        body: schema.rotateSchema,
        bodyOptional: true,
        responses: {
          200: { schema: schema.newKeySchema, description: "The key, with its secret" },
        },
        problems: ["email_unverified", "step_up_required"],
      }),
      async (c) => {
        const { overlapHours } = c.req.valid("json");
        return c.json(await apiKeys.rotate(caller(c), c.req.param("id"), overlapHours), 200);
      },
    )
    .get(
      "/api/account/keys/:id/activity",
      route({
        summary: "What happened to a key",
        tag: TAG,
        auth: "user",
        responses: {
          200: { schema: listOf(schema.keyActivitySchema), description: "Newest first" },
        },
      }),
      async (c) => c.json(list(await apiKeys.activity(caller(c).userId, c.req.param("id"))), 200),
    )
    .get(
      "/api/account/security-log",
      route({
        summary: "The own security history of the last 90 days",
        tag: TAG,
        auth: "user",
        anyStanding: true,
        query: pageSchema,
        responses: {
          200: { schema: listOf(schema.historyEntrySchema), description: "Newest first" },
        },
      }),
      async (c) => {
        const { userId } = caller(c);
        const { limit, cursor } = c.req.valid("query");
        const scope = `history:${userId}`;
        const before = await placeOf(options.cursorKey, scope, cursor);
        const items = await profiles.history(userId, { limit, before });
        const nextCursor = await cursorAfter(options.cursorKey, scope, { items, limit });
        return c.json({ items, nextCursor }, 200);
      },
    )
    .get(
      "/api/account/grants",
      route({
        summary: "What support was allowed to see",
        tag: TAG,
        auth: "user",
        responses: { 200: { schema: listOf(schema.grantSchema), description: "Newest first" } },
      }),
      async (c) => c.json(list(await profiles.grants(caller(c).userId)), 200),
    )
    .post(
      "/api/account/grants/:id",
      route({
        summary: "Let support see something for up to 72 hours",
        tag: TAG,
        auth: "user",
        body: schema.grantRequestSchema,
        responses: { 200: { schema: schema.grantSchema, description: "The grant" } },
      }),
      async (c) => {
        const { userId } = caller(c);
        return c.json(await profiles.grant(userId, c.req.param("id"), c.req.valid("json")), 200);
      },
    )
    .delete(
      "/api/account/grants/:id",
      route({
        summary: "End what support was allowed",
        tag: TAG,
        auth: "user",
        responses: { 204: { schema: null, description: "Ended" } },
      }),
      async (c) => {
        await profiles.endGrant(caller(c).userId, c.req.param("id"));
        return c.body(null, 204);
      },
    )
    .post(
      "/api/account/export",
      route({
        summary: "Have an archive of everything made",
        tag: TAG,
        auth: "user",
        anyStanding: true,
        stepUp: true,
        rate: "EXPORT",
        responses: { 202: { schema: schema.exportSchema, description: "Being made" } },
        problems: ["rate_limited"],
      }),
      async (c) => c.json(await exports.request(caller(c)), 202),
    )
    .get(
      "/api/account/export/:id",
      route({
        summary: "State of an archive, or with `download=true` the archive",
        tag: TAG,
        auth: "user",
        scopes: ["export:read"],
        anyStanding: true,
        stepUp: true,
        query: z.object({ download: z.enum(["true", "false"]).default("false") }),
        responses: {
          200: { schema: schema.exportSchema, description: "The state, or a ZIP archive" },
        },
        problems: ["gone"],
      }),
      async (c) => {
        const { userId } = caller(c);
        const id = c.req.param("id");
        if (c.req.valid("query").download === "false") {
          return c.json(await exports.get(userId, id), 200);
        }
        const body = await exports.download(userId, id);
        return c.body(body, 200, {
          "content-type": "application/zip",
          "content-disposition": 'attachment; filename="novacoreai-export.zip"',
        });
      },
    )
    .post(
      "/api/account/delete",
      route({
        summary: "Close the account; it is erased after 30 days, or at once",
        tag: TAG,
        auth: "user",
        anyStanding: true,
        stepUp: true,
        body: schema.deleteSchema,
        responses: { 202: { schema: schema.deletedSchema, description: "Closed" } },
        problems: ["conflict"],
      }),
      async (c) => {
        const order = c.req.valid("json");
        const { deleteAfter } = await erasure.close(caller(c), order, administration.assertNotLast);
        await administration.stopped(caller(c).userId);
        c.header("set-cookie", accounts.cookie.clear());
        return c.json({
          status: order.now ? "erasing" as const : "closing" as const,
          deleteAfter: deleteAfter.toISOString(),
        }, 202);
      },
    )
    .post(
      "/api/account/restore",
      route({
        summary: "Keep an account that was about to be deleted",
        tag: TAG,
        auth: "user",
        anyStanding: true,
        stepUp: true,
        responses: { 204: { schema: null, description: "Kept" } },
        problems: ["conflict"],
      }),
      async (c) => {
        await erasure.restore(caller(c));
        return c.body(null, 204);
      },
    );
}

/** The place in a list that a cursor names, or null at its beginning. */
export async function placeOf(
  key: PurposeKey,
  scope: string,
  cursor: string | undefined,
): Promise<{ at: Date; id: string } | null> {
  if (!cursor) return null;
  const [at, id] = await readCursor(key, scope, cursor);
  return { at: new Date(at!), id: id! };
}

/** The cursor of what follows a full page; null behind the last one. */
export async function cursorAfter(
  key: PurposeKey,
  scope: string,
  page: { items: readonly { id: string; at?: string; createdAt?: string }[]; limit: number },
): Promise<string | null> {
  const last = page.items.at(-1);
  if (!last || page.items.length < page.limit) return null;
  return await signCursor(key, scope, [(last.at ?? last.createdAt)!, last.id]);
}
