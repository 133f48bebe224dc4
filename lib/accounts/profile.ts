import type { Principal } from "@/lib/platform/http/principal.ts";
import { sqlState } from "@/lib/platform/database/mod.ts";
import { conflict, notFound, Problem } from "@/lib/platform/problem.ts";
import { type AccountContext, addressee, HOUR, spoken } from "./context.ts";
import { deviceName } from "./device_name.ts";
import type { GrantView, HistoryEntry, Profile, ProfileChange } from "./schema.ts";
import * as store from "./store.ts";

/** What people see and change of themselves. */
export type Profiles = ReturnType<typeof createProfiles>;

interface GrantRow {
  id: string;
  scope: GrantView["scope"];
  reason: string;
  createdAt: Date;
  expiresAt: Date;
  revokedAt: Date | null;
}

/** Profile, settings, security history and what was granted to support. */
export function createProfiles(context: AccountContext) {
  const { db, clock, audit } = context;

  const grantView = (row: GrantRow): GrantView => ({
    id: row.id,
    scope: row.scope,
    reason: row.reason,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    revokedAt: row.revokedAt?.toISOString() ?? null,
  });

  async function profile(principal: Principal): Promise<Profile> {
    const user = await db.asUser(principal.userId, (tx) => store.findUser(tx, principal.userId));
    if (!user) throw notFound();
    return {
      displayName: user.displayName,
      handle: user.handle,
      bio: user.bio,
      locale: user.locale,
      timeZone: user.timeZone,
      email: user.email,
      emailVerified: user.emailVerifiedAt !== null,
      emailBounced: user.emailBouncedAt !== null,
    };
  }

  return {
    profile,

    /** Changes what is named. @throws Problem 409 for a handle somebody has, 403 `email_unverified` */
    async changeProfile(principal: Principal, change: ProfileChange): Promise<Profile> {
      if (change.handle && !principal.emailVerified) throw unverified();
      try {
        await db.asUser(principal.userId, async (tx) => {
          const user = (await store.lockUser(tx, principal.userId))!;
          await tx`update users set display_name = ${change.displayName ?? user.displayName},
              handle = ${change.handle === undefined ? user.handle : change.handle},
              bio = ${change.bio ?? user.bio}, locale = ${change.locale ?? user.locale},
              time_zone = ${change.timeZone ?? user.timeZone}, updated_at = ${clock.now()}
            where id = ${user.id}`;
        });
      } catch (error) {
        if (sqlState(error) === "23505") throw conflict("Somebody else has this handle");
        throw error;
      }
      context.cache.forgetUser(principal.userId);
      return await profile(principal);
    },

    /** A person's settings, as stored. */
    settings: (userId: string): Promise<Record<string, unknown>> =>
      db.asUser(userId, async (tx) => (await store.findUser(tx, userId))?.settings ?? {}),

    /** Changes settings; members that are not named stay. */
    async changeSettings(
      userId: string,
      change: Record<string, unknown>,
    ): Promise<Record<string, unknown>> {
      const settings = await db.asUser(userId, async (tx) => {
        const user = await store.lockUser(tx, userId);
        const merged = { ...user?.settings, ...change };
        await store.updateSettings(tx, userId, { settings: merged, at: clock.now() });
        await context.options.onSettings?.(tx, { id: userId }, {
          before: user?.settings ?? {},
          after: merged,
        });
        return merged;
      });
      context.cache.forgetUser(userId);
      context.outbox.wake();
      return settings;
    },

    /** The own security history of the last ninety days, newest first. */
    async history(
      userId: string,
      page: { limit: number; before: { at: Date; id: string } | null },
    ): Promise<HistoryEntry[]> {
      const entries = await audit.own(userId, page);
      return entries.map((entry) => ({
        id: entry.id,
        at: entry.at.toISOString(),
        category: entry.category,
        event: entry.event,
        severity: entry.severity,
        result: entry.result,
        byOther: entry.actorKind !== "user",
        address: entry.address,
        device: entry.userAgent ? deviceName(entry.userAgent) : null,
        correlationId: entry.correlationId,
        response: entry.response,
      }));
    },

    /** What support was allowed, newest first. */
    grants: (userId: string): Promise<GrantView[]> =>
      db.asUser(userId, async (tx) => {
        const rows = await tx<GrantRow[]>`
          select id, scope, reason, created_at, expires_at, revoked_at from support_grants
          where user_id = ${userId} order by created_at desc limit 100`;
        return rows.map(grantView);
      }),

    /** Lets support see something for a while; repeating an id changes nothing. */
    async grant(
      userId: string,
      id: string,
      request: { scope: GrantView["scope"]; reason: string; hours: number },
    ): Promise<GrantView> {
      const now = clock.now();
      const expiresAt = new Date(now.getTime() + request.hours * HOUR);
      const row = await db.asSystem("accounts: grant", async (tx) => {
        const made = await tx`
          insert into support_grants (id, user_id, scope, reason, created_at, expires_at)
          values (${id}, ${userId}, ${request.scope}, ${request.reason}, ${now}, ${expiresAt})
          on conflict (id) do nothing returning id`;
        const [row] = await tx<GrantRow[]>`
          select id, scope, reason, created_at, expires_at, revoked_at from support_grants
          where id = ${id} and user_id = ${userId}`;
        if (!row) throw notFound();
        if (made.length === 0) return row;
        const user = (await store.findUser(tx, userId))!;
        await context.mails.queue(tx, "grant_opened", {
          ...addressee(user),
          values: { end: spoken(expiresAt, user) },
          path: "/settings/privacy",
        }, { userId });
        await audit.record(tx, {
          category: "data_access",
          event: "grant_opened",
          severity: "medium",
          actor: { kind: "user", id: userId },
          userId,
          details: { grantId: id, scope: request.scope, hours: request.hours },
        });
        return row;
      });
      context.outbox.wake();
      return grantView(row);
    },

    /** Ends what support was allowed. @throws Problem 404 */
    async endGrant(userId: string, id: string): Promise<void> {
      await db.asSystem("accounts: grant", async (tx) => {
        const rows = await tx`
          update support_grants set revoked_at = coalesce(revoked_at, ${clock.now()})
          where id = ${id} and user_id = ${userId} returning id`;
        if (rows.length === 0) throw notFound();
        const user = (await store.findUser(tx, userId))!;
        await context.mails.queue(tx, "grant_closed", {
          ...addressee(user),
          values: { time: spoken(clock.now(), user) },
          path: "/settings/privacy",
        }, { userId, key: `grant_closed:${id}` });
        await audit.record(tx, {
          category: "data_access",
          event: "grant_closed",
          actor: { kind: "user", id: userId },
          userId,
          details: { grantId: id },
        });
      });
      context.outbox.wake();
    },
  };
}

/** 403 `email_unverified`, with the way to a new mail. */
export function unverified(): Problem {
  return new Problem(
    "email_unverified",
    403,
    "Confirm your e-mail first",
    "Use the link in the mail, or ask for a new one",
    { resendUrl: "/api/auth/resend-verification" },
  );
}
