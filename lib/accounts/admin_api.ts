import { Hono } from "hono";
import { z } from "zod";
import { CAPABILITIES, isService, SERVICE_NAMES } from "@/lib/platform/capabilities.ts";
import type { PurposeKey } from "@/lib/platform/crypto.ts";
import { type ApiEnv, caller, callingService, route } from "@/lib/platform/http/route.ts";
import { notFound } from "@/lib/platform/problem.ts";
import type { IssuedToken } from "@/lib/platform/service_token.ts";
import { cursorAfter, placeOf } from "./account_api.ts";
import * as schema from "./admin_schema.ts";
import type { AuditEntry } from "./audit.ts";
import { DAY } from "./context.ts";
import type { Accounts } from "./service.ts";
import type { ServiceRevocations } from "./service_revocations.ts";

const TAG = "Administration";
/** Routes of moderators and administrators, and those of administrators alone. */
const BY_MODERATORS = {
  tag: TAG,
  auth: "user",
  roles: ["moderator", "admin"],
  rate: "ADMIN",
} as const;
const BY_ADMINS = { ...BY_MODERATORS, roles: ["admin"] } as const;
const done = { 204: { schema: null, description: "Done" } };
const listOf = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({ items: z.array(item), nextCursor: z.string().nullable() });

/** What administration needs beside the room itself. */
export interface AdminOptions {
  cursorKey: PurposeKey;
  revocations: ServiceRevocations;
  clock: { now(): Date };
  /** The configuration in force, secrets masked. */
  config: () => Record<string, unknown>;
}

/** Accounts, security log and services, for moderators and administrators. */
export function adminApi(accounts: Accounts, options: AdminOptions) {
  return new Hono<ApiEnv>()
    .route("/", usersApi(accounts, options))
    .route("/", auditApi(accounts, options))
    .route("/", servicesApi(accounts, options));
}

