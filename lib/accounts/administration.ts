import type { Tx } from "@/lib/platform/database/mod.ts";
import type { Principal, Role } from "@/lib/platform/http/principal.ts";
import { conflict, notFound, Problem } from "@/lib/platform/problem.ts";
import type { AuditActor } from "./audit.ts";
import { type AccountContext, addressee, DAY, spoken } from "./context.ts";
import { normalizeEmail } from "./email.ts";
import { standingOf } from "./principals.ts";
import type { AdminUser, AdminUserDetail } from "./admin_schema.ts";
import type { SignIn } from "./sign_in.ts";
import * as store from "./store.ts";

/** Moderators suspend for this long at most (ACC-81). */
const MODERATOR_MS = 7 * DAY;
/** Accounts one person may open in a day before their rights rest (ACC-124). */
const WIDE_READING = 100;

const LISTED: string[] = [...store.USER_COLUMNS, "last_sign_in_at"];

/** What moderators and administrators do. */
export type Administration = ReturnType<typeof createAdministration>;

/** Roles, suspensions and the list of accounts. Texts of people are nowhere in it (ACC-83). */
export function createAdministration(context: AccountContext, parts: { signIn: SignIn }) {
  const { db, clock, audit } = context;
  const listeners: ((userId: string) => Promise<void>)[] = [];

  const actorOf = (principal: Principal): AuditActor => ({ kind: "admin", id: principal.userId });

  function view(user: store.UserRow & { lastSignInAt: Date | null }): AdminUser {
    return {
      id: user.id,
      email: user.email,
      displayName: user.displayName,
      role: user.role,
      plan: user.plan,
      standing: standingOf(user, clock.now()),
      emailVerified: user.emailVerifiedAt !== null,
      twoFactor: user.twoFactorAt !== null,
      createdAt: user.createdAt.toISOString(),
      lastSignInAt: user.lastSignInAt?.toISOString() ?? null,
    };
  }

  /** Refuses what would leave nobody to administer. */
  async function assertNotLast(tx: Tx, user: store.UserRow): Promise<void> {
    if (user.role !== "admin") return;
    const now = clock.now();
    const others = await tx`
      select id from users where role = 'admin' and id <> ${user.id}
        and deletion_requested_at is null and (suspended_at is null or suspended_until <= ${now})
      order by id for update`;
    if (others.length === 0) {
      throw conflict("This is the last administrator; grant another one first");
    }
  }

  async function target(tx: Tx, id: string): Promise<store.UserRow> {
    const user = await store.lockStanding(tx, id);
    if (!user) throw notFound();
    return user;
  }

  function record(
    tx: Tx,
    actor: AuditActor,
    entry: { event: string; userId: string; before?: unknown; after?: unknown; reason?: string },
  ): Promise<string> {
    return audit.record(tx, {
      category: "admin",
      event: entry.event,
      severity: "high",
      actor,
      userId: entry.userId,
      details: {
        before: entry.before ?? null,
        after: entry.after ?? null,
        ...(entry.reason ? { reason: entry.reason } : {}),
      },
    });
  }

  async function tell(
    tx: Tx,
    user: store.UserRow,
    kind: "suspended" | "restored",
    reason = "",
  ): Promise<void> {
    await context.mails.queue(tx, kind, {
      ...addressee(user),
      values: { time: spoken(clock.now(), user), reason },
      path: "/settings/data",
    }, { userId: user.id });
  }

  async function changeRole(
    tx: Tx,
    user: store.UserRow,
    role: Role,
    actor: AuditActor,
  ): Promise<void> {
    if (user.role === role) return;
    if (role !== "admin") await assertNotLast(tx, user);
    const now = clock.now();
    await tx`update users set role = ${role}, updated_at = ${now} where id = ${user.id}`;
    // The next request of each session gets a new value (ACC-35).
    await tx`update web_sessions set renew_role = ${user.role} where user_id = ${user.id}`;
    await record(tx, actor, {
      event: "role_changed",
      userId: user.id,
      before: user.role,
      after: role,
    });
  }

  return {
    /** Calls `listener` with every account that is suspended or closed. */
    onStop(listener: (userId: string) => Promise<void>): void {
      listeners.push(listener);
    },

    /** Ends what runs for an account. */
    async stopped(userId: string): Promise<void> {
      context.cache.forgetUser(userId);
      await Promise.all(listeners.map((listener) => listener(userId).catch(() => {})));
    },

    assertNotLast,

    /**
     * Makes an account an administrator, or takes that back; only the operator's command line
     * calls this. It is also the only way to the first one (ACC-82).
     *
     * @throws Problem 404 for an unknown address, 409 when nobody would be left
     */
    async setAdmin(email: string, admin: boolean): Promise<{ id: string; role: string }> {
      const normalized = normalizeEmail(email);
      const role: Role = admin ? "admin" : "learner";
      const id = await db.asSystem("operator: roles", async (tx) => {
        const found = normalized ? await store.findLogin(tx, normalized) : null;
        if (!found) return null;
        const user = await target(tx, found.id);
        await changeRole(tx, user, role, { kind: "host" });
        return user.id;
      });
      if (!id) throw new Problem("not_found", 404, "Not found", "No account has this e-mail");
      context.cache.forgetUser(id);
      return { id, role };
    },

    /** Confirms an address by the operator's hand (ACC-55). */
    async verifyByHost(email: string): Promise<{ id: string; emailVerified: true }> {
      const normalized = normalizeEmail(email);
      const id = await db.asSystem("operator: verify", async (tx) => {
        const user = normalized ? await store.findLogin(tx, normalized) : null;
        if (!user) return null;
        await setVerified(tx, user, true, { kind: "host" });
        return user.id;
      });
      if (!id) throw new Problem("not_found", 404, "Not found", "No account has this e-mail");
      context.cache.forgetUser(id);
      return { id, emailVerified: true };
    },

    /** Accounts, newest first. */
    async list(filter: {
      q?: string | undefined;
      role?: Role | undefined;
      limit: number;
      before: { at: Date; id: string } | null;
    }): Promise<AdminUser[]> {
      const pattern = filter.q ? `%${filter.q.toLowerCase().replace(/[%_\\]/g, "\\$&")}%` : null;
      const { at, id } = filter.before ?? { at: null, id: null };
      const rows = await db.asSystem(
        "admin: accounts",
        (tx) =>
          tx<(store.UserRow & { lastSignInAt: Date | null })[]>`
          select ${tx(LISTED)} from users
          where (${pattern}::text is null or email_normalized like ${pattern}::text
              or lower(display_name) like ${pattern}::text)
            and (${filter.role ?? null}::text is null or role = ${filter.role ?? null}::text)
            and (${at}::timestamptz is null or (created_at, id) < (${at}::timestamptz, ${id}::uuid))
          order by created_at desc, id desc limit ${filter.limit}`,
      );
      return rows.map(view);
    },

    /** One account with counts; opening many in a day is noticed. @throws Problem 404, 403 */
    async open(principal: Principal, id: string): Promise<AdminUserDetail> {
      const detail = await db.asSystem("admin: account", async (tx) => {
        const [user] = await tx<(store.UserRow & { lastSignInAt: Date | null })[]>`
          select ${tx(LISTED)} from users where id = ${id}`;
        if (!user) throw notFound();
        await assertNotRestricted(tx, principal);
        const [counts] = await tx<AdminUserDetail["counts"][]>`
          select
            (select count(*)::integer from chat_sessions where user_id = ${id}) as conversations,
            (select count(*)::integer from messages where user_id = ${id}) as messages,
            (select count(*)::integer from memories
              where user_id = ${id} and deleted_at is null) as memories,
            (select count(*)::integer from api_keys
              where user_id = ${id} and revoked_at is null) as keys,
            (select count(*)::integer from web_sessions where user_id = ${id})
              + (select count(*)::integer from token_families
                where user_id = ${id} and ended_at is null) as devices`;
        await audit.record(tx, {
          category: "data_access",
          event: "account_opened",
          actor: actorOf(principal),
          userId: id,
        });
        return {
          ...view(user),
          suspension: user.suspendedAt
            ? {
              at: user.suspendedAt.toISOString(),
              until: user.suspendedUntil?.toISOString() ?? null,
              reason: user.suspendedReason,
            }
            : null,
          deleteAfter: user.deleteAfter?.toISOString() ?? null,
          counts: counts!,
        };
      });
      await watchReading(principal);
      return detail;
    },

    /**
     * Suspends an account: within seconds nothing of it works but reading the reason, exporting
     * and appealing.
     *
     * @throws Problem 404, 403 for what a moderator may not do, 409 for the last administrator
     */
    async suspend(
      principal: Principal,
      id: string,
      order: { reason: string; until?: Date | undefined },
    ): Promise<void> {
      await db.asSystem("admin: suspend", async (tx) => {
        const user = await target(tx, id);
        const now = clock.now();
        if (principal.role === "moderator") {
          const within = order.until && order.until.getTime() - now.getTime() <= MODERATOR_MS;
          if (!within || user.role !== "learner") throw beyondModerator();
        }
        await assertNotLast(tx, user);
        await tx`update users set suspended_at = ${now}, suspended_until = ${order.until ?? null},
          suspended_reason = ${order.reason}, updated_at = ${now} where id = ${id}`;
        await tell(tx, user, "suspended", order.reason);
        await record(tx, actorOf(principal), {
          event: "suspended",
          userId: id,
          before: standingOf(user, now),
          after: order.until?.toISOString() ?? "until restored",
          reason: order.reason,
        });
      });
      await this.stopped(id);
      context.outbox.wake();
    },

    /**
     * Takes back what keeps an account from working as usual: a suspension, and what the product did
     * by itself after unusual behaviour (ACC-126). Nobody takes back what befell themselves.
     *
     * @throws Problem 404, 403, 409 when there is nothing to take back
     */
    async restore(principal: Principal, id: string): Promise<void> {
      await db.asSystem("admin: restore", async (tx) => {
        const user = await target(tx, id);
        const now = clock.now();
        const before = [
          ...(user.suspendedAt ? ["suspended"] : []),
          ...(user.restrictedUntil && user.restrictedUntil > now ? ["restricted"] : []),
          ...(user.loweredUntil && user.loweredUntil > now ? ["lowered priority"] : []),
        ];
        if (before.length === 0) throw conflict("The account works as usual");
        if (principal.role === "moderator" && user.role !== "learner") throw beyondModerator();
        if (principal.userId === id) throw notOneself();
        await tx`update users set suspended_at = null, suspended_until = null,
          suspended_reason = null, restricted_until = null, lowered_until = null, updated_at = ${now}
          where id = ${id}`;
        await context.options.entitlements?.markChanged(tx, id);
        if (user.suspendedAt) await tell(tx, user, "restored");
        await record(tx, actorOf(principal), {
          event: "restored",
          userId: id,
          before: before.join(", "),
          after: "active",
        });
      });
      context.cache.forgetUser(id);
      context.options.entitlements?.forget(id);
      context.outbox.wake();
    },

    /** Ends every sign-in of an account. */
    async endSessions(principal: Principal, id: string): Promise<void> {
      await db.asSystem("admin: end sessions", async (tx) => {
        await target(tx, id);
        await store.endAll(tx, id, { at: clock.now() });
        await record(tx, actorOf(principal), { event: "sessions_ended", userId: id });
      });
      context.cache.forgetUser(id);
    },

    /** Forgets the failed sign-ins of an account. */
    async unlockLogin(principal: Principal, id: string): Promise<void> {
      const email = await db.asSystem("admin: unlock", async (tx) => {
        const user = await target(tx, id);
        await tx`update two_factor_failures set failures = 0, locked_until = null
          where user_id = ${id}`;
        await record(tx, actorOf(principal), { event: "login_unlocked", userId: id });
        return user.emailNormalized;
      });
      await parts.signIn.clearThrottle(email);
    },

    /** Gives an account a role. */
    async setRole(principal: Principal, id: string, role: Role): Promise<void> {
      await db.asSystem("admin: role", async (tx) => {
        await changeRole(tx, await target(tx, id), role, actorOf(principal));
      });
      context.cache.forgetUser(id);
    },

    /** Confirms an address, or takes that back. */
    async setVerified(principal: Principal, id: string, verified: boolean): Promise<void> {
      await db.asSystem("admin: verified", async (tx) => {
        await setVerified(tx, await target(tx, id), verified, actorOf(principal));
      });
      context.cache.forgetUser(id);
    },
  };

  async function setVerified(
    tx: Tx,
    user: store.UserRow,
    verified: boolean,
    actor: AuditActor,
  ): Promise<void> {
    const now = clock.now();
    await tx`update users set email_verified_at = ${verified ? user.emailVerifiedAt ?? now : null},
      updated_at = ${now} where id = ${user.id}`;
    await record(tx, actor, {
      event: "email_verified_by_operator",
      userId: user.id,
      before: user.emailVerifiedAt !== null,
      after: verified,
    });
  }

  async function assertNotRestricted(tx: Tx, principal: Principal): Promise<void> {
    const [me] = await tx<{ restrictedUntil: Date | null }[]>`
      select restricted_until from users where id = ${principal.userId}`;
    if (!me?.restrictedUntil || me.restrictedUntil <= clock.now()) return;
    throw new Problem(
      "forbidden",
      403,
      "You may not do this now",
      `You opened very many accounts; this rests until ${me.restrictedUntil.toISOString()}`,
    );
  }

  /** One person who opens more than a hundred accounts in a day has to stop for a day. */
  async function watchReading(principal: Principal): Promise<void> {
    if (!context.options.rules.wideReading) return;
    await db.asSystem("accounts: wide reading", async (tx) => {
      const now = clock.now();
      const [{ n }] = await tx<[{ n: number }]>`
        select count(distinct user_id)::integer as n from security_audit_log
        where actor_id = ${principal.userId} and event = 'account_opened'
          and at > ${new Date(now.getTime() - DAY)}`;
      if (n <= WIDE_READING) return;
      await tx`update users set restricted_until = ${new Date(now.getTime() + DAY)}
        where id = ${principal.userId}`;
      await audit.record(tx, {
        category: "security",
        event: "wide_reading",
        severity: "high",
        actor: actorOf(principal),
        response: "Opening accounts rests for 24 hours",
        details: { accounts: n },
      });
      context.log.error("admin.wide_reading", "Somebody opened very many accounts", {
        accounts: n,
      });
    });
  }
}

function notOneself(): Problem {
  return new Problem(
    "forbidden",
    403,
    "You may not do this",
    "Another moderator or administrator has to take this back for you",
  );
}

function beyondModerator(): Problem {
  return new Problem(
    "forbidden",
    403,
    "You may not do this",
    "Moderators suspend learners, for seven days at most",
  );
}
