import type { ApiKeys } from "./api_keys.ts";
import { type AccountContext, addressee, DAY, spoken } from "./context.ts";
import type { Erasure } from "./erasure.ts";
import type { Exports } from "./exports.ts";
import { findUser } from "./store.ts";
import { watchUsage } from "./usage_spike.ts";

/** What one run removed, by kind. */
export type RetentionReport = Record<string, number>;

/** Removing what has had its time. */
export type Retention = ReturnType<typeof createRetention>;

/** An account nobody confirmed or used is told after this long, and erased a fortnight later. */
const INACTIVE_MS = 90 * DAY;
const NOTICE_MS = 14 * DAY;

/** The retention job (ACC-138). Running it twice changes nothing the second time. */
export function createRetention(
  context: AccountContext,
  parts: { apiKeys: ApiKeys; exports: Exports; erasure: Erasure },
) {
  const { db, clock } = context;
  const before = (ms: number) => new Date(clock.now().getTime() - ms);

  /** Conversations older than their owner wants them kept; one with a turn under way stays. */
  async function conversations(): Promise<number> {
    const now = clock.now();
    const rows = await db.asSystem(
      "accounts: retention",
      (tx) =>
        tx`delete from chat_sessions s using users u
        where u.id = s.user_id and u.settings ? 'retentionDays'
          and jsonb_typeof(u.settings -> 'retentionDays') = 'number'
          and s.updated_at < ${now}::timestamptz
            - make_interval(days => (u.settings ->> 'retentionDays')::integer)
          and not exists (select from turns t
            where t.session_id = s.id and t.status in ('queued', 'streaming'))
        returning s.id`,
    );
    return rows.length;
  }

  /** Tells owners of accounts that nobody confirmed, then closes them for good. */
  async function inactive(): Promise<{ told: number; closed: number }> {
    const now = clock.now();
    const end = new Date(now.getTime() + NOTICE_MS);
    return await db.asSystem("accounts: retention", async (tx) => {
      const told = await tx<{ id: string }[]>`
        update users set inactivity_notice_at = ${now}
        where email_verified_at is null and role = 'learner' and deletion_requested_at is null
          and inactivity_notice_at is null
          and coalesce(last_sign_in_at, created_at) < ${before(INACTIVE_MS)} returning id`;
      for (const { id } of told) {
        const user = (await findUser(tx, id))!;
        await context.mails.queue(tx, "inactive", {
          ...addressee(user),
          values: { end: spoken(end, user) },
          path: "/login",
        }, { userId: id, key: `inactive:${id}:${now.toISOString().slice(0, 10)}` });
      }
      const closed = await tx`
        update users set deletion_requested_at = ${now}, delete_after = ${now}
        where email_verified_at is null and deletion_requested_at is null
          and inactivity_notice_at <= ${before(NOTICE_MS)} returning id`;
      return { told: told.length, closed: closed.length };
    });
  }

  /** Credentials and their traces that no longer mean anything. */
  async function credentials(): Promise<RetentionReport> {
    const now = clock.now();
    return await db.asSystem("accounts: retention", async (tx) => ({
      sessions: (await tx`delete from web_sessions
        where expires_at < ${now} or ends_at < ${now} returning id`).length,
      families: (await tx`delete from token_families
        where ends_at < ${now} or ended_at < ${before(30 * DAY)} returning id`).length,
      refreshTokens: (await tx`delete from refresh_tokens
        where expires_at < ${now} returning family_id`).length,
      links: (await tx`delete from account_links
        where expires_at < ${before(7 * DAY)} returning id`).length,
      challenges: (await tx`delete from login_challenges
        where expires_at < ${before(DAY)} returning id`).length,
      devices: (await tx`delete from known_devices
        where last_used_at < ${before(400 * DAY)} returning device_id`).length,
      keys: (await tx`delete from api_keys
        where revoked_at < ${before(90 * DAY)} returning id`).length,
      grants: (await tx`delete from support_grants
        where expires_at < ${before(365 * DAY)} returning id`).length,
      revocations: (await tx`delete from service_revocations
        where keep_until < ${now} returning id`).length,
      serviceUses: (await tx`delete from service_uses
        where minute < ${before(90 * DAY)} returning service`).length,
      jobs: (await tx`delete from jobs where state = 'done' and finished_at < ${before(30 * DAY)}
        and (kind = 'mail.send' or kind like 'accounts.%') returning id`).length,
    }));
  }

  return {
    /** Does everything once and reports counts. */
    async run(): Promise<RetentionReport> {
      const people = await inactive();
      const trimmed = await context.audit.retain();
      const report: RetentionReport = {
        conversations: await conversations(),
        inactiveTold: people.told,
        inactiveClosed: people.closed,
        exports: await parts.exports.trim(),
        erasuresRetried: await parts.erasure.retryGivenUp(),
        keysEnding: await parts.apiKeys.tellEnding(),
        usageSpikes: await watchUsage(context),
        auditAddresses: trimmed.addresses,
        auditEntries: trimmed.entries,
        ...await credentials(),
      };
      context.log.info("retention.done", "What had its time was removed", report);
      context.outbox.wake();
      return report;
    },
  };
}