function usersApi(accounts: Accounts, { cursorKey, clock }: AdminOptions) {
  const { administration } = accounts;
  return new Hono<ApiEnv>()
    .get(
      "/api/admin/users",
      route({
        summary: "Accounts: state and plan, no texts",
        ...BY_MODERATORS,
        stepUp: true,
        query: schema.adminUsersQuerySchema,
        responses: { 200: { schema: listOf(schema.adminUserSchema), description: "Newest first" } },
      }),
      async (c) => {
        const { q, role, limit, cursor } = c.req.valid("query");
        const scope = `admin-users:${caller(c).userId}:${q ?? ""}:${role ?? ""}`;
        const before = await placeOf(cursorKey, scope, cursor);
        const items = await administration.list({ q, role, limit, before });
        return c.json(
          { items, nextCursor: await cursorAfter(cursorKey, scope, { items, limit }) },
          200,
        );
      },
    )
    .get(
      "/api/admin/users/:id",
      route({
        summary: "One account with counts",
        ...BY_MODERATORS,
        stepUp: true,
        responses: { 200: { schema: schema.adminUserDetailSchema, description: "The account" } },
      }),
      async (c) => c.json(await administration.open(caller(c), c.req.param("id")), 200),
    )
    .post(
      "/api/admin/users/:id/suspend",
      route({
        summary: "Suspend an account; moderators for seven days at most",
        ...BY_MODERATORS,
        stepUp: true,
        body: schema.suspendSchema,
        responses: done,
        problems: ["conflict"],
      }),
      async (c) => {
        const { reason, days } = c.req.valid("json");
        const until = days ? new Date(clock.now().getTime() + days * DAY) : undefined;
        await administration.suspend(caller(c), c.req.param("id"), { reason, until });
        return c.body(null, 204);
      },
    )
    .post(
      "/api/admin/users/:id/restore",
      route({
        summary: "Take a suspension back",
        ...BY_MODERATORS,
        stepUp: true,
        responses: done,
        problems: ["conflict"],
      }),
      async (c) => {
        await administration.restore(caller(c), c.req.param("id"));
        return c.body(null, 204);
      },
    )
    .post(
      "/api/admin/users/:id/end-sessions",
      route({
        summary: "Sign an account out everywhere",
        ...BY_MODERATORS,
        stepUp: true,
        responses: done,
      }),
      async (c) => {
        await administration.endSessions(caller(c), c.req.param("id"));
        return c.body(null, 204);
      },
    )
    .post(
      "/api/admin/users/:id/unlock-login",
      route({
        summary: "Forget the failed sign-ins of an account",
        ...BY_MODERATORS,
        stepUp: true,
        responses: done,
      }),
      async (c) => {
        await administration.unlockLogin(caller(c), c.req.param("id"));
        return c.body(null, 204);
      },
    )
    .post(
      "/api/admin/users/:id/recovery",
      route({
        ...BY_ADMINS,
        stepUp: true,
        summary: "Remove a lost second step, 48 hours from now",
        responses: {
          202: { schema: schema.recoverySchema, description: "Started; the owner is told" },
        },
        problems: ["conflict"],
      }),
      async (c) => {
        const due = await accounts.recovery.start(caller(c).userId, c.req.param("id"));
        return c.json({ due: due.toISOString() }, 202);
      },
    )
    .delete(
      "/api/admin/users/:id/recovery",
      route({
        ...BY_ADMINS,
        stepUp: true,
        summary: "Stop the removal of a second step",
        responses: done,
        problems: ["conflict"],
      }),
      async (c) => {
        await accounts.recovery.stop(caller(c).userId, c.req.param("id"));
        return c.body(null, 204);
      },
    )
    .put(
      "/api/admin/users/:id/role",
      route({
        summary: "Give an account a role",
        ...BY_ADMINS,
        stepUp: true,
        body: schema.roleSchema,
        responses: done,
        problems: ["conflict"],
      }),
      async (c) => {
        await administration.setRole(caller(c), c.req.param("id"), c.req.valid("json").role);
        return c.body(null, 204);
      },
    )
    .put(
      "/api/admin/users/:id/verified",
      route({
        summary: "Confirm an e-mail by hand",
        ...BY_ADMINS,
        stepUp: true,
        body: schema.verifiedChangeSchema,
        responses: done,
      }),
      async (c) => {
        const { verified } = c.req.valid("json");
        await administration.setVerified(caller(c), c.req.param("id"), verified);
        return c.body(null, 204);
      },
    )
    .delete(
      "/api/admin/users/:id",
      route({
        summary: "Close an account; it is erased after 30 days",
        ...BY_ADMINS,
        stepUp: true,
        responses: done,
        problems: ["conflict"],
      }),
      async (c) => {
        const id = c.req.param("id");
        await accounts.erasure.closeByAdmin(caller(c), id, administration.assertNotLast);
        await administration.stopped(id);
        return c.body(null, 204);
      },
    );
}

function auditApi(accounts: Accounts, { cursorKey, config }: AdminOptions) {
  const { audit } = accounts;
  return new Hono<ApiEnv>()
    .get(
      "/api/admin/audit",
      route({
        summary: "The security log of the last 90 days, as JSON or CSV",
        ...BY_ADMINS,
        query: schema.auditQuerySchema,
        responses: {
          200: { schema: listOf(schema.auditEntrySchema), description: "Newest first" },
        },
      }),
      async (c) => {
        const { user, from, to, format, cursor, ...filter } = c.req.valid("query");
        const scope = `audit:${JSON.stringify([user, from, to, { ...filter, limit: 0 }])}`;
        const entries = await audit.search({
          limit: filter.limit,
          before: await placeOf(cursorKey, scope, cursor),
          ...(user ? { userId: user } : {}),
          ...(filter.event ? { event: filter.event } : {}),
          ...(filter.severity ? { severity: filter.severity } : {}),
          ...(filter.category ? { category: filter.category } : {}),
          ...(from ? { from: new Date(from) } : {}),
          ...(to ? { to: new Date(to) } : {}),
        });
        const items = entries.map((entry) => ({ ...entry, at: entry.at.toISOString() }));
        if (format === "csv") {
          c.header("content-disposition", 'attachment; filename="security-log.csv"');
          return c.body(csv(entries), 200, { "content-type": "text/csv; charset=utf-8" });
        }
        const nextCursor = await cursorAfter(cursorKey, scope, { items, limit: filter.limit });
        return c.json({ items, nextCursor }, 200);
      },
    )
    .get(
      "/api/admin/audit/verify",
      route({
        summary: "Whether the chains of the security log are whole",
        ...BY_ADMINS,
        responses: { 200: { schema: schema.auditCheckSchema, description: "The check" } },
      }),
      async (c) => {
        const chains = await audit.verify();
        return c.json({ valid: chains.every(({ valid }) => valid), chains }, 200);
      },
    )
    .get(
      "/api/admin/config",
      route({
        summary: "The configuration in force, secrets masked",
        ...BY_ADMINS,
        responses: {
          200: { schema: z.record(z.string(), z.unknown()), description: "By variable" },
        },
      }),
      (c) => c.json(config(), 200),
    );
}

function servicesApi(accounts: Accounts, { revocations }: AdminOptions) {
  const { serviceAccess } = accounts;
  return new Hono<ApiEnv>()
    .post(
      "/api/auth/service/refresh",
      route({
        summary: "Exchange a service token for a new one with the same scopes",
        tag: "Services",
        auth: "service",
        service: "",
        responses: { 200: { schema: schema.issuedSchema, description: "The new token" } },
        problems: ["service_token_not_due", "service_token_expired"],
      }),
      async (c) => c.json(issuedView(await serviceAccess.refresh(callingService(c))), 200),
    )
    .get(
      "/api/admin/services",
      route({
        summary: "Services and what they may do",
        ...BY_ADMINS,
        stepUp: true,
        responses: { 200: { schema: listOf(schema.serviceSchema), description: "The services" } },
      }),
      (c) =>
        c.json({
          items: SERVICE_NAMES.map((name) => ({ name, scopes: [...CAPABILITIES[name]] })),
          nextCursor: null,
        }, 200),
    )
    .post(
      "/api/admin/services/:name/tokens",
      route({
        summary: "Make a token for a service; it is shown once",
        ...BY_ADMINS,
        stepUp: true,
        body: schema.mintSchema,
        responses: { 201: { schema: schema.issuedSchema, description: "The token" } },
      }),
      async (c) => {
        const name = c.req.param("name");
        if (!isService(name)) throw notFound();
        const actor = { kind: "admin" as const, id: caller(c).userId };
        const { scopes } = c.req.valid("json");
        return c.json(issuedView(await serviceAccess.mint(name, { scopes, actor })), 201);
      },
    )
    .post(
      "/api/admin/services/:name/revoke",
      route({
        summary: "Take back a token of a service, or all of them",
        ...BY_ADMINS,
        stepUp: true,
        body: schema.revokeSchema,
        bodyOptional: true,
        responses: done,
      }),
      async (c) => {
        const service = c.req.param("name");
        if (!isService(service)) throw notFound();
        const actor = { kind: "admin" as const, id: caller(c).userId };
        const { tokenId } = c.req.valid("json");
        await serviceAccess.revoke(revocations, { service, tokenId }, actor);
        return c.body(null, 204);
      },
    );
}

/** A token as it is handed out, with times as everywhere in the API. */
export function issuedView(issued: IssuedToken): z.infer<typeof schema.issuedSchema> {
  const iso = (seconds: number) => new Date(seconds * 1000).toISOString();
  return {
    ...issued,
    issuedAt: iso(issued.issuedAt),
    expiresAt: iso(issued.expiresAt),
    renewableAt: iso(issued.renewableAt),
  };
}

/** A table that spreadsheets open without taking a cell for a formula. */
function csv(entries: AuditEntry[]): string {
  const cell = (value: unknown) => {
    const text = value === null || value === undefined
      ? ""
      : value instanceof Date
      ? value.toISOString()
      : typeof value === "object"
      ? JSON.stringify(value)
      : String(value);
    const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return `"${safe.replaceAll('"', '""')}"`;
  };
  const columns = [
    "at",
    "category",
    "event",
    "severity",
    "result",
    "actorKind",
    "actorId",
    "userId",
    "address",
    "userAgent",
    "correlationId",
    "response",
    "details",
  ] as const;
  const rows = entries.map((entry) => columns.map((column) => cell(entry[column])).join(","));
  return [columns.join(","), ...rows].join("\r\n") + "\r\n";
}
